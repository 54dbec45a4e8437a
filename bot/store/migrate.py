"""Bringing a database to the shape this Keel needs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, make_url, select

from bot.store.engine import NOT_NOW, StoreProblem, engine_for, explain


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head() -> str:
    """The newest revision that this Keel knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


async def migrate(url: str) -> tuple[str | None, str]:
    """Apply what is missing; gives the revision before and after. Of two at once, one waits for the other.

    Raises StoreProblem: the file is no database, cannot be opened, or was made by a newer Keel.
    """
    engine = engine_for(url)
    try:
        async with engine.connect() as connection, connection.begin():
            await connection.run_sync(_alone)
            before = await connection.run_sync(_revision)
            if before is not None and not known(before):
                raise StoreProblem(
                    f"This database was made by a newer Keel (revision {before}); install that Keel or a newer one."
                )
            await connection.run_sync(_upgrade)
            return before, head()
    except (sqlite3.DatabaseError, *NOT_NOW) as error:
        raise explain(error, url) from None
    finally:
        await engine.dispose()


def known(revision: str | None) -> bool:
    """Whether this Keel can bring a database of a revision up to date."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


async def require_current(url: str) -> None:
    """Look whether a database has the shape this Keel needs; nothing is changed, and a running Keel goes on.

    Raises StoreProblem: there is none yet, or it has another shape.
    """
    _require_file(url)
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(_revision)
    except (sqlite3.DatabaseError, *NOT_NOW) as error:
        raise explain(error, url) from None
    finally:
        await engine.dispose()
    if found != head():
        raise StoreProblem(
            f"The database is at revision {found or 'none'} and this Keel needs {head()}; run `keel migrate`, "
            "or start the Keel that is installed now."
        )


def _require_file(url: str) -> None:
    # SQLite would make an empty file, and whoever asks would be told that nobody uses Keel.
    path = make_url(url).database if url.startswith("sqlite") else None
    if path and not Path(path).exists():
        raise StoreProblem(f"There is no database at {path} yet; `keel run` or `keel migrate` makes it.")


def _alone(connection: Connection) -> None:
    """Until the end of the transaction nobody else migrates: on SQLite it began as a writer's, and PostgreSQL needs a
    lock of its own, because two that find no table both make it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("keel:migrate", 0))))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
