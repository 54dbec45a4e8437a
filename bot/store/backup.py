"""Copying a database while it is written to, and looking over a copy before anything is replaced.

SQLite's own online backup gives one moment of the database and holds up no writer. For PostgreSQL its own programs do
the work (pg_dump, pg_restore, psql). The key is never in a copy.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, func, make_url, select, text
from sqlalchemy.exc import DatabaseError

from bot.store.engine import engine_for
from bot.store.migrate import known
from bot.store.store import CANARY, Store
from bot.store.tables import learner, metadata, timer

_OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
MADE = "backed-up"
"""The mark in a copy that says when it was made."""


class BackupProblem(Exception):
    """It cannot be made or put back; the message says why and how to mend it. Nothing was replaced."""


@dataclass(frozen=True)
class Copy:
    """What a copy says of itself. canary: tells whether a key belongs to it; None where it has none."""

    revision: str
    canary: str | None


def suffix(url: str) -> str:
    """How the name of a backup of this database ends."""
    return ".db" if _lite(url) else ".dump"


@dataclass(frozen=True)
class Contents:
    """What is in a database. due: how many of the timers are due. broadcasts: ids of those under way."""

    made: datetime | None
    people: int
    timers: int
    due: int
    broadcasts: tuple[int, ...]


async def contents(store: Store, now: datetime) -> Contents:
    """Count it. `made` is when the backup was made: its mark, or its newest row where another program made it."""
    async with store.transaction(reading=True) as tx:
        run = tx.inbox.connection.execute
        people = (await run(select(func.count()).select_from(learner))).scalar_one()
        timers = (await run(select(func.count()).select_from(timer))).scalar_one()
        due = (await run(select(func.count()).where(timer.c.due_at <= now))).scalar_one()
        broadcasts = tuple(item.broadcast.id for item in await tx.broadcasts.progress() if item.waiting)
        mark, newest = await tx.marks.get(MADE), await tx.learners.newest()
    moments = [moment for moment in (mark and datetime.fromisoformat(mark), newest) if moment]
    return Contents(max(moments, default=None), people, timers, due, broadcasts)


async def refuse_live(url: str, *, over: bool) -> None:
    """Replace nothing that somebody uses, nor what holds people unless that is meant.

    Raises BackupProblem.
    """
    if _lite(url) and not await asyncio.to_thread(place_of(url).exists):
        return
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            if not _lite(url) and (await connection.execute(_OTHERS)).scalar_one():
                raise BackupProblem(
                    "Something is connected to the database; stop every `keel receive`, `keel dispatch` and "
                    "`keel run` that uses it, then restore."
                )
            people = (await connection.execute(select(func.count()).select_from(learner))).scalar_one()
    except (DatabaseError, sqlite3.DatabaseError) as error:
        said = str(getattr(error, "orig", error))
        people = 0 if "no such table" in said or "does not exist" in said else 1  # a damaged one may hold people
    finally:
        await engine.dispose()
    if people and not over:
        raise BackupProblem(
            "There are people in the database that this would replace; add --over if that is meant "
            "(on SQLite it is kept beside the new one)."
        )


def make(url: str, to: Path) -> None:
    """Write a copy of the database to a file that is not there yet; it has its name only once it is whole.

    Raises BackupProblem.
    """
    part = to.with_name(f"{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if _lite(url):
            copy_sqlite(place_of(url), part)
        else:
            _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}"], url)
        look_over(url, part)
        _settle(part)
        part.replace(to)
    except OSError as error:
        raise BackupProblem(
            f"The backup {to} cannot be written ({error.strerror}); check the folder's rights and its free space."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def copy_sqlite(source: Path, to: Path) -> None:
    """One moment of a SQLite database, with what is still in its log, as one file.

    Raises BackupProblem.
    """
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True)) as live,
            closing(sqlite3.connect(to)) as made,
        ):
            live.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupProblem(
            f"{source} cannot be copied to {to} ({error}); check that it is a Keel database, and the free space."
        ) from None


def look_over(url: str, file: Path) -> Copy:
    """Whether a file is a whole backup for the kind of database that `url` names.

    Raises BackupProblem: it is damaged, not Keel's, or of a newer Keel.
    """
    if not file.is_file():
        raise BackupProblem(f"There is no backup at {file}; check the path.")
    found = _look_over_sqlite(file) if _lite(url) else _look_over_dump(url, file)
    if not known(found.revision):
        raise BackupProblem(
            f"{file} was made by a newer Keel (revision {found.revision}); install that Keel or a newer one."
        )
    return found


def replace_sqlite(place: Path, staged: Path, aside: Path) -> None:
    """Put a looked-over file in the place of the database at once; what stood there is `aside` afterwards.

    Nobody may use the database meanwhile. Killed in between, there is the old one or the new one.

    Raises BackupProblem.
    """
    try:
        if place.exists():
            with suppress(sqlite3.Error), closing(sqlite3.connect(place)) as old:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for ending in ("-wal", "-shm"):  # a log that a damaged database left must not meet the new one
                with suppress(FileNotFoundError):
                    place.with_name(place.name + ending).replace(aside.with_name(aside.name + ending))
            os.link(place, aside)
        staged.replace(place)
        _settle(place)
    except OSError as error:
        raise BackupProblem(
            f"{place} cannot be replaced ({error.strerror}); check the folder's owner and rights."
        ) from None


def replace_postgresql(url: str, file: Path, script: Path) -> None:
    """Put a looked-over dump in the place of the database, in one transaction. script: a file that may be written.

    Raises BackupProblem: then nothing has changed.
    """
    try:
        _run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file)], url)
        script.chmod(0o600)
        tables = ", ".join((*(table.name for table in metadata.sorted_tables), "alembic_version"))
        _run(
            ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
             f"--command=DROP TABLE IF EXISTS {tables} CASCADE", f"--file={script}"],
            url,
        )  # fmt: skip
    finally:
        script.unlink(missing_ok=True)


def forget_old(folder: Path, before: datetime) -> list[Path]:
    """Erase Keel's own backups in a folder that were made before a moment; gives which."""
    oldest = f"keel-{before:%Y%m%dT%H%M%SZ}"
    old = [file for file in folder.glob("keel-????????T??????Z.*") if file.stem < oldest]
    for file in old:
        file.unlink()
    return old


def _look_over_sqlite(file: Path) -> Copy:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as made:
            (said,) = made.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise BackupProblem(f"{file} is damaged ({said}); take another backup.")
            (revision,) = made.execute("SELECT version_num FROM alembic_version").fetchone()
            canary = made.execute("SELECT value FROM setting WHERE name = ?", (CANARY,)).fetchone()
    except (sqlite3.Error, TypeError):
        raise BackupProblem(f"{file} is damaged, or no backup of a Keel on SQLite; take another one.") from None
    return Copy(revision, canary[0] if canary else None)


def _look_over_dump(url: str, file: Path) -> Copy:
    revision = canary = None
    for table in ("alembic_version", "setting"):
        said = _run(["pg_restore", "--data-only", f"--table={table}", "--file=-", str(file)], url)
        for line in said.splitlines():
            name, _, value = line.partition("\t")
            if table == "setting" and name == CANARY:
                canary = value
            if table == "alembic_version" and line.isalnum():
                revision = line
    if revision is None:
        raise BackupProblem(f"{file} is no backup of a Keel on PostgreSQL; take another one.")
    _run(["pg_restore", f"--file={os.devnull}", str(file)], url)  # every block of it can be read
    return Copy(revision, canary)


def _lite(url: str) -> bool:
    return url.startswith("sqlite")


def place_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(url).database or "")


def _run(command: Sequence[str], url: str) -> str:
    program = shutil.which(command[0])
    if program is None:
        raise BackupProblem(
            f"{command[0]} is not installed here; install PostgreSQL's client programs, as new as the server or newer."
        )
    environment = {**os.environ, **_environment(make_url(url))}
    done = subprocess.run(  # noqa: S603  # its own programs, with arguments of ours
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it did not say why"])[0]
        raise BackupProblem(f"{command[0]} failed ({said}); check the database and the file, and try again.")
    return done.stdout


def _environment(url: URL) -> Mapping[str, str]:
    """Where and as whom, for PostgreSQL's programs: never on the command line, where others could read it."""
    given = {
        "PGHOST": url.host,
        "PGPORT": None if url.port is None else str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": None if url.password is None else str(url.password),
        "PGDATABASE": url.database,
    }
    ssl = url.query.get("ssl")
    given["PGSSLMODE"] = ssl if isinstance(ssl, str) else None
    return {name: value for name, value in given.items() if value is not None}


def _settle(file: Path) -> None:
    for path, how in ((file, os.O_RDONLY), (file.parent, os.O_RDONLY)):
        descriptor = os.open(path, how)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
