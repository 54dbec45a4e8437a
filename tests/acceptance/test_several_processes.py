"""`keel receive` and `keel dispatch` as real processes: killed, stopped and ended, nobody goes unanswered."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from bot.simulator.person import join
from bot.store.migrate import migrate
from bot.store.store import open_store
from tests.acceptance.deliveries import FIRST, NOON, compare, fill, reach
from tests.acceptance.several import PATIENCE, Shared, sharing
from tests.acceptance.traffic import Traffic, walk
from tests.postgresql import database

LEASES = 4.0
LESSONS, RATE = 60, 15.0


@pytest.fixture
def url(postgresql: str) -> Iterator[str]:
    """An empty database."""
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as made:
        yield made


async def emptied(shared: Shared) -> None:
    """Wait until no update is in the inbox any more."""
    store = await open_store(shared.url, shared.receivers[0].folder / "keel.key")
    async with asyncio.timeout(PATIENCE):
        while True:
            async with store.transaction(reading=True) as tx:
                if not await tx.inbox.waiting():
                    break
            await asyncio.sleep(0.1)
    await store.close()


async def killed_and_ended(shared: Shared) -> None:
    """A receiver is killed and started again, then the other one is asked to end, and does so within ten seconds."""
    one, other = shared.receivers
    await asyncio.sleep(1)
    await one.kill()
    await asyncio.sleep(1)
    await shared.start(one)
    await asyncio.sleep(2)
    other.send(signal.SIGTERM)
    began = time.monotonic()
    await other.dead()
    assert time.monotonic() - began < 10
    await shared.start(other)


async def killed_and_stopped(shared: Shared) -> None:
    """A dispatcher is killed in the middle; the other one sleeps past its leases and then goes on."""
    one, other = shared.dispatchers
    await reach(shared.telegram, LESSONS // 6)
    await one.kill()
    await reach(shared.telegram, LESSONS // 3)
    other.send(signal.SIGSTOP)
    await shared.start(one)
    await asyncio.sleep(LEASES + 2)
    other.send(signal.SIGCONT)


async def test_killed_stopped_and_ended_nobody_goes_unanswered_and_no_lesson_comes_twice(
    tmp_path: Path, url: str
) -> None:
    ids = range(FIRST, FIRST + LESSONS)
    await fill(url, tmp_path, ids)
    async with sharing(tmp_path, url, NOON, leases=LEASES, rate=RATE) as shared:
        for id_ in ids:
            join(shared.telegram, "L", chat_id=id_).chat.started = True
        one = shared.receivers[0]
        await shared.start()
        traffic = Traffic(shared.telegram)
        await traffic.learn(one)
        asking = asyncio.create_task(traffic.flow())
        walks = [walk(one, f"W{number}") for number in range(6)]
        await asyncio.gather(killed_and_ended(shared), killed_and_stopped(shared), *walks)
        await reach(shared.telegram, LESSONS, patience=LEASES + 6)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await one.until(lambda: traffic.answers().unanswered == 0, "every answer")
        await emptied(shared)
        answers = traffic.answers()
        assert (answers.unanswered, answers.disordered) == (0, 0), str(answers)
        assert answers.twice <= 64  # what a killed receiver was just sending
        count = await compare(shared.telegram, url, tmp_path, ids, 2, 0.0)
        assert (count.twice, count.without, count.wrongly) == (0, 0, 0), str(count)
        assert count.states["unknown"] <= 2 * 32


@pytest.mark.long
async def test_a_receiver_that_ends_in_the_middle_of_an_answer_gives_its_chat_back_at_once(
    tmp_path: Path, url: str
) -> None:
    await migrate(url)
    async with sharing(tmp_path, url, NOON, leases=600.0) as shared:
        ending, other = shared.receivers
        await shared.start(ending, other)
        await ending.until(lambda: bool(shared.telegram.webhook), "the webhook")
        await asyncio.sleep(0.5)
        people = [join(shared.telegram, f"P{number}") for number in range(8)]
        shared.telegram.faults.slow = 9.0  # longer than a receiver waits for its answers when it ends
        for person in people:
            person.send_text("/help")
        await ending.until(lambda: not shared.telegram.updates, "all of them to be brought")
        began = time.monotonic()
        ending.send(signal.SIGTERM)
        await ending.dead()
        assert time.monotonic() - began < 10
        shared.telegram.faults.slow = 0.0
        await other.until(lambda: all(len(person.posts) > 1 for person in people), "an answer for everybody")
        await emptied(shared)  # long before the leases end
