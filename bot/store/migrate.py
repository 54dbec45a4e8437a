"""Bringing a database to the shape this Keel needs."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import KEEL, MIGRATING, NOT_NOW, StoreProblem, engine_for, explain

OTHERS_LEAVE = 30
"""How often it is looked whether the others are gone, a tenth of a second apart: a short command may just be ending."""
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name IN ('', :keel)"
)


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

    On SQLite whoever calls this holds the data folder, if another Keel could run on it.

    Raises StoreProblem: the file is no database, cannot be opened, or was made by a newer Keel; or a Keel still uses
    it, and there is something to change.
    """
    engine = engine_for(url, MIGRATING)
    try:
        async with engine.connect() as connection, connection.begin():
            await connection.run_sync(_alone)
            before = await connection.run_sync(_revision)
            if before is not None and not known(before):
                raise StoreProblem(
                    f"This database was made by a newer Keel (revision {before}); install that Keel or a newer one."
                )
            if before not in (None, head()):
                await _refuse_running(connection, url)
            await connection.run_sync(_upgrade)
            await connection.run_sync(_refuse_orphans)
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
    engine = engine_for(url, MIGRATING)  # who only looks at the shape is in nobody's way
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


async def _refuse_running(connection: AsyncConnection, url: str) -> None:
    """No Keel goes on writing what the new shape does not expect, such as entries without their counters."""
    if connection.dialect.name != "postgresql":
        return
    for _ in range(OTHERS_LEAVE):
        await connection.execute(select(func.pg_stat_clear_snapshot()))
        # Before Keel's connections had a name, they had none; what people and monitors look with names itself.
        if not (await connection.execute(_OTHERS, {"keel": KEEL})).scalar_one():
            return
        await asyncio.sleep(0.1)
    place = make_url(url).render_as_string(hide_password=True)
    raise StoreProblem(
        f"A Keel still uses {place}, which is to be brought up to date; stop every keel (run, receive, dispatch), "
        "then run `keel migrate` again."
    )


def _refuse_orphans(connection: Connection) -> None:
    """While migrating, SQLite does not look after foreign keys by itself."""
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise StoreProblem(
                f"Rows of the table {orphans[0][0]} would belong to nobody, so nothing was changed; "
                "restore a backup, or run the Keel that ran before."
            )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
