"""Engines for the databases that Keel knows, and one sentence for what a database says when it cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection as CoreConnection
from sqlalchemy import event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT_MS = 10_000
CONNECTIONS = 5
"""Transactions at the same time; on SQLite one of them writes."""
KEEL, MIGRATING = "keel", "keel migrate"
"""What connections call themselves, so that an upgrade sees who is a Keel."""
BY_INDEX = "SET enable_seqscan TO off; SET jit TO off"
"""The inbox is nearly empty whenever PostgreSQL counts its rows, so it would read the whole table for each update; but
what was answered stays in the file until the next vacuum, and reading past a minute of that costs more than all else.
Where there is no index, the price is then so high that PostgreSQL would compile the plan first, for nothing."""
NO_SUCH_DATABASE, NOT_LET_IN = "3D000", "28"
"""What PostgreSQL calls these, or how what it calls them begins."""
NOT_NOW = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What a transaction raises where the database does not answer, or has no room, just now."""


class StoreProblem(Exception):
    """The database cannot be used; the message says what is wrong and how to mend it."""


def engine_for(url: str, name: str = KEEL) -> AsyncEngine:
    """An engine for a database URL, set up for how Keel uses it. name: what PostgreSQL lists its connections as.

    Raises StoreProblem: the URL is not one of a database that Keel knows.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreProblem(
            "KEEL_DATABASE_URL is not a database URL; write sqlite+aiosqlite:///path or postgresql+asyncpg://…"
        ) from None
    if parsed.drivername == "sqlite+aiosqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(parsed, pool_size=CONNECTIONS, max_overflow=1, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        if name == MIGRATING:
            event.listen(engine.sync_engine, "connect", _let_tables_go)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql+asyncpg":
        named = {"server_settings": {"application_name": name}}
        engine = create_async_engine(parsed, pool_size=10, hide_parameters=True, connect_args=named)
        if name == KEEL:  # an upgrade reads whole tables, and shall
            event.listen(engine.sync_engine, "connect", _look_up_by_index)
        return engine
    raise StoreProblem(
        f"KEEL_DATABASE_URL names the driver {parsed.drivername}, which Keel does not use; "
        "write sqlite+aiosqlite:///path or postgresql+asyncpg://user@host/name."
    )


def _look_up_by_index(connection: Any, _record: Any) -> None:
    connection.run_async(lambda driver: driver.execute(BY_INDEX))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a confirmed update survives the power going
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _let_tables_go(connection: Any, _record: Any) -> None:
    # SQLite changes a table by making it anew and dropping the old one; with foreign keys on, everything that refers to
    # its rows would go with it. It cannot be switched inside a transaction.
    connection.execute("PRAGMA foreign_keys=OFF").close()


def _begin_sqlite(connection: CoreConnection) -> None:
    if not connection.get_execution_options().get("begun_by_hand", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def explain(error: Exception, url: str) -> StoreProblem:
    """One sentence for what the database driver said."""
    place = make_url(url).render_as_string(hide_password=True)
    said = str(getattr(error, "orig", None) or error)
    if "not a database" in said:
        return StoreProblem(f"{place} is a file but not a database; move it away or set KEEL_DATABASE_URL.")
    if "unable to open" in said or "readonly" in said:
        return StoreProblem(f"{place} cannot be opened for writing; check the folder's owner and rights.")
    if "disk is full" in said or "disk I/O error" in said:
        return StoreProblem(f"The disk that holds {place} is full or fails; make room there, or set KEEL_DATA_DIR.")
    code = str(getattr(getattr(error, "orig", None) or error, "sqlstate", None))
    if code == NO_SUCH_DATABASE:
        return StoreProblem(f"There is no database {place}; make it first (createdb), or mend the URL.")
    if code.startswith(NOT_LET_IN):
        return StoreProblem(f"{place} refuses this user or password; mend the URL, PGPASSWORD or ~/.pgpass.")
    if isinstance(error, OperationalError) or "connect" in said.lower():
        return StoreProblem(f"{place} does not answer ({type(error).__name__}); check that the database runs.")
    return StoreProblem(f"{place} cannot be used ({type(error).__name__}); run `keel check`.")
