"""The pause: its animation, other ways, how it is passing, and the number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.model import Entry
from bot.library.load import Library
from bot.simulator.faults import Kind
from bot.simulator.state import Call
from tests.person import Person, World
from tests.telegram.spirals import past

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


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
