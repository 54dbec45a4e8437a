"""Snoozes, pauses, journeys, a lost zone, a machine that was off, a clock that jumps: no flood, and no silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import TZPATH

import pytest
from sqlalchemy import update

from bot.core.model import Learner
from bot.core.schedule import local
from bot.simulator.faults import Kind
from bot.store.tables import learner as learners
from tests.person import Person, World
from tests.telegram.test_programme import BERLIN, enrol


async def stored(anna: Person) -> Learner:
    """What is stored about this person."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        found = await tx.learners.find(anna.account.chat.id)
        assert found is not None
        return found


def came(anna: Person) -> list[tuple[datetime, str]]:
    """Lessons that came by themselves, as they were sent: when, and the title. Taps change them afterwards."""
    return [
        (call.at, str(call.params["text"]).splitlines()[0])
        for call in anna.world.telegram.calls("sendMessage")
        if str(call.params["chat_id"]) == str(anna.account.chat.id)
        and "Change times" in str(call.params.get("reply_markup"))
    ]


def days(anna: Person, zone: str = BERLIN) -> list[date]:
    """The local days on which lessons came by themselves."""
    return [local(at, zone).date() for at, _ in came(anna)]


async def reads(anna: Person) -> None:
    """Read what waits, if anything does."""
    for label in ("Tried it", "I use it"):
        if label in anna.buttons:
            await anna.taps(label)
            return


async def passes(world: World, hours: int) -> None:
    """Let time pass, from one timer to the next."""
    end = world.clock.now() + timedelta(hours=hours)
    while True:
        async with world.keel.store.transaction(reading=True) as tx:
            due = await tx.timers.due(limit=1)
        if not due or due[0].due_at >= end:
            break
        await world.move_to(max(due[0].due_at, world.clock.now()) + timedelta(seconds=1))
    await world.move_to(end)


async def test_tomorrow_brings_it_back_once_the_next_day_and_the_next_lesson_after_that(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    first = anna.world.clock.now()
    await anna.taps("Later today")
    await anna.taps("Tomorrow")
    anna.sees("Tomorrow, then")
    await passes(anna.world, 14)
    assert len(came(anna)) == 1
    await passes(anna.world, 24)
    assert days(anna) == [local(first, BERLIN).date() + timedelta(days=ahead) for ahead in (0, 1)]
    anna.sees("Why trying harder backfires")
    await anna.taps("Tried it")
    await passes(anna.world, 24)
    anna.sees("Two clocks are ticking")


async def test_a_time_of_today_is_kept_to_the_minute_and_one_that_passed_is_said(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Later today")
    await anna.taps("At a time")
    await anna.sends("7:15")
    anna.sees("07:15 has already passed today")
    await anna.sends("soon")
    anna.sees("A time such as 18:30 works here")
    await anna.sends("9:45pm")
    anna.sees("It comes back today, 21:45")
    await anna.world.move_to(datetime(2026, 11, 24, 20, 44, tzinfo=UTC))
    assert len(came(anna)) == 1
    await anna.world.move_to(datetime(2026, 11, 24, 20, 46, tzinfo=UTC))
    anna.sees("Why trying harder backfires")
    assert len(came(anna)) == 2


async def test_a_time_in_quiet_hours_was_asked_for_but_not_a_late_one(anna: Person) -> None:
    await enrol(anna, "Every day")
    for asked, up_again, clock in (("22:30", (22, 40), (22, 40)), ("23:10", (3, 0), (8, 30))):
        await anna.world.next_lesson()
        today = anna.world.clock.now().replace(hour=23, minute=0)  # midnight in Berlin
        for label in ("Later today", "At a time"):
            await anna.taps(label)
        await anna.sends(asked)
        before = len(came(anna))
        hour, minute = up_again
        await anna.world.move_to(today + timedelta(hours=hour - 24 if hour > 12 else hour, minutes=minute))
        await passes(anna.world, 9)
        assert len(came(anna)) == before + 1
        back = local(came(anna)[-1][0], BERLIN)
        assert timedelta(0) <= back - back.replace(hour=clock[0], minute=clock[1], second=0) < timedelta(minutes=31)
        await reads(anna)


async def test_what_was_put_off_does_not_come_in_the_night_because_keel_was_off(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Later today")
    # Keel is off from here until three in the night.
    await anna.world.move_to(datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    assert len(came(anna)) == 1
    await passes(anna.world, 8)
    assert len(came(anna)) == 2
    assert 7 <= local(came(anna)[-1][0], BERLIN).hour < 10


async def test_put_off_before_a_pause_it_comes_after_the_pause(anna: Person) -> None:
    await enrol(anna, "Every day")
    for length in ("Three days", "Until I say"):
        await anna.world.next_lesson()
        before = len(came(anna))
        title = anna.last.splitlines()[0]
        await anna.taps("Later today")
        await anna.sends("/pause")
        await anna.taps(length)
        await passes(anna.world, 60)
        assert len(came(anna)) == before
        if length == "Until I say":
            await anna.sends("/resume")
        await passes(anna.world, 36)
        assert len(came(anna)) == before + 1
        assert title in came(anna)[-1][1]
        await reads(anna)


async def test_a_pause_until_a_date_ends_with_that_day_and_a_far_one_is_said(anna: Person) -> None:
    await enrol(anna, "Every day")
    for typed, said in (("2026-11-23", "already passed"), ("9999-12-31", "more than ten years off")):
        await anna.sends("/pause")
        await anna.sends(typed)
        anna.sees(said)
    await anna.sends("2026-12-01")
    anna.sees("Quiet until Tuesday 1 December")
    await passes(anna.world, 24 * 9)
    assert days(anna)[0] == date(2026, 12, 1)
    assert len(days(anna)) == 1, "unread, it waits"


@pytest.mark.parametrize("place", ["Auckland", "Honolulu", "Kathmandu"])
async def test_on_a_journey_no_local_day_brings_two(anna: Person, place: str) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Tried it")
    await anna.sends("/settings")
    await anna.taps("My clock")
    await anna.sends(place)
    anna.sees(place)
    zone = str((await stored(anna)).zone)
    assert zone != BERLIN
    for _ in range(4):
        await passes(anna.world, 24)
        await reads(anna)
    there = days(anna, zone)
    assert len(set(there)) == len(there)
    assert len(there) >= 4
    assert all(local(at, zone).hour in (8, 9) for at, _ in came(anna)[1:])


async def test_a_zone_that_the_rules_lost_is_asked_for_once_and_everything_else_goes_on(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Tried it")
    async with anna.world.keel.store.engine.begin() as connection:
        await connection.execute(update(learners).values(zone="Europe/Atlantis"))
    await anna.sends("/progress")
    anna.sees("What grew")
    await anna.sends("/spiral")
    assert "Next" in anna.buttons
    await anna.world.wait(hours=3)
    said = len(anna.bots)
    await passes(anna.world, 72)
    assert len(anna.bots) == said + 1
    anna.sees("I've lost your clock")
    assert anna.bots[-1].silent
    await anna.taps("Settings")
    anna.sees("not set yet")
    await anna.taps("My clock")
    await anna.sends("Berlin")
    await passes(anna.world, 36)
    anna.sees("Two clocks are ticking")


async def test_a_lost_zone_is_asked_for_even_when_the_settings_were_touched_before(anna: Person) -> None:
    await enrol(anna, "Every day")
    async with anna.world.keel.store.engine.begin() as connection:
        await connection.execute(update(learners).values(zone="Europe/Atlantis"))
    await anna.sends("/pause")
    await anna.taps("Three days")
    anna.world.telegram.faults.next(Kind.FLOOD, "sendMessage", seconds=2)
    await passes(anna.world, 48)
    anna.sees("I've lost your clock")
    said = len(anna.bots)
    await anna.sends("/settings")
    await anna.taps("Done")
    await passes(anna.world, 96)
    assert [post for post in anna.bots[said:] if post.silent] == [], "asked once"


async def test_a_time_means_nothing_without_a_clock_and_an_unknown_place_is_said(anna: Person) -> None:
    await anna.sends("/lesson")
    await anna.taps("Later today")
    assert "At a time" not in anna.buttons, "not offered without a clock"
    anna.account.tap(anna.bots[-1], "c:snooze:o1")  # an old button, from when there was one
    await anna.world.settle()
    await anna.taps("18:00")
    anna.sees("I don't know your clock")
    await anna.sends("/settings")
    await anna.taps("My clock")
    await anna.sends("Xanadu upon Nowhere")
    anna.sees("I don't know that place")


async def test_no_day_ticked_leaves_the_days_as_they_are_and_says_so_before(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.sends("/settings")
    await anna.taps("Days")
    anna.sees("None ticked means it stays as it is")
    await anna.taps("Save")
    anna.sees("Days: every day")
    assert (await stored(anna)).weekdays == frozenset(range(7))


async def test_a_plan_that_cannot_be_harms_nobody_else_and_can_be_mended(
    world: World, anna: Person, ben: Person
) -> None:
    await enrol(anna, "Every day")
    await enrol(ben, "Every day")
    async with world.keel.store.engine.begin() as connection:
        await connection.execute(update(learners).where(learners.c.chat_id == anna.account.chat.id).values(weekdays=0))
    async with world.keel.store.transaction(reading=True) as tx:
        due = await tx.timers.due()
    for timer in due:
        await world.move_to(timer.due_at + timedelta(seconds=1))
    assert (len(came(anna)), len(came(ben))) == (0, 1)
    await anna.sends("/spiral")
    assert "Next" in anna.buttons
    await anna.sends("/settings")
    for label in ("Days", "Wednesday", "Thursday", "Save"):
        await anna.taps(label)
    anna.sees("Days: Wednesday, Thursday")
    await passes(world, 48)
    assert len(came(anna)) == 1


async def test_a_window_across_midnight_brings_one_a_night(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.sends("/settings")
    await anna.taps("Time of day")
    await anna.sends("23:40")
    for _ in range(5):
        await passes(anna.world, 24)
        await reads(anna)
    clocks = [local(at, BERLIN) for at, _ in came(anna)]
    assert len(clocks) == 5
    assert all(clock.hour in (23, 0) for clock in clocks)


@pytest.mark.parametrize(
    ("change", "zone"),
    [
        (datetime(2027, 3, 28, tzinfo=UTC), BERLIN),  # an hour is skipped
        (datetime(2026, 10, 25, tzinfo=UTC), BERLIN),  # an hour comes twice
        (datetime(2027, 4, 4, tzinfo=UTC), "Australia/Lord_Howe"),
    ],
    ids=str,
)
async def test_through_a_change_of_clocks_one_lesson_a_day(
    world: World, anna: Person, change: datetime, zone: str
) -> None:
    world.clock.move_to(change - timedelta(days=2, hours=10))
    await anna.sends("/start")
    await anna.taps("Choose a time")
    await anna.sends(zone)
    for label in ("Yes", "Every day"):
        await anna.taps(label)
    await anna.sends("02:10")
    for _ in range(5):
        await passes(world, 24)
        await reads(anna)
    there = days(anna, zone)
    assert len(there) == 5
    assert [then - first for first, then in pairwise(there)] == [timedelta(days=1)] * 4


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1), timedelta(days=9)], ids=str)
async def test_a_clock_that_jumps_forward_brings_no_flood(anna: Person, jump: timedelta) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Tried it")
    said = len(anna.bots)
    await anna.world.move_to(anna.world.clock.now() + jump)
    await anna.world.tick()
    assert len(anna.bots) <= said + 1
    await reads(anna)
    await passes(anna.world, 48)
    assert len(came(anna)) >= 2, "silence after the jump"
    assert len(set(days(anna))) == len(days(anna))


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1)], ids=str)
async def test_a_clock_that_jumps_back_brings_nothing_twice_and_goes_on(anna: Person, jump: timedelta) -> None:
    await enrol(anna, "Every day")
    for _ in range(3):
        await anna.world.next_lesson()
        await anna.taps("Tried it")
    titles = [title for _, title in came(anna)]
    await anna.world.move_to(anna.world.clock.now() - jump)
    for _ in range(4):
        await passes(anna.world, 24)
        await reads(anna)
    after = [title for _, title in came(anna)]
    assert len(set(after)) == len(after)
    assert len(after) >= len(titles) + 2


def test_the_pinned_rules_are_read_and_not_those_of_the_machine() -> None:
    assert TZPATH == ()
