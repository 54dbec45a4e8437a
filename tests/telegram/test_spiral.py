"""The four minutes, as somebody at one in the morning meets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.core.flow import COMMAND, FLOW, Flow
from bot.core.machine import Move, Tapped, Waited, advance, proceed
from bot.core.model import Entry, Session
from bot.library.load import Library
from tests.person import Person, World
from tests.telegram.spirals import card_of, past, sort_it

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_the_first_message_goes_out_after_one_transaction_and_a_tap_costs_three(
    world: World, anna: Person
) -> None:
    store, telegram, seen = world.keel.store, world.telegram, list[tuple[str, int]]()
    carry_out = telegram.call

    async def call(method: str, params: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> Any:
        seen.append((method, store.transactions - start))
        return await carry_out(method, params, files)

    telegram.call = call  # type: ignore[method-assign]  # the stand-in is watched, not changed
    start = store.transactions
    await anna.sends("/spiral")
    assert next(count for method, count in seen if method == "sendMessage") == 1
    assert store.transactions - start == 2
    for label in ("Next", "I've paused", "5", "No reply yet", "That's all"):
        start = store.transactions
        await anna.taps(label)
        animations = sum(call.method == "sendAnimation" for call in telegram.record)
        allowance = 2 if label == "Next" else 0  # the animation's name is looked up once, and kept once
        assert store.transactions - start <= 3 + allowance, label
        assert animations == 1


async def test_the_first_screen_is_short_asks_nothing_and_works_from_anywhere(world: World, anna: Person) -> None:
    for before in ((), ("/start",), ("/start", "Choose a time"), ("/lesson",), ("/journal",), ("/hold",)):
        for step in before:
            await (anna.sends(step) if step.startswith("/") else anna.taps(step))
        await anna.sends("I need a minute")
        assert len(anna.last.split()) <= 25
        assert "?" not in anna.last
        assert len(anna.buttons) == 3
        await world.wait(hours=2)


async def test_words_that_say_so_offer_it(world: World, anna: Person) -> None:
    await anna.sends("I'm spiralling, about to text him")
    await anna.taps("Take a minute")
    assert anna.buttons == ["Next", "I'm about to send something", "More help / Stop"]


async def test_it_goes_on_by_itself_and_the_shortest_whole_way_takes_six_taps(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    await world.wait(seconds=13)
    anna.sees("In … 2 … 3 … 4")
    await world.wait(seconds=71)
    for taps, label in enumerate(("6", "That's all", "That's all", "Something warm"), start=1):
        await anna.taps(label)
        assert taps <= 4
    await world.wait(seconds=61)
    await anna.taps("Scared")
    await anna.taps("Rest")
    anna.sees("You stayed with a hard moment")
    assert "Known" in card_of(anna)


def test_no_way_through_everything_is_shorter_than_told(library: Library) -> None:
    """Over the file itself: fewest taps from the first screen to the close, by way of the card."""
    flow = library.speak("en").flows["spiral"]
    fresh = Session("abc", 1, flow.id, flow.start, NOW, NOW, answers={"night": False, "nth": 1, "best": ""})
    assert _fewest_taps(flow, fresh, "close") == 6


def _fewest_taps(flow: Flow, fresh: Session, goal: str) -> int:
    waiting, seen = deque([(fresh, 0)]), set[tuple[str, bool]]()
    while waiting:
        session, taps = waiting.popleft()
        key = (session.step, bool(session.answers.get("_shown")))
        if session.step == goal and session.answers.get("_shown"):
            return taps
        if key in seen or session.ended_at is not None:
            continue
        seen.add(key)
        step = flow.steps[session.step]
        if step.then is not None and not step.then.startswith(FLOW):
            waiting.appendleft((_settled(flow, advance(flow, session, Waited(step.id), NOW)), taps))
        for choice in step.choices:
            if not (choice.to or "").startswith((COMMAND, FLOW)):
                waiting.append((_settled(flow, advance(flow, session, Tapped(step.id, choice.id), NOW)), taps + 1))
    raise AssertionError("the close is never reached")


def _settled(flow: Flow, move: Move) -> Session:
    while move.action is not None:
        move = proceed(flow, move.session)
    return move.session


async def test_the_card_stays_in_view_and_says_what_was_tapped_and_written(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "6", "No reply yet", "Seen, no reply"):
        await anna.taps(label)
    await anna.sends("he was <online> at *nine*")
    await anna.taps("No reply yet")  # taken back
    for label in ("That's all", "I messed up", "That's all", "Why it happened", "What comes next"):
        await anna.taps(label)
    await anna.taps("Why it happened")
    await anna.sends("maybe the train")
    card = card_of(anna)
    assert "Known\n• Seen, no reply\n• he was <online> at *nine*\n" in card
    assert "Guessed\n• I messed up\n" in card
    assert "Don't know yet\n• What comes next" in card
    assert "One more way to read it\nmaybe the train" in card
    await anna.taps("Change the card")
    await anna.taps("he was <online> at *nine*")
    await anna.taps("That's all")
    await anna.taps("That's all")
    assert "Known\n• Seen, no reply\n\n" in card_of(anna)
    assert world.telegram.refusals() == []


async def test_a_reading_is_invited_and_never_supplied(anna: Person) -> None:
    await sort_it(anna)
    assert "One more way to read it" not in card_of(anna)
    anna.sees("one more way to read")


async def test_not_safe_leaves_the_sorting_and_never_comes_back_to_it(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "6", "No reply yet", "I don't feel safe with them"):
        await anna.taps(label)
    anna.sees("not your fault", "the sorting stops here")
    (session,) = {button["callback_data"].split(":")[1] for button in anna.keys if button["callback_data"][0] == "s"}
    anna.account.tap(anna.bots[-1], f"s:{session}:facts:seen+")  # from another phone, where the old screen still is
    await world.settle()
    anna.sees("the sorting stops here")
    await anna.taps("Show me who")
    await anna.taps("Close for now")
    later = [post.data.get("text", "") for post in anna.bots[-3:]]
    assert not [text for text in later if "mind adding" in text or "Known" in text]


async def test_from_five_checked_fears_on_the_card_has_the_honest_count(world: World, anna: Person) -> None:
    outcomes = ["didnt", "didnt", "partly", "did"]
    await past(world, anna, *(Entry("fear", NOW, tags=(f"outcome.{name}",)) for name in outcomes))
    await sort_it(anna)
    assert "fears" not in card_of(anna)
    await world.wait(hours=3)
    for post in anna.bots:
        if post.data.get("text", "").startswith("Known"):
            del anna.account.chat.posts[post.id]
    await past(world, anna, Entry("fear", NOW, tags=("outcome.did",)))
    await sort_it(anna)
    assert "Of 5 fears that you looked at again, 2 didn't come true, one partly did, and 2 did." in card_of(anna)
