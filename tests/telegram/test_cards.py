"""Every safety card, button by button; one no is not the last word; questions can be switched off, and add up."""

from __future__ import annotations

from collections import deque

import pytest

from bot.core.flow import COMMAND, COPY
from bot.library.load import Library
from bot.simulator.person import join
from tests.person import Person, World
from tests.telegram.cards import DYING, HIT, LINES, THEIRS, card, nobody_in_danger, notices, put_away

# ---------------------------------------------------------------- every card, every button


@pytest.mark.parametrize("name", LINES)
async def test_every_button_of_every_card(world: World, library: Library, name: str) -> None:
    flow, known, number = library.speak("en").flows[name], set[tuple[str, str]](), 0
    waiting: deque[tuple[str, tuple[str, ...]]] = deque((line, ()) for line in LINES[name])
    reached: set[str] = set()
    while waiting:
        line, path = waiting.popleft()
        number += 1
        anna = Person(world, join(world.telegram, f"{name}-{number}"))
        await anna.sends(line)
        for label in path:
            await anna.taps(label)
        session = await card(anna)
        if session is None or session.flow != name:
            assert "More help" in anna.buttons
            continue
        assert anna.bots[-1].silent
        reached.add(session.step)
        if (session.step, line) in known:
            continue
        known.add((session.step, line))
        step = flow.steps[session.step]
        assert {"More help", "Hide everything"} <= set(anna.buttons)
        for choice in (*step.choices, *flow.always):
            if choice.label in anna.buttons and not (choice.to or "").startswith((COMMAND, COPY)):
                waiting.append((line, (*path, choice.label)))
    shown = {id_ for id_, step in flow.steps.items() if step.say and not step.end}
    # What other stories come to: test_somebody_asks_to_be_looked_in_on, test_three_quiet_signals…
    elsewhere = {"look-in", "easier", "several"} if name == "safety-suicide" else set()
    assert shown - reached == elsewhere
    assert [call for call in world.telegram.refusals() if "not modified" not in call.answer["description"]] == []


@pytest.mark.parametrize("name", sorted(set(LINES) - {"safety-young"}))
async def test_a_press_is_noted_by_its_id_and_no_word_of_the_text_is(world: World, anna: Person, name: str) -> None:
    await anna.sends(LINES[name][0])
    if name == "safety-abuse":
        await anna.taps("Yes")
    await anna.taps("I'm safe" if name not in ("safety-partner", "safety-harm") else nobody_in_danger(anna))
    await anna.taps("Put it away")
    found = (await notices(anna))[0]
    assert found.pressed[-2:] == ("safe", "close")
    assert found.tier == "act"
    assert found.put_away_at is not None
    assert LINES[name][0] not in repr(found)


# ---------------------------------------------------------------- one no is not the last word


async def test_one_no_leaves_help_in_view_and_the_same_rule_rests_for_twelve_hours(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.taps("I'm safe")
    anna.sees("findahelpline.com")
    assert {"Put it away", "A little of it is true", "My own plan", "More help"} <= set(anna.buttons)
    await anna.taps("Put it away")
    assert {"More help", "My own plan"} <= set(anna.buttons)
    assert anna.account.chat.keyboard == [["I need a minute", "More help"]]
    await anna.sends(DYING)
    assert await card(anna) is None
    await anna.taps("Leave it")
    await world.wait(hours=11)
    await anna.sends(DYING)
    assert await card(anna) is None
    await world.wait(days=6)
    await anna.sends("More help")
    anna.sees("People to reach now")
    await anna.sends(DYING)
    assert await card(anna) is not None
    assert not any("you said" in post.data.get("text", "").lower() for post in anna.bots)


async def test_another_rule_or_danger_now_shows_it_again_at_once(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await put_away(anna)
    await anna.sends("I took all the pills")
    anna.sees("Call your local emergency number")
    await put_away(anna)
    await anna.sends("I took all the pills")
    anna.sees("Call your local emergency number")
    await put_away(anna)
    await anna.sends("I'm going to hang myself")
    assert await card(anna) is not None


async def test_it_gets_worse_while_the_card_is_open(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.sends(DYING)
    anna.sees("Which button is nearest")
    await anna.sends(HIT)
    anna.sees("is it safe to talk on this phone")
    for label in ("Yes", "Not right now", "Close this"):
        await anna.taps(label)
    anna.sees("Thank you for")
    assert (await card(anna) or pytest.fail("the first card is gone")).flow == "safety-suicide"
    await anna.sends("I took all the pills")
    anna.sees("Call your local emergency number")


async def test_several_cards_come_one_after_the_other_in_their_order(world: World, anna: Person) -> None:
    await anna.sends("He said he'll kill himself. He hit me. I want to die and I cut myself last night.")
    met = []
    while (session := await card(anna)) is not None:
        met.append(session.flow)
        if session.flow == "safety-abuse":
            await anna.taps("Yes")
        await anna.taps(nobody_in_danger(anna))
        await anna.taps("Put it away")
    assert met == ["safety-suicide", "safety-selfharm", "safety-abuse", "safety-partner"]
    assert len(await notices(anna)) == 4


async def test_a_threat_that_binds_brings_the_card_about_fear_as_well(world: World, anna: Person) -> None:
    await anna.sends(THEIRS)
    await anna.taps("They say it when I want to go")
    await anna.taps("Go on to that page")
    anna.sees("is it safe to talk on this phone")


# ---------------------------------------------------------------- questions


async def test_a_phrase_that_is_an_idiom_here_is_asked_about_no_more_until_wished(world: World, anna: Person) -> None:
    await anna.sends("I wish I could disappear")
    await anna.taps("Just a way of speaking")
    await anna.taps("Don't ask about these words")
    anna.sees("won't ask about those words")
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    assert await card(anna) is None
    await anna.sends(DYING)
    assert await card(anna) is not None
    assert "Don't ask about these words" not in anna.buttons
    await put_away(anna)
    await anna.sends("/settings")
    await anna.taps("Questions back on")
    await world.wait(days=8)
    await anna.sends("I wish I could disappear")
    anna.sees("which is nearer")


async def test_three_quiet_signals_in_a_week_are_worth_the_question_once(world: World, anna: Person) -> None:
    await anna.sends("I wish I could disappear")
    for label in ("Just a way of speaking", "Don't ask about these words"):
        await anna.taps(label)
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    assert await card(anna) is None
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    anna.sees("Together I'd rather ask")
    await anna.taps("Worn out")
    await anna.taps("Put it away")
    await anna.sends("I wish I could disappear")
    assert await card(anna) is None


async def test_numbers_that_rise_with_a_quiet_signal_are_asked_about_and_the_minute_goes_on(
    world: World, anna: Person
) -> None:
    await anna.sends("I wish I could disappear")
    for label in ("Worn out", "Put it away", "Stop for now"):
        await anna.taps(label)
    for number in ("4", "6", "7"):
        await world.wait(hours=3)
        await anna.sends("/spiral")
        for label in (
            "Next",
            "I've paused",
            number,
            "That's all",
            "That's all",
            "Something warm",
            "Done",
            "Skip",
            "Skip",
        ):
            await anna.taps(label)
        if number != "7":
            await anna.taps("That's all")
    anna.sees("Together I'd rather ask")
    for label in ("No, nothing like that", "Put it away", "Go on where I was"):
        await anna.taps(label)
    anna.sees("how upset are you now")


async def test_a_button_of_a_card_that_made_room_for_another_leads_to_the_open_one(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    old = anna.bots[-1]
    data = anna.keys[0]["callback_data"]
    await anna.sends(HIT)
    anna.account.tap(old, data)
    await world.settle()
    anna.sees("This first", "is it safe to talk on this phone")
    await anna.sends("/stop")
    anna.account.tap(old, data)
    await world.settle()
    anna.sees("from a while ago")
