"""The bulk lane with many people in it: what it does when the line, a lesson or Keel itself breaks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.core.model import DeliveryState, Lane
from bot.core.trouble import REST, SAME_REFUSALS
from bot.dispatch import AT_ONCE, LEASE
from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.faults import Kind
from bot.simulator.person import Person as Account
from bot.simulator.telegram import Telegram
from bot.telegram.lanes import Lanes
from tests.conftest import MONDAY, make_world
from tests.person import Person, World
from tests.telegram.crowd import crowd, ledger


def lessons_got(people: list[Account]) -> Counter[int]:
    """How many people have how many messages."""
    return Counter(sum(post.from_bot for post in person.posts) for person in people)


async def test_everybody_gets_one(world: World) -> None:
    people = await crowd(world, 150, MONDAY)
    counts = await world.keel.dispatcher.tick(Lane.BULK, 60)
    assert counts == {"claimed": 150, "sent": 150}
    assert lessons_got(people) == {1: 150}
    assert {item.state for item in await ledger(world, people)} == {DeliveryState.SENT}


class Slept:
    """Room in the lane for a process that was stopped, longer than its leases last, while it waited for it."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.left = 1

    async def take(self, lane: Lane, patience: float) -> bool:
        """There is room for one, much later."""
        self.clock.move_to(self.clock.now() + LEASE + timedelta(seconds=1))
        self.left -= 1
        return self.left >= 0

    def give_back(self, lane: Lane) -> None:
        """Nothing to do."""


async def test_who_slept_past_the_lease_leaves_what_it_claimed_to_others(world: World) -> None:
    people = await crowd(world, 3, MONDAY)
    awake = world.keel.dispatcher.room
    world.keel.dispatcher.room = Slept(world.clock)
    counts = await world.keel.dispatcher.tick(Lane.BULK, 0.1)
    assert counts == {"claimed": 1, "nothing": 1}
    assert lessons_got(people) == {0: 3}
    world.keel.dispatcher.room = awake
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    assert lessons_got(people) == {1: 3}


async def test_a_line_that_fails_rests_the_lane_and_nothing_else(
    world: World, anna: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    people = await crowd(world, 60, MONDAY)
    world.telegram.faults.next(Kind.TIMEOUT, "sendMessage", times=12)
    counts = await world.keel.dispatcher.tick(Lane.BULK, 60)
    assert counts["unknown"] == 12
    assert counts["claimed"] < 60
    assert "the bulk lane rests" in capsys.readouterr().out
    assert await world.keel.dispatcher.tick(Lane.BULK, 60) == {}
    await anna.sends("/spiral")
    assert "Next" in anna.buttons
    world.clock.move_to(MONDAY + REST + timedelta(seconds=1))
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    assert lessons_got(people) == {0: 12, 1: 48}
    assert Counter(item.state for item in await ledger(world, people)) == {"unknown": 12, "sent": 48}


async def test_after_a_rest_one_goes_ahead_and_the_others_follow_it(world: World) -> None:
    people = await crowd(world, 60, MONDAY)
    faults, rest = world.telegram.faults, REST + timedelta(seconds=1)
    faults.share, faults.kinds = 1.0, (Kind.TIMEOUT,)
    doubtful = (await world.keel.dispatcher.tick(Lane.BULK, 60))["unknown"]
    for minute in range(1, 4):
        world.clock.move_to(MONDAY + minute * rest)
        assert await world.keel.dispatcher.tick(Lane.BULK, 60) == {"claimed": 1, "unknown": 1}
    faults.share = 0.0
    world.clock.move_to(MONDAY + 4 * rest)
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    assert lessons_got(people) == {0: doubtful + 3, 1: 60 - doubtful - 3}


async def test_a_line_that_is_cut_brings_the_lessons_later(world: World) -> None:
    people = await crowd(world, 30, MONDAY)
    world.telegram.faults.down = True
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    world.telegram.faults.down = False
    world.clock.move_to(MONDAY + timedelta(minutes=3))
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    states = Counter(item.state for item in await ledger(world, people))
    assert lessons_got(people)[1] == states[DeliveryState.SENT]
    assert states[DeliveryState.SENT] + states[DeliveryState.UNKNOWN] == 30


@pytest.fixture
async def broken(tmp_path: Path, library: Library, places: Places) -> AsyncIterator[World]:
    """A Keel whose first lesson nobody checked: it is far over Telegram's length."""
    speech = library.speak("en")
    lessons = dict(speech.lessons)
    first = library.curriculum.lessons[0]
    lessons[first] = replace(lessons[first], body="word " * 1200)
    mended = {**library.locales, "en": replace(speech, lessons=lessons)}
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    async for made in make_world(tmp_path, telegram, clock, replace(library, locales=mended), places):
        yield made


async def test_a_lesson_that_telegram_refuses_for_everybody_stops_and_the_bot_does_not(
    broken: World, capsys: pytest.CaptureFixture[str]
) -> None:
    people = await crowd(broken, 40, MONDAY)
    await broken.keel.dispatcher.tick(Lane.BULK, 60)
    refused = len(broken.telegram.refusals())
    assert SAME_REFUSALS <= refused <= SAME_REFUSALS + AT_ONCE  # those on the wire already
    assert "a message is stopped" in capsys.readouterr().out
    assert len(await ledger(broken, people)) == refused
    await broken.move_to(MONDAY + timedelta(days=1, hours=1))
    assert len(broken.telegram.refusals()) == refused


async def test_a_tick_ends_in_time_and_gives_back_what_it_did_not_begin(tmp_path: Path, world: World) -> None:
    people = await crowd(world, 60, MONDAY)
    world.keel.dispatcher.room = Lanes(20)
    counts = await world.keel.dispatcher.tick(Lane.BULK, 0.5)
    assert 8 <= counts["claimed"] <= 12
    assert counts["sent"] == counts["claimed"]
    async with world.keel.store.transaction(reading=True) as tx:
        waiting = [item for item in await tx.timers.due(limit=100) if item.due_at == MONDAY]
    assert len(waiting) == 60 - counts["sent"]
    assert {item.attempts for item in waiting} == {0}
    world.keel.dispatcher.room = Lanes(10_000)
    await world.keel.dispatcher.tick(Lane.BULK, 60)  # at once: nothing is leased
    assert lessons_got(people) == {1: 60}


async def test_cut_off_in_the_middle_only_what_was_on_the_wire_is_doubtful(world: World) -> None:
    people = await crowd(world, 80, MONDAY)
    carry_out, started, busy = world.telegram.call, 0, asyncio.Event()

    async def call(method: str, params: Mapping[str, object], files: Mapping[str, tuple[str, bytes]]) -> object:
        nonlocal started
        started += method == "sendMessage"
        if started == 20:
            busy.set()
        await asyncio.sleep(0.05)
        return await carry_out(method, params, files)

    world.telegram.call = call  # type: ignore[assignment]  # the line is long; the stand-in is the same
    tick = asyncio.create_task(world.keel.dispatcher.tick(Lane.BULK, 60))
    await busy.wait()
    tick.cancel()
    await asyncio.gather(tick, return_exceptions=True)
    await asyncio.sleep(0.2)
    begun = await ledger(world, people)
    assert len(begun) <= started + 1
    world.clock.move_to(MONDAY + timedelta(minutes=5))  # the leases are over
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    after = await ledger(world, people)
    assert len(after) == 80
    assert max(lessons_got(people)) == 1


async def test_an_orderly_end_lets_what_is_on_the_wire_arrive_and_gives_back_the_rest(world: World) -> None:
    people = await crowd(world, 60, MONDAY)
    world.keel.dispatcher.room = Lanes(40)
    world.telegram.faults.slow = 0.5
    ticking = asyncio.create_task(world.keel.dispatcher.tick(Lane.BULK, 60))
    await asyncio.sleep(0.3)
    await world.keel.dispatcher.stop(30)
    await ticking
    begun = await ledger(world, people)
    assert {item.state for item in begun} == {DeliveryState.SENT}
    assert lessons_got(people) == {1: len(begun), 0: 60 - len(begun)}
    async with world.keel.store.transaction(reading=True) as tx:
        waiting = [item for item in await tx.timers.due(limit=100) if item.due_at == MONDAY]
    assert {item.attempts for item in waiting} == {0}  # nothing is leased: whoever is next begins at once
