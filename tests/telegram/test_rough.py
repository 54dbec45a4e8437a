"""A pause ahead of an hour that is often hard: offered as a plan, there on consent, gone in one tap."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.core.model import Lane
from bot.core.schedule import local
from bot.services.rough import ROUGH
from bot.simulator.faults import Kind
from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.spirals import past, set_clock
from tests.telegram.test_progress import moments, on_sunday_evenings
from tests.telegram.test_retention import who

OFFER = "A plan for Sunday, evening"
NEUTRAL = "A quiet minute, if you like."


async def has_rough_sundays(world: World, anna: Person) -> None:
    """Sunday evenings that were hard from seven on, in Berlin."""
    await set_clock(anna)
    await past(world, anna, *on_sunday_evenings(world))


async def agrees(world: World, anna: Person) -> None:
    """Takes up the plan that /progress offers."""
    await has_rough_sundays(world, anna)
    await anna.sends("/progress")
    await anna.taps(OFFER)
    await anna.taps("Yes, be there")


async def due(world: World, anna: Person) -> datetime | None:
    """When the next one is due."""
    async with world.keel.store.transaction(reading=True) as tx:
        return await tx.timers.pending((await who(world, anna)).id, ROUGH)


async def comes(world: World, anna: Person, *, late: timedelta = timedelta(seconds=1)) -> bool:
    """Move to the next one, and whether it came."""
    moment, before = await due(world, anna), len(anna.bots)
    assert moment is not None
    await world.move_to(moment + late)
    new = anna.bots[before:]
    assert len(new) <= 1
    return bool(new) and NEUTRAL in anna.last


async def test_nothing_is_offered_where_nothing_comes_up(world: World, anna: Person) -> None:
    await set_clock(anna)
    await past(world, anna, *moments(world, 60))
    await anna.sends("/progress")
    assert not any(label.startswith("A plan for") for label in anna.buttons)


async def test_it_is_a_plan_that_can_be_left(world: World, anna: Person) -> None:
    await has_rough_sundays(world, anna)
    await anna.sends("/progress")
    messages = len(anna.bots)
    await anna.taps(OFFER)
    anna.sees("mostly from 19:00 on", "each Sunday at 18:45", "without a sound", "One tap ends it")
    await anna.taps("No, thanks")
    anna.sees("What grew")
    assert len(anna.bots) == messages
    assert await due(world, anna) is None
    assert (await who(world, anna)).rough is None


async def test_on_consent_it_comes_each_week_neutral_and_silent(world: World, anna: Person) -> None:
    await agrees(world, anna)
    anna.sees("each Sunday at 18:45")
    for _ in range(3):
        assert await comes(world, anna)
        wall = local(world.clock.now(), "Europe/Berlin")
        assert (wall.weekday(), wall.hour, wall.minute) == (6, 18, 45)
        assert anna.bots[-1].silent
        assert not any(word in anna.last.lower() for word in ("hard", "sunday", "alarm", "spiral"))
        assert anna.buttons == ["Start the pause", "Not now", "Stop these"]
    await anna.taps("Start the pause")
    assert "Next" in anna.buttons


async def test_it_ends_in_one_tap_on_the_message_or_where_it_is_shown(world: World, anna: Person) -> None:
    await agrees(world, anna)
    assert await comes(world, anna)
    await anna.taps("Not now")
    anna.sees("/spiral is here")
    assert await comes(world, anna)
    await anna.taps("Stop these")
    anna.sees("won't come any more")
    assert await due(world, anna) is None
    await anna.sends("/settings")
    await anna.taps("My weekly minute")
    anna.sees("No weekly minute is set")
    await anna.sends("/progress")
    await anna.taps(OFFER)
    await anna.taps("Yes, be there")
    await anna.sends("/progress")
    assert OFFER not in anna.buttons
    await anna.taps("My weekly minute")
    anna.sees("each Sunday at 18:45")
    await anna.taps("Stop these")
    assert (await who(world, anna)).rough is None


async def test_a_second_tap_on_yes_or_stop_leaves_it_as_the_first_did(world: World, anna: Person) -> None:
    await agrees(world, anna)
    once = await due(world, anna)
    await anna.taps("Stop these")
    for said, is_set in (
        ("/rough on-9765", True),
        ("/rough on-9765", True),
        ("/rough off", False),
        ("/rough off", False),
    ):
        await anna.sends(said)
        assert (await due(world, anna) == once) is is_set


async def test_it_comes_on_a_day_that_had_a_lesson_and_takes_no_lessons_place(world: World, anna: Person) -> None:
    await has_rough_sundays(world, anna)
    for label in ("/settings", "How often", "Every day", "Done"):
        await (anna.sends(label) if label.startswith("/") else anna.taps(label))
    await anna.sends("/progress")
    await anna.taps(OFFER)
    await anna.taps("Yes, be there")
    came: dict[str, list[date]] = {"lesson": [], ROUGH: []}
    while len(came[ROUGH]) < 2:
        async with world.keel.store.transaction(reading=True) as tx:
            timer = next(item for item in await tx.timers.due() if item.lane is Lane.BULK)
        before = len(anna.bots)
        await world.move_to(timer.due_at + timedelta(seconds=1))
        if len(anna.bots) > before:
            came[timer.kind].append(local(world.clock.now(), "Europe/Berlin").date())
            if "Tried it" in anna.buttons:
                await anna.taps("Tried it")
    assert set(came[ROUGH]) <= set(came["lesson"])
    assert len(came["lesson"]) == 13, "from Tuesday on one a day, as ever"


async def test_a_pause_of_everything_and_stop_silence_it_and_resume_brings_it_back(world: World, anna: Person) -> None:
    await agrees(world, anna)
    await anna.sends("/pause")
    await anna.taps("Until I say")
    assert not await comes(world, anna)
    await anna.sends("/rough")
    anna.sees("rests for now", "/resume")
    await anna.sends("/resume")
    assert await comes(world, anna)
    await anna.sends("/stop")
    assert not await comes(world, anna)
    await anna.sends("/resume")
    assert await comes(world, anna)


async def test_during_and_soon_after_a_hard_moment_it_stays_away(world: World, anna: Person) -> None:
    await agrees(world, anna)
    moment = await due(world, anna)
    assert moment is not None
    await world.move_to(moment - timedelta(minutes=90))
    await anna.sends("/spiral")
    assert not await comes(world, anna)
    assert await comes(world, anna), "it is not made up for, and the week after it is there"


async def test_after_words_about_danger_it_stays_away_for_a_day(world: World, anna: Person) -> None:
    await agrees(world, anna)
    moment = await due(world, anna)
    assert moment is not None
    await world.move_to(moment - timedelta(hours=20))
    await anna.sends("I want to kill myself")
    assert not await comes(world, anna)
    assert await due(world, anna) == moment + timedelta(days=7)


async def test_what_is_an_hour_late_stays_away(world: World, anna: Person) -> None:
    await agrees(world, anna)
    assert await comes(world, anna, late=timedelta(minutes=50))
    assert not await comes(world, anna, late=timedelta(minutes=61))
    assert await comes(world, anna)


async def test_on_a_journey_it_keeps_its_hour_on_the_new_wall(world: World, anna: Person) -> None:
    await agrees(world, anna)
    for zone in ("Asia/Tokyo", "America/New_York"):
        await anna.sends("/settings")
        await anna.taps("My clock")
        await anna.sends(zone)
        assert await comes(world, anna)
        wall = local(world.clock.now(), zone)
        assert (wall.weekday(), wall.hour, wall.minute) == (6, 18, 45)


async def test_who_blocks_the_bot_gets_none_and_who_comes_back_gets_them_again(world: World, anna: Person) -> None:
    await agrees(world, anna)
    anna.account.chat.blocked = True
    assert not await comes(world, anna)
    assert await due(world, anna) is None
    anna.account.chat.blocked = False
    await anna.sends("/help")
    assert await comes(world, anna)


async def test_a_flood_error_puts_it_off_a_little_and_it_comes_once(world: World, anna: Person) -> None:
    await agrees(world, anna)
    world.telegram.faults.next(Kind.FLOOD, "sendMessage")
    assert not await comes(world, anna)
    before = len(anna.bots)
    for _ in range(20):
        await world.wait(minutes=1)
    assert len(anna.bots) == before + 1
    anna.sees(NEUTRAL)
    moment = await due(world, anna)
    assert moment is not None and moment - world.clock.now() > timedelta(days=6)


async def test_it_is_taken_along_to_another_keel(world: World, anna: Person) -> None:
    await agrees(world, anna)
    archive = await take(world, anna)
    assert data_of(archive)["settings"]["rough"] == 6 * 1440 + 18 * 60 + 45
    assert ROUGH in {item["kind"] for item in data_of(archive)["timers"]}
    assert "Sunday 18:45" in archive.read("notes.html").decode()


@pytest.mark.parametrize("words", ["on-10080", "on--1", "on-x", "on-", "ask-9.9", "ask-6", "ask-", "nonsense", "ask-²"])
async def test_an_old_or_foreign_button_sets_nothing(world: World, anna: Person, words: str) -> None:
    await set_clock(anna)
    await anna.sends(f"/rough {words}")
    anna.sees("No weekly minute is set")
    assert (await who(world, anna)).rough is None
