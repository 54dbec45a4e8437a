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
from typing import Any, Protocol

import structlog

from bot.clock import Clock
from bot.core.lease import holds
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

    def __post_init__(self) -> None:
        self._ends = False
        self._sending: dict[Lane, set[asyncio.Task[None]]] = {lane: set() for lane in Lane}
        self._ticks: set[asyncio.Task[Any]] = set()

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, and let what is on the wire come to its end for up to so many seconds: a lesson that is
        broken off there would be in doubt, and never be sent again."""
        self._ends = True
        busy = self._ticks.union(*self._sending.values())
        if busy:
            await asyncio.wait(busy, timeout=seconds)

    async def tick(self, lane: Lane, seconds: float) -> Counter[str]:
        """Work for at most `seconds`, so that the next tick never overlaps; gives counts by result.

        What is on the wire for longer goes on meanwhile: where Telegram takes its time for one, nobody else waits.
        """
        task = asyncio.current_task()
        assert task is not None
        self._ticks.add(task)
        try:
            with span("tick", lane=lane.value) as traced:
                counts = await self._work(lane, seconds)
                traced.set_attribute("claimed", counts["claimed"])
            return counts
        finally:
            self._ticks.discard(task)

    async def _work(self, lane: Lane, seconds: float) -> Counter[str]:
        counts: Counter[str] = Counter()
        begun, ends, running = time.monotonic(), time.monotonic() + seconds, self._sending[lane]
        while time.monotonic() < ends and not self._rests(lane):
            now = self.clock.now()
            held = now + LEASE
            most = 1 if self._tries(lane) else AT_ONCE
            batch = await self._claim(lane, min(BATCH, most - len(running)), now) if len(running) < most else []
            counts["claimed"] += len(batch)
            for number, timer in enumerate(batch):
                if not await self._begins(lane, ends):
                    ends = 0.0
                    await self._give_back(batch[number:], held)
                    counts["claimed"] -= len(batch) - number
                    break
                sending = asyncio.create_task(self._count(timer, lane, counts, held))
                running.add(sending)
                sending.add_done_callback(running.discard)
            if not batch and not running:
                break
            if not batch or len(running) >= most:
                await self._some(running, begun + seconds, asyncio.FIRST_COMPLETED)
        await self._some(running, begun + seconds, asyncio.ALL_COMPLETED)
        if counts["claimed"]:
            log.info("tick", lane=lane.value, **dict(counts))
        return counts

    async def _some(self, running: set[asyncio.Task[None]], until: float, which: str) -> None:
        if running:
            await asyncio.wait(set(running), timeout=max(0.0, until - time.monotonic()), return_when=which)

    async def _begins(self, lane: Lane, ends: float) -> bool:
        """Whether one more may begin now, with room for it."""
        if self._rests(lane) or not await self.room.take(lane, ends - time.monotonic()):
            return False
        if self._ends:  # while it waited for room
            self.room.give_back(lane)
            return False
        return True

    async def _claim(self, lane: Lane, limit: int, now: datetime) -> list[Timer]:
        try:
            async with self.store.transaction(repeatable=True) as tx:
                return await tx.timers.claim(lane, now, limit, LEASE)
        except NOT_NOW as problem:
            log.error("the store does not answer", error=type(problem).__name__)
            return []  # the next tick asks again

    async def _give_back(self, timers: list[Timer], held: datetime) -> None:
        if not holds(held, self.clock.now(), LEASE):
            return  # the process was stopped for so long, or the clock set, that others may have them by now
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
            if not holds(held, self.clock.now(), LEASE):
                return None  # the process was stopped for so long, or the clock set, that another one may have it
            return await self.due.prepare(tx, timer, self.clock.now(), self.trouble.stopped)

    def _rests(self, lane: Lane) -> bool:
        return self._ends or (lane is Lane.BULK and self.trouble.rests(self.clock.now()))

    def _tries(self, lane: Lane) -> bool:
        return lane is Lane.BULK and self.trouble.trying

    def _note(self, lane: Lane, failure: str | None, about: str | None, *, refusal: bool = False) -> None:
        if lane is not Lane.BULK:
            return
        before, now = self.trouble, self.clock.now()
        self.trouble = before.after(failure, about, now, refusal=refusal)
        for stopped in sorted(self.trouble.stopped - before.stopped):
            log.error("a message is stopped: telegram refuses it for everybody", about=stopped)
        if self.trouble.rests_until != before.rests_until and before.trying:
            log.warning("the bulk lane rests on: the one that it tried failed, too", kind=failure)
        elif self.trouble.rests_until != before.rests_until:
            log.error("the bulk lane rests: too many sends failed", **before.kinds())
