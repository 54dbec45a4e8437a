"""APScheduler the way most bots use it: a job a person, kept in its SQLAlchemy job store."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler


FIRST = asyncio.Event()


async def remind(person: int) -> None:
    """What would send."""


async def first() -> None:
    """A job store keeps names of functions and not functions: what it calls is found by its name."""
    FIRST.set()


async def main() -> None:
    """`fill FOLDER N` writes the jobs; `start FOLDER N` starts with them and is done when the first tick went."""
    step, folder, size = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    store = SQLAlchemyJobStore(f"sqlite:///{folder / 'jobs.db'}")
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone="UTC")
    if step == "fill":
        scheduler.start(paused=True)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        with store.engine.begin() as connection:
            template = scheduler.add_job(remind, "interval", days=1, args=(0,), next_run_time=tomorrow, id="0")
            row = {"id": "0", "next_run_time": tomorrow.timestamp(), "job_state": _state(template)}
            connection.execute(store.jobs_t.delete())
            connection.execute(store.jobs_t.insert(), [{**row, "id": str(number)} for number in range(size)])
    else:
        scheduler.start()
        scheduler.add_job("__main__:first", next_run_time=datetime.now(UTC), jobstore="default", id="first")
        await asyncio.wait_for(FIRST.wait(), 600)
    (folder / step).touch()
    scheduler.shutdown(wait=False)


def _state(job: object) -> bytes:
    import pickle  # noqa: PLC0415  # what the job store itself does

    return pickle.dumps(job.__getstate__(), pickle.HIGHEST_PROTOCOL)  # type: ignore[attr-defined]


if __name__ == "__main__":
    asyncio.run(main())
