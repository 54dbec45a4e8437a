"""What lessons give to a hard minute, what is offered beside them, and what comes unasked around them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from bot.core.model import Lane, Note
from bot.simulator.faults import Kind
from bot.store.store import Transaction
from tests.person import Person
from tests.telegram.test_programme import enrol


async def learner_id(tx: Transaction, anna: Person) -> int:
    """The row of this person."""
    learner = await tx.learners.find(anna.account.chat.id)
    assert learner is not None
    return learner.id


async def notes(anna: Person, kind: str) -> list[Note]:
    """What was kept of a kind."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        return await tx.records.notes(await learner_id(tx, anna), kind)


async def test_a_line_from_a_lesson_is_kept_and_doing_it_again_edits_it(anna: Person) -> None:
    await anna.sends("/lesson p7")
    await anna.taps("Write my line")
    await anna.sends("Steady, old boat.")
    anna.sees("Steady, old boat.")
    await anna.sends("/lesson p7")
    await anna.taps("Write my line")
    anna.sees("You wrote this here before", "Steady, old boat.")
    await anna.sends("Coat on, then we'll see.")
    assert [item.text for item in await notes(anna, "line")] == ["Coat on, then we'll see."]
    await anna.sends("/lesson p6")
    await anna.taps("Take or change a line")
    await anna.taps("Not knowing yet")
    assert [item.text for item in await notes(anna, "line")] == [
        "Coat on, then we'll see.",
        "Not knowing yet isn't a no.",
    ]


async def test_a_letter_a_plan_a_map_and_an_ask_begin_under_their_lessons(anna: Person) -> None:
    await anna.sends("/lesson p12")
    await anna.taps("Write my letter")
    await anna.sends("Dear Thursday, there are biscuits.")
    await anna.taps("Keep it")
    assert [item.text for item in await notes(anna, "letter")] == ["Dear Thursday, there are biscuits."]
    for act in ("Make a hot drink", "Call a friend"):  # a second plan for the same takes the place of the first
        await anna.sends("/lesson r12")
        await anna.taps("Write my plan")
        await anna.taps("There's no reply")
        await anna.taps(act)
    anna.sees("If there's no reply", "call a friend")
    (plan,) = await notes(anna, "plan")
    assert plan.tag == "no-reply"
    await anna.sends("/lesson a6")
    await anna.taps("Fill in the map")
    for said in ("The tone changed", "I messed up", "Chest"):
        await anna.taps(said)
    await anna.sends("ask three questions at once")
    anna.sees("What happened: The tone changed", "Body: Chest", "ask three questions at once")
    (drawn,) = await notes(anna, "map")
    assert drawn.tag == "tone"
    await anna.sends("/lesson s2")
    await anna.taps("Build one ask")
    anna.sees("What did you see or hear?")


async def test_a_favourite_tool_comes_first_until_the_numbers_say_otherwise(anna: Person) -> None:
    await anna.sends("/lesson r5")
    await anna.taps("Choose my tool")
    await anna.taps("Push the wall")
    anna.sees("It comes first from now on")
    async with anna.world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        assert learner.favourite == "wall"


async def test_not_feeling_safe_offers_the_unit_on_it_once_and_never_as_a_message(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps("I've paused")
    await anna.sends("5")
    await anna.taps("I don't feel safe")
    await anna.taps("Close for now")
    await anna.world.next_lesson()
    assert "When fear is information" in anna.buttons
    await anna.taps("Tried it")
    assert "When fear is information" in anna.buttons
    await anna.taps("When fear is information")
    anna.sees("When fear is information")
    await anna.world.next_lesson()
    assert "When fear is information" not in anna.buttons


async def test_the_day_after_asks_once_if_it_may(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Later today")
    anna.sees("may I ask the day after")
    await anna.taps("Ask me once tomorrow")
    anna.sees("I may ask once")
    await anna.world.next_lesson()  # it came back, as it was put off
    anna.sees("Why trying harder backfires")
    await anna.world.next_lesson()
    anna.sees("The last one was", "Did you get to try it?")
    await anna.taps("Tried it")
    anna.sees("What does your push usually look like?")
    before = len(anna.bots)
    await anna.world.next_lesson()  # the lesson's slot of the same day stays empty
    assert len(anna.bots) == before
    await anna.world.next_lesson()
    anna.sees("Two clocks are ticking")


async def test_put_off_twice_it_waits_to_be_asked_for(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.world.next_lesson()
    await anna.taps("Later today")
    await anna.world.next_lesson()
    await anna.taps("Later today")
    anna.sees("It waits, then")
    await anna.sends("/lesson")
    anna.sees("Why trying harder backfires")


async def test_a_look_back_meets_every_answer_kindly(anna: Person) -> None:
    await enrol(anna, "Every day")
    while "A while ago" not in anna.last:
        await anna.world.next_lesson()
        if "Tried it" in anna.buttons and "A while ago" not in anna.last:
            await anna.taps("Tried it")
    anna.sees("What stayed with you?")
    await anna.taps("Not really")
    anna.sees("That's fine")
    await anna.taps("Show it again")
    anna.sees("Try it")


async def test_a_flood_keeps_the_day_free_for_what_was_meant_to_come(anna: Person) -> None:
    await enrol(anna, "Every day")
    anna.world.telegram.faults.next(Kind.FLOOD, "sendMessage")
    await anna.world.next_lesson()
    assert anna.lessons == []
    await anna.world.wait(seconds=60)
    assert len(anna.lessons) == 1


async def test_steady_messages_come_three_times_a_week_and_none_twice_in_a_month(anna: Person) -> None:
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Only when I ask"):
        await anna.taps(label)
    await anna.sends("/settings")
    await anna.taps("Steady messages")
    await anna.taps("Yes, please")
    anna.sees("Steady messages: up to three times a week")
    begin, seen = anna.world.clock.now(), []
    while anna.world.clock.now() < begin + timedelta(days=60):
        before = len(anna.bots)
        await anna.world.next_lesson()
        for post in anna.bots[before:]:
            assert post.silent
            assert {"Change times", "Pause"} <= set(anna.buttons)
            seen.append((post.at, post.data["text"]))
    assert all(then - at >= timedelta(days=1, hours=23) for (at, _), (then, _) in pairwise(seen))
    weeks = [sum(begin + timedelta(days=7 * week) <= at < begin + timedelta(days=7 * week + 7) for at, _ in seen)
             for week in range(8)]  # fmt: skip
    assert set(weeks) == {3}
    assert len({text for _, text in seen}) == len(seen)
    await anna.sends("/settings")
    await anna.taps("Steady messages")
    await anna.taps("No, none")
    async with anna.world.keel.store.transaction(reading=True) as tx:
        assert [item for item in await tx.timers.due() if item.lane is Lane.BULK] == []


async def test_a_plan_and_a_map_from_lessons_stand_on_the_card_of_their_trigger(anna: Person) -> None:
    await anna.sends("/lesson r12")
    for label in ("Write my plan", "Plans change", "Make a hot drink"):
        await anna.taps(label)
    await anna.sends("/lesson a6")
    for label in ("Fill in the map", "Plans changed", "I messed up", "Chest", "Pull back"):
        await anna.taps(label)
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps("I've paused")
    await anna.sends("5")
    for label in ("Plans changed", "That's all", "I messed up", "That's all"):
        await anna.taps(label)
    card = next(post.data["text"] for post in anna.bots if "You mapped this before" in post.data.get("text", ""))
    assert "make a hot drink" in card
    assert "Body: Chest" in card
