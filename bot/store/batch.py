"""Statements as they cross over to SQLite's thread together, and parts of a transaction that can fail alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.store.prepared import Prepared


@dataclass
class Part:
    """A part of a transaction that can fail alone.

    failure: why it was undone, where that came out only after it was left: its last statements go with whatever comes
    next. Known for certain once the transaction is committed.
    """

    left: bool = False
    failure: Exception | None = None


@dataclass(frozen=True)
class Statement:
    """SQL for the driver. must: raised where it does not change exactly one row. part: what it belongs to."""

    sql: str
    parameters: tuple[Any, ...] = ()
    must: Exception | None = None
    part: Part | None = None


SAVEPOINT, UNDO, RELEASE = Statement("SAVEPOINT part"), Statement("ROLLBACK TO part"), Statement("RELEASE part")


def statement(
    prepared: Prepared, values: dict[str, Any], must: Exception | None = None, part: Part | None = None
) -> Statement:
    """A prepared statement with its values."""
    compiled = prepared.for_sqlite
    return Statement(compiled.sql, compiled.parameters(values), must, part)


def carry_out(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[tuple[list[Any], int]]:
    """In the driver's thread: all of them; the rows and the number of changes of each.

    What fails in a part that was left already fails for that part alone: nobody waits for it here.
    """
    done: list[tuple[list[Any], int]] = []
    for item in statements:
        if item.sql == SAVEPOINT.sql and not connection.in_transaction:
            # A full disk may have undone everything; a part outside a transaction would commit by itself.
            raise sqlite3.OperationalError("the transaction is over")
        part = item.part
        if part is not None and part.failure is not None:
            done.append(([], 0))
            continue
        try:
            done.append(_carry_one_out(connection, item))
        except Exception as error:
            if part is None or not part.left:
                raise
            part.failure = as_core(error) if isinstance(error, sqlite3.Error) else error
            connection.execute(UNDO.sql)
            done.append(([], 0))
    return done


def _carry_one_out(connection: sqlite3.Connection, item: Statement) -> tuple[list[Any], int]:
    cursor = connection.execute(item.sql, item.parameters)
    rows = cursor.fetchall() if cursor.description else []
    if item.must is not None and cursor.rowcount != 1:
        raise item.must
    return rows, cursor.rowcount


def as_core(error: sqlite3.Error) -> Exception:
    """As Core would say it, so that nobody has to know which way a statement took."""
    return DBAPIError.instance("", None, error, sqlite3.Error, hide_parameters=True)


def roll_back(connection: sqlite3.Connection) -> None:
    """In the driver's thread: end the transaction, if the database has not done so itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
