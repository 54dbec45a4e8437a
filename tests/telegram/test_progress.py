"""/progress: what grew, what helps, what comes up, over all time or a range; a picture; lines that are put away."""

from __future__ import annotations

import asyncio
import io
import tracemalloc
from datetime import timedelta

import pytest
from PIL import Image

from bot.core.model import Entry
from bot.simulator import methods
from tests.person import Person, World
from tests.services.test_drawing import lived
from tests.telegram.spirals import past, set_clock

RANGES = {"Last 30 days", "All time", "Since a part began"}


def moments(world: World, count: int, every: timedelta = timedelta(hours=20)) -> list[Entry]:
    """Hard moments that went from 8 to 5, the newest just now; what happened in them goes by turns."""
    facts = ("no-reply", "seen", "short", "plans", "tone", "online")
    return [
        Entry(
            "spiral", world.clock.now() - every * number, 8, 5, "walk", (f"facts.{facts[number % 6]}", "tool.walk"), 0
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 50, 500, 20_000])
async def test_however_long_somebody_was_here_it_is_twelve_lines_and_a_way_on(
    world: World, anna: Person, count: int
) -> None:
    await past(world, anna, *moments(world, count))
    await anna.sends("/progress")
    assert 1 <= len(anna.last.splitlines()) <= 12
    assert {"Continue", "Take a minute", "More help"} <= set(anna.buttons)
    if count == 0:
        anna.sees("nothing has to be")
        return
    anna.sees(
        "What grew", "One hard moment" if count == 1 else f"{count:,} hard moments", "Where you are: First things"
    )
    if count < 3:
        anna.sees("once there are three pairs")
    else:
        anna.sees("before and after: 8 and 5", f"the middle of {count:,} times")
        anna.sees("Helped most so far: walking a little, from 8 to 5")
    assert "came up" not in anna.last  # nothing does more than the rest


async def test_a_long_past_takes_no_more_memory_than_a_short_one(world: World, anna: Person, ben: Person) -> None:
    await past(world, anna, *moments(world, 50))
    await past(world, ben, *moments(world, 2_000))

    async def peak(person: Person) -> int:
        await person.sends("/progress")  # what is read once is read
        tracemalloc.start()
        await person.sends("/progress")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert await peak(ben) < 1.5 * await peak(anna)


async def test_everything_at_once_is_twelve_lines(world: World, anna: Person) -> None:
    await set_clock(anna)
    await anna.sends("/lesson")
    await anna.taps("Tried it")
    await past(world, anna, *on_sunday_evenings(world))
    more = [Entry(kind, world.clock.now(), tags=tags) for kind, tags in MORE for _ in range(5)]
    await past(world, anna, *more)
    await anna.sends("/progress")
    assert len(anna.last.splitlines()) == 12
    anna.sees("5 messages held. 5 of them let go", "One practice tried. One of 62 lessons met")
    anna.sees("Fears looked at again: 5. Didn't come true: 0, partly: 0, did: 5")
    anna.sees("What came up most: “Tone changed”, in 30 of 30 hard moments")
    anna.sees("Sunday, evening, 30 of 30 hard moments at that time of day")


MORE = (("pause", ()), ("hold", ("hold.held",)), ("hold", ("hold.let_go",)), ("fear", ("outcome.did",)))


def on_sunday_evenings(world: World) -> list[Entry]:
    """The same thing, on thirty Sunday evenings, by the clock of the place."""
    sunday = world.clock.now().replace(hour=19) - timedelta(days=1)
    facts = ("facts.tone", "tool.walk")
    return [Entry("spiral", sunday - timedelta(weeks=week, hours=1), 8, 4, "walk", facts, 60) for week in range(30)]


async def test_a_pattern_is_counted_on_the_clock_that_somebody_had(world: World, anna: Person) -> None:
    await set_clock(anna)
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "5", "No reply yet", "That's all", "That's all", "Something warm"):
        await anna.taps(label)
    for label in ("Done", "Skip", "Skip", "4", "That's all"):
        await anna.taps(label)
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None and learner.zone is not None
        (run,) = [item for item in await tx.records.entries(learner.id) if item.kind == "spiral"]
        counted = {item.name for item in await tx.tallies.day_counters(learner.id)}
    assert run.east is not None
    wall = run.at + timedelta(minutes=run.east)
    assert {f"when {wall.weekday()}", f"when {wall.weekday()}.{wall.hour // 6}", "spiral facts.no-reply"} <= counted


async def test_ranges_show_what_was_in_them_and_change_the_message_in_place(world: World, anna: Person) -> None:
    await set_clock(anna)
    await past(world, anna, *moments(world, 20, timedelta(days=3)))
    await anna.sends("/lesson")
    await anna.taps("Tried it")
    await anna.sends("/progress")
    anna.sees("20 hard moments")
    assert set(anna.buttons) & RANGES == {"Last 30 days", "Since a part began"}
    messages = len(anna.bots)
    await anna.taps("Last 30 days")
    anna.sees("last 30 days", "10 hard moments", "(the middle of 10 times)")
    await anna.taps("Since a part began")
    anna.sees("which part")
    await anna.taps("First things")
    anna.sees("since: First things", "One hard moment", "One practice tried")
    await world.wait(days=200)
    await anna.taps("Last 30 days")
    anna.sees("Nothing to count in this time", "still there")
    await anna.taps("All time")
    anna.sees("20 hard moments")
    assert len(anna.bots) == messages


async def test_a_line_is_put_away_and_comes_back(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    await past(world, anna, *moments(world, 6))
    await anna.sends("/progress")
    await anna.taps("Choose lines")
    anna.sees("nothing is lost")
    await anna.taps("Before and after")
    assert "○ Before and after" in anna.buttons and "✓ Hard moments" in anna.buttons
    await anna.taps("Back")
    anna.sees("6 hard moments")
    assert "before and after" not in anna.last and "mirror" not in anna.last
    await anna.sends("/progress")
    assert "before and after" not in anna.last
    await anna.taps("Choose lines")
    await anna.taps("Before and after")
    await anna.taps("Back")
    anna.sees("before and after: 8 and 5")


async def test_a_second_tap_on_a_line_leaves_it_as_the_first_one_did(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    await anna.taps("Choose lines")
    post = anna.bots[-1]
    data = post.data["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for _ in range(2):
        anna.account.tap(post, data)
    await world.settle()
    assert "○ Pauses" in anna.buttons


async def test_when_every_line_is_put_away_it_says_how_to_bring_them_back(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    await past(world, anna, *moments(world, 6))
    await anna.sends("/progress")
    await anna.taps("Choose lines")
    for label in [label.removeprefix("✓ ") for label in anna.buttons if label.startswith("✓")]:
        await anna.taps(label)
    await anna.taps("Back")
    anna.sees("Every line is put away", "Choose lines")


async def test_the_picture_comes_with_everything_it_shows_in_words(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    await past(world, anna, *moments(world, 50))
    await anna.sends("/progress")
    await anna.taps("Show as a picture")
    photo = anna.bots[-1].data["photo"][-1]
    with Image.open(io.BytesIO(world.telegram.files[photo["file_id"]])) as picture:
        assert picture.format == "PNG" and picture.width == 1200
    anna.sees("50 times. The middle: 8 before, 5 after", "Lower after: 50, the same: 0, higher: 0")
    anna.sees("days with something done", "Mon 7", "night 8", "differ by chance")
    assert len(anna.last) <= 1024
    assert {"Back", "Hide this", "More help"} == set(anna.buttons)
    await anna.taps("Back")
    anna.sees("50 hard moments")


async def test_there_is_a_picture_of_nothing_and_of_a_range(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    await anna.taps("Show as a picture")
    anna.sees("nothing here yet", "none here yet")
    assert "photo" in anna.bots[-1].data
    await past(world, anna, *moments(world, 20, timedelta(days=3)))
    await anna.sends("/progress")
    await anna.taps("Last 30 days")
    await anna.taps("Show as a picture")
    anna.sees("last 30 days", "10 times", "10 days with something done")
    await anna.taps("Hide this")
    assert "photo" not in anna.bots[-1].data


async def test_everybody_else_is_answered_while_a_picture_is_drawn(world: World, anna: Person) -> None:
    chat_id, turns = anna.account.chat.id, 0
    anna.account.send_text("hello")
    await world.settle()
    drawing = asyncio.create_task(world.keel.sender.files.draw(chat_id, lived(5_000), "words", None))
    while not drawing.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert await drawing is not None
    assert turns >= 5  # on the loop itself it would be one


async def test_a_picture_that_telegram_refuses_leaves_its_words(
    world: World, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await anna.sends("/progress")
    await past(world, anna, *moments(world, 6))
    await anna.sends("/progress")
    monkeypatch.setattr(methods, "LARGEST_PHOTO", 10)
    await anna.taps("Show as a picture")
    anna.sees("6 times. The middle: 8 before, 5 after")
    assert "photo" not in anna.bots[-1].data and "Back" in anna.buttons


async def test_an_old_or_foreign_argument_is_all_of_it(world: World, anna: Person) -> None:
    await anna.sends("/progress")
    await past(world, anna, *moments(world, 6))
    for words in (
        "/progress in-nowhere",
        "/progress draw",
        "/progress hide-everything",
        "/progress since-ever",
        "/progress x",
    ):
        await anna.sends(words)
        assert anna.buttons
    anna.sees("6 hard moments")
