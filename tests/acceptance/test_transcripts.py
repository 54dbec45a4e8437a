"""Six whole sessions, printed from the real bot into docs/transcripts, and compared with what is committed there.

After a wanted change of wording: `make transcripts` writes them anew; the change then shows in review.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.simulator.state import Post
from tests.person import Person, World

FOLDER = Path(__file__).parent.parent.parent / "docs" / "transcripts"
NIGHT = datetime(2026, 11, 26, 0, 10, tzinfo=UTC)


class Transcript:
    """Writes down what is said, from both sides, as it stands after each thing somebody does."""

    def __init__(self, title: str, person: Person) -> None:
        self.person = person
        self.lines = [f"# {title}", "", "Printed from the real bot by `tests/acceptance/test_transcripts.py`.", ""]
        self.seen: dict[int, str] = {}
        self.animations = 0

    async def sends(self, text: str) -> None:
        """Write."""
        self.lines.append(f"**You:** {text}\n")
        await self.person.sends(text)
        self._look()

    async def taps(self, *labels: str) -> None:
        """Tap, one after another."""
        for label in labels:
            self.lines.append(f"**You tap:** {label}\n")
            await self.person.taps(label)
            self._look()

    async def waits(self, words: str, **length: float) -> None:
        """Let time pass."""
        self.lines.append(f"*{words}*\n")
        await self.person.world.wait(**length)
        self._look()

    def _look(self) -> None:
        for post in self.person.bots:
            shown = _as_text(post)
            only_lost_its_buttons = self.seen.get(post.id, "").startswith(f"{shown}\n>\n> [")
            if self.seen.get(post.id) != shown and not only_lost_its_buttons:
                self.lines.append(f"{shown}\n")
                self.seen[post.id] = shown
        gone = set(self.seen) - {post.id for post in self.person.bots}
        for id_ in gone:
            del self.seen[id_]

    def compare(self, name: str) -> None:
        """With the committed file; or write it."""
        path, text = FOLDER / f"{name}.md", "\n".join(self.lines)
        if os.environ.get("KEEL_WRITE_TRANSCRIPTS"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name} is out of date; run `make transcripts` and review"
        )


def _as_text(post: Post) -> str:
    if "animation" in post.data:
        return "> (a circle that grows and shrinks)"
    text = str(post.data.get("text") or post.data.get("caption") or "(a picture or a voice note)")
    rows = post.data.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = "".join("\n>\n> " + " ".join(f"[{key['text']}]" for key in row) for row in rows)
    return "> " + text.replace("\n", "\n> ") + buttons


async def _clock(world: World, anna: Person) -> None:
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Only when I ask"):
        await anna.taps(label)


async def _first(world: World, told: Transcript) -> None:
    await told.sends("/spiral")
    await told.waits("Twelve seconds pass.", seconds=13)
    await told.taps("I've paused", "6", "Seen, no reply")
    await told.sends("he posted a picture at nine")
    await told.taps("That's all", "Interest is fading", "That's all", "How they feel")
    await told.sends("he might be at his brother's")
    await told.taps("A kind line")
    await told.sends("I can be unsure and still have a good evening.")
    await told.taps("Scared", "Comfort", "4", "A plan for next time", "It's seen, no reply", "Wait twenty minutes")
    await told.taps("Ask me tomorrow", "That's all")
    await told.waits("The next day.", hours=25)
    await told.taps("It didn't")


async def _night(world: World, told: Transcript) -> None:
    await _clock(world, told.person)
    await world.move_to(NIGHT)
    await told.sends("I need a minute")
    await told.taps("Next", "Another way", "Feet on the floor", "Done", "9", "Okay", "Something warm")
    await told.waits("A minute passes.", seconds=61)
    await told.taps("Lonely", "Rest", "8", "That's all")


async def _third(world: World, told: Transcript) -> None:
    for minutes in (5, 15):
        await told.person.sends("/spiral")
        await told.person.taps("Next")
        await told.person.taps("Stop here")
        await world.wait(minutes=minutes)
    told.seen = {post.id: _as_text(post) for post in told.person.bots}
    await told.sends("/spiral")
    await told.taps("Next", "Something for my body", "Walk a little", "I'm back", "The same", "My senses", "Done")
    await told.taps("A bit", "A safe place", "Done", "Skip", "Skip", "That's all")


async def _with_hold(world: World, told: Transcript) -> None:
    await told.sends("/spiral")
    await told.taps("I'm about to send something")
    await told.waits("Five quiet seconds.", seconds=6)
    await told.sends("fine. don't answer. I get it")
    await told.taps("20 minutes", "Now a quiet minute", "Next", "I've paused", "5", "Stop here")
    await told.waits("Twenty minutes pass.", minutes=21)
    await told.taps("Show it", "One clear ask")
    await told.sends("you never answered after lunch")
    await told.taps("Worried", "To know when we'll talk", "Say it again")
    await told.sends("I hadn't heard back after lunch")
    await told.taps("Done")


async def _not_safe(world: World, told: Transcript) -> None:
    await told.sends("/spiral")
    await told.taps("Next", "I've paused", "7", "No reply yet", "I don't feel safe with them", "Show me who")
    await told.taps("Close for now")


async def _danger(world: World, told: Transcript) -> None:
    await told.sends("/journal")
    await told.sends("I want to die")
    await told.sends("/spiral")
    await told.taps("Not right now, but the thoughts are here", "Choose my country", "United Kingdom")
    await told.taps("My own plan", "Done", "Close this", "Go on where I was", "Keep it")


SESSIONS: dict[str, tuple[str, Callable[[World, Transcript], Awaitable[Any]]]] = {
    "first-ever": ("The first one ever, and the next day", _first),
    "one-in-the-morning": ("At one in the morning", _night),
    "third-within-an-hour": ("The third within an hour", _third),
    "with-a-hold": ("With a message held, and one clear ask made of it", _with_hold),
    "words-about-danger": ("With words about danger in the journal", _danger),
    "not-safe": ("With “I don't feel safe with them”", _not_safe),
}


@pytest.mark.parametrize("name", SESSIONS)
async def test_a_whole_session_reads_as_it_is_printed(world: World, anna: Person, name: str) -> None:
    title, session = SESSIONS[name]
    told = Transcript(title, anna)
    await session(world, told)
    told.compare(name)
    assert world.telegram.refusals() == []
