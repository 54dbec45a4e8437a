"""How long first answers take: recorded for /spiral and all else, added up, never in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot.core.answer_time import bucket
from bot.simulator.faults import Kind
from bot.telegram.stopwatch import KEPT
from tests.conftest import MONDAY
from tests.person import Person, World


class Ticking:
    """A monotonic clock that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticking(world: World) -> Ticking:
    """The Keel's stopwatch, by a clock of the test's own; every send takes a quarter of a second."""
    clock = Ticking()
    world.keel.stopwatch._tell = clock
    carry_out = world.telegram.call

    async def call(method: str, *more: object) -> object:
        if method.lower() == "sendmessage":
            clock.seconds += 0.25
        return await carry_out(method, *more)  # type: ignore[arg-type]

    world.telegram.call = call  # type: ignore[assignment,method-assign]  # the line is slow; the stand-in is the same
    return clock


async def recorded(world: World) -> Counter[int]:
    """What stands in the store, after the tick that writes it."""
    await world.keel.stopwatch.write()
    async with world.keel.store.transaction(reading=True) as tx:
        return await tx.counts.answer_times(MONDAY - timedelta(days=30))


async def test_spiral_is_recorded_until_its_first_message(world: World, anna: Person, ticking: Ticking) -> None:
    await anna.sends("/spiral")
    assert await recorded(world) == {bucket(0.25): 1}


async def test_an_answer_of_two_messages_counts_once_at_the_first(world: World, anna: Person, ticking: Ticking) -> None:
    await anna.sends("/start")
    assert len(anna.bots) == 2
    assert await recorded(world) == {bucket(0.25): 1}


async def test_a_retry_is_part_of_the_wait(world: World, anna: Person, ticking: Ticking) -> None:
    world.telegram.faults.next(Kind.ERROR, "sendMessage")
    await anna.sends("/spiral")
    assert await recorded(world) == {bucket(0.5): 1}


async def test_what_gets_no_answer_counts_nothing_and_is_forgotten(
    world: World, anna: Person, ticking: Ticking
) -> None:
    await anna.sends("/start")
    anna.account.block()
    await world.settle()
    assert (await recorded(world)).total() == 1
    assert world.keel.stopwatch._began == {}


async def test_it_costs_no_update_a_transaction_and_adds_up(world: World, anna: Person, ticking: Ticking) -> None:
    await anna.sends("/start")
    before = world.keel.store.transactions
    await anna.sends("/spiral")
    assert world.keel.store.transactions - before == 2  # with the update, and with its end
    assert (await recorded(world)).total() == 2
    before = world.keel.store.transactions
    await world.keel.stopwatch.write()
    assert world.keel.store.transactions == before  # nothing new, nothing written
    await anna.sends("/spiral")
    assert (await recorded(world)).total() == 3


async def test_what_is_older_than_eight_days_goes(world: World, anna: Person, ticking: Ticking) -> None:
    await anna.sends("/spiral")
    assert (await recorded(world)).total() == 1
    world.clock.move_to(MONDAY + KEPT + timedelta(hours=1))
    await anna.sends("/spiral")
    assert (await recorded(world)).total() == 1


async def test_a_store_that_does_not_answer_loses_no_count(
    world: World, anna: Person, ticking: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    await anna.sends("/spiral")
    async with world.keel.store.engine.connect() as connection:
        await connection.exec_driver_sql("ALTER TABLE answer_time RENAME TO away")
        await connection.commit()
        await world.keel.stopwatch.write()
        assert "answer times could not be written" in capsys.readouterr().out
        await connection.exec_driver_sql("ALTER TABLE away RENAME TO answer_time")
        await connection.commit()
    assert await recorded(world) == {bucket(0.25): 1}


async def test_it_is_written_once_a_minute(world: World) -> None:
    (job,) = [
        job
        for job in world.keel.ticks(receive=True, dispatch=True).get_jobs()
        if job.func == world.keel.stopwatch.write
    ]
    assert job.trigger.interval == timedelta(minutes=1)
