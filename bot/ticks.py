"""What a process does by the clock: never left out, and going on when the machine's clock is set."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

LOOK_SECONDS = 1.0


def empty_scheduler() -> AsyncIOScheduler:
    """One in which nothing overlaps with itself, and what is late comes late rather than never: a lease that is not
    renewed is somebody else's."""
    always = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    return AsyncIOScheduler(timezone="UTC", job_defaults=always)


async def keep_ticking(scheduler: AsyncIOScheduler) -> None:
    """APScheduler goes by the machine's clock: where that is set back, nothing would come until the old time is there
    again. So whatever is further away than it can be is due at once."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = datetime.now(UTC)
        for job in scheduler.get_jobs():
            if job.next_run_time is not None and job.next_run_time > now + job.trigger.interval:
                job.modify(next_run_time=now)
