"""Two lanes out, at python-telegram-bot's own seam for rate limiting.

Live calls (answers to somebody) are never paced and never wait for anybody else's message. Bulk calls (lessons) are
paced: whoever sends takes room for one first (`take`), and prepares what is sent only then, so that nothing waits in
memory. A 429 holds what it names: the chat for a live call, the whole bulk lane for a bulk call; never everyone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.core.model import Lane

BULK = "bulk"
ONCE = "once"
"""A call that is worth nothing later (a frame of a living message): not repeated after a 429."""
SHARED_SECONDS = 0.2
"""How much room a process takes at once where the pace is shared."""
LONGEST_HOLD = 120.0
"""Seconds a live call waits out a 429 at most; beyond that its inbox row is tried again later."""
MOST_REPEATS = 3


class Shared(Protocol):
    """One pace for the bulk lanes of several processes."""

    async def take(self, seconds: float) -> float:
        """Room for so many seconds of calls, behind all who asked before; gives after how many seconds it begins."""

    async def hold(self, seconds: float) -> None:
        """Nothing goes for so many seconds."""


class Lanes(BaseRateLimiter[str]):
    """rate: bulk calls a second, of this process or, with `shared`, of all of them together."""

    def __init__(self, rate: float) -> None:
        self.shared: Shared | None = None
        self.waiting = dict.fromkeys(Lane, 0)
        """How many calls wait for their lane now."""
        self._room = 0
        self._gap = 1 / rate
        self._bulk_free_at = 0.0
        self._held: dict[int, float] = {}
        self._taken: ContextVar[bool] = ContextVar("taken", default=False)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to put away."""

    async def take(self, lane: Lane, patience: float) -> bool:
        """Wait for room for one message, at most `patience` seconds; the next bulk call of this task, or of one that
        it starts, goes at once. False: there is no room so soon."""
        if lane is Lane.LIVE:
            return True
        if self.shared is not None and self._room == 0:
            # A few at a time, so that the database is not asked for each.
            self._room = max(1, round(SHARED_SECONDS / self._gap))
            after = await self.shared.take(self._room * self._gap)
            self._bulk_free_at = max(self._bulk_free_at, time.monotonic() + after)
        now = time.monotonic()
        begin = max(self._bulk_free_at, now)
        if begin - now > patience:
            return False
        self._bulk_free_at = begin + self._gap
        self._room -= 1
        with self._waits(lane):
            await asyncio.sleep(begin - now)
        self._taken.set(True)
        return True

    @property
    def bulk_room(self) -> float:
        """Seconds until the bulk lane has room for one more message."""
        return max(0.0, self._bulk_free_at - time.monotonic())

    @property
    def held(self) -> int:
        """Chats that Telegram asked to leave alone for a while."""
        now = time.monotonic()
        return sum(until > now for until in self._held.values())

    def give_back(self, lane: Lane) -> None:
        """The room that was taken was not needed."""
        if lane is Lane.BULK:
            self._bulk_free_at -= self._gap
            self._room += 1

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Any:
        """Make the call when its lane allows."""
        if rate_limit_args == BULK:
            return await self._bulk(callback, args, kwargs)
        chat = data.get("chat_id")
        for repeat in range(MOST_REPEATS + 1):
            await self._wait_for(chat)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as flood:
                seconds = _seconds(flood)
                if isinstance(chat, int):
                    self._hold(chat, seconds)
                if rate_limit_args == ONCE or seconds > LONGEST_HOLD or repeat == MOST_REPEATS:
                    raise
                if not isinstance(chat, int):
                    await asyncio.sleep(seconds)
        raise AssertionError("unreachable")

    async def _bulk(self, callback: Callable[..., Coroutine[Any, Any, Any]], args: Any, kwargs: dict[str, Any]) -> Any:
        if not self._taken.get():
            await self.take(Lane.BULK, LONGEST_HOLD)
        self._taken.set(False)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as flood:
            # The caller puts this one off; what follows in the lane waits until Telegram takes more.
            seconds = _seconds(flood)
            self._bulk_free_at = max(self._bulk_free_at, time.monotonic() + seconds)
            if self.shared is not None:
                await self.shared.hold(seconds)
            raise

    def _hold(self, chat: int, seconds: float) -> None:
        now = time.monotonic()
        self._held = {held: until for held, until in self._held.items() if until > now}
        self._held[chat] = now + seconds

    async def _wait_for(self, chat: Any) -> None:
        until = self._held.get(chat) if isinstance(chat, int) else None
        if until is not None:
            with self._waits(Lane.LIVE):
                await asyncio.sleep(max(0.0, until - time.monotonic()))

    @contextmanager
    def _waits(self, lane: Lane) -> Iterator[None]:
        self.waiting[lane] += 1
        try:
            yield
        finally:
            self.waiting[lane] -= 1


def _seconds(flood: RetryAfter) -> float:
    after = flood.retry_after
    return float(after if isinstance(after, int | float) else after.total_seconds())
