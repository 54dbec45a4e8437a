"""When Telegram or an update misbehaves: the person is answered, no lesson comes twice, no chat stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta

from bot.core.model import DeliveryState, Lane
from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from tests.export import data_of, take
from tests.person import Person, World


async def enrol(anna: Person) -> None:
    """Set a clock and a daily lesson."""
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Every day", "8:30"):
        await anna.taps(label)


async def states(world: World, anna: Person) -> list[DeliveryState]:
    """What the ledger says."""
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        return [item.state for item in await tx.timers.deliveries(learner.id)]


async def test_a_spiral_goes_from_first_to_last_by_typing_alone(world: World, anna: Person) -> None:
    words = ["/spiral", "Next", "I've paused", "seven", "he read it and said nothing", "That's all"]
    words += ["I'm too much", "That's all", "he was on the train", "something warm", "done", "wobbly", "rest", "5"]
    for typed in words:
        await anna.sends(typed)
    anna.sees("a mirror and not a test")
    await anna.sends("that's all")
    card = next(post.data["text"] for post in anna.bots if "Known" in post.data.get("text", ""))
    assert "Known\n• he read it and said nothing" in card
    assert "Guessed\n• I'm too much" in card
    assert "One more way to read it\nhe was on the train" in card


async def test_an_answer_that_timed_out_is_sent_again(world: World, anna: Person) -> None:
    world.telegram.faults.next(Kind.TIMEOUT, "sendMessage")
    await anna.sends("/spiral")
    assert "Next" in anna.buttons


async def test_an_error_page_a_reset_and_a_flood_are_waited_out(world: World, anna: Person) -> None:
    for kind in (Kind.PAGE, Kind.RESET, Kind.FLOOD):
        world.telegram.faults.next(kind, "sendMessage")
    await anna.sends("/spiral")
    assert "Next" in anna.buttons
    assert len(anna.bots) == 1


async def test_a_flood_at_a_frame_drops_the_motion_and_keeps_the_words(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    world.telegram.faults.next(Kind.FLOOD, "answerCallbackQuery")
    await anna.taps("Next")
    anna.sees("In … 2 … 3 … 4", "Breathe in through your nose", "Six times")


async def test_the_pause_is_one_living_message_edited_no_faster_than_every_four_seconds(
    world: World, anna: Person
) -> None:
    await anna.sends("/spiral")
    await anna.taps("Next")
    living, edits = anna.bots[-1].id, len(world.telegram.calls("editMessageText"))
    await asyncio.sleep(3.5)
    assert len(world.telegram.calls("editMessageText")) == edits
    await asyncio.sleep(1)
    assert len(world.telegram.calls("editMessageText")) == edits + 1
    assert anna.bots[-1].id == living
    anna.sees("Out … 2 … 3 … 4 … 5 … 6", "Breathe in through your nose", "Six times")
    await anna.taps("I've paused")  # whoever moves on ends the motion
    await asyncio.sleep(6.5)
    anna.sees("Is it passing")


async def test_a_lesson_that_timed_out_is_unknown_and_never_repeated(world: World, anna: Person) -> None:
    await enrol(anna)
    world.telegram.faults.next(Kind.TIMEOUT_AFTER, "sendMessage")
    await world.next_lesson()
    assert await states(world, anna) == [DeliveryState.UNKNOWN]
    for _ in range(4):
        await world.wait(hours=24)
    texts = [post.data["text"] for post in anna.lessons]
    assert len(texts) == len(set(texts))


async def test_a_lesson_that_met_a_flood_comes_a_little_later_once(world: World, anna: Person) -> None:
    await enrol(anna)
    world.telegram.faults.next(Kind.FLOOD, "sendMessage", seconds=1)
    await world.next_lesson()
    assert anna.lessons == []
    assert await states(world, anna) == []
    await world.wait(seconds=5)
    assert len(anna.lessons) == 1


async def test_an_unread_lesson_waits_and_after_three_slots_keel_goes_quiet(world: World, anna: Person) -> None:
    await enrol(anna)
    await world.next_lesson()
    before = len(anna.bots)
    for _ in range(8):
        await world.wait(hours=24)
    assert len(anna.lessons) == 1
    assert len(anna.bots) == before + 1
    anna.sees("wait until you want them")
    await anna.taps("Resume")
    anna.sees("Welcome back")


async def test_no_lesson_comes_during_a_spiral_or_soon_after(world: World, anna: Person) -> None:
    await enrol(anna)
    async with world.keel.store.transaction(reading=True) as tx:
        (timer,) = [item for item in await tx.timers.due() if item.kind == "lesson"]
    world.clock.move_to(timer.due_at - timedelta(minutes=20))
    await anna.sends("/spiral")
    await anna.taps("Next")
    await world.move_to(timer.due_at + timedelta(seconds=1))
    assert anna.lessons == []


async def test_a_pause_is_quiet_and_ends_with_one_lesson(world: World, anna: Person) -> None:
    await enrol(anna)
    await anna.sends("/pause")
    await anna.taps("A week")
    for _ in range(6):
        await world.wait(hours=24)
    assert anna.lessons == []
    for _ in range(3):
        await world.wait(hours=24)
    assert len(anna.lessons) <= 1
    await world.next_lesson()
    assert len(anna.lessons) == 1


async def test_a_poison_update_is_set_aside_and_the_chat_goes_on(world: World, anna: Person) -> None:
    async with world.keel.store.engine.connect() as connection:
        await connection.exec_driver_sql("ALTER TABLE tally RENAME TO away")  # what /progress sums up
        await connection.commit()
    anna.account.send_text("/progress")
    anna.account.send_text("/spiral")
    await world.settle()
    assert any("went wrong on my side" in post.data["text"] for post in anna.bots)
    assert "Next" in anna.buttons
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.inbox.count_set_aside() == 1
        assert await tx.inbox.waiting() == []


async def test_export_and_delete_are_whole(world: World, anna: Person) -> None:
    await enrol(anna)
    await anna.sends("the green umbrella")
    await anna.taps("Keep it as a note")
    assert "the green umbrella" in str(data_of(await take(world, anna)))
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    anna.sees("Done. Everything")
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.learners.find(anna.account.chat.id) is None
        assert await tx.timers.due() == []


async def test_progress_is_warm_when_empty_and_shows_medians_from_three_pairs_on(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    anna.sees("nothing has to be")
    for before, after in ((8, 5), (6, 6), (9, 3)):
        await anna.sends("/spiral")
        await anna.taps("Next")
        await anna.taps("I've paused")
        await anna.sends(str(before))
        for label in ("That helped a bit",) if before >= 8 else ("That's all", "That's all"):
            await anna.taps(label)
        for label in ("A safe place", "Done", "Scared", "Rest", str(after), "That's all"):
            await anna.taps(label)
        await anna.sends("/progress")
        anna.sees("before and after" if after == 3 else "three pairs")
        await world.wait(hours=2)
    await anna.sends("/progress")
    anna.sees("How upset, before and after: 8 and 5 (the middle of 3 times)", "from 8 to 5")
    assert len(anna.last.splitlines()) <= 12


def unreadable_once(telegram: Telegram) -> None:
    """The next message is taken, and what comes back is a page that some machine on the way made up."""
    carry_out, left = telegram.call, ["the next"]

    async def call(method: str, params: Mapping[str, object], files: Mapping[str, tuple[str, bytes]]) -> object:
        answer = await carry_out(method, params, files)
        return (200, "<html>") if method.lower() == "sendmessage" and left and left.pop() else answer

    telegram.call = call  # type: ignore[assignment]  # the line makes things up; the stand-in is the same


async def test_an_answer_that_cannot_be_read_says_nothing_of_what_was_done(world: World, anna: Person) -> None:
    unreadable_once(world.telegram)
    await anna.sends("/help")
    assert len(anna.bots) == 2  # sent again: it may not have arrived
    assert not any("went wrong" in post.data["text"] for post in anna.bots)
    await enrol(anna)
    unreadable_once(world.telegram)
    await world.next_lesson()
    assert await states(world, anna) == [DeliveryState.UNKNOWN]
    assert len(anna.lessons) == 1


async def test_somebody_whom_telegram_makes_wait_holds_up_nobody_elses_held_message(world: World, anna: Person) -> None:
    bea = Person(world, join(world.telegram, "Bea"))
    for person in (anna, bea):
        await person.sends("/hold")
        person.account.send_text("what I wanted to say")
        await world.settle()
        await person.taps("20 minutes")
    world.telegram.faults.next(Kind.FLOOD, "sendMessage", chat_id=anna.account.chat.id, seconds=5)
    world.clock.move_to(world.clock.now() + timedelta(minutes=21))
    began = time.monotonic()
    await world.keel.dispatcher.tick(Lane.LIVE, 1)
    assert time.monotonic() - began < 4
    bea.sees("is ready")
    await world.keel.dispatcher.stop(30)
    anna.sees("is ready")
