"""Opening the database and one transaction at a time. The queries stand in the rooms beside this file.

SQLite is one file, one process, one writer: a lock in the process queues writers fairly instead of letting
them wait in threads, and a write transaction begins as one (BEGIN IMMEDIATE), so that it never fails half-way
because another wrote first. PostgreSQL needs neither.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model import Learner
from bot.store.arrivals import Arrivals
from bot.store.batch import Part
from bot.store.broadcasts import Broadcasts
from bot.store.chats import Chats
from bot.store.cipher import Cipher, KeyProblem
from bot.store.connection import Connection, SqliteConnection
from bot.store.counts import Counts
from bot.store.engine import CONNECTIONS, NOT_NOW, engine_for, explain
from bot.store.engine import StoreProblem as StoreProblem  # noqa: PLC0414  # who opens a store knows it from here
from bot.store.inbox import Inbox
from bot.store.kept import Kept
from bot.store.learners import Learners
from bot.store.marks import PUT, SEALING, Marks
from bot.store.notices import Notices
from bot.store.paces import Paces
from bot.store.postgresql import PostgresqlConnection
from bot.store.records import Records
from bot.store.sessions import Sessions
from bot.store.tables import setting
from bot.store.tallies import Tallies
from bot.store.timers import Timers
from bot.store.together import Together
from bot.store.who import who

log = structlog.get_logger()

Result = TypeVar("Result")

WIPES = 3
"""How often the log is tried to be emptied; each waits for readers as long as for a lock."""
MOVING = "moving"
"""The mark of a database into which another one is being copied."""
CANARY = "canary"
_CANARY_TEXT = "keel"


@dataclass(frozen=True)
class Transaction:
    """All queries, bound to one open transaction."""

    learners: Learners
    sessions: Sessions
    timers: Timers
    records: Records
    tallies: Tallies
    kept: Kept
    inbox: Inbox
    marks: Marks
    broadcasts: Broadcasts
    counts: Counts
    notices: Notices
    arrivals: Arrivals
    chats: Chats
    paces: Paces

    async def who(self, chat_id: int, session_id: str | None) -> Learner | None:
        """The person of a chat, None when Keel does not know them; the session they tapped in comes along."""
        if session_id is None:
            return await self.learners.find(chat_id)
        return await who(self.learners, self.sessions, chat_id, session_id)

    def part(self) -> AbstractAsyncContextManager[Part]:
        """A part of the transaction that can fail alone."""
        return self.inbox.connection.part()


@dataclass
class _Open:
    """A connection that stays open between transactions: as Core has it, and the driver's own."""

    core: AsyncConnection
    driver: Any


class Store:
    """One database. `transaction()` commits on leaving, or rolls back on an exception."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, *, fits: bool = True) -> None:
        """fits: the key file belongs to the database; else its key is lost, and what was sealed before stays closed."""
        self.engine = engine
        self.cipher = cipher
        self.fits = fits
        self.says_key = False
        """Whether this is the Keel that runs: then it writes down with which key it seals, whenever that changes."""
        self.erased: Path | None = None
        """Where every /delete is written down, so that no backup brings anybody back; None: nowhere."""
        self.transactions = 0
        """How many transactions were opened; tests count what an update costs."""
        self._sqlite = engine.dialect.name == "sqlite"
        self._writing = asyncio.Lock()
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._free: list[_Open] = []
        self._together = Together(partial(self.transaction, repeatable=True))
        self._said: str | None = None

    @asynccontextmanager
    async def transaction(
        self, *, reading: bool = False, repeatable: bool = False, single: bool = False
    ) -> AsyncIterator[Transaction]:
        """One transaction. `reading` promises that nothing is written, and waits for no writer; `single` that there is
        one statement only, which PostgreSQL needs no BEGIN for.

        repeatable: losing it to a power cut loses nothing, because a row that is safe already leads to it again (an
        update in the inbox, a lesson that stays in doubt). Then nobody waits for the disk; it is safe, as everything
        before it is, with the next transaction that does wait. A killed process loses neither kind.
        """
        queue = self._writing if self._sqlite and not reading else nullcontext()
        async with queue, self._places:
            opened = await self._take()
            self.transactions += 1
            connection = self._begin(opened, reading=reading, repeatable=repeatable, single=single)
            if not reading:
                self.cipher.refresh()
            says = self.cipher.current_key_id if self.says_key and not reading else self._said
            if says is not None and says != self._said:
                connection.later(PUT, name=SEALING, value=says)
            try:
                yield self._bind(connection)
                await connection.commit()
                self._said = says
            except BaseException:
                await asyncio.shield(connection.rollback())
                raise
            finally:
                self._free.append(opened)

    async def change(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Do this in a `repeatable` transaction, on SQLite together with whatever else waits to be written.

        Raises what the work raised, and then nothing of it happened; others are not concerned.
        """
        if self._sqlite:
            return await self._together.change(work)
        async with self.transaction(repeatable=True) as tx:
            return await work(tx)

    async def wipe(self) -> None:
        """Leave nothing erased readable in the files, sealed or not.

        SQLite writes zeros over what is erased (secure_delete), but the log beside the database still holds the pages
        as they were, until it is emptied. PostgreSQL keeps its files itself: there this does nothing.
        """
        if not self._sqlite:
            return
        async with self._writing, self._places:
            opened = await self._take()
            try:
                for _ in range(WIPES):  # somebody may be reading what is in the log
                    cursor = await opened.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    busy, *_ = await cursor.fetchone()
                    await cursor.close()
                    if not busy:
                        return
            finally:
                self._free.append(opened)
        log.warning("the database's log could not be emptied; it is emptied with the next one")

    @property
    def shared(self) -> bool:
        """Whether several processes may use it at once."""
        return not self._sqlite

    async def close(self) -> None:
        """Give all connections back, once what is being written is."""
        await self._together.rest()
        for opened in self._free:
            await opened.core.close()
        self._free.clear()
        await self.engine.dispose()

    async def _take(self) -> _Open:
        """An open connection: one that is free, unless the server closed it meanwhile."""
        while self._free:
            opened = self._free.pop()
            if self._sqlite or not opened.driver.is_closed():
                return opened
            await opened.core.invalidate()
            await opened.core.close()
        return await self._connect()

    async def _connect(self) -> _Open:
        core = await self.engine.connect()
        # The transactions of both are begun and ended by hand.
        by_hand = {"begun_by_hand": True} if self._sqlite else {"isolation_level": "AUTOCOMMIT"}
        core = await core.execution_options(**by_hand)
        return _Open(core, (await core.get_raw_connection()).driver_connection)

    def _begin(
        self, opened: _Open, *, reading: bool, repeatable: bool, single: bool
    ) -> SqliteConnection | PostgresqlConnection:
        if self._sqlite:
            return SqliteConnection(opened.core, opened.driver, reading=reading, repeatable=repeatable)
        alone = reading or single
        return PostgresqlConnection(opened.core, opened.driver, alone=alone, waits_for_disk=not repeatable)

    def _bind(self, connection: Connection) -> Transaction:
        inbox = Inbox(connection, self.cipher)
        tallies = Tallies(connection)
        return Transaction(
            learners=Learners(connection, self.cipher),
            sessions=Sessions(connection, self.cipher),
            timers=Timers(connection),
            records=Records(connection, self.cipher, tallies),
            tallies=tallies,
            kept=Kept(connection, self.cipher),
            inbox=inbox,
            marks=Marks(connection),
            broadcasts=Broadcasts(connection),
            counts=Counts(connection),
            notices=Notices(connection),
            arrivals=Arrivals(connection, self.cipher),
            chats=Chats(connection, inbox),
            paces=Paces(connection),
        )


async def open_store(url: str, key_file: Path, *, without: bool = False) -> Store:
    """Open a migrated database with its key.

    without: where the key file is gone, make a new one and go on; what was sealed before stays closed then.

    Raises StoreProblem, KeyProblem: in one sentence, what is wrong and how to mend it.
    """
    engine = engine_for(url)
    try:
        if await _mark(engine, MOVING) is not None:
            place = make_url(url).render_as_string(hide_password=True)
            raise StoreProblem(f"Something is still being copied into {place}; run the same `keel move` again.")
        known = await _mark(engine, CANARY)
        try:
            cipher = Cipher.open(key_file, create=known is None or without)
        except KeyProblem as problem:
            raise KeyProblem(f"{problem} (This database holds text that only its own key file can read.)") from None
        if known is None:
            await _plant_canary(engine, cipher)
        fits = known is None or cipher.read(bytes.fromhex(known), about=CANARY) is not None
    except (sqlite3.DatabaseError, *NOT_NOW) as error:
        await engine.dispose()
        raise explain(error, url) from None
    except BaseException:
        await engine.dispose()
        raise
    return Store(engine, cipher, fits=fits)


async def _mark(engine: AsyncEngine, name: str) -> str | None:
    async with engine.connect() as connection:
        query = select(setting.c.value).where(setting.c.name == name)
        found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found


def canary_of(cipher: Cipher) -> str:
    """Something known, sealed: whether a key file belongs to a database is seen by opening it."""
    return cipher.encrypt(_CANARY_TEXT, about=CANARY).hex()


async def _plant_canary(engine: AsyncEngine, cipher: Cipher) -> None:
    async with engine.begin() as connection:
        token = canary_of(cipher)
        await connection.execute(setting.insert().values(name=CANARY, value=token))
