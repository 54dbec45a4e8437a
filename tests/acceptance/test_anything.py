"""Whatever happens, in whatever order: the person is never without an answer, and no answer contradicts the state.

A state machine drives the real application: taps, taps on old messages, the same tap from two phones, words, commands,
jumps of the clock, restarts, and Telegram's errors.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.clock import MovableClock
from bot.core.flow import CHECKED, UNCHECKED
from bot.core.model import Value
from bot.core.screen import CopyText
from bot.core.words import screen
from bot.library.load import load
from bot.services.choices import options_for
from bot.services.commands import COMMANDS
from bot.services.places import Places
from bot.services.turn import Turn
from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.simulator.state import Post
from bot.simulator.telegram import Telegram
from bot.telegram.payload import encode
from tests.conftest import CONTENT, MONDAY, make_world
from tests.person import Person, World

LIBRARY, PLACES = load(CONTENT), Places()
SPIRAL = LIBRARY.speak("en").flows["spiral"]
CARD = {SPIRAL.beside.id} if SPIRAL.beside is not None else set()
WORDS = ["7", "eleven", "0.5", "he read it", "never", "😀", "That's all", "Next", "21:30", "I'm spiralling", "x" * 4000]
WORDS += ["I want to die", "he hit me", "I wish I could disappear", "I'm 15"]
ASKED_AT_MOST = {"now": 3}
"""“Is it passing?” is asked of each tool, the third time the last; its number is not asked for again once given."""
NOT_HERE = {"delete", "export"}  # they have tests of their own; here they would end the story


@dataclass
class Met:
    """What one session of /spiral has asked so far, and where it stood when it was last looked at."""

    step: str
    answers: Mapping[str, Value]
    asked: Counter[str] = field(default_factory=Counter)


class Story(RuleBasedStateMachine):
    """One person, one Keel, and what holds after everything that happens."""

    @initialize()
    def begin(self) -> None:
        """A fresh database."""
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = MovableClock(MONDAY)
        self.telegram = Telegram(self.clock.now)
        self.account = join(self.telegram, "Anna")
        self.met: dict[str, Met] = {}
        self._open()
        self.says("/start")

    def _open(self) -> None:
        self.making = make_world(Path(self.folder.name), self.telegram, self.clock, LIBRARY, PLACES)
        self.world: World = self._do(anext(self.making))
        self.anna = Person(self.world, self.account)

    def _close(self) -> None:
        with contextlib.suppress(StopAsyncIteration):
            self._do(anext(self.making))

    def passes(self, seconds: float) -> None:
        """Time, with everything that becomes due in it."""
        self._do(self.world.move_to(self.clock.now() + timedelta(seconds=seconds)))

    def _do(self, work: Coroutine[Any, Any, Any] | Any) -> Any:
        return self.loop.run_until_complete(work)

    def answered(self) -> None:
        """Let it be handled; at least one message was sent or changed for it."""
        before = self._writes()
        self._do(self.world.settle())
        assert self._writes() > before, "no answer"

    def _writes(self) -> int:
        sent = ("sendMessage", "editMessageText", "sendDocument", "deleteMessage")
        return sum(call.method in sent and call.code in (200, 400) for call in self.telegram.record)

    def _tap(self, post: Post, number: int, times: int = 1) -> None:
        keys = [key for key in keys_of(post) if "callback_data" in key]
        keys = [key for key in keys if key["callback_data"].split(":")[1] not in NOT_HERE]
        if not keys:
            return
        for _ in range(times):
            self.account.tap(post, keys[number % len(keys)]["callback_data"])
        self.answered()

    @rule(number=st.integers(0, 30))
    def taps(self, number: int) -> None:
        """A button of the newest message that has some."""
        posts = [post for post in self.anna.bots if keys_of(post)]
        if posts:
            self._tap(posts[-1], number)

    @rule(number=st.integers(0, 30), back=st.integers(0, 6))
    def taps_something_old(self, number: int, back: int) -> None:
        """A button further up, from two phones at once."""
        posts = [post for post in self.anna.bots if keys_of(post)]
        if posts:
            self._tap(posts[-1 - back % len(posts)], number, times=2)

    @rule(words=st.sampled_from(WORDS))
    def says(self, words: str) -> None:
        """Words."""
        self.account.send_text(words)
        self.answered()

    @rule()
    def restarts(self) -> None:
        """Keel stops and starts."""
        self._close()
        self._open()

    @invariant()
    def the_newest_screen_is_where_the_session_stands(self) -> None:
        """What the living message of the open session offers is what its step offers."""
        if not hasattr(self, "world"):
            return
        self._do(self._agrees())

    async def _agrees(self) -> None:
        async with self.world.keel.store.transaction(reading=True) as tx:
            learner = await tx.learners.find(self.account.chat.id)
            if learner is None:
                return
            session = await tx.sessions.current(learner.id)
            if session is None or session.message_id is None or session.answers.get("_away"):
                return
            post = self.account.chat.posts.get(session.message_id)
            if post is None:
                return
            flow = LIBRARY.speak("en").flows[session.flow]
            turn = Turn(tx, learner, LIBRARY, self.clock.now())
            shown = screen(flow, session, await options_for(turn, flow, session, PLACES))
            # By what they do: the labels of the clocks on the zone screen move with the time.
            can = {encode(button.tap) for row in shown.rows for button in row if not isinstance(button.tap, CopyText)}
            offered = {key["callback_data"] for key in keys_of(post) if "callback_data" in key}
            if any(data.startswith(f"s:{session.id}:") for data in offered):
                assert can >= offered, (session.step, offered)

    @invariant()
    def nothing_is_asked_twice_in_one_session(self) -> None:
        """What was answered, or passed over, is not asked again."""
        if hasattr(self, "world"):
            self._do(self._asks_nothing_twice())

    async def _asks_nothing_twice(self) -> None:
        async with self.world.keel.store.transaction(reading=True) as tx:
            learner = await tx.learners.find(self.account.chat.id)
            session = await tx.sessions.current(learner.id) if learner is not None else None
        if session is None or session.flow != "spiral":
            return
        before = self.met.setdefault(session.id, Met("", {}))
        step = SPIRAL.steps[session.step]
        # By the person's own wish a card is changed or a practice done again; who comes back stands where they stood.
        wished = step.pick_many or step.tool is not None or before.step == SPIRAL.resume
        if step.ask is not None and session.step != before.step and not wished:
            before.asked[step.id] += 1
            assert step.name not in before.answers, f"{step.id} asks for what was given"
            assert before.asked[step.id] <= ASKED_AT_MOST.get(step.id, 1), f"{step.id} asks again"
        before.step, before.answers = session.step, session.answers

    def teardown(self) -> None:
        """Nothing that Telegram would refuse was ever sent."""
        if not hasattr(self, "world"):
            return
        refused = [call.answer["description"] for call in self.telegram.refusals()]
        known = ("not modified", "query is too old", "message to delete", "message to edit not found")
        assert [text for text in refused if not any(part in text for part in known)] == []
        self._close()
        self.loop.close()
        self.folder.cleanup()


class Anything(Story):
    """Every command and every flow, whatever happens."""

    @rule(command=st.sampled_from([name for name in COMMANDS if name not in NOT_HERE]))
    def commands(self, command: str) -> None:
        """A command."""
        self.says(f"/{command}")

    @rule(minutes=st.sampled_from([0.3, 2, 12, 40, 60 * 9, 60 * 24, 60 * 24 * 8]))
    def time_passes(self, minutes: float) -> None:
        """The clock jumps."""
        self.passes(60 * minutes)

    @rule(kind=st.sampled_from([Kind.FLOOD, Kind.PAGE, Kind.TIMEOUT]), method=st.sampled_from(
        ["sendMessage", "editMessageText", "answerCallbackQuery", "sendAnimation"]))  # fmt: skip
    def telegram_stumbles(self, kind: Kind, method: str) -> None:
        """The next call of one method fails once."""
        self.telegram.faults.next(kind, method, seconds=0)


def keys_of(post: Post) -> list[dict[str, str]]:
    """The buttons of a message, in reading order."""
    return [key for row in post.data.get("reply_markup", {}).get("inline_keyboard", []) for key in row]


TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


LEAVING = {"stop", "rest", "unsafe"}


@pytest.mark.parametrize("seed", range(16))
def test_deep_into_spiral_nothing_is_asked_twice(seed: int) -> None:
    """Runs that seldom leave, so that the far end is reached and looped through: Hypothesis rarely gets so deep."""
    chance, story = random.Random(seed), Story()
    story.begin()
    for _ in range(40):
        match chance.choices(["on", "again", "number", "wait", "restart"], [20, 2, 4, 2, 1])[0]:
            case "on":
                go_on(story, chance)
            case "again":
                story.taps_something_old(chance.randrange(30), chance.randrange(4))
            case "number":
                story.says(chance.choice(["2", "9", "10"]))
            case "wait":
                story.passes(80)
            case _:
                story.restarts()
        story.nothing_is_asked_twice_in_one_session()
        story.the_newest_screen_is_where_the_session_stands()
    story.teardown()


def go_on(story: Story, chance: random.Random) -> None:
    """A button of the living screen that does not leave, the card's now and then; a new run where there is none."""
    post = next((post for post in reversed(story.anna.bots) if steps_of(post) - CARD), None)
    ids = (
        [key["callback_data"] for key in keys_of(post) if key.get("callback_data", "").startswith("s:")] if post else []
    )
    staying = [data for data in ids if data.rsplit(":", 1)[1] not in LEAVING]
    if post is None or not staying:
        return story.says("/spiral")
    weights = [1 if data.endswith((CHECKED, UNCHECKED)) else 4 for data in staying]  # not for ever among tick boxes
    story.account.tap(post, chance.choices(staying, weights)[0])
    return story.answered()


def steps_of(post: Post) -> set[str]:
    """The steps of /spiral that its buttons belong to."""
    data = [key.get("callback_data", "").split(":") for key in keys_of(post)]
    return {parts[2] for parts in data if parts[0] == "s"} & SPIRAL.steps.keys()
