"""Another machine's clock for a bot in a process of its own: one that runs fast, or that jumps while the bot runs.

As in `killed`, the bot's own code knows nothing of it: only `MovableClock` is exchanged, which KEEL_NOW asks for, and
what APScheduler takes for the machine's clock.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import interval as intervals

from bot import app, dispatch, ticks
from bot.clock import MovableClock
from bot.telegram import claims


class FastClock(MovableClock):
    """Runs `speed` times as fast as the world, for the side of the stand-in."""

    def __init__(self, start: datetime, speed: float) -> None:
        super().__init__(start)
        self.speed = speed

    def now(self) -> datetime:
        """The present moment on this clock."""
        return self._start + timedelta(seconds=(time.monotonic() - self._since) * self.speed)


def hasten(speed: float) -> None:
    """In a bot's process: its clock runs so much faster, what it does by the clock comes sooner, and what holds for a
    real time (a lease) holds for as long as before."""

    def now(clock: MovableClock) -> datetime:
        return clock._start + timedelta(seconds=(time.monotonic() - clock._since) * speed)

    MovableClock.now = now  # type: ignore[method-assign, assignment]
    dispatch.LEASE *= speed
    claims.LEASE *= speed
    vars(app).update(
        BULK_TICK=max(app.BULK_TICK / speed, app.LIVE_TICK),
        TIDY_TICK=max(app.TIDY_TICK / speed, 2.0),
        ANSWER_TIMES_TICK=max(app.ANSWER_TIMES_TICK / speed, 2.0),
    )


def follow(jumps: Path) -> None:
    """In a bot's process: its clock is ahead by as many seconds as stand in a file (behind, where they are negative),
    from the moment on in which they are written there."""
    before = MovableClock.now

    def jumped() -> timedelta:
        try:
            return timedelta(seconds=float(jumps.read_text()))
        except FileNotFoundError:
            return timedelta()

    class Jumping(datetime):
        """The machine's clock."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # what is given is a plain datetime
            """The present moment."""
            return datetime.now(tz) + jumped()

    def now(clock: MovableClock) -> datetime:
        return before(clock) + jumped()

    MovableClock.now = now  # type: ignore[method-assign, assignment]
    for module in (app, ticks, schedulers, executors, intervals):
        vars(module).update(datetime=Jumping)
