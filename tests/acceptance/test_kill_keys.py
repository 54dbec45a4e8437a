"""Kill -9 while keys are changed and while somebody is erased: begun again it ends, nothing is readable, nothing else
is lost."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from bot.store.cipher import Cipher
from bot.store.keys import counted
from bot.store.store import open_store
from tests.acceptance.killed import DELETE_POINTS, ROTATION_POINTS
from tests.acceptance.process import Running, running
from tests.acceptance.test_kill import bots, newest, tap
from tests.conftest import MONDAY, make_world
from tests.export import data_of, take
from tests.person import Person
from tests.telegram.test_delete import CHAT, CHAT_BYTES, gives_a_voice_note, sealed
from tests.telegram.test_delete import places as found_in
from tests.telegram.test_secrets import confide

LATER = MONDAY + timedelta(hours=6)
BEN = 4711
NEWER_UPDATES = 500_000
"""Update ids after those of the Telegram in which the folder was filled."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, library: Library, places: Places) -> tuple[Path, list[bytes], str]:
    """A folder in which two people confided; pieces of what is sealed of Cleo's; and what Ben's file says."""
    folder = tmp_path_factory.mktemp("lived")
    with ThreadPoolExecutor(1) as aside:  # an event loop of its own: this is made once for all tests here
        pieces, said = aside.submit(asyncio.run, live(folder, library, places)).result()
    return folder, pieces, said


async def live(folder: Path, library: Library, places: Places) -> tuple[list[bytes], str]:
    clock = MovableClock(MONDAY)
    pieces, said = [CHAT_BYTES], ""
    async for world in make_world(folder, Telegram(clock.now), clock, library, places):
        cleo = Person(world, join(world.telegram, "Cleo", chat_id=CHAT))
        ben = Person(world, join(world.telegram, "Ben", chat_id=BEN))
        await confide(world, cleo)
        await gives_a_voice_note(world, cleo)
        pieces += await sealed(world)
        await confide(world, ben)
        said = _own_words(data_of(await take(world, ben)))
    return pieces, said


def _own_words(data: object) -> str:
    assert isinstance(data, dict)
    return json.dumps([data[name] for name in ("notes", "holds", "entries", "lessons", "sessions")], sort_keys=True)


async def bens_words(folder: Path, library: Library, places: Places) -> str:
    clock, said = MovableClock(LATER), ""
    async for world in make_world(folder, Telegram(clock.now), clock, library, places):
        ben = Person(world, join(world.telegram, "Ben", chat_id=BEN))
        world.telegram._update_ids = itertools.count(2 * NEWER_UPDATES)
        said = _own_words(data_of(await take(world, ben)))
    return said


def _begin(bot: Running, lived: Path) -> None:
    for file in lived.iterdir():
        shutil.copy(file, bot.folder / file.name)
    bot.telegram._update_ids = itertools.count(NEWER_UPDATES)


@pytest.mark.parametrize("point", DELETE_POINTS)
async def test_killed_at_any_point_of_delete_nothing_is_left_and_nobody_else_loses_anything(
    tmp_path: Path, lived: tuple[Path, list[bytes], str], point: str, library: Library, places: Places
) -> None:
    folder, pieces, said = lived
    async with running(tmp_path, LATER) as (bot, _):
        _begin(bot, folder)
        cleo = join(bot.telegram, "Cleo", chat_id=CHAT)
        await bot.start()
        cleo.send_text("/delete")
        await bot.until(lambda: "Delete everything?" in newest(cleo), "the question")
        await bot.kill()
        assert sum(_left(tmp_path, pieces).values()) >= len(pieces)
        await bot.start(killed_at=point)
        await tap(bot, cleo, "Delete everything")
        await bot.dead()
        await bot.start()
        await bot.until(lambda: any("Done. Everything" in str(p.data.get("text")) for p in bots(cleo)), "the word")
        await bot.until(lambda: not _left(tmp_path, pieces), "the last of it to go")
        await bot.kill()
    assert _people(tmp_path) == [BEN]
    assert await bens_words(tmp_path, library, places) == said


def _left(folder: Path, pieces: list[bytes]) -> dict[str, int]:
    """Where something of what was to be erased still stands."""
    return found_in(folder, pieces)


def _people(folder: Path) -> list[int]:
    connection = sqlite3.connect(f"file:{folder / 'keel.db'}?mode=ro", uri=True)
    found = [chat for (chat,) in connection.execute("SELECT chat_id FROM learner")]
    connection.close()
    return found


@pytest.mark.long
async def test_killed_at_any_point_of_a_rotation_it_goes_on_and_ends_beside_a_running_keel(
    tmp_path: Path, lived: tuple[Path, list[bytes], str], library: Library, places: Places
) -> None:
    folder, _, said = lived
    async with running(tmp_path, LATER) as (bot, anna):
        _begin(bot, folder)
        seen = {_current(tmp_path)}
        await bot.start(from_scratch=True)
        for number, point in enumerate(ROTATION_POINTS):
            await bot.start(killed_at=point, command="keys rotate")
            await asyncio.wait_for(_ended(bot), 30)
            if number % 4 == 3:  # and Keel with it
                assert bot.process is not None
                bot.process.kill()
                await bot.process.wait()
                await bot.start(from_scratch=True)
            anna.send_text(f"a word in between {number}")
            await tap(bot, anna, "Keep it as a note")
            await bot.until(lambda: "kept" in newest(anna).lower() or "Kept" in newest(anna), "an answer")
            await bot.start(command="keys rotate")
            await asyncio.wait_for(_ended(bot), 30)
            now = Cipher.open(tmp_path / "keel.key", create=False).key_ids
            assert len(now) == 1, point
            assert now[0] not in seen, point
            seen.add(now[0])
            assert await _keys_named(tmp_path) == set(now), point
        await bot.kill()
        log = (tmp_path / "log").read_text()
    assert log.count("Retired") == len(ROTATION_POINTS)  # so many ended well, and each of the others was killed
    assert "cannot be opened" not in log
    assert "could not be handled" not in log
    assert await bens_words(tmp_path, library, places) == said
    connection = sqlite3.connect(tmp_path / "keel.db")
    assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
    connection.close()


async def _ended(bot: Running) -> None:
    """Wait for the forked command alone; Keel goes on."""
    process, bot.process = bot.process, None
    try:
        await bot.dead()
    finally:
        bot.process = process


def _current(folder: Path) -> str:
    return Cipher.open(folder / "keel.key", create=False).current_key_id


async def _keys_named(folder: Path) -> set[str]:
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'keel.db'}", folder / "keel.key")
    found = await counted(store)
    await store.close()
    return set(found)
