"""What Keel does by the clock goes on when the machine's clock is set."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

import pytest
from apscheduler.schedulers import base
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import ticks


class Machine(datetime):
    """The machine's clock, which somebody sets."""

    ahead: ClassVar[timedelta] = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # what is given is a plain datetime
        """The present moment."""
        return datetime.now(tz) + cls.ahead


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_stops_no_tick(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    for module in (ticks, base):
        monkeypatch.setattr(module, "datetime", Machine)
    monkeypatch.setattr(ticks, "LOOK_SECONDS", 0.1)
    ticked = asyncio.Event()

    async def tick() -> None:
        ticked.set()

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(tick, "interval", seconds=0.2, coalesce=True, misfire_grace_time=None)
    scheduler.start()
    keeping = asyncio.create_task(ticks.keep_ticking(scheduler))
    try:
        await asyncio.wait_for(ticked.wait(), 10)
        monkeypatch.setattr(Machine, "ahead", timedelta(hours=hours))
        for _ in range(3):
            ticked.clear()
            await asyncio.wait_for(ticked.wait(), 10)
    finally:
        keeping.cancel()
        scheduler.shutdown(wait=False)
