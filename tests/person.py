"""A person in a test: says, taps, sees. Everything goes through the real application and the stand-in Telegram."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.app import Keel
from bot.clock import MovableClock
from bot.core.model import Lane
from bot.simulator.person import Person as Account
from bot.simulator.state import Post
from bot.simulator.telegram import Telegram


@dataclass
class World:
    """One running Keel, its Telegram, and a clock that only the test moves."""

    keel: Keel
    telegram: Telegram
    clock: MovableClock

    async def settle(self) -> None:
        """Take everything that Telegram holds, as the poll loop would, and wait until it was answered."""
        taken = list(self.telegram.updates)
        if taken:
            await self.keel.intake.receive(json.loads(json.dumps(taken)))
            self.telegram.updates = [item for item in self.telegram.updates if item not in taken]
        await self.keel.turns.drain()

    async def tick(self) -> None:
        """Both ticks, once."""
        await self.keel.dispatcher.tick(Lane.LIVE, 5)
        await self.keel.dispatcher.tick(Lane.BULK, 60)

    async def move_to(self, moment: datetime) -> None:
        """Move the clock, and let what is due happen."""
        self.clock.move_to(moment)
        await self.tick()

    async def wait(self, **length: float) -> None:
        """Let time pass: `await world.wait(seconds=12)`."""
        await self.move_to(self.clock.now() + timedelta(**length))

    async def next_lesson(self) -> None:
        """Move the clock to the next timer of the bulk lane."""
        async with self.keel.store.transaction(reading=True) as tx:
            bulk = [timer for timer in await tx.timers.due() if timer.lane is Lane.BULK]
        assert bulk, "no lesson is due"
        await self.move_to(bulk[0].due_at + timedelta(seconds=1))


@dataclass
class Person:
    """Somebody with a phone."""

    world: World
    account: Account

    async def sends(self, text: str) -> None:
        """Write, and wait for the answer."""
        self.account.send_text(text)
        await self.world.settle()

    async def taps(self, label: str) -> None:
        """Tap the newest button called `label`, or else the newest that begins so, and wait for the answer."""
        named = [(post, key) for post in reversed(self.account.posts) for key in _buttons(post)]
        bare = [key["text"].removeprefix("✓ ").removeprefix("○ ") for _, key in named]
        at = next((at for at, text in enumerate(bare) if text == label), None)
        at = next((at for at, text in enumerate(bare) if text.startswith(label)), None) if at is None else at
        if at is not None:
            self.account.tap(named[at][0], named[at][1]["callback_data"])
            await self.world.settle()
            return
        raise AssertionError(f"no button “{label}”; there are {self.buttons}")

    async def does(self, action: Any) -> None:
        """Anything else an account can do: `await anna.does(anna.account.send_sticker())`."""
        await self.world.settle()

    def sees(self, *words: str) -> None:
        """The newest message of the bot says all of these."""
        for word in words:
            assert word in self.last, f"“{word}” is not in:\n{self.last}"

    @property
    def last(self) -> str:
        """The newest message of the bot."""
        texts = [post.data.get("text") or post.data.get("caption") or "" for post in self.bots]
        return str(texts[-1]) if texts else ""

    @property
    def bots(self) -> list[Post]:
        """The bot's messages, oldest first."""
        return [post for post in self.account.posts if post.from_bot]

    @property
    def buttons(self) -> list[str]:
        """Labels under the newest message that has buttons."""
        for post in reversed(self.bots):
            labels = [button["text"] for button in _buttons(post)]
            if labels:
                return labels
        return []

    @property
    def keys(self) -> list[dict[str, Any]]:
        """The buttons under the newest message that has any, as Telegram sends them."""
        return next((keys for post in reversed(self.bots) if (keys := list(_buttons(post)))), [])

    @property
    def lessons(self) -> list[Post]:
        """Lessons that came by themselves."""
        return [post for post in self.bots if "Change times" in [button["text"] for button in _buttons(post)]]


def _buttons(post: Post) -> Iterator[dict[str, Any]]:
    for row in post.data.get("reply_markup", {}).get("inline_keyboard", []):
        yield from row


async def soon() -> None:
    """Let tasks that were just started run."""
    for _ in range(5):
        await asyncio.sleep(0)
