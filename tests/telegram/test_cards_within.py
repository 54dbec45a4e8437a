"""Danger in what somebody writes, anywhere: everything stops, nothing is lost, and it goes on only when they say so."""

from __future__ import annotations

import pytest

from bot.services.cards import CARDS
from tests.person import Person, World
from tests.telegram.cards import DYING, HIT, HURT, Arrive, arrive, card, learner, nobody_in_danger, put_away

# ---------------------------------------------------------------- from within everything else


PLACES: dict[str, tuple[Arrive, str, str]] = {
    # steps to get there; what is written; what the place shows when it goes on
    "spiral": (("/spiral", "Next", "I've paused", "6"), DYING, "What would a camera have seen"),
    "journal": (("/journal",), DYING, "Write whatever is there"),
    "plan": (("/plan", "Signs"), DYING, "My own plan"),
    "onboarding": (("/start", "Choose a time"), DYING, "What time is it for you now"),
    "lesson": (("/lesson r12", "Write my plan"), HURT, "then I will do this first"),
    "hold": (("/hold",), "I want to die and it's your fault", "How long shall I hold it"),
    "letter": (("/letter", "A letter"), DYING, "Write to yourself"),
    "free": ((), DYING, "What would"),
}


@pytest.mark.parametrize("name", PLACES)
async def test_from_within_everything_it_stops_and_goes_on_only_when_said(
    world: World, anna: Person, name: str
) -> None:
    steps, line, shown = PLACES[name]
    await arrive(anna, steps)
    await anna.sends(line)
    first = anna.last
    assert await card(anna) is not None
    assert shown not in first
    # Nothing goes on by itself, and nothing that calms, teaches, coaches or counts is to be had.
    await world.wait(minutes=3)
    assert anna.last == first
    for command in ("/spiral", "I need a minute", "/lesson", "/progress", "/checkin", "/hold", "/library"):
        await anna.sends(command)
        anna.sees("This first")
        assert "Hide everything" in anna.buttons
    await anna.sends("a few words")
    anna.sees("it wasn't kept", "Which button is nearest")
    await (anna.taps("I'm safe") if "I'm safe, it was a way of speaking" in anna.buttons else anna.taps("Worn out"))
    await anna.taps("Put it away")
    anna.sees("put away")
    assert await card(anna) is None
    # Closed, and still nothing goes on: words are new words.
    await anna.sends("a few words")
    assert shown not in anna.last or name == "free"
    await anna.taps("Leave it")
    await anna.taps("Go on where I was")
    anna.sees(shown)
    assert world.telegram.refusals() == []


@pytest.mark.parametrize("name", PLACES)
async def test_it_can_be_left_where_it_is_instead(world: World, anna: Person, name: str) -> None:
    steps, line, shown = PLACES[name]
    await arrive(anna, steps)
    await anna.sends(line)
    await put_away(anna)
    await anna.taps("Stop for now")
    anna.sees("Nothing you wrote is lost")
    await anna.taps("Go on where I was")
    anna.sees("Pick up anywhere")
    assert shown not in anna.last


async def test_what_was_written_is_kept_as_it_would_have_been(world: World, anna: Person) -> None:
    await arrive(anna, ("/plan", "Signs"))
    await anna.sends(DYING)
    await put_away(anna)
    await anna.sends("/journal")
    await anna.sends(HURT)
    await put_away(anna)
    await anna.taps("Go on where I was")
    await anna.taps("Keep it")
    await anna.sends("he hit me")
    await anna.taps("Yes")
    await put_away(anna)
    await anna.taps("Go on where I was")
    await anna.taps("Keep it as a note")
    async with world.keel.store.transaction(reading=True) as tx:
        kept = {note.kind: note.text for note in await tx.records.notes((await learner(anna)).id)}
    assert kept == {"safe_signs": DYING, "journal": HURT, "note": "he hit me"}


# ---------------------------------------------------------------- messages to somebody


async def test_a_draft_with_a_threat_is_held_as_asked_and_never_made_nicer(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("If you leave me I will kill myself")
    assert not any("kill myself" in post.data.get("text", "") for post in anna.account.posts)  # out of the chat
    await put_away(anna)
    await anna.taps("Go on where I was")
    await anna.taps("20 minutes")
    anna.sees("Held")
    await world.wait(minutes=21)
    anna.sees("ready")
    assert "One clear ask" not in anna.buttons
    await anna.taps("Show it")
    anna.sees("If you leave me I will kill myself")
    assert "One clear ask" not in anna.buttons
    await anna.taps("Let it go")


async def test_a_threat_to_the_partner_is_not_polished_either(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("I will kill you")
    assert (await card(anna) or pytest.fail("no card")).flow in CARDS
    await anna.taps(nobody_in_danger(anna))
    await anna.taps("Put it away")
    await anna.taps("Go on where I was")
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    assert "One clear ask" not in anna.buttons


async def test_a_threat_is_not_polished_even_when_no_card_comes_again(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("If you leave me I will kill myself")
    await put_away(anna)
    await anna.sends("/hold")
    await anna.sends("If you leave me I will kill myself")
    assert await card(anna) is None
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    anna.sees("ready")
    assert "One clear ask" not in anna.buttons
    await anna.sends("/hold")
    await anna.taps("Hold another one")
    await anna.sends("you never answer")
    await anna.taps("10 minutes")
    await world.wait(minutes=11)
    await anna.taps("One clear ask")
    await anna.sends("If you leave me I will kill myself")
    assert await card(anna) is None
    assert "One clear ask" not in anna.buttons
    anna.sees("ready")


async def test_in_the_middle_of_a_clear_ask_the_words_are_not_used_and_the_message_stays_held(
    world: World, anna: Person
) -> None:
    await anna.sends("/hold")
    await anna.sends("you never answer")
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    await anna.taps("One clear ask")
    await anna.sends("I'll kill myself if you don't answer")
    assert await card(anna) is not None
    await put_away(anna)
    await anna.taps("Go on where I was")
    anna.sees("What you set aside is ready")
    assert anna.buttons[:2] == ["Let it go", "Show it"]
    await anna.taps("Show it")
    anna.sees("you never answer")


async def test_a_hold_comes_back_while_a_card_is_open_and_waits_for_it(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("see you at eight")
    await anna.taps("20 minutes")
    await anna.sends(DYING)
    await world.wait(minutes=21)
    anna.sees("What you set aside is ready")
    await anna.taps("Let it go")
    anna.sees("This first")
    await put_away(anna)
    await anna.taps("Let it go")
    assert "Let it go" not in anna.buttons


async def test_after_danger_the_sorting_of_thoughts_does_not_go_on(world: World, anna: Person) -> None:
    await arrive(anna, ("/spiral", "Next", "I've paused", "6"))
    await anna.sends(HIT)
    for label in ("Yes", "Not right now", "Close this", "Go on where I was"):
        await anna.taps(label)
    anna.sees("Now something kind")


# ---------------------------------------------------------------- who wrote it


async def test_the_same_words_from_somebody_else_lead_elsewhere(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.taps("Somebody else wrote it")
    anna.sees("somebody near you may be thinking of suicide")


async def test_a_forwarded_message_is_asked_about_first(world: World, anna: Person) -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    for label, words in (("They wrote it", "somebody near you"), ("I wrote it", "thoughts of dying")):
        anna.account.send({"text": "If you leave me I will kill myself", "forward_origin": origin})
        await world.settle()
        anna.sees("who wrote it")
        await anna.taps(label)
        anna.sees(words)
        await anna.sends("/stop")


async def test_pasted_words_that_mean_something_only_as_theirs_are_asked_about(world: World, anna: Person) -> None:
    await anna.sends("who were you with, send me proof")
    anna.sees("who wrote it")
    await anna.taps("They wrote it")
    anna.sees("is it safe to talk on this phone")


async def test_who_wrote_it_may_lead_to_nothing(world: World, anna: Person) -> None:
    await anna.sends("who were you with, send me proof")
    anna.sees("who wrote it")
    await anna.taps("I wrote it")
    anna.sees("nothing to add")
    await anna.taps("Go on where I was")
    anna.sees("What would")
