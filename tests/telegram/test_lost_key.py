"""The key is gone: everything but the words goes on, and where words would stand there is one kind line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.library.load import Library
from bot.lost_keys import lost_keys, say_what_is_lost
from bot.services.arrival import unpack
from bot.services.places import Places
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from tests.conftest import MONDAY, make_world
from tests.export import data_of, page_of, take
from tests.person import Person, World
from tests.telegram.test_own_material import to_soothing
from tests.telegram.test_secrets import confide

LOST = "can't be opened any more"


@pytest.fixture
async def without(tmp_path: Path, library: Library, places: Places) -> AsyncIterator[tuple[World, Person]]:
    """Anna confided in a Keel whose key was lost with the machine; it was started again without."""
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    anna = join(telegram, "Anna")
    async for world in make_world(tmp_path, telegram, clock, library, places):
        await _lives(world, Person(world, anna))
    (tmp_path / "keel.key").unlink()
    async for world in make_world(tmp_path, telegram, clock, library, places, without=True):
        yield world, Person(world, anna)
        assert telegram.refusals() == []
        async with world.keel.store.transaction(reading=True) as tx:
            assert await tx.inbox.count_set_aside() == 0
            assert await tx.inbox.waiting() == []


async def _lives(world: World, anna: Person) -> None:
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Every day", "8:30"):
        await anna.taps(label)
    await confide(world, anna)
    await anna.sends("/letter")
    await anna.taps("A voice note")
    anna.account.send_voice(b"my own calm voice")
    await world.settle()
    await anna.sends("/hold")
    await anna.taps("Hold another one")
    await anna.sends("a purple heron that waits")
    await anna.taps("20 minutes")
    await world.wait(hours=3)
    await anna.sends("/spiral")
    await anna.taps("Next")


async def test_start_progress_and_a_lesson_are_as_ever(without: tuple[World, Person]) -> None:
    world, anna = without
    await anna.sends("/start")
    anna.sees("Pick up anywhere")
    await anna.sends("/progress")
    anna.sees("pause")
    await anna.sends("/lesson")
    anna.sees("Try it")
    await anna.taps("Tried it")
    await world.wait(hours=12)
    await world.next_lesson()
    assert anna.lessons


async def test_a_spiral_starts_and_ends(without: tuple[World, Person]) -> None:
    world, anna = without
    await anna.taps("I've paused")  # a button of a run that cannot be opened any more
    anna.sees("a while ago")
    await to_soothing(anna)
    anna.sees("something kind")
    for own in ("My letter", "My own line", "My voice note", "My safe person"):
        before = len(anna.bots)
        await anna.taps(own)
        await world.settle()
        assert LOST in "\n".join(str(post.data.get("text")) for post in anna.bots[before - 1 :]), own
        await anna.taps("Something else")
    await anna.taps("Something warm")
    await anna.taps("Done")
    anna.sees("What's here now")


async def test_where_words_would_stand_a_line_says_that_they_are_lost(without: tuple[World, Person]) -> None:
    _, anna = without
    await anna.sends("/journal")
    await anna.taps("Read")
    anna.sees(LOST)
    await anna.taps("Show it")
    anna.sees(LOST)
    await anna.taps("Let it go")
    await anna.sends("/plan")
    anna.sees(LOST)
    assert "\ue004" not in "".join(str(post.data) for post in anna.bots)
    await anna.sends("/journal")
    await anna.taps("Write")
    await anna.sends("new words")
    await anna.taps("Keep it")
    await anna.sends("/journal")
    await anna.taps("Read")
    anna.sees("new words")


async def test_an_export_says_what_is_lost_and_can_be_brought_in(without: tuple[World, Person]) -> None:
    world, anna = without
    archive = await take(world, anna)
    data = data_of(archive)
    for name in ("notes", "holds", "keepsakes", "sessions"):
        assert data[name], name
        assert any(row.get("lost") for row in data[name]), name
    assert "\\ue004" not in json.dumps(data)
    assert "heron" not in json.dumps(data)
    assert data["entries"]
    assert LOST in page_of(archive).replace("&#x27;", "'")
    luggage = unpack(world.telegram.files[anna.bots[-1].data["document"]["file_id"]])
    assert not luggage.notes
    assert luggage.entries


async def test_forget_erases_what_is_lost(without: tuple[World, Person]) -> None:
    _, anna = without
    await anna.sends("/forget")
    await anna.taps("Show the first words")
    anna.sees(LOST)
    await anna.taps("A message set aside")
    await anna.taps("Erase it")
    anna.sees("Gone.")
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    anna.sees("Done. Everything")


async def test_what_was_not_answered_yet_is_asked_for_once_more(
    tmp_path: Path, library: Library, places: Places
) -> None:
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    account = join(telegram, "Anna")
    async for world in make_world(tmp_path, telegram, clock, library, places):
        await Person(world, account).sends("/start")
        account.send_text("something confided")
        await world.keel.intake.receive(list(telegram.updates))
        await world.keel.turns.stop(0)
        telegram.updates.clear()
    (tmp_path / "keel.key").unlink()
    async for world in make_world(tmp_path, telegram, clock, library, places, without=True):
        anna = Person(world, account)
        await world.keel.intake.leftovers()
        await world.keel.turns.drain()
        anna.sees(LOST, "once more")
        async with world.keel.store.transaction(reading=True) as tx:
            assert await tx.inbox.waiting() == []


async def test_it_is_said_in_one_line_at_start_and_by_the_check(
    without: tuple[World, Person], capsys: pytest.CaptureFixture[str]
) -> None:
    world, _ = without
    await say_what_is_lost(world.keel.store)
    said = capsys.readouterr()
    (line,) = [line for line in (said.out + said.err).splitlines() if "KEY IS LOST" in line]
    assert "note=" in line
    (sentence,) = await lost_keys(world.keel.store)
    assert "cannot be opened" in sentence
    assert "keel keys" in sentence
