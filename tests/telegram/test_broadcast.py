"""A broadcast on its way: when it comes to whom, that it comes once, and what stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.model import BroadcastState, Lane, Status
from bot.core.trouble import SAME_REFUSALS
from bot.dispatch import AT_ONCE
from bot.services import broadcast
from bot.services.onboarding import LESSON
from bot.simulator.faults import Kind
from bot.store.broadcasts import BROADCAST
from bot.telegram.lanes import Lanes
from tests.conftest import MONDAY
from tests.person import Person, World
from tests.telegram.broadcasts import FAR, TEXT, change, got, people, progress, written_down
from tests.telegram.crowd import crowd


async def test_quiet_hours_wait_until_they_end(world: World) -> None:
    (ben,) = await people(world, 1)
    world.clock.move_to(MONDAY.replace(hour=22))  # eleven in the night in Berlin
    await written_down(world)
    await world.tick()
    await world.move_to(MONDAY + timedelta(hours=19, minutes=59))
    assert got([ben]) == {0: 1}
    await world.move_to(MONDAY + timedelta(hours=20, seconds=1))  # seven in the morning
    assert got([ben]) == {1: 1}


async def test_it_is_the_one_message_of_its_day(world: World) -> None:
    today, tomorrow = await crowd(world, 2, FAR)
    async with world.keel.store.transaction() as tx:
        for account in (today, tomorrow):
            person = await tx.learners.find(account.chat.id)
            assert person is not None
            due = MONDAY + timedelta(minutes=10 if account is today else 0)
            await tx.timers.set(person.id, LESSON, "", due, Lane.BULK)
    await world.keel.dispatcher.tick(Lane.BULK, 60)  # one has had a lesson
    await written_down(world)
    await world.tick()
    assert got([today]) == {1: 1}
    assert got([tomorrow]) == {0: 1}
    await world.move_to(MONDAY + timedelta(minutes=11))
    assert [sum(post.from_bot for post in account.posts) for account in (today, tomorrow)] == [1, 1]
    await world.move_to(MONDAY + timedelta(hours=20, seconds=1))
    assert got([tomorrow]) == {1: 1}
    await world.move_to(MONDAY + timedelta(days=1, minutes=55))
    assert [sum(post.from_bot for post in account.posts) for account in (today, tomorrow)] == [2, 2]


async def test_not_during_a_hard_moment_nor_within_two_hours_of_one(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    await written_down(world)
    await world.wait(minutes=119)
    assert got([anna.account]) == {0: 1}
    await world.wait(minutes=31)
    assert got([anna.account]) == {1: 1}


@pytest.mark.parametrize("wish", ["/stop", "/delete"])
async def test_who_goes_while_it_waits_is_left_in_peace(world: World, anna: Person, ben: Person, wish: str) -> None:
    for person in (anna, ben):
        await person.sends("/start")
    world.clock.move_to(MONDAY.replace(hour=23))
    await written_down(world)
    await anna.sends(wish)
    if wish == "/delete":
        await anna.taps("Delete everything")
    await world.wait(hours=12)
    assert got([anna.account]) == {0: 1}
    assert got([ben.account]) == {1: 1}
    assert (await progress(world)).waiting == 0


async def test_delete_takes_a_persons_rows_out_of_the_ledger(world: World, anna: Person, ben: Person) -> None:
    for person in (anna, ben):
        await person.sends("/start")
    await written_down(world)
    await world.tick()
    assert (await progress(world)).sent == 2
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    assert (await progress(world)).sent == 1


async def test_a_command_that_was_cut_off_goes_on_and_nobody_gets_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = await people(world, 50)
    monkeypatch.setattr(broadcast, "BATCH", 10)
    monkeypatch.setattr(broadcast, "BREATH", 30)
    writing = asyncio.create_task(broadcast.write_down(world.keel.store, TEXT, world.clock.now()))
    await asyncio.sleep(0.5)  # the first batch is written, and it rests for half a minute
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await world.tick()
    assert got(accounts) == {1: 10, 0: 40}
    assert (await progress(world)).broadcast.state is BroadcastState.WRITING
    monkeypatch.setattr(broadcast, "BREATH", 0)
    await written_down(world)
    await world.tick()
    assert got(accounts) == {1: 50}
    assert (await progress(world)).broadcast.state is BroadcastState.READY


async def test_another_text_and_the_same_one_a_month_later_are_others(world: World) -> None:
    accounts = await people(world, 3)
    first = await written_down(world)
    assert await written_down(world) == first
    assert await written_down(world, "Another text") != first
    world.clock.move_to(MONDAY + timedelta(days=31))
    assert await written_down(world) not in (first, first + 1)
    await world.tick()
    assert sum(got(accounts).elements()) == 3  # of the three that wait, one comes a day


async def test_cut_off_in_the_middle_nothing_is_lost_and_nothing_repeated(world: World) -> None:
    accounts = await people(world, 80)
    carry_out, started, busy = world.telegram.call, 0, asyncio.Event()

    async def call(method: str, params: Mapping[str, object], files: Mapping[str, tuple[str, bytes]]) -> object:
        nonlocal started
        started += method == "sendMessage"
        if started == 20:
            busy.set()
        await asyncio.sleep(0.05)
        return await carry_out(method, params, files)

    await written_down(world)
    world.telegram.call = call  # type: ignore[assignment]  # the line is long; the stand-in is the same
    tick = asyncio.create_task(world.keel.dispatcher.tick(Lane.BULK, 60))
    await busy.wait()
    sending = [task for task in asyncio.all_tasks() if "Dispatcher._count" in repr(task)]
    for task in (tick, *sending):
        task.cancel()
    await asyncio.gather(tick, *sending, return_exceptions=True)
    world.clock.move_to(MONDAY + timedelta(minutes=5))  # the leases are over
    await world.tick()
    found = await progress(world)
    assert (found.waiting, found.failed) == (0, 0)
    assert found.sent + found.unknown == 80
    assert 0 < found.unknown <= len(sending)
    assert got(accounts)[0] <= found.unknown
    assert max(got(accounts)) == 1


async def test_a_429_puts_it_off_and_leaves_the_day_free(world: World) -> None:
    (ben,) = await people(world, 1)
    await written_down(world)
    world.telegram.faults.next(Kind.FLOOD, "sendMessage")
    world.keel.dispatcher.room = Lanes(10_000)
    await world.tick()
    found = await progress(world)
    assert (found.waiting, found.sent, found.unknown) == (1, 0, 0)
    async with world.keel.store.transaction(reading=True) as tx:
        person = await tx.learners.find(ben.chat.id)
    assert person is not None
    assert person.last_unasked is None


async def test_a_block_and_a_doubtful_send_are_counted_and_not_repeated(world: World) -> None:
    accounts = await people(world, 3)
    accounts[0].chat.blocked = True
    world.telegram.faults.next(Kind.TIMEOUT, "sendMessage", chat_id=accounts[1].chat.id)
    await written_down(world)
    await world.tick()
    await written_down(world)
    await world.wait(days=1)
    found = await progress(world)
    assert (found.sent, found.waiting, found.unknown, found.failed) == (1, 0, 1, 1)
    assert got(accounts) == {0: 2, 1: 1}


async def test_a_text_that_telegram_refuses_for_many_stops_itself_and_nothing_else(
    world: World, anna: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    await people(world, 120)
    await written_down(world, "<b>never closed")  # the command would not have let it through
    await world.keel.dispatcher.tick(Lane.BULK, 60)
    refusals = len(world.telegram.refusals())
    assert SAME_REFUSALS <= refusals <= SAME_REFUSALS + AT_ONCE
    assert "a message is stopped" in capsys.readouterr().out
    found = await progress(world)
    assert (found.broadcast.state, found.waiting, found.failed) == (BroadcastState.STOPPED, 0, refusals)
    world.telegram.record.clear()  # the world looks for refusals when it ends
    await anna.sends("/spiral")
    assert "Next" in anna.buttons
    await world.move_to(MONDAY + timedelta(hours=1))
    await written_down(world, "A better text")
    await world.tick()
    assert (await progress(world)).sent == 120  # the refused one took nobody's day; anna has had a hard moment


async def test_paid_sends_say_so_and_answers_never_do(world: World, anna: Person) -> None:
    world.keel.sender.paid = True
    (ben,) = await people(world, 1)
    await anna.sends("/start")
    await change(world, anna.account, status=Status.STOPPED)
    await written_down(world)
    await world.tick()
    paid = [call for call in world.telegram.calls("sendMessage") if call.params.get("allow_paid_broadcast")]
    assert [int(str(call.params["chat_id"])) for call in paid] == [ben.chat.id]


async def test_the_timer_of_a_broadcast_that_is_gone_is_settled(world: World) -> None:
    (ben,) = await people(world, 1)
    async with world.keel.store.transaction() as tx:
        person = await tx.learners.find(ben.chat.id)
        assert person is not None
        await tx.timers.set(person.id, BROADCAST, "77", datetime(2026, 11, 1, tzinfo=UTC), Lane.BULK)
    assert await world.keel.dispatcher.tick(Lane.BULK, 5) == {"claimed": 1, "nothing": 1}
