"""The days around it: the next day's question, /checkin, /journal, /plan, the card, one unasked message a day."""

from __future__ import annotations

from datetime import timedelta

from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.spirals import sort_it
from tests.telegram.test_faults import enrol


async def with_a_fear(anna: Person) -> None:
    """A whole run with something feared, and leave to ask tomorrow."""
    await sort_it(anna)
    for label in ("Something warm", "Done", "Skip", "Skip", "Ask me tomorrow"):
        await anna.taps(label)


async def test_the_question_comes_once_the_next_day_if_it_was_allowed(world: World, anna: Person) -> None:
    await with_a_fear(anna)
    anna.sees("I'll ask once")
    await anna.taps("That's all")
    await world.wait(hours=23)
    said = len(anna.bots)
    await world.wait(hours=2)
    assert len(anna.bots) == said + 1
    assert anna.bots[-1].silent
    assert {"It didn't", "Partly", "It did", "Don't know yet", "Don't ask"} <= set(anna.buttons)
    await world.wait(days=9)
    assert len(anna.bots) == said + 1


async def test_it_did_gets_care_and_no_numbers(world: World, anna: Person) -> None:
    await with_a_fear(anna)
    await world.wait(hours=25)
    await anna.taps("It did")
    anna.sees("I'm sorry")
    assert not any(sign.isdigit() for sign in anna.last)
    assert {"A person to talk to", "A quiet minute"} <= set(anna.buttons)


async def test_outcomes_feed_progress_from_five_on_both_ways_counted(world: World, anna: Person) -> None:
    for outcome in ("It didn't", "It didn't", "Partly", "It did", "It didn't"):
        for post in anna.bots:
            del anna.account.chat.posts[post.id]
        await with_a_fear(anna)
        await world.wait(hours=25)
        await anna.taps(outcome)
        await world.wait(hours=3)
    await anna.sends("/progress")
    anna.sees("Fears looked at again: 5. Didn't come true: 3, partly: 1, did: 1")
    assert len(anna.last.splitlines()) <= 12


async def test_without_leave_or_without_a_fear_nothing_is_asked(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "5", "That's all", "That's all", "Something warm", "Done", "Skip", "Skip"):
        await anna.taps(label)
    assert "Ask me tomorrow" not in anna.buttons
    await anna.taps("That's all")
    said = len(anna.bots)
    await world.wait(days=2)
    assert len(anna.bots) == said


async def test_at_most_one_unasked_message_a_day_lesson_or_question(world: World, anna: Person) -> None:
    await enrol(anna)
    await with_a_fear(anna)
    await anna.taps("That's all")
    for _ in range(6):
        before = {post.id for post in anna.bots}
        for _ in range(48):
            await world.wait(minutes=30)
        fresh = [post for post in anna.bots if post.id not in before]
        assert len(fresh) <= 1
        if fresh and "Tried it" in anna.buttons:
            await anna.taps("Tried it")


async def test_a_pause_silences_the_question_and_stop_ends_it(world: World, anna: Person) -> None:
    await with_a_fear(anna)
    await anna.sends("/pause")
    await anna.taps("Until I say")
    said = len(anna.bots)
    await world.wait(days=3)
    assert len(anna.bots) == said


async def test_a_mood_takes_one_tap_and_a_note_is_kept_sealed(world: World, anna: Person) -> None:
    await anna.sends("/checkin")
    await anna.taps("Heavy")
    await anna.sends("the umbrella fell over")
    anna.sees("kept" if "kept" in anna.last else "That's all")
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        assert [item.tags for item in await tx.records.entries(learner.id)] == [("mood.heavy",)]
        assert [note.text for note in await tx.records.notes(learner.id, "checkin")] == ["the umbrella fell over"]
    await anna.sends("/checkin")
    await anna.taps("Stormy")
    await anna.taps("A quiet minute")
    assert "Next" in anna.buttons


async def test_the_journal_is_written_read_back_and_deleted_one_by_one(world: World, anna: Person) -> None:
    for text in ("the oldest page", "the middle page", "the newest page"):
        await anna.sends("/journal")
        if "Write" in anna.buttons:
            await anna.taps("Write")
        await anna.sends(text)
        await anna.sends("and a second line")
        await anna.taps("Keep it")
        await world.wait(hours=1)
    await anna.sends("/journal")
    await anna.taps("Read")
    anna.sees("the newest page", "and a second line", "today,")
    await anna.taps("Older")
    anna.sees("the middle page")
    await anna.taps("Delete this one")
    anna.sees("can't be brought back")
    await anna.taps("Delete it")
    await anna.taps("Older")
    anna.sees("the oldest page")
    await anna.taps("Older")
    anna.sees("the oldest page")
    await anna.taps("Newer")
    anna.sees("the newest page")
    assert "the middle page" not in str(data_of(await take(world, anna)))


async def test_nothing_written_is_nothing_kept(anna: Person) -> None:
    await anna.sends("/journal")
    await anna.taps("Keep it")
    anna.sees("nothing to keep yet")
    await anna.does(anna.account.send_sticker())
    await anna.sends("now there is")
    await anna.taps("Keep it")
    anna.sees("Kept, sealed")


async def test_the_own_plan_is_filled_part_by_part_and_shown_whole(anna: Person) -> None:
    await anna.sends("/plan")
    for label, words in (("Signs", "cold hands"), ("People", "Noor 555"), ("Reasons", "the cat")):
        await anna.taps(label)
        await anna.sends(words)
    anna.sees("cold hands", "Noor 555", "the cat", "(nothing yet)")
    await anna.taps("Signs")
    await anna.sends("x" * 451)
    anna.sees("more than fits here")
    await anna.sends("tight chest")
    anna.sees("tight chest")
    assert "cold hands" not in anna.last


async def test_the_card_is_pinned_silently_with_the_steps_and_the_countrys_numbers(world: World, anna: Person) -> None:
    await anna.sends("/sos DE")
    await anna.taps("Pin a card here")
    anna.sees("When it gets loud", "112", "Feet on the floor")
    assert anna.account.chat.pinned == anna.bots[-1].id
    assert anna.bots[-1].silent
    (pin,) = world.telegram.calls("pinChatMessage")
    assert pin.params["disable_notification"] in (True, "true")


async def test_a_question_in_quiet_hours_waits_for_the_day(world: World, anna: Person) -> None:
    await enrol(anna)
    await with_a_fear(anna)
    async with world.keel.store.transaction(reading=True) as tx:
        (timer,) = [item for item in await tx.timers.due() if item.kind == "outcome"]
    assert timer.due_at - world.clock.now() >= timedelta(hours=12)


async def test_an_emptied_journal_says_so_and_can_be_written_again(anna: Person) -> None:
    await anna.sends("/journal")
    await anna.sends("only this")
    for label in ("Keep it", "Read", "Delete this one", "Delete it"):
        await anna.taps(label)
    anna.sees("nothing written here now")
    await anna.taps("Write")
    await anna.sends("and this")
    await anna.taps("Keep it")
    await anna.taps("That's all")
    anna.sees("/journal opens it again")


async def test_a_date_that_has_passed_is_said_and_asked_again(anna: Person) -> None:
    for label in ("Three days", "A week", "A month", "Until I say"):
        await anna.sends("/pause")
        await anna.sends("2020-01-01")
        anna.sees("already passed")
        await anna.taps(label)
        assert "already passed" not in anna.last
