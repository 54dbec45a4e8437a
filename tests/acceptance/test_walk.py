"""A generated walk over every flow file, through the real application: each button of each screen, in every situation
that a fork asks about. Nothing is listed by hand: the buttons are read from what Telegram was sent."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.flow import COMMAND, Flow, Step, targets
from bot.core.model import Entry, HoldState
from bot.library.grade import grade
from bot.library.load import Library
from bot.services.commands import FLOW_COMMANDS
from bot.simulator.person import join
from bot.simulator.state import Post
from tests.person import Person, World

LONGEST_WALK = 40
RESERVE = 25
FAR = 1_000
"""Moves in which a walk that is told to stop must have ended."""
DAY, NIGHT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC), datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
WORDS = {
    "scale": ("3", "9"),
    "time": ("7:45",),
    "date": ("2027-01-31", "2020-01-01", "4000-01-01"),
    "place": ("Lisbon",),
    "message": ("hold this for me",),
    "duration": ("45 minutes", "00:01", "something that is no time"),
    "text": ("a few words", "always the same"),
}
"""What is typed where something can be: each of them once at each step."""


@dataclass
class Trace:
    """What was seen on all walks of one flow."""

    edges: Counter[tuple[str, str]] = field(default_factory=Counter)
    screens: dict[str, str] = field(default_factory=dict)
    paths: set[tuple[str, ...]] = field(default_factory=set)


@dataclass
class Walker:
    """One person who always does what was done least often."""

    world: World
    person: Person
    flow: Flow
    trace: Trace

    async def walk(self, command: str = "") -> None:
        """From the command (or from what is in the chat) to an end."""
        if command:
            await self.person.sends(command)
        path: list[str] = []
        for move in range(LONGEST_WALK + RESERVE):
            post = self._living()
            if post is None:
                break
            step = self.flow.steps[_parts(post)[2]]
            self._look_at(step.id, post)
            chosen = self._choose(step.id, post, leaving=move >= LONGEST_WALK)
            path.append(f"{step.id}.{chosen}")
            self.trace.edges[step.id, chosen] += 1
            await self._do(step.id, chosen, post)
        else:
            raise AssertionError(f"this walk does not end: {path}")
        self.trace.paths.add(tuple(path))

    def _living(self) -> Post | None:
        """The newest message with buttons of this flow's session, unless that session is over."""
        for post in reversed(self.person.bots):
            parts = _parts(post)
            if parts[0] == "s" and parts[2] in self.flow.steps and not self.flow.steps[parts[2]].beside:
                return post
        return None

    def _look_at(self, step: str, post: Post) -> None:
        text = str(post.data["text"])
        self.trace.screens[step] = text
        offered = {button["text"] for button in _buttons(post)}
        known = self.flow.steps[step]
        if known.always:
            assert {choice.label for choice in self.flow.always} <= offered, f"no way out of {step}: {offered}"
        else:
            assert any("help" in label.lower() for label in offered), f"no help at {step}: {offered}"

    def _choose(self, step: str, post: Post, *, leaving: bool) -> str:
        """What was not done yet; else the way towards something that was not; else a way out."""
        known = self.flow.steps[step]
        ids = [str(key.get("callback_data", "")).split(":")[-1].rstrip("+-") for key in _buttons(post)
               if str(key.get("callback_data", "")).startswith("s:")]  # fmt: skip
        out = next((name for name in ("stop", "done", "go", "more", "skip", "close") if name in ids), ids[-1])
        if leaving:
            return out
        commands = [f"/{key['text']}" for key in _buttons(post) if str(key.get("callback_data", "")).startswith("c:")]
        waits = ["…"] if known.then is not None else []
        typed = [f"«{words}»" for words in WORDS.get(known.ask or "", ())]
        ways = [name for name in (*ids, *typed, *waits, *commands) if name not in ("stop", "help")]
        fresh = next((name for name in ways if not self.trace.edges[step, name]), None)
        if fresh is not None:
            return fresh
        leads = [(self._distance(step, name), self.trace.edges[step, name], name) for name in ways]
        far, _, nearest = min(leads, default=(FAR, 0, out))
        return nearest if far < FAR else out

    def _distance(self, step: str, chosen: str) -> int:
        """Steps from a choice to the nearest button that was never tapped."""
        known = self.flow.steps[step]
        choice = next((item for item in known.choices if item.id == chosen), None)
        begin = (choice.to or known.to) if choice is not None else known.then if chosen == "…" else known.to
        if begin is None or begin not in self.flow.steps:
            return FAR
        waiting, seen = deque([(begin, 1)]), {begin}
        while waiting:
            name, far = waiting.popleft()
            if any((name, item) not in self.trace.edges for item in tappable(self.flow.steps[name])):
                return far
            for target in targets(self.flow, self.flow.steps[name]):
                if target not in seen and target in self.flow.steps:
                    seen.add(target)
                    waiting.append((target, far + 1))
        return FAR

    async def _do(self, step: str, chosen: str, post: Post) -> None:
        if chosen.startswith("«"):
            await self.person.sends(chosen.strip("«»"))
        elif chosen == "…":
            await self.world.wait(seconds=75)
        elif chosen.startswith("/"):
            data = next(key["callback_data"] for key in _buttons(post) if key["text"] == chosen[1:])
            before = len(self.person.bots)
            self.person.account.tap(post, data)
            await self.world.settle()
            assert len(self.person.bots) >= before
            if data.split(":")[1] == "delete":
                return
            for shown in self.person.bots[before:]:
                del self.person.account.chat.posts[shown.id]  # beside the way; the flow waits where it was
        else:
            data = next(
                str(key["callback_data"])
                for key in _buttons(post)
                if str(key.get("callback_data", "")).split(":")[-1].rstrip("+-") == chosen
            )
            self.person.account.tap(post, data)
            await self.world.settle()


def tappable(step: Step) -> list[str]:
    """The choices of a screen that lead on within its flow."""
    if not step.say or step.end or step.beside:
        return []
    return [item.id for item in step.choices if not (item.to or "").startswith((COMMAND, "copy:"))]


def _buttons(post: Post) -> list[dict[str, Any]]:
    return [key for row in post.data.get("reply_markup", {}).get("inline_keyboard", []) for key in row]


def _parts(post: Post) -> list[str]:
    for key in _buttons(post):
        if str(key.get("callback_data", "")).startswith("s:"):
            return str(key["callback_data"]).split(":")
    return ["", "", "", ""]


async def prepare(world: World, person: Person, *, clock: bool, runs: int, history: str, material: bool) -> None:
    """The situation that forks ask about."""
    await person.sends("/start")
    async with world.keel.store.transaction() as tx:
        learner = await tx.learners.find(person.account.chat.id)
        assert learner is not None
        now = world.clock.now()
        await tx.learners.save(replace(learner, zone="Europe/Berlin" if clock else None))
        await tx.sessions.end_all(learner.id, now)
        if history:
            pair = Entry("spiral", now - timedelta(days=2), 8, 2, history, (f"tool.{history}",))
            fear = Entry("fear", now - timedelta(days=2), tags=("outcome.partly",))
            for item in (*(pair,) * 3, *(fear,) * 5):
                await tx.records.add_entry(learner.id, item)
        if material:
            for kind, text in (
                ("letter", "Dear me"),
                ("line", "I can wait"),
                ("person", "Noor"),
                ("person_words", "Hi"),
                *(("note", f"thought {number}") for number in range(4)),  # more than one page holds
            ):
                await tx.records.add_note(learner.id, kind, text, now)
            for text in ("an old page", "a newer page"):
                await tx.records.add_note(learner.id, "journal", text, now)
            for night in (1, 2):
                made = world.clock.now() - timedelta(days=night)
                held = await tx.kept.add_hold(learner.id, "old", made, made, morning=False)
                await tx.kept.decide(learner.id, held, HoldState.LET_GO)
            for kind in ("voice", "photo"):
                world.telegram.files[f"{kind}-1"] = b"x"
                await tx.kept.keep(learner.id, kind, f"{kind}-1", now)
    for _ in range(runs):
        await person.sends("/spiral")
        await person.taps("Start again" if "Start again" in person.buttons else "Next")
        if "Stop here" in person.buttons:
            await person.taps("Stop here")


SITUATIONS: tuple[dict[str, Any], ...] = (
    {"clock": False, "runs": 0, "history": "", "material": False},
    {"clock": True, "runs": 0, "history": "hum", "material": True},
    {"clock": True, "runs": 1, "history": "", "material": True},
    {"clock": True, "runs": 2, "history": "", "material": False},
    *(
        {"clock": True, "runs": 0, "history": tool, "material": False}
        for tool in ("cool", "senses", "wall", "feet", "walk")
    ),
)


@pytest.mark.parametrize("name", ["spiral", *FLOW_COMMANDS])
async def test_every_button_of_every_screen_in_every_situation(world: World, library: Library, name: str) -> None:
    flow, trace = library.speak("en").flows[name], Trace()
    rounds = 16 if name in ("spiral", "hold") else 8
    for number, situation in enumerate(SITUATIONS if name == "spiral" else SITUATIONS[:2]):
        for hour in (DAY, NIGHT) if name in ("spiral", "hold") else (DAY,):
            for turn in range(rounds if number < 2 else 2):
                known = len(trace.edges)
                world.clock.move_to(hour)
                person = Person(world, join(world.telegram, f"{number}-{turn}"))
                await prepare(world, person, **situation)
                if "Start again" in person.buttons:
                    await world.wait(minutes=31)
                walker = Walker(world, person, flow, trace)
                await walker.walk(f"/{name}")
                if name == "hold":
                    await world.wait(days=1)
                    await walker.walk()
                if turn > 1 and len(trace.edges) == known:
                    break  # a whole walk that found nothing new
    untouched = {(step.id, item) for step in flow.steps.values() for item in tappable(step)} - set(trace.edges)
    print(json.dumps({name: {"paths": len(trace.paths), "screens": len(trace.screens), "edges": len(trace.edges)}}))
    assert untouched <= UNREACHED.get(name, set()), f"never tapped: {sorted(untouched)}"
    assert [call for call in world.telegram.refusals() if "not modified" not in call.answer["description"]] == []
    for step, text in trace.screens.items():
        assert grade(text) <= 8, f"{step} reads at grade {grade(text):.1f}: {text}"


UNREACHED: dict[str, set[tuple[str, str]]] = {
    # The walk ends where another flow has the floor; coming back is test_hold.py's and test_spiral.py's.
    "spiral": {
        ("returned", "next"),
        ("back", "go"),
        *(("more-offers", name) for name in ("plan", "tomorrow", "done")),
        *((step, "tomorrow") for step in ("close", "offers", "still-high")),
        ("asked", "plan"),
    },
    # They need two runs at once, something to be blamed twice, or a message of several pages: test_hold.py.
    "hold": {
        ("shown", "page"),
        *(("not-here", name) for name in ("new", "minute")),
        ("list", "new"),
        ("blamed", "change"),
        *(("longer-new", name) for name in ("morning", "cancel")),
    },
    # The steps ask again with the same buttons; test_times.py and test_days.py tap them.
    "pause": {(step, name) for step in ("again", "far") for name in ("3", "7", "30", "open")},
    "journal": {("kept", "read"), ("kept", "done"), ("empty", "write")},
}
"""Buttons that a walk of one flow by itself does not come to, and who taps them instead."""
