"""Copying a whole database to another one: SQLite to PostgreSQL, or back.

Table by table, in the order in which rows name each other, in batches that are committed one by one. Rows go in the
order of their keys, so that as many as stand in the target are done: a copy that was broken off goes on from there.
Until everything was compared, a mark in the target keeps Keel from using it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, Table, UniqueConstraint, func, insert, make_url, select, text, tuple_
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import NOT_NOW, engine_for, explain
from bot.store.migrate import migrate, require_current
from bot.store.postgresql import count_on
from bot.store.store import CANARY, MOVING
from bot.store.tables import keepsake, metadata, setting

BATCH = 1000
LARGE = {keepsake.name: 20}
"""Tables whose rows hold whole files: fewer rows in a batch."""
OTHERS_LEAVE = 30
"""Tenths of a second after which a connection that is just being closed is gone."""
KNOWN = ("sqlite+aiosqlite", "postgresql+asyncpg")

Tell = Callable[[str, int], None]
"""Is told the name of each table and how many rows it has, once they are copied."""


class MoveProblem(Exception):
    """A database cannot be copied; the message says why, where, and how to mend it."""


async def move(source: str, target: str, tell: Tell) -> int:
    """Copy everything and compare it; gives how many rows there are. Begun again, it goes on where it was.

    Raises MoveProblem, StoreProblem: one of the two cannot be used, is in use, or the target holds something else.
    """
    _refuse_what_is_no_database(source, target)
    await require_current(source)
    await migrate(target)
    try:
        async with _connected(source) as old, _connected(target) as new:
            await _refuse_others(old, source)
            await _refuse_others(new, target)
            await _begin(old, new, target)
            for table in metadata.sorted_tables:
                if table is not setting:
                    tell(table.name, await _copy(old, new, table, target))
            counts = [
                await _compared(old, new, table, target) for table in metadata.sorted_tables if table is not setting
            ]
            await _refuse_others(old, source)
            return sum(counts) + await _end(old, new, target)
    except NOT_NOW as error:
        place = target if "INSERT" in str(getattr(error, "statement", "") or "") else source
        raise explain(error, place) from None


def folders_of(*urls: str) -> set[Path]:
    """Where those of them that are SQLite files stand: a Keel that uses one holds the folder, as a rule.

    Raises MoveProblem: one is no URL of a database.
    """
    _refuse_what_is_no_database(*urls)
    files = [make_url(url).database for url in urls if url.startswith("sqlite")]
    return {Path(file).absolute().parent for file in files if file}


def place_of(url: str) -> str:
    """A database URL as it can be shown."""
    return make_url(url).render_as_string(hide_password=True)


def _refuse_what_is_no_database(source: str, target: str) -> None:
    for url, which in ((source, "the database to copy from"), (target, "the database to copy to")):
        try:
            known = make_url(url).drivername in KNOWN
        except ArgumentError:
            known = False
        if not known:
            raise MoveProblem(
                f"What names {which} is not a database URL that Keel knows; "
                "write sqlite+aiosqlite:///path or postgresql+asyncpg://user@host/name."
            )
    if make_url(source) == make_url(target):
        raise MoveProblem(f"{place_of(source)} would be copied to itself; name another database to copy to.")


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _refuse_others(connection: AsyncConnection, url: str) -> None:
    """Nobody else is connected. On SQLite the data folder is held by whoever calls this, and the transaction keeps
    writers out."""
    if connection.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    for _ in range(OTHERS_LEAVE):
        await connection.rollback()  # the list of connections stays the same within a transaction
        number = (await connection.execute(others)).scalar_one()
        if number == 0:
            return
        await asyncio.sleep(0.1)  # one that is just being closed is still listed
    uses = "Another connection uses" if number == 1 else f"{number} other connections use"
    raise MoveProblem(
        f"{uses} {place_of(url)}; stop every keel (receive, dispatch, run) and whatever else is connected, "
        "then run `keel move` again."
    )


async def _begin(old: AsyncConnection, new: AsyncConnection, target: str) -> None:
    """The mark that says what is copied into the target."""
    canary = (await old.execute(select(setting.c.value).where(setting.c.name == CANARY))).scalar_one_or_none()
    mark = blake2b(str(canary).encode(), digest_size=16).hexdigest()
    found = (await new.execute(select(setting.c.value).where(setting.c.name == MOVING))).scalar_one_or_none()
    if found == mark:
        return
    counts = [
        (await new.execute(select(func.count()).select_from(table))).scalar_one() for table in metadata.tables.values()
    ]
    if found is not None or sum(counts) > 0:
        raise MoveProblem(
            f"{place_of(target)} holds something already ({sum(counts):,} rows); "
            "take an empty database, or empty this one first."
        )
    await new.execute(insert(setting).values(name=MOVING, value=mark))
    await new.commit()


async def _copy(old: AsyncConnection, new: AsyncConnection, table: Table, target: str) -> int:
    """All rows that are not there yet; gives how many there are by then."""
    done = await _count(new, table)
    await new.commit()
    last = None
    if done > 0:
        keys = select(*_key(table)).order_by(*_key(table)).offset(done - 1).limit(1)
        last = (await old.execute(keys)).one_or_none()
        if last is None:
            raise _differ(table, target)
    async for rows in _batches(old, table, last):
        await _write(new, table, rows, target)
        await new.commit()
        done += len(rows)
    return done


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _write(new: AsyncConnection, table: Table, rows: Sequence[Any], target: str) -> None:
    try:
        await new.execute(insert(table), [dict(row._mapping) for row in rows])
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise MoveProblem(
            f"A row of the table {table.name} does not fit into {place_of(target)} ({type(error.orig).__name__}); "
            "run `keel check` on the database it comes from."
        ) from None


async def _compared(old: AsyncConnection, new: AsyncConnection, table: Table, target: str) -> int:
    """How many rows there are on both sides, each of them the same."""
    there, here = await _sum(old, table), await _sum(new, table)
    await new.commit()
    if there != here:
        raise _differ(table, target)
    return there[0]


async def _end(old: AsyncConnection, new: AsyncConnection, target: str) -> int:
    """Numbers go on from where they are, and what is known of the installation comes along: then it may be used."""
    if new.dialect.name == "postgresql":
        numbered = [table for table in metadata.tables.values() if _is_numbered(table)]
        await count_on(new, *numbered)
    rows = (await old.execute(select(setting))).all()
    await new.execute(setting.delete())
    await _write(new, setting, rows, target)
    if await _sum(old, setting) != await _sum(new, setting):
        raise _differ(setting, target)
    await new.commit()
    return len(rows)


async def _sum(connection: AsyncConnection, table: Table) -> tuple[int, int]:
    """How many rows, and a sum over all of them that doesn't ask for their order: databases sort words differently."""
    count = total = 0
    async for rows in _batches(connection, table, None):
        count += len(rows)
        total += sum(int.from_bytes(blake2b(_plain(row), digest_size=32).digest()) for row in rows)
    return count, total % 2**256


def _plain(row: Any) -> bytes:
    """A row's values, alike whichever database they come from."""
    values = (blake2b(value).hexdigest() if isinstance(value, bytes) else value for value in row)
    return repr(tuple(values)).encode()


async def _batches(connection: AsyncConnection, table: Table, last: Any) -> AsyncIterator[Sequence[Any]]:
    """All rows after one, in the order of their keys."""
    key, most = _key(table), LARGE.get(table.name, BATCH)
    while True:
        query = select(table).order_by(*key).limit(most)
        if last is not None:
            query = query.where(tuple_(*key) > tuple_(*last))
        rows = (await connection.execute(query)).all()
        if rows:
            yield rows
        if len(rows) < most:
            return
        last = tuple(rows[-1]._mapping[column] for column in key)


def _key(table: Table) -> tuple[Column[Any], ...]:
    """What names a row."""
    if table.primary_key.columns:
        return tuple(table.primary_key.columns)
    unique = next(rule for rule in table.constraints if isinstance(rule, UniqueConstraint))
    return tuple(unique.columns)


def _is_numbered(table: Table) -> bool:
    """Its rows are given their numbers by the database."""
    key = tuple(table.primary_key.columns)
    return len(key) == 1 and key[0].name == "id" and isinstance(key[0].type, Integer)


def _differ(table: Table, target: str) -> MoveProblem:
    return MoveProblem(
        f"The table {table.name} in {place_of(target)} is not what it was copied from; "
        "empty that database and run `keel move` again, with no Keel running on either."
    )
