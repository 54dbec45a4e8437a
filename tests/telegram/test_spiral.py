"""The four minutes, as somebody at one in the morning meets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.flow import COMMAND, FLOW, Flow
from bot.core.machine import Move, Tapped, Waited, advance, proceed
from bot.core.model import Entry, Session
from bot.library.load import Library
from bot.simulator.faults import Kind
from bot.simulator.state import Call
from tests.person import Person, World

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def sort_it(anna: Person, before: str = "6") -> None:
    """From /spiral to the card, by taps alone."""
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", before, "No reply yet", "That's all", "I'm too much", "That's all"):
        await anna.taps(label)


async def to_the_end(anna: Person, before: int, after: int, tool: str = "Done") -> None:
    """One whole run with both numbers, whatever way it takes."""
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps(tool)
    await anna.sends(str(before))
    for label in ("That's all", "That's all", "Something warm", "Done", "Skip", "Skip", str(after), "That's all"):
        await anna.taps(label)


async def past(world: World, anna: Person, *entries: Entry) -> None:
    """What happened before."""
    await anna.sends("/help")
    async with world.keel.store.transaction() as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        for item in entries:
            await tx.records.add_entry(learner.id, item)


def card_of(anna: Person) -> str:
    """The card as it looks now; there is exactly one in the chat."""
    (card,) = [post.data["text"] for post in anna.bots if post.data.get("text", "").startswith("Known")]
    return str(card)


async def set_clock(anna: Person, clock: str = "11:00 Berlin") -> None:
    """Tell Keel the time of day, and that lessons come on request only."""
    await anna.sends("/start")
    for label in ("Choose a time", clock, "Yes", "Only when I ask"):
        await anna.taps(label)


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


async def test_another_way_tools_can_be_hidden_and_brought_back(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    for label in ("Next", "Another way", "Cool water"):
        await anna.taps(label)
    anna.sees("Cool, not icy", "heart trouble")
    await anna.taps("Not for me")
    assert "Cool water" not in anna.buttons
    assert len(anna.buttons) == 6 + 2
    await anna.sends("/settings")
    await anna.taps("Hidden ways back")
    await anna.sends("/spiral")
    await anna.taps("Continue")
    assert "Cool water" in anna.buttons


@pytest.mark.parametrize("tool", ["breathe", "senses", "feet", "wall", "walk", "hum", "cool"])
async def test_every_way_says_why_in_two_sentences_with_its_source(anna: Person, library: Library, tool: str) -> None:
    steps = library.speak("en").flows["spiral"].steps
    await anna.sends("/spiral")
    await anna.taps("Next")
    if tool != "breathe":
        await anna.taps("Another way")
        await anna.taps(next(choice.label for choice in steps["another"].choices if choice.id == tool))
    await anna.taps("Why this")
    source = library.sources[steps[tool].source or ""]
    anna.sees("Why this works", source.found, str(source.year))


async def test_the_same_offers_another_tool_twice_and_worse_goes_to_people(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps("I've paused")
    for tool in ("My senses", "Hum"):
        await anna.taps("The same")
        await anna.taps(tool)
        await anna.taps("Done")
    await anna.taps("The same")
    anna.sees("a person may help more now")
    assert {"A person to talk to", "My own plan"} <= set(anna.buttons)
    await world.wait(hours=2)
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "Worse"):
        await anna.taps(label)
    assert {"Find a person", "My own plan"} <= set(anna.buttons)
    await anna.taps("My own plan")
    anna.sees("My own plan", "People I can tell")


async def test_at_eight_or_more_body_and_soothing_come_before_any_thinking(anna: Person) -> None:
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "8"):
        await anna.taps(label)
    anna.sees("No thinking yet")
    await anna.taps("That helped a bit")
    anna.sees("something kind")


async def test_the_tool_that_lowered_the_number_most_comes_first_from_three_pairs_on(
    world: World, anna: Person
) -> None:
    pair = Entry("spiral", NOW - timedelta(days=1), 8, 3, "hum", ("tool.hum",))
    await past(world, anna, pair, pair)
    await anna.sends("/spiral")
    await anna.taps("Next")
    anna.sees("Six")
    await world.wait(hours=3)
    await past(world, anna, pair)
    await anna.sends("/spiral")
    await anna.taps("Next")
    anna.sees("Hum on the way out")
    await anna.taps("Another way")
    assert anna.buttons[0] == "Hum"


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


@pytest.mark.parametrize("typed", ["0.5", "eleven", "-1", "😀", "about seven"])
async def test_what_is_no_number_is_met_kindly_and_the_question_stays(anna: Person, typed: str) -> None:
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps("I've paused")
    await anna.sends(typed)
    anna.sees("A number from 0 to 10 works here", "Is it passing")


async def test_the_animation_is_uploaded_once_reused_and_renewed_when_refused(world: World, anna: Person) -> None:
    def sends() -> list[Call]:
        return world.telegram.calls("sendAnimation")

    for times in (1, 2):
        await anna.sends("/spiral")
        await anna.taps("Next")
        assert len(sends()) == times
        await world.wait(hours=2)
    first, second = sends()
    file_id = first.answer["result"]["animation"]["file_id"]
    assert second.params["animation"] == file_id
    assert len(world.telegram.files[file_id]) < 500 * 1024
    del world.telegram.files[file_id]  # Telegram forgot it
    await anna.sends("/spiral")
    await anna.taps("Next")
    assert [call.code for call in sends()] == [200, 200, 400, 200]
    anna.sees("Breathe in through your nose" if "Breathe in" in anna.last else "In through the nose")


@pytest.mark.parametrize("kind", [Kind.FLOOD, Kind.PAGE, Kind.RESET, Kind.TIMEOUT])
async def test_an_animation_that_does_not_go_leaves_the_whole_words(world: World, anna: Person, kind: Kind) -> None:
    await anna.sends("/spiral")
    world.telegram.faults.next(kind, "sendAnimation")
    await anna.taps("Next")
    anna.sees("In … 2 … 3 … 4", "nose", "dizzy")


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
