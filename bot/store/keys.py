"""Which key opens which rows, and sealing everything anew with the newest one, beside a running Keel.

Everything here can be killed and begun again: what is sealed with the newest key is done, and nothing else says so.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, bindparam, func, select, update

from bot.store import key_file
from bot.store.connection import Connection
from bot.store.marks import SEALING
from bot.store.store import CANARY, Store, canary_of
from bot.store.tables import hold, inbox, keepsake, note, session

PAUSE = 0.01
"""Seconds between two batches, in which a running Keel may write."""


@dataclass(frozen=True)
class Sealed:
    """A column with sealed text. about: what stands before the row's key in what is sealed in.

    batch: how many rows are sealed anew in one transaction.
    """

    column: Column[Any]
    about: str
    batch: int = 100

    @property
    def key(self) -> Column[Any]:
        """What names the row."""
        (key,) = self.column.table.primary_key.columns
        return key

    @property
    def written(self) -> ColumnElement[bool]:
        """There is something in it."""
        return self.column.is_not(None) & (func.length(self.column) > 0)

    @property
    def named(self) -> ColumnElement[bytes]:
        """The id of the key."""
        return func.substr(self.column, 1, key_file.ID_BYTES, type_=LargeBinary)


SEALED = (
    Sealed(note.c.text, "note"),
    Sealed(session.c.answers, "session"),
    Sealed(hold.c.text, "hold"),
    Sealed(keepsake.c.file_id, "keepsake"),
    Sealed(keepsake.c.content, "copy", batch=1),  # a whole file each
    Sealed(inbox.c.body, "inbox"),
    Sealed(inbox.c.reply, "reply"),
)
"""Every sealed column of every table; a test compares."""

Counts = dict[str, Counter[str]]
"""How many sealed texts of which table there are, by the id of their key."""


async def counted(store: Store) -> Counts:
    """What is sealed with which key. Every row is looked at and none is opened."""
    async with store.transaction(reading=True) as tx:
        return await _counted(tx.inbox.connection)


async def lost(store: Store) -> Counter[str]:
    """How many texts of which table name a key that is not in the file."""
    found = await counted(store)
    return sum((rows for id_, rows in found.items() if id_ not in store.cipher.key_ids), Counter[str]())


async def given_up(store: Store) -> Counter[str]:
    """The same where the database says that its key is lost, else nothing is looked through. Once nothing is left of
    what was sealed with that key, the database belongs to the keys that are there."""
    if store.fits:
        return Counter()
    found = await lost(store)
    if not found:
        await _canary_anew(store, lost=True)
    return found


async def sealing(store: Store) -> str | None:
    """The key that a running Keel said last that it seals with."""
    async with store.transaction(reading=True) as tx:
        return await tx.marks.get(SEALING)


async def reseal(store: Store) -> tuple[Counter[str], Counter[str]]:
    """Seal everything anew that is not sealed with the newest key; gives how many texts of which table, and how many
    could not be opened and were left as they are."""
    done, closed = Counter[str](), Counter[str]()
    while True:
        before, closed = done.total(), Counter[str]()
        for sealed in SEALED:
            async for changed, left in _batches(store, sealed):
                done[sealed.column.table.name] += changed
                closed[sealed.column.table.name] += left
        if done.total() == before:  # a whole round found nothing more to do
            break
    await _canary_anew(store)
    return done, +closed


async def retire(store: Store) -> frozenset[str]:
    """Take the keys out of the file that no row names; gives their ids.

    Counting and taking out happen while nobody else can write, so no row can come to name one in between.

    Raises KeyProblem: the file may not be changed from here.
    """
    await store.wipe()  # nor a page of the log
    async with store.transaction() as tx:
        named = await _counted(tx.inbox.connection)
        canary = await tx.marks.get(CANARY)
        unused = set(store.cipher.key_ids) - set(named) - {store.cipher.current_key_id}
        unused -= {str(canary)[: key_file.ID_BYTES * 2]}
        if unused:
            key_file.retire(store.cipher.path, frozenset(unused))
        return frozenset(unused)


async def _counted(connection: Connection) -> Counts:
    found: Counts = {}
    for sealed in SEALED:
        query = select(sealed.named.label("named"), func.count()).where(sealed.written).group_by("named")
        for id_, count in map(tuple, await connection.execute(query)):
            found.setdefault(bytes(id_).hex(), Counter())[sealed.column.table.name] += count
    return found


async def _batches(store: Store, sealed: Sealed) -> Any:
    last: int | str | None = None
    while True:
        async with store.transaction() as tx:
            rows = await _batch(tx.inbox.connection, sealed, store, last)
            changed = await _write(tx.inbox.connection, sealed, store, rows)
        yield changed, len(rows) - changed
        if len(rows) < sealed.batch:
            return
        last = rows[-1][0]
        await asyncio.sleep(PAUSE)


async def _batch(connection: Connection, sealed: Sealed, store: Store, last: int | str | None) -> list[Any]:
    current = bytes.fromhex(store.cipher.current_key_id)
    query = select(sealed.key, sealed.column).where(sealed.written, sealed.named != current)
    if last is not None:
        query = query.where(sealed.key > last)
    return list(await connection.execute(query.order_by(sealed.key).limit(sealed.batch)))


async def _write(connection: Connection, sealed: Sealed, store: Store, rows: list[Any]) -> int:
    """Seal these anew; gives how many could be opened."""
    fresh = []
    for key, token in rows:
        about = f"{sealed.about}:{key}"
        text = store.cipher.read(token, about=about)
        if text is not None:
            fresh.append({"which": key, "was": token, "now": store.cipher.encrypt(text, about=about)})
    if fresh:
        # Only if nobody wrote it meanwhile (PostgreSQL has more than one writer); then it is the next round's.
        same = (sealed.key == bindparam("which")) & (sealed.column == bindparam("was"))
        anew = update(sealed.column.table).where(same).values({sealed.column.name: bindparam("now")})
        await connection.execute(anew, fresh)
    return len(fresh)


async def _canary_anew(store: Store, *, lost: bool = False) -> None:
    async with store.transaction() as tx:
        known = await tx.marks.get(CANARY)
        opens = known is not None and store.cipher.read(bytes.fromhex(known), about=CANARY) is not None
        if opens or lost:
            await tx.marks.put(CANARY, canary_of(store.cipher))
