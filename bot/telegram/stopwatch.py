"""How long somebody waits for Keel's first message: from receiving an update until Telegram took an answer.

Measured by the machine's monotonic clock, so that nobody setting a clock changes it. Counted in memory by hour and
bucket, with no person and no chat, and written once a minute: no update costs a transaction more for being measured.
A Keel that is killed loses that minute of counts and nothing else.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.core.answer_time import bucket
from bot.pulse import Pulse
from bot.store.store import Store

log = structlog.get_logger()

KEPT = timedelta(days=8)


class Stopwatch:
    """One for each process. tell: the monotonic clock, in seconds. pulse: is told, too."""

    def __init__(self, store: Store, clock: Clock, pulse: Pulse, tell: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._pulse = pulse
        self._tell = tell
        self._began: dict[int, float] = {}
        self._counts: Counter[tuple[datetime, int]] = Counter()

    def now(self) -> float:
        """The monotonic clock."""
        return self._tell()

    def begin(self, update_id: int, since: float) -> None:
        """An update was received at `since`."""
        self._began[update_id] = since
        self._pulse.received()

    def answered(self, update_id: int) -> None:
        """The first message went out. What follows for the same update counts no more."""
        since = self._began.pop(update_id, None)
        if since is not None:
            hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
            seconds = self._tell() - since
            self._counts[hour, bucket(seconds)] += 1
            self._pulse.answered(seconds)

    def drop(self, update_id: int) -> None:
        """The update is over; if nothing was said to it, nothing is counted."""
        self._began.pop(update_id, None)

    async def write(self) -> None:
        """Add what was counted to the store. If the store does not answer, it waits for the next time."""
        if not self._counts:
            return
        counts, self._counts = self._counts, Counter()
        try:
            async with self._store.transaction() as tx:
                await tx.counts.add_answer_times(counts)
                await tx.counts.forget_answer_times(self._clock.now() - KEPT)
        except Exception as error:
            self._counts.update(counts)
            log.warning("answer times could not be written", error=type(error).__name__)
