"""Several processes on one PostgreSQL: here as several Keels in one, over the same database and the same Telegram."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from bot.app import Keel, build, build_bot
from bot.clock import MovableClock
from bot.core.model import Lane
from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.person import join
from bot.simulator.request import SimulatorRequest
from bot.simulator.telegram import Telegram
from bot.store.migrate import migrate
from bot.store.store import open_store
from bot.telegram.claims import LEASE
from tests.conftest import MONDAY
from tests.person import Person, World, soon
from tests.postgresql import database

RATE = 200.0


@dataclass
class Shared(World):
    """A world answered by two Keels in turn; `keel` is the first of them."""

    other: Keel

    def __post_init__(self) -> None:
        self.turn = itertools.cycle(self.keels)

    async def settle(self) -> None:
        """Bring what Telegram holds, each update to the next Keel, side by side."""
        taken = list(self.telegram.updates)
        brought = [next(self.turn).intake.take(json.loads(json.dumps(item))) for item in taken]
        await asyncio.gather(*brought)
        self.telegram.updates = [item for item in self.telegram.updates if item not in taken]
        for keel in self.keels:
            await keel.turns.drain()
        await asyncio.gather(*(keel.turns.drain() for keel in self.keels))

    @property
    def keels(self) -> tuple[Keel, Keel]:
        """Both."""
        return self.keel, self.other


@pytest.fixture
async def shared(postgresql: str, tmp_path: Path, library: Library, places: Places) -> AsyncIterator[Shared]:
    """Two Keels, as two processes would be."""
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    with ExitStack() as stack:
        url = stack.enter_context(database(postgresql, f"keel_{uuid4().hex[:12]}"))
        await migrate(url)
        keels, waiting = [], []
        async with AsyncExitStack() as ends:
            for _ in range(2):
                store = await open_store(url, tmp_path / "keel.key")
                ends.push_async_callback(store.close)
                request = SimulatorRequest(telegram)
                bot = build_bot(telegram.token, "http://telegram/bot", "http://telegram/file/bot", RATE, request)
                keel = build(bot, store, library, clock, places, several=True)
                await keel.application.initialize()
                ends.push_async_callback(keel.application.shutdown)
                ends.push_async_callback(keel.sender.close)
                waiting.append(asyncio.create_task(keel.intake.wait("https://keel.example/telegram", "a" * 32)))
                keels.append(keel)
            async with asyncio.timeout(5):
                while not all(keel.intake.open for keel in keels):
                    await soon()
            yield Shared(keels[0], telegram, clock, keels[1])
            for task in waiting:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            for keel in keels:
                await keel.turns.stop(1)


async def test_a_hard_minute_goes_through_whichever_process_is_next(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    await anna.sends("/start")
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "Skip"):
        await anna.taps(label)
    anna.sees("camera")
    assert shared.telegram.refusals() == []


async def test_a_tap_is_six_ways_to_the_database(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    await anna.sends("/start")
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "Skip"):
        await anna.taps(label)
    ways: list[str] = []
    for name in ("fetch", "execute"):
        monkeypatch.setattr(asyncpg.Connection, name, _counted(getattr(asyncpg.Connection, name), ways))
    await anna.taps("No reply yet")
    assert len(ways) == 6, ways  # written down, claimed, read, applied, ended, and a look whether there is more
    assert shared.telegram.refusals() == []


def _counted(way: Any, ways: list[str]) -> Any:
    async def counted(self: object, sql: str, *values: object, **options: object) -> Any:
        ways.append(sql)
        return await way(self, sql, *values, **options)

    return counted


async def test_what_one_person_sends_at_once_is_answered_in_order(shared: Shared) -> None:
    people = [Person(shared, join(shared.telegram, f"P{number}")) for number in range(8)]
    for person in people:
        await person.sends("/help")
    said = {}
    for person in people:
        before = len(person.bots)
        for command in ("/about", "/privacy", "/help", "/about", "/privacy", "/help"):
            person.account.send_text(command)
        said[person.account.chat.id] = before
    await shared.settle()
    for person in people:
        answers = [str(post.data["text"])[:40] for post in person.bots[said[person.account.chat.id] :]]
        assert len(answers) == 6
        assert answers[:3] == answers[3:]
        assert len(set(answers)) == 3


async def test_an_update_brought_to_both_is_answered_once(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    anna.account.send_text("/spiral")
    (update,) = shared.telegram.updates
    await asyncio.gather(*(keel.intake.take(json.loads(json.dumps(update))) for keel in shared.keels))
    shared.telegram.updates = []
    await shared.settle()
    assert len(anna.bots) == 1


async def dies_while_it_answers(shared: Shared, dying: Keel, anna: Person, text: str) -> None:
    """Somebody writes, and the process that took it up is gone before its answer is sent."""
    shared.telegram.faults.slow = 60.0  # it is still sending when it dies
    anna.account.send_text(text)
    await dying.intake.take(json.loads(json.dumps(shared.telegram.updates.pop())))
    await asyncio.sleep(0.2)
    for task in list(dying.turns._turns._tasks):  # type: ignore[union-attr]  # as if it were killed: nothing is tidied up
        task.cancel()
    shared.telegram.faults.slow = 0.0


async def test_what_a_dead_process_held_is_answered_by_another(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    dying, living = shared.keels
    await dies_while_it_answers(shared, dying, anna, "/spiral")
    anna.account.send_text("/help")
    await shared.settle()
    assert anna.bots == []  # the chat is leased still, so nobody comes past
    shared.clock.move_to(shared.clock.now() + LEASE + timedelta(seconds=1))
    assert await living.turns.sweep() == 1  # type: ignore[union-attr]
    await living.turns.drain()
    assert ["stop at any point" in str(post.data["text"]) for post in anna.bots] == [True, False]


async def test_a_process_that_stops_gives_back_what_it_held(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    stopping, other = shared.keels
    shared.telegram.faults.slow = 60.0
    anna.account.send_text("/spiral")
    await stopping.intake.take(json.loads(json.dumps(shared.telegram.updates.pop())))
    await asyncio.sleep(0.2)
    await stopping.turns.stop(0.1)
    shared.telegram.faults.slow = 0.0
    shared.clock.move_to(shared.clock.now() + timedelta(seconds=6))
    await other.turns.sweep()  # type: ignore[union-attr]
    await other.turns.drain()
    anna.sees("stop at any point")


async def test_a_living_message_ends_when_another_process_took_the_next_step(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps("I've paused")
    before = anna.last
    await asyncio.sleep(5)  # longer than a frame of the breathing message
    assert anna.last == before
    assert "Is it passing" in before


async def test_all_dispatchers_together_keep_to_one_pace(shared: Shared) -> None:
    lanes = [keel.application.bot.rate_limiter for keel in shared.keels]

    async def take(lane: object, until: float) -> int:
        taken = 0
        while time.monotonic() < until:
            taken += await lane.take(Lane.BULK, 1.0)  # type: ignore[attr-defined]
        return taken

    length = 2.0
    until = time.monotonic() + length
    counts = await asyncio.gather(*(take(lane, until) for lane in lanes))
    assert sum(counts) <= RATE * length * 1.3 + 2 * RATE * 0.2
    assert sum(counts) >= RATE * length * 0.5


async def test_what_is_done_by_the_clock_is_late_rather_than_left_out(world: World) -> None:
    scheduler = world.keel.ticks(receive=True, dispatch=True)
    scheduler.start(paused=True)
    assert {job.misfire_grace_time for job in scheduler.get_jobs()} == {None}
    scheduler.shutdown(wait=False)


async def test_what_a_process_held_that_died_before_the_clock_was_set_back_is_answered(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    dying, living = shared.keels
    shared.clock.move_to(MONDAY + timedelta(hours=1))
    await dies_while_it_answers(shared, dying, anna, "/help")
    shared.clock.move_to(MONDAY)
    assert await living.turns.sweep() == 1  # type: ignore[union-attr]
    await living.turns.drain()
    assert len(anna.bots) == 1


async def test_what_reaches_a_process_that_stops_is_left_to_another(shared: Shared) -> None:
    anna = Person(shared, join(shared.telegram, "Anna"))
    stopping, other = shared.keels
    await stopping.turns.stop(1)
    anna.account.send_text("/help")
    await stopping.intake.take(json.loads(json.dumps(shared.telegram.updates.pop())))
    assert stopping.turns.idle
    shared.clock.move_to(shared.clock.now() + timedelta(seconds=6))
    assert await other.turns.sweep() == 1  # type: ignore[union-attr]  # nobody holds it
    await other.turns.drain()
    assert len(anna.bots) == 1
