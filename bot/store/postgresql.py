"""The statements of one open transaction over asyncpg.

There is no thread to cross, but every statement is a way to the server and back. Prepared statements go straight to the
driver, because Core's async layer costs more CPU than all else about them; so the transaction is begun and ended by
hand: not before something is written, and not at all where all of it can be one statement (joined.py). Everything else
takes Core's ordinary way on the same connection, for which that is set to AUTOCOMMIT: then Core says neither BEGIN nor
COMMIT itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import CursorResult, Executable, Table, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.batch import Part
from bot.store.joined import Write, batches, hurried, joined, joined_alone
from bot.store.prepared import Compiled, Prepared

Result = TypeVar("Result")

HURRIED = "BEGIN; SET LOCAL synchronous_commit TO OFF"


class PostgresqlConnection:
    """One transaction on one of the store's own connections."""

    def __init__(self, core: AsyncConnection, driver: Any, *, alone: bool, waits_for_disk: bool) -> None:
        """alone: each statement is a transaction of its own. So for whoever only reads: each sees what is committed, as
        it would in a transaction.

        waits_for_disk: as long as the server is set to; else what is written is safe with the next who does wait. Said
        within the statement or with BEGIN, since it would be a way to the server by itself.
        """
        self._core = core
        self._driver = driver
        self._alone = alone
        self._waits_for_disk = waits_for_disk
        self._begun = False
        self._waiting: list[Write] = []
        self._singly = False
        """Whether what waits is said one by one, to learn what it was that did not change what it must."""

    async def execute(self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None) -> CursorResult[Any]:
        """Any statement of Core."""
        await self._send()
        return await self._core.execute(statement, rows)

    async def run(self, prepared: Prepared, **values: Any) -> list[Any]:
        """A prepared statement; gives the rows that come back."""
        compiled = prepared.for_postgresql
        if self._waiting or not compiled.looks:  # each statement sees what is committed, in a transaction or before it
            await self._send()
        if self._alone and not compiled.looks and not self._waits_for_disk:
            return compiled.rows([line[:-1] for line in await self._fetch(hurried(prepared), compiled, values)])
        return compiled.rows(await self._fetch(compiled.sql, compiled, values))

    async def change(self, prepared: Prepared, **values: Any) -> int:
        """A prepared statement; gives how many rows it changed."""
        await self._send()
        return await self._change(prepared, values)

    def later(self, prepared: Prepared, must: Exception | None = None, **values: Any) -> None:
        """A prepared statement that goes before the next one, or before the commit."""
        self._waiting.append(Write(prepared, values, must))

    def insert(self, table: Table) -> Any:
        """PostgreSQL's INSERT."""
        return postgresql.insert(table)

    async def count_on(self, *tables: Table) -> None:
        """PostgreSQL counts apart from the rows."""
        await self._send()
        await count_on(self._core, *tables)

    @asynccontextmanager
    async def part(self) -> AsyncIterator[Part]:
        """A part that can fail alone; what fails, fails in here."""
        await self._send()
        await self._driver.execute("SAVEPOINT part")
        try:
            yield Part()
            await self._send()
        except BaseException:
            self._waiting.clear()
            await self._driver.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
            raise
        await self._driver.execute("RELEASE SAVEPOINT part")

    async def commit(self) -> None:
        """Everything that waits, and the end. A transaction in which nothing was said never begins."""
        if self._waiting and not self._begun and len(parts := batches(self._waiting)) == 1:
            await self._at_once(parts[0])
        if self._begun or self._waiting:
            await self._send()
        if self._begun:
            await self._driver.execute("COMMIT")
        await self._forget_core()

    async def rollback(self) -> None:
        """As if it had not been."""
        self._waiting.clear()
        try:
            if self._begun and not self._driver.is_closed():
                await self._driver.execute("ROLLBACK")
        finally:
            await self._forget_core()

    async def _forget_core(self) -> None:
        # Core began a transaction in its own books when it was used; the one in the database is over already.
        if self._core.in_transaction():
            await self._core.rollback()

    async def _send(self) -> None:
        if not self._alone and not self._begun:
            self._begun = True
            await self._driver.execute("BEGIN" if self._waits_for_disk else HURRIED)
        waiting, self._waiting = self._waiting, []
        for batch in [[write] for write in waiting] if self._singly else batches(waiting):
            for write, changed in zip(batch, await self._changes(batch), strict=True):
                if changed != 1 and write.must is not None:
                    raise write.must

    async def _changes(self, batch: list[Write]) -> Sequence[int]:
        """How many rows each of them changed."""
        if len(batch) == 1:
            return [await self._change(batch[0].prepared, batch[0].values)]
        sql, values = joined(batch)
        (counts,) = await _as_core(self._driver.fetch(sql, *values))
        return tuple(counts)

    async def _at_once(self, batch: list[Write]) -> None:
        """Everything that waits as one statement, which needs neither BEGIN nor COMMIT. What did not change what it
        must change has undone it all: then it still waits, to be said one by one, which tells what it was."""
        sql, values = joined_alone(batch, waits_for_disk=self._waits_for_disk)
        try:
            await _as_core(self._driver.fetch(sql, *values))
        except asyncpg.DivisionByZeroError:
            self._singly = True
        else:
            self._waiting = []

    async def _fetch(self, sql: str, compiled: Compiled, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = await _as_core(self._driver.fetch(sql, *compiled.parameters(values)))
        return found

    async def _change(self, prepared: Prepared, values: dict[str, Any]) -> int:
        compiled = prepared.for_postgresql
        said = await _as_core(self._driver.execute(compiled.sql, *compiled.parameters(values)))
        return int(said.rpartition(" ")[2])  # such as "UPDATE 1"


async def count_on(core: AsyncConnection, *tables: Table) -> None:
    """Rows were given ids by hand: new ones count on from there."""
    for table in tables:
        counter = func.pg_get_serial_sequence(table.name, "id")
        newest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
        await core.execute(select(func.setval(counter, newest, False)))


async def _as_core(call: Awaitable[Result]) -> Result:
    """With Core's word for a rule of the database that was broken, so that nobody has to know which way it took."""
    try:
        return await call
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError("", None, error, hide_parameters=True) from error
