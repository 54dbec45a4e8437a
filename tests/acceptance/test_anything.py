"""Whatever happens, in whatever order: the person is never without an answer, and no answer contradicts the state.

A state machine drives the real application: taps, taps on old messages, the same tap from two phones, words, commands,
jumps of the clock, restarts, and Telegram's errors.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.clock import MovableClock
from bot.core.words import screen
from bot.library.load import load
from bot.services.choices import options_for
from bot.services.conversation import COMMANDS
from bot.services.places import Places
from bot.services.turn import Turn
from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.simulator.state import Post
from bot.simulator.telegram import Telegram
from tests.conftest import CONTENT, MONDAY, make_world
from tests.person import Person, World

LIBRARY, PLACES = load(CONTENT), Places()
WORDS = ["7", "eleven", "0.5", "he read it", "never", "😀", "That's all", "Next", "21:30", "I'm spiralling", "x" * 4000]
WORDS += ["I want to die", "he hit me", "I wish I could disappear", "I'm 15"]
NOT_HERE = {"delete", "export"}  # they have tests of their own; here they would end the story


class Anything(RuleBasedStateMachine):
    """One person, one Keel."""

    @initialize()
    def begin(self) -> None:
        """A fresh database."""
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = MovableClock(MONDAY)
        self.telegram = Telegram(self.clock.now)
        self.account = join(self.telegram, "Anna")
        self.expected = 0
        self._open()
        self.says("/start")

    def _open(self) -> None:
        self.making = make_world(Path(self.folder.name), self.telegram, self.clock, LIBRARY, PLACES)
        self.world: World = self._do(anext(self.making))
        self.anna = Person(self.world, self.account)

    def _close(self) -> None:
        with contextlib.suppress(StopAsyncIteration):
            self._do(anext(self.making))

    def _do(self, work: Coroutine[Any, Any, Any] | Any) -> Any:
        return self.loop.run_until_complete(work)

    def _answered(self) -> None:
        """Let it be handled; at least one message was sent or changed for it."""
        before = self._writes()
        self._do(self.world.settle())
        assert self._writes() > before, "no answer"

    def _writes(self) -> int:
        sent = ("sendMessage", "editMessageText", "sendDocument", "deleteMessage")
        return sum(call.method in sent and call.code in (200, 400) for call in self.telegram.record)

    def _tap(self, post: Post, number: int, times: int = 1) -> None:
        keys = [key for row in post.data.get("reply_markup", {}).get("inline_keyboard", []) for key in row]
        keys = [key for key in keys if "callback_data" in key
                and key["callback_data"].split(":")[1] not in NOT_HERE]  # fmt: skip
        if not keys:
            return
        for _ in range(times):
            self.account.tap(post, keys[number % len(keys)]["callback_data"])
        self._answered()

    @rule(number=st.integers(0, 30))
    def taps(self, number: int) -> None:
        """A button of the newest message that has some."""
        posts = [post for post in self.anna.bots if post.data.get("reply_markup", {}).get("inline_keyboard")]
        if posts:
            self._tap(posts[-1], number)

    @rule(number=st.integers(0, 30), back=st.integers(0, 6))
    def taps_something_old_twice(self, number: int, back: int) -> None:
        """A button further up, from two phones at once."""
        posts = [post for post in self.anna.bots if post.data.get("reply_markup", {}).get("inline_keyboard")]
        if posts:
            self._tap(posts[-1 - back % len(posts)], number, times=2)

    @rule(words=st.sampled_from(WORDS))
    def says(self, words: str) -> None:
        """Words."""
        self.account.send_text(words)
        self._answered()

    @rule(command=st.sampled_from([name for name in COMMANDS if name not in NOT_HERE]))
    def commands(self, command: str) -> None:
        """A command."""
        self.says(f"/{command}")

    @rule(minutes=st.sampled_from([0.3, 2, 12, 40, 60 * 9, 60 * 24, 60 * 24 * 8]))
    def time_passes(self, minutes: float) -> None:
        """The clock jumps."""
        self._do(self.world.move_to(self.clock.now() + timedelta(minutes=minutes)))

    @rule()
    def restarts(self) -> None:
        """Keel stops and starts."""
        self._close()
        self._open()

    @rule(kind=st.sampled_from([Kind.FLOOD, Kind.PAGE, Kind.TIMEOUT]), method=st.sampled_from(
        ["sendMessage", "editMessageText", "answerCallbackQuery", "sendAnimation"]))  # fmt: skip
    def telegram_stumbles(self, kind: Kind, method: str) -> None:
        """The next call of one method fails once."""
        self.telegram.faults.next(kind, method, seconds=0)

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
            offered = [
                key["text"] for row in post.data.get("reply_markup", {}).get("inline_keyboard", []) for key in row
            ]
            of_this = [key for row in post.data.get("reply_markup", {}).get("inline_keyboard", []) for key in row
                       if f"s:{session.id}:" in key.get("callback_data", "")]  # fmt: skip
            if of_this:
                assert {button.label for row in shown.rows for button in row} >= set(offered), (session.step, offered)

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


TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
