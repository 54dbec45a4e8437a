"""One tick: claim what is due, let a service prepare it, send, settle, report counts.

Knows neither Telegram nor what a lesson says: sending is a function that `app.py` hands over.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.core.model import Lane, Timer
from bot.services.due import Due, Result
from bot.services.unasked import Prepared
from bot.store.store import Store

log = structlog.get_logger()

BATCH = 50
AT_ONCE = 8
LEASE = timedelta(minutes=2)

Send = Callable[[Prepared, Lane], Awaitable[tuple[Result, int | None, float]]]
"""Sends something prepared; gives the result, the message id, and for `later` after how many seconds."""


@dataclass(frozen=True)
class Dispatcher:
    """Works off due timers of one lane at a time."""

    store: Store
    clock: Clock
    due: Due
    send: Send

    async def tick(self, lane: Lane, seconds: float) -> Counter[str]:
        """Work for at most `seconds`, so that the next tick never overlaps; gives counts by result."""
        counts: Counter[str] = Counter()
        ends = time.monotonic() + seconds
        places = asyncio.Semaphore(AT_ONCE)
        while time.monotonic() < ends:
            async with self.store.transaction() as tx:
                batch = await tx.timers.claim(lane, self.clock.now(), BATCH, LEASE)
            counts["claimed"] += len(batch)
            results = await asyncio.gather(*(self._one(timer, lane, places) for timer in batch))
            counts.update(results)
            if len(batch) < BATCH:
                break
        if counts["claimed"]:
            log.info("tick", lane=lane.value, **dict(counts))
        return counts

    async def _one(self, timer: Timer, lane: Lane, places: asyncio.Semaphore) -> str:
        async with places:
            try:
                async with self.store.transaction() as tx:
                    prepared = await self.due.prepare(tx, timer, self.clock.now())
                if prepared is None:
                    return "nothing"
                result, message_id, seconds = await self.send(prepared, lane)
                async with self.store.transaction() as tx:
                    await self.due.settle(tx, prepared, result, message_id, self.clock.now(), seconds)
                return result.value
            except Exception as error:
                log.error("a timer could not be handled", kind=timer.kind, error=type(error).__name__)
                return "error"
