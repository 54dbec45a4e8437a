"""`keel migrate` and `keel move` as real processes: two at once, killed in the middle, there and back, and refused."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.telegram import TOKEN
from bot.store import move as module
from bot.store.engine import engine_for
from bot.store.migrate import head, migrate
from bot.store.move import MoveProblem, move
from bot.store.store import open_store
from tests.acceptance.deliveries import FIRST, fill
from tests.acceptance.killed import MOVE_POINTS
from tests.acceptance.process import Running, running
from tests.acceptance.test_kill_keys import LATER, bens_words, live
from tests.command import keel
from tests.postgresql import database
from tests.test_bad_input import refused

MANY = 1200
"""More people than go in one batch."""


@pytest.fixture
def url(postgresql: str) -> Iterator[str]:
    """An empty database."""
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as made:
        yield made


async def test_two_who_migrate_at_once_wait_for_each_other(tmp_path: Path, url: str) -> None:
    settings = {"KEEL_DATABASE_URL": url, "KEEL_DATA_DIR": str(tmp_path)}
    done = await asyncio.gather(*(asyncio.to_thread(keel, "migrate", **settings) for _ in range(3)))
    assert [code for code, _ in done] == [0, 0, 0], done
    assert sorted(said.strip() for _, said in done) == [
        *[f"The database is at {head()}."] * 2,
        f"The database went from None to {head()}.",
    ]


@pytest.fixture
async def lived(tmp_path: Path, library: Library, places: Places) -> tuple[Path, str]:
    """A folder in which two people confided and many have a lesson due, and what Ben's file says."""
    folder = tmp_path / "lived"
    folder.mkdir()
    _, said = await live(folder, library, places)
    url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
    await fill(url, folder, range(FIRST, FIRST + MANY))
    return folder, said


def contents(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


async def test_there_and_back_with_kills_in_the_middle_every_row_is_the_same(
    tmp_path: Path, lived: tuple[Path, str], url: str, library: Library, places: Places
) -> None:
    folder, said = lived
    back = tmp_path / "back"
    back.mkdir()
    returned = f"sqlite+aiosqlite:///{back / 'keel.db'}"
    async with running(folder, LATER) as (bot, _):
        for point in MOVE_POINTS:
            await bot.start(killed_at=point, command=f"move {url}")
            await bot.dead()
        half = await asyncio.to_thread(
            keel, "dispatch", KEEL_TOKEN=TOKEN, KEEL_DATA_DIR=str(folder), KEEL_DATABASE_URL=url
        )
        refused(half, "still being copied", "keel move")
        await there(bot, f"move {url}")
        await bot.start(killed_at="a table is half copied", command=f"move {returned} --from {url}")
        await bot.dead()
        await there(bot, f"move {returned} --from {url}")
    assert contents(back / "keel.db") == contents(folder / "keel.db")
    shutil.copy(folder / "keel.key", back / "keel.key")
    assert await bens_words(back, library, places) == said
    store = await open_store(url, folder / "keel.key")
    assert store.fits
    async with store.transaction() as tx:  # new rows go on after those that came along
        newcomer = await tx.learners.add(77, "en", LATER)
        assert newcomer.id > MANY
    await store.close()


async def there(bot: Running, command: str) -> None:
    """The command, to its end."""
    before = len((bot.folder / "log").read_text())
    await bot.start(command=command)
    await bot.dead()
    said = (bot.folder / "log").read_text()[before:]
    assert re.search(r"[\d,]+ rows, each compared\. Now set KEEL_DATABASE_URL", said), said


async def test_what_stands_in_the_way_is_said_in_one_sentence(tmp_path: Path, url: str) -> None:
    settings = {"KEEL_DATA_DIR": str(tmp_path)}
    here = f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}"
    refused(keel("move", url, **settings), "no database", "keel migrate")
    await migrate(here)
    refused(keel("move", "nonsense", **settings), "not a database URL")
    refused(keel("move", here, **settings), "to itself")
    refused(keel("move", url.rpartition("/")[0] + "/nowhere", **settings), "no database", "createdb")
    await migrate(url)
    engine = engine_for(url)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        refused(keel("move", url, **settings), "nother connection", "stop every keel")
        await connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', 'b')"))
        await connection.commit()
    await engine.dispose()
    refused(keel("move", url, **settings), "holds something already", "empty")
    async with running(tmp_path, LATER) as (bot, _):
        await bot.start()
        await bot.ticked()
        refused(keel("move", url, **settings), "Another Keel is running", str(tmp_path))


async def test_a_row_that_was_changed_meanwhile_is_noticed(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}"
    await fill(here, tmp_path, range(FIRST, FIRST + 5))
    compared = module._compared

    async def meddling(old: object, new: object, table: object, target: str) -> int:
        await new.execute(text("UPDATE learner SET locale = 'xx' WHERE id = 3"))  # type: ignore[attr-defined]
        return await compared(old, new, table, target)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_compared", meddling)
    with pytest.raises(MoveProblem, match="learner"):
        await move(here, url, lambda *_: None)
