"""Kill -9, a real process against the stand-in over HTTP: nothing sent goes unanswered, no lesson comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.core.schedule import Window, offset
from bot.simulator.person import Person
from bot.simulator.state import Post
from tests.acceptance.killed import LESSON_POINTS, POINTS
from tests.acceptance.process import Running, running

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SPIRAL = [
    ("", "Next"),
    ("about a minute", "I've paused"),
    ("Is it passing", "7"),
    ("Let's sort it", "Seen"),
    ("Let's sort it", "That's all"),
    ("your mind adding", "Interest"),
    ("your mind adding", "That's all"),
    ("something kind", "Something warm"),
    ("go on by myself", "Done"),
    ("What's here now", "Scared"),
    ("what would you need", "Rest"),
    ("One more number", "4"),
    ("a mirror and not a test", "That's all"),
]
"""What the newest screen says, and what is tapped on it."""
LESSON_COMES = datetime(2026, 11, 24, 7, 30, 2, tzinfo=UTC) + offset(1, Window(time(8, 30), 60))


def bots(anna: Person) -> list[Post]:
    """What the bot wrote."""
    return [post for post in anna.posts if post.from_bot]


def find(anna: Person, label: str) -> tuple[Post, str] | None:
    """The newest button with this label."""
    for post in reversed(bots(anna)):
        for row in post.data.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if button["text"].removeprefix("✓ ").removeprefix("○ ").startswith(label):
                    return post, button["callback_data"]
    return None


def answered(anna: Person, text: str, tick: str) -> bool:
    """The next screen is there; for a tick, that the box shows it."""
    return text in newest(anna) and (not tick or tick in str(bots(anna)[-1].data.get("reply_markup")))


def newest(anna: Person) -> str:
    """What the newest message of the bot says; an animation, which may come late, says nothing."""
    return next((str(text) for post in reversed(bots(anna)) if (text := post.data.get("text"))), "")


async def tap(bot: Running, anna: Person, label: str, on: str = "") -> None:
    """Tap a button of the newest screen, once that screen is there."""
    await bot.until(lambda: on in newest(anna) and find(anna, label), f"{label} on “{on}”")
    found = find(anna, label)
    assert found is not None
    anna.tap(*found)


async def test_killed_after_every_step_the_session_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        await bot.start()
        anna.send_text("/spiral")
        for number, (screen, label) in enumerate(SPIRAL):
            await tap(bot, anna, label, on=screen)
            following = SPIRAL[number + 1][0] if number + 1 < len(SPIRAL) else "for now"
            ticked = f"✓ {label}" if following == screen else ""
            await bot.until(lambda text=following, tick=ticked: answered(anna, text, tick), f"an answer to {label}")
            await bot.kill()
            await bot.start()
        await bot.until(
            lambda: any("That's all for now" in str(post.data.get("text")) for post in bots(anna)), "the close"
        )
        assert [
            c for c in bot.telegram.refusals() if "not modified" not in str(c.answer) and "query" not in str(c.answer)
        ] == []


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_point_of_an_updates_way_everything_is_answered(tmp_path: Path, point: str) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        await bot.start(killed_at=point)
        anna.send_text("/spiral")
        await bot.dead()
        await bot.start()
        await tap(bot, anna, "Next")
        await bot.until(lambda: find(anna, "I've paused"), "the pause")
        await bot.kill()

        await bot.start(killed_at=point)
        await tap(bot, anna, "I've paused")
        await bot.dead()
        await bot.start()
        await bot.until(lambda: find(anna, "10"), "the rating")
        await bot.kill()

        await bot.start(killed_at=point)
        anna.send_text("7")
        await bot.dead()
        await bot.start()
        await bot.until(lambda: find(anna, "Seen, no reply"), "the facts, after a typed rating")
        said = anna.send_text("he looked at his phone")
        await bot.until(lambda: bots(anna)[-1].id > said.id, "an answer")
        await tap(bot, anna, "That's all", on="Let's sort it")
        await tap(bot, anna, "That's all", on="your mind adding")
        await bot.until(lambda: "something kind" in newest(anna), "the card, and what follows it")
        # The typed rating was taken once: had it been taken twice, "7" would stand among the facts.
        (card,) = {text for post in bots(anna) if (text := str(post.data.get("text"))).startswith("Known")}
        assert "Known\n• he looked at his phone\n\nGuessed\n" in card


async def test_a_held_message_comes_back_after_a_kill_and_hours_of_silence(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        await bot.start(from_scratch=True)
        anna.send_text("/hold")
        await bot.until(lambda: "Paste it here" in newest(anna), "the question")
        anna.send_text("what I wanted to say")
        await tap(bot, anna, "20 minutes", on="How long")
        await bot.until(lambda: "Held." in newest(anna), "the promise")
        await bot.kill()
        bot.clock.move_to(NOW + timedelta(hours=3))
        await bot.start(from_scratch=True)
        await bot.until(lambda: "is ready" in newest(anna), "the message back")
        await tap(bot, anna, "Show it")
        await bot.until(lambda: "what I wanted to say" in newest(anna), "its words")


@pytest.mark.parametrize("point", LESSON_POINTS)
async def test_killed_at_any_point_of_a_lessons_way_it_never_comes_twice(tmp_path: Path, point: str) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        await bot.start()
        anna.send_text("/start")
        for label in ("Choose a time", "11:00 Berlin", "Yes", "Every day", "8:30"):
            await tap(bot, anna, label)
        await bot.until(lambda: find(anna, "Read the first lesson now"), "the end of the set-up")
        await bot.kill()
        bot.clock.move_to(LESSON_COMES)
        await bot.start(killed_at=point)
        await bot.dead()
        for day in range(2):
            bot.clock.move_to(LESSON_COMES + timedelta(days=day, minutes=3))
            await bot.start()
            await bot.ticked()
            await bot.kill()
        lessons = [
            str(call.params["text"])
            for call in bot.telegram.calls("sendMessage")
            if "<b>Try it</b>" in str(call.params)
        ]
        assert len(lessons) == len(set(lessons))
        assert lessons, "no lesson ever came"
