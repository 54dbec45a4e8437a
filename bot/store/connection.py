"""The statements of one open transaction, with as few ways to the database as can be.

aiosqlite runs SQLite in a thread of its own, and every call that crosses over costs more than most statements. So what
needs no answer waits (`later`) and crosses together with what comes next, the commit at the latest, and BEGIN crosses
with the first statement. Everything else takes SQLAlchemy's ordinary async way on the same connection. PostgreSQL's
transactions stand in postgresql.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.batch import RELEASE, SAVEPOINT, UNDO, Part, Statement, as_core, carry_out, roll_back, statement
from bot.store.prepared import Prepared


class Connection(Protocol):
    """What the queries need of a database."""

    async def execute(self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None) -> CursorResult[Any]:
        """Any statement of Core."""

    async def run(self, prepared: Prepared, **values: Any) -> list[Any]:
        """A prepared statement; gives the rows that come back."""

    async def change(self, prepared: Prepared, **values: Any) -> int:
        """A prepared statement; gives how many rows it changed."""

    def later(self, prepared: Prepared, must: Exception | None = None, **values: Any) -> None:
        """A prepared statement whose outcome nobody waits for: it goes with the next one, or with the commit.

        must: raised there, and everything is undone, unless exactly one row was changed.
        """

    def insert(self, table: Table) -> Any:
        """The database's own INSERT, which knows ON CONFLICT."""

    async def count_on(self, *tables: Table) -> None:
        """Rows were given ids by hand: new ones count on from there."""

    def part(self) -> AbstractAsyncContextManager[Part]:
        """A part of the transaction that can fail alone; it may stand in another one."""


class SqliteConnection:
    """One transaction on one of the store's own connections."""

    def __init__(self, core: AsyncConnection, driver: Any, *, reading: bool, repeatable: bool) -> None:
        self._core = core
        self._driver = driver
        # WAL keeps the order of commits, so one that waits for the disk takes all before it along.
        waits_for_disk = Statement("PRAGMA synchronous=NORMAL" if repeatable else "PRAGMA synchronous=FULL")
        begin = Statement("BEGIN" if reading else "BEGIN IMMEDIATE")
        self._waiting: list[Statement] = [begin] if reading else [waits_for_disk, begin]
        self._begun = False
        self._part: Part | None = None

    async def execute(self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None) -> CursorResult[Any]:
        """Any statement of Core."""
        await self._send()
        return await self._core.execute(statement, rows)

    async def run(self, prepared: Prepared, **values: Any) -> list[Any]:
        """A prepared statement; gives the rows that come back."""
        ((raw, _),) = await self._send(statement(prepared, values))
        return prepared.for_sqlite.rows(raw)

    async def change(self, prepared: Prepared, **values: Any) -> int:
        """A prepared statement; gives how many rows it changed."""
        ((_, changed),) = await self._send(statement(prepared, values))
        return changed

    def later(self, prepared: Prepared, must: Exception | None = None, **values: Any) -> None:
        """A prepared statement that goes with the next one, or with the commit."""
        self._waiting.append(statement(prepared, values, must, self._part))

    def insert(self, table: Table) -> Any:
        """SQLite's INSERT."""
        return sqlite.insert(table)

    async def count_on(self, *tables: Table) -> None:
        """SQLite always goes on from the largest id."""

    @asynccontextmanager
    async def part(self) -> AsyncIterator[Part]:
        """A part that can fail alone. Its last statements cross with what comes next, the commit at the latest."""
        begin, part, around = replace(SAVEPOINT), Part(), self._part
        before = len(self._waiting)
        self._waiting.append(begin)
        self._part = part
        try:
            yield part
        except BaseException:
            if any(statement is begin for statement in self._waiting):
                del self._waiting[before:]  # nothing of it was sent
            else:
                self._waiting.clear()
                await self._send(UNDO, RELEASE)
            raise
        finally:
            self._part, part.left = around, True
        self._waiting.append(RELEASE)

    async def commit(self) -> None:
        """Everything that waits, and the end. A transaction in which nothing was said never begins."""
        if self._begun or any(not item.sql.startswith(("PRAGMA", "BEGIN")) for item in self._waiting):
            await self._send(Statement("COMMIT"))
        await self._forget_core()

    async def rollback(self) -> None:
        """As if it had not been."""
        self._waiting.clear()
        if self._begun:
            await self._run(roll_back)
        await self._forget_core()

    async def _forget_core(self) -> None:
        # Core began a transaction in its own books when it was used; the one in the database is over already.
        if self._core.in_transaction():
            await self._core.rollback()

    async def _send(self, *more: Statement) -> list[tuple[list[Any], int]]:
        """Everything that waits and these; gives the rows and the number of changes of these."""
        statements = [*self._waiting, *more]
        if not statements:
            return []
        self._waiting.clear()
        self._begun = True
        done: list[tuple[list[Any], int]] = await self._run(carry_out, statements)
        return done[len(done) - len(more) :]

    async def _run(self, work: Any, *arguments: Any) -> Any:
        # aiosqlite has no public way to do several statements in one crossing; this is what its own methods use.
        try:
            return await self._driver._execute(work, self._driver._conn, *arguments)
        except sqlite3.Error as error:
            raise as_core(error) from error
