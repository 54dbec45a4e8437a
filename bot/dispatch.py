"""One tick: claim what is due, let a service prepare it, send, settle, report counts.

Knows neither Telegram nor what a lesson says: sending is a function that `app.py` hands over. What waits for its turn
waits in the database: a timer is prepared (and a lesson's ledger row written) only when the lane has room for it, so
that a process killed in the middle of a hundred thousand leaves doubtful only what was on the wire.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.core.model import Lane, Timer
from bot.core.trouble import Trouble
from bot.services.due import Due, Result
from bot.services.unasked import Prepared
from bot.store.engine import NOT_NOW
from bot.store.sessions import LostRace
from bot.store.store import Store
from bot.tracing import span

log = structlog.get_logger()

BATCH = 50
AT_ONCE = 32
LEASE = timedelta(minutes=2)
FAILURES = {Result.DOWN: "down", Result.UNKNOWN: "unknown"}
"""Results that say that something is wrong with the line; a refusal is the message's, a block the person's."""

Send = Callable[[Prepared, Lane], Awaitable[tuple[Result, int | None, float]]]
"""Sends something prepared; gives the result, the message id, and for `later` and `down` after how many seconds."""


class Room(Protocol):
    """Says when a lane has room for one more message."""

    async def take(self, lane: Lane, patience: float) -> bool:
        """Wait for room, at most so many seconds; False when there is none so soon."""

    def give_back(self, lane: Lane) -> None:
        """It was not needed."""


@dataclass
class Dispatcher:
    """Works off due timers of one lane at a time.

    trouble: what came back on the bulk lane lately.
    """

    store: Store
    clock: Clock
    due: Due
    send: Send
    room: Room
    trouble: Trouble = field(default_factory=Trouble)

    async def tick(self, lane: Lane, seconds: float) -> Counter[str]:
        """Work for at most `seconds`, so that the next tick never overlaps; gives counts by result."""
        with span("tick", lane=lane.value) as traced:
            counts = await self._work(lane, seconds)
            traced.set_attribute("claimed", counts["claimed"])
        return counts

    async def _work(self, lane: Lane, seconds: float) -> Counter[str]:
        counts: Counter[str] = Counter()
        ends = time.monotonic() + seconds
        running: set[asyncio.Task[None]] = set()
        while time.monotonic() < ends and not self._rests(lane):
            now = self.clock.now()
            held = now + LEASE
            batch = await self._claim(lane, min(BATCH, AT_ONCE - len(running)), now)
            counts["claimed"] += len(batch)
            for number, timer in enumerate(batch):
                if self._rests(lane) or not await self.room.take(lane, ends - time.monotonic()):
                    ends = 0.0
                    await self._give_back(batch[number:], held)
                    counts["claimed"] -= len(batch) - number
                    break
                running.add(asyncio.create_task(self._count(timer, lane, counts, held)))
            if not batch and not running:
                break
            if not batch or len(running) >= AT_ONCE:
                _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running = {task for task in running if not task.done()}
        if running:
            await asyncio.wait(running)
        if counts["claimed"]:
            log.info("tick", lane=lane.value, **dict(counts))
        return counts

    async def _claim(self, lane: Lane, limit: int, now: datetime) -> list[Timer]:
        try:
            async with self.store.transaction(repeatable=True) as tx:
                return await tx.timers.claim(lane, now, limit, LEASE)
        except NOT_NOW as problem:
            log.error("the store does not answer", error=type(problem).__name__)
            return []  # the next tick asks again

    async def _give_back(self, timers: list[Timer], held: datetime) -> None:
        if self.clock.now() >= held:
            return  # the process was stopped for so long that others have them by now
        try:
            async with self.store.transaction(repeatable=True) as tx:
                for timer in timers:
                    await tx.timers.give_back(timer)
        except NOT_NOW as problem:
            log.error("the store does not answer", error=type(problem).__name__)  # they are free when the lease ends

    async def _count(self, timer: Timer, lane: Lane, counts: Counter[str], held: datetime) -> None:
        counts[await self._one(timer, lane, held)] += 1

    async def _one(self, timer: Timer, lane: Lane, held: datetime) -> str:
        try:
            try:
                prepared = await self._prepare(timer, held)
            except LostRace:  # the person was faster: what holds now decides
                prepared = await self._prepare(timer, held)
            if prepared is None:
                self.room.give_back(lane)
                return "nothing"
            result, message_id, seconds = await self.send(prepared, lane)
            async with self.store.transaction(repeatable=True) as tx:
                await self.due.settle(tx, prepared, result, message_id, self.clock.now(), seconds)
        except Exception as error:
            log.error("a timer could not be handled", kind=timer.kind, error=type(error).__name__)
            self._note(lane, type(error).__name__, None)
            return "error"
        self._note(lane, FAILURES.get(result), prepared.about, refusal=result is Result.REJECTED)
        return result.value

    async def _prepare(self, timer: Timer, held: datetime) -> Prepared | None:
        async with self.store.transaction() as tx:
            if self.clock.now() >= held:
                return None  # the process was stopped for so long that another one has it by now
            return await self.due.prepare(tx, timer, self.clock.now(), self.trouble.stopped)

    def _rests(self, lane: Lane) -> bool:
        return lane is Lane.BULK and self.trouble.rests(self.clock.now())

    def _note(self, lane: Lane, failure: str | None, about: str | None, *, refusal: bool = False) -> None:
        if lane is not Lane.BULK:
            return
        before, now = self.trouble, self.clock.now()
        self.trouble = before.after(failure, about, now, refusal=refusal)
        for stopped in sorted(self.trouble.stopped - before.stopped):
            log.error("a message is stopped: telegram refuses it for everybody", about=stopped)
        if self.trouble.rests_until != before.rests_until:
            log.error("the bulk lane rests: too many sends failed", **before.kinds())
