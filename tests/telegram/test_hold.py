"""Holding a message: out of the chat, sealed, back when it was said, without a word of it on the screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.model import HoldState
from bot.services.hold import blame_in
from bot.simulator.state import Post
from tests.person import Person, World
from tests.telegram.spirals import set_clock

DRAFT = "you never answer and I am done with the purple heron"


async def hold(anna: Person, text: str = DRAFT, length: str = "20 minutes") -> Post:
    """Hand a message over; gives the message as it was pasted."""
    await anna.sends("/hold")
    if "Hold another one" in anna.buttons:
        await anna.taps("Hold another one")
    pasted = anna.account.send_text(text)
    await anna.world.settle()
    await anna.taps(length)
    return pasted


async def states(world: World, anna: Person) -> list[HoldState]:
    """What became of each."""
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        return [item.state for item in await tx.kept.holds(learner.id, undecided=False)]


def said(anna: Person) -> str:
    """Everything of the bot's that stands in the chat."""
    return "\n".join(str(post.data.get("text", "")) for post in anna.bots)


async def test_about_to_send_goes_through_five_quiet_seconds_into_the_hold_and_back(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    await anna.taps("I'm about to send something")
    anna.sees("five quiet seconds")
    await world.wait(seconds=6)
    anna.sees("Paste it here")
    pasted = anna.account.send_text(DRAFT)
    await world.settle()
    assert pasted.id not in anna.account.chat.posts
    anna.sees("out of the chat")
    await anna.taps("20 minutes")
    anna.sees("It comes back in 20 minutes")
    await anna.taps("Now a quiet minute")
    anna.sees("safe hands")
    await anna.taps("Next")
    anna.sees("In … 2 … 3 … 4")
    assert DRAFT not in said(anna)
    assert world.telegram.refusals() == []


async def test_it_comes_back_neutral_and_shows_the_words_only_when_asked(world: World, anna: Person) -> None:
    await hold(anna)
    await world.wait(minutes=19)
    assert "ready" not in anna.last
    await world.wait(minutes=2)
    anna.sees("What you set aside is ready", "nothing is shown until you ask")
    assert "heron" not in said(anna)
    await anna.taps("Show it")
    anna.sees(DRAFT)
    await anna.taps("Hide it again")
    assert "heron" not in said(anna)


@pytest.mark.parametrize(
    ("choice", "state", "words"),
    [("Let it go", HoldState.LET_GO, ("gone", "Let go", "Erased")),
     ("I sent it anyway", HoldState.SENT, ("Okay", "That's fine", "Thank you"))],
)  # fmt: skip
async def test_each_ending_is_kind_and_erases_the_words(
    world: World, anna: Person, choice: str, state: HoldState, words: tuple[str, ...]
) -> None:
    await hold(anna)
    await world.wait(minutes=21)
    await anna.taps(choice)
    assert any(word in anna.last for word in words)
    assert await states(world, anna) == [state]
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        (held,) = await tx.kept.holds(learner.id, undecided=False)
        assert held.text == ""
    await anna.sends("/progress")
    anna.sees("One message held")
    assert ("One of them let go" in anna.last) == (choice == "Let it go")


async def test_more_time_and_tomorrow_morning_in_the_persons_zone(world: World, anna: Person) -> None:
    await set_clock(anna, "19:00")  # some zone nine hours east of UTC
    await hold(anna)
    await world.wait(minutes=21)
    await anna.taps("More time")
    await anna.taps("Tomorrow morning")
    anna.sees("tomorrow, 08:00")
    async with world.keel.store.transaction(reading=True) as tx:
        (timer,) = [item for item in await tx.timers.due() if item.kind == "hold"]
    assert timer.due_at == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    await anna.sends("/settings")
    await anna.taps("My clock")
    await anna.sends("Lisbon")
    async with world.keel.store.transaction(reading=True) as tx:
        (timer,) = [item for item in await tx.timers.due() if item.kind == "hold"]
    assert timer.due_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    await world.move_to(timer.due_at + timedelta(seconds=1))
    anna.sees("What you set aside is ready")


async def test_without_a_clock_the_morning_is_not_offered_and_a_time_says_why(anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends(DRAFT)
    assert "Tomorrow morning" not in anna.buttons
    await anna.sends("21:30")
    anna.sees("I don't know your clock yet")
    await anna.sends("half an hour")
    anna.sees("in 30 minutes")


async def test_a_time_that_has_passed_is_said_and_the_question_stays(world: World, anna: Person) -> None:
    await set_clock(anna)
    await anna.sends("/hold")
    await anna.sends(DRAFT)
    await anna.sends("8:15")
    anna.sees("08:15 has already passed today")
    await anna.sends("until 21:30")
    anna.sees("It comes back today, 21:30")


@pytest.mark.parametrize("empty", ["\u200b", "\u00a0 \u200b"])
async def test_an_empty_message_is_not_held(anna: Person, empty: str) -> None:
    await anna.sends("/hold")
    await anna.sends(empty)
    anna.sees("There was nothing to read in that", "Paste it here")
    await anna.sends("💔")
    anna.sees("How long shall I hold it")


async def test_a_long_message_in_parts_is_held_whole_and_read_page_by_page(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    parts = [f"part {number} " + "so much to say " * 260 for number in range(3)]
    for part in parts:
        anna.account.send_text(part)
    await world.settle()
    anna.sees("part of your message", "How long shall I hold it")
    assert not [post for post in anna.account.posts if "so much" in post.data.get("text", "")]
    await anna.taps("10 minutes")
    await world.wait(minutes=11)
    await anna.taps("Show it")
    pages = ""
    for _ in range(4):
        pages += anna.last
        await anna.taps("Next page")
    for number in range(3):
        assert f"part {number}" in pages
    assert anna.last in pages


async def test_several_at_once_come_back_each_at_its_time(world: World, anna: Person) -> None:
    await hold(anna, "the first one", "10 minutes")
    await hold(anna, "the second one", "An hour")
    await hold(anna, "the third one", "20 minutes")
    await anna.sends("/hold")
    anna.sees("something set aside already")
    assert len([label for label in anna.buttons if label.startswith("Comes back")]) == 3
    await world.wait(minutes=11)
    await world.wait(minutes=10)
    await world.wait(minutes=40)
    ready = [post for post in anna.bots if "is ready" in post.data.get("text", "")]
    assert len(ready) == 3
    for post, words in zip(ready, ("the first one", "the third one", "the second one"), strict=True):
        show = next(key for key in keys_of(post) if key["text"] == "Show it")
        anna.account.tap(post, show["callback_data"])
        await world.settle()
        assert words in anna.account.chat.posts[post.id].data["text"]


def keys_of(post: Post) -> list[dict[str, Any]]:
    """The buttons under a message."""
    return [key for row in post.data["reply_markup"]["inline_keyboard"] for key in row]


async def test_a_hold_survives_pause_and_stop_and_ends_with_delete(world: World, anna: Person) -> None:
    await set_clock(anna)
    await hold(anna)
    await anna.sends("/pause")
    await anna.taps("Until I say")
    await anna.sends("/stop")
    await world.wait(minutes=21)
    anna.sees("What you set aside is ready")
    await hold(anna)
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    said_before = len(anna.bots)
    await world.wait(hours=3)
    assert len(anna.bots) == said_before
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.timers.due() == []


async def test_it_does_not_take_the_floor_from_what_somebody_is_doing(world: World, anna: Person) -> None:
    await hold(anna)
    await world.wait(minutes=19)
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "6"):
        await anna.taps(label)
    await world.wait(minutes=2)
    assert any("is ready" in post.data.get("text", "") for post in anna.bots)
    await anna.sends("no reply since nine")
    anna.sees("What would a camera have seen")
    assert "✓ no reply since nine" in anna.buttons


async def test_one_clear_ask_from_buttons_with_a_button_to_copy(world: World, anna: Person) -> None:
    await hold(anna)
    await world.wait(minutes=21)
    for label in ("One clear ask", "I hadn't heard back", "Worried", "A short word when you're busy"):
        await anna.taps(label)
    ask = (
        "When I hadn't heard back, I felt worried. I'd like a short word when you're busy. How does that sound to you?"
    )
    anna.sees(ask)
    (copy,) = [key for key in anna.keys if key["text"] == "Copy it"]
    assert copy["copy_text"] == {"text": ask}
    await anna.taps("Done")
    assert await states(world, anna) == [HoldState.ASKED]


async def test_blame_is_pointed_out_gently_and_may_stay(world: World, anna: Person) -> None:
    await hold(anna)
    await world.wait(minutes=21)
    await anna.taps("One clear ask")
    await anna.sends("you never wrote back")
    await anna.taps("Hurt")
    await anna.sends("you to always tell me")
    anna.sees("“never” is a word that people often hear as blame")
    await anna.taps("Say it again")
    await anna.sends("I hadn't heard from you by ten")
    anna.sees("“always”")
    await anna.taps("Keep it")
    anna.sees("When I hadn't heard from you by ten, I felt hurt. I'd like you to always tell me.")
    await anna.taps("Hold this one")
    await anna.taps("10 minutes")
    await world.wait(minutes=11)
    await anna.taps("Show it")
    anna.sees("I hadn't heard from you by ten")


async def test_afraid_of_how_they_react_ends_the_wording(world: World, anna: Person) -> None:
    await hold(anna)
    await world.wait(minutes=21)
    await anna.taps("One clear ask")
    await anna.taps("I'm afraid of how they'd react")
    anna.sees("not your fault", "better words are not what's missing")
    assert "Show me who" in anna.buttons


async def test_the_third_night_in_a_row_says_that_drafting_can_be_the_loop(world: World, anna: Person) -> None:
    await set_clock(anna)
    for night in range(3):
        await world.move_to(datetime(2026, 11, 24 + night, 23, 40, tzinfo=UTC))
        await hold(anna, f"night {night}", "10 minutes")
        assert ("third night in a row" in anna.last) == (night == 2)
        await world.wait(minutes=11)
        await anna.taps("Let it go")


async def test_a_decided_one_cannot_be_opened_from_an_old_message(world: World, anna: Person) -> None:
    await hold(anna)
    await world.wait(minutes=21)
    ready = anna.bots[-1]
    show = next(key for key in keys_of(ready) if key["text"] == "Show it")
    await anna.sends("/hold")
    await anna.taps("Comes back")
    await anna.taps("Let it go")
    anna.account.tap(ready, show["callback_data"])
    await world.settle()
    anna_sees = "\n".join(str(post.data.get("text", "")) for post in anna.bots[-2:])
    assert "isn't here any more" in anna_sees or "isn't here any more" in ready.data["text"]


def test_blame_words_are_found_as_whole_words_only() -> None:
    words = ("never", "you make me", "selfish")
    assert blame_in("You never call", words) == "never"
    assert blame_in("nevertheless we went", words) is None
    assert blame_in("when You  make me, wait", words) == "you make me"
    assert blame_in("you never call", words, kept=("never",)) is None
