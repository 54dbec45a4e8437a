"""The long poll: lost connections, error pages, floods and another poller are waited out, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build, build_bot
from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.faults import Kind
from bot.simulator.request import SimulatorRequest
from bot.store.inbox import Received
from bot.telegram.lanes import LONGEST_HOLD
from tests.person import Person, World


@pytest.fixture
async def polling(world: World) -> AsyncIterator[World]:
    """The real receive loop, running."""
    task = asyncio.create_task(world.keel.intake.run())
    yield world
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def answered(anna: Person, messages: int) -> None:
    """Wait until the bot has written so many messages."""
    async with asyncio.timeout(15):
        async with anna.world.telegram.changed:
            await anna.world.telegram.changed.wait_for(lambda: len(anna.bots) >= messages)


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.ERROR, Kind.RESET, Kind.TIMEOUT, Kind.TIMEOUT_AFTER, Kind.FLOOD])
async def test_a_poll_that_fails_is_asked_again(polling: World, anna: Person, kind: Kind) -> None:
    polling.telegram.faults.next(kind, "getUpdates", times=2)
    anna.account.send_text("/spiral")
    await answered(anna, 1)
    assert "Next" in anna.buttons


async def test_another_poller_is_waited_out(polling: World, anna: Person) -> None:
    await asyncio.sleep(0.1)
    await polling.telegram.call("getUpdates", {"timeout": 0}, {})  # ours is told 409, and comes back
    anna.account.send_text("/spiral")
    await answered(anna, 1)


async def test_a_batch_is_confirmed_only_after_it_is_written_down(polling: World, anna: Person) -> None:
    for text in ("/help", "/about", "/privacy"):
        anna.account.send_text(text)
    await answered(anna, 3)
    async with asyncio.timeout(15):
        async with polling.telegram.changed:
            await polling.telegram.changed.wait_for(lambda: not polling.telegram.updates)
    texts = [post.data["text"] for post in anna.bots]
    assert [text.splitlines()[0] for text in texts] == ["What you can do here", "About Keel", "What is kept"]


async def test_what_is_no_update_does_not_end_the_asking(polling: World, anna: Person) -> None:
    polling.telegram.updates += [{"update_id": "7"}, {"message": {}}, {"update_id": True, "message": {}}]
    anna.account.send_text("/spiral")
    await answered(anna, 1)
    assert "Next" in anna.buttons


async def test_everything_that_was_left_is_taken_up_however_much(world: World) -> None:
    many = [Received(number, number % 50, json.dumps({"update_id": number, "poll": None})) for number in range(1, 1202)]
    async with world.keel.store.transaction() as tx:
        await tx.inbox.add(world.keel.application.bot.id, many, world.clock.now())
    await world.keel.intake.leftovers()
    await world.keel.turns.drain()
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.inbox.waiting() == []


async def test_a_flood_at_the_start_is_waited_out(
    tmp_path: Path, world: World, library: Library, places: Places
) -> None:
    request = SimulatorRequest(world.telegram)
    bot = build_bot(world.telegram.token, "http://telegram/bot", "http://telegram/file/bot", 100, request)
    keel = build(bot, world.keel.store, library, world.clock, places)
    world.telegram.faults.next(Kind.FLOOD, "getMe", seconds=round(LONGEST_HOLD) + 1)
    await keel.greet()
    assert len(world.telegram.calls("getMe")) >= 2
    await keel.application.shutdown()
