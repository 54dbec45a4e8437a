"""The edges of the day and of the loop, leaving, and the close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.library.load import Library
from tests.person import Person, World
from tests.telegram.spirals import card_of, set_clock, sort_it, to_the_end


async def test_night_means_body_and_comfort_only(world: World, anna: Person) -> None:
    await set_clock(anna)
    await world.move_to(datetime(2026, 11, 25, 0, 30, tzinfo=UTC))
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "6"):
        await anna.taps(label)
    anna.sees("waits for the morning")
    for label in ("Okay", "Something warm", "Done", "Scared", "Rest"):
        await anna.taps(label)
    assert not [post for post in anna.bots if "camera" in post.data.get("text", "")]


async def test_the_second_within_an_hour_is_shorter_and_the_third_names_the_loop(world: World, anna: Person) -> None:
    await to_the_end(anna, 6, 5, "I've paused")
    await world.wait(minutes=10)
    await anna.sends("/spiral")
    await anna.taps("Next")
    anna.sees("this time")
    for label in ("Slow breaths", "I've paused", "6"):
        await anna.taps(label)
    anna.sees("something kind")
    for label in ("Stop here",):
        await anna.taps(label)
    await world.wait(minutes=10)
    await anna.sends("/spiral")
    await anna.taps("Next")
    anna.sees("third time within an hour")
    assert {"A person to talk to", "My own plan", "I'll rest now"} <= set(anna.buttons)


async def test_back_within_thirty_minutes_goes_on_or_starts_again(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "6", "No reply yet"):
        await anna.taps(label)
    await world.wait(minutes=20)
    await anna.sends("/spiral")
    assert anna.buttons == ["Continue", "Start again", "More help"]
    await anna.taps("Continue")
    assert "✓ No reply yet" in anna.buttons
    await world.wait(minutes=31)
    await anna.sends("/spiral")
    assert "Next" in anna.buttons


async def test_wording_does_not_repeat_within_a_week_of_two_a_day(world: World, anna: Person) -> None:
    first, last = list[str](), list[str]()
    for _ in range(14):
        await anna.sends("/spiral")
        first.append(anna.last)
        for label in ("Next", "I've paused", "8", "That helped a bit", "Something warm", "Done", "Skip", "Skip"):
            await anna.taps(label)
        last.append(anna.last)
        await anna.taps("That's all")
        await world.wait(hours=12)
    assert len(set(first)) == len(set(last)) == 14


async def test_leaving_is_one_tap_and_silence_follows(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps("Stop here")
    said = len(anna.bots)
    await world.wait(hours=5)
    assert len(anna.bots) == said


async def test_one_plan_is_kept_and_comes_back_with_its_trigger(world: World, anna: Person) -> None:
    await sort_it(anna)
    for label in ("Something warm", "Done", "Skip", "Skip", "A plan for next time", "There's no reply"):
        await anna.taps(label)
    await anna.sends("I put my shoes on and walk to the river.")
    anna.sees("If there's no reply, then first: I put my shoes on and walk to the river.")
    await anna.taps("That's all")
    await world.wait(hours=3)
    for post in anna.bots:
        del anna.account.chat.posts[post.id]
    await sort_it(anna)
    assert "Your own plan for this\nIf there's no reply, then first: I put" in card_of(anna)


async def test_the_second_number_is_asked_once_and_never_invented(world: World, anna: Person) -> None:
    await sort_it(anna)
    for label in ("Something warm", "Done", "Skip", "Skip"):
        await anna.taps(label)
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        (run,) = [item for item in await tx.records.entries(learner.id) if item.kind == "spiral"]
        assert (run.before, run.after) == (6, None)
    await anna.taps("3")
    assert "0" not in anna.buttons
    async with world.keel.store.transaction(reading=True) as tx:
        (run,) = [item for item in await tx.records.entries(learner.id) if item.kind == "spiral"]
        assert (run.before, run.after) == (6, 3)
        assert {"facts.no-reply", "meanings.too-much", "tool.breathe", "tool.warm"} <= set(run.tags)


def test_answers_never_stand_in_two_places(library: Library) -> None:
    """No two questions of the flow keep their answer under one name, but for those that ask again on purpose."""
    flow = library.speak("en").flows["spiral"]
    names = [step.own_name for step in flow.steps.values() if step.ask]
    assert len(set(names)) == len(names)
    assert replace(flow.steps["now"], id="x").name == "before"


@pytest.mark.parametrize("after", ["3", "9", None], ids=["lower", "still high", "not said"])
async def test_what_is_offered_at_the_end_is_offered_once_each(world: World, anna: Person, after: str | None) -> None:
    await sort_it(anna)
    for label in ("Something warm", "Done", "Skip", "Skip", *((after,) if after else ())):
        await anna.taps(label)
    await anna.taps("Ask me tomorrow")
    anna.sees("I'll ask once")
    assert "Ask me tomorrow" not in anna.buttons
    await anna.taps("A plan for next time")
    await anna.taps("There's no reply")
    await anna.taps("Call a friend")
    anna.sees("then first: call a friend")
    assert not {"Ask me tomorrow", "A plan for next time"} & set(anna.buttons)
    await anna.taps("That's all")
    assert world.telegram.refusals() == []


async def test_a_hold_at_the_end_comes_back_to_the_end(world: World, anna: Person) -> None:
    await sort_it(anna)
    for label in ("Something warm", "Done", "Skip", "Skip", "Hold a message"):
        await anna.taps(label)
    await anna.sends("everything I wanted to say")
    await anna.taps("10 minutes")
    await anna.taps("Now a quiet minute")
    anna.sees("Anything else before we stop")
    await anna.taps("Ask me tomorrow")
    await anna.taps("That's all")
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        assert [item.kind for item in await tx.records.entries(learner.id)] == ["pause", "spiral", "hold"]
