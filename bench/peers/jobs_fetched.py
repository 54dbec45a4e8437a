"""procrastinate on PostgreSQL: `fill` parks so many jobs and has so many due, `fetch` has so many processes fetch what is
due and prints jobs a second."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from datetime import UTC, datetime, timedelta

from procrastinate import App, PsycopgConnector

STEP, PLACE, NAME = sys.argv[1:4]
PARKED, DUE, PROCESSES = (int(word) for word in sys.argv[4:7])


def app() -> App:
    """One app over the database."""
    user, _, address = PLACE.partition("@")
    host, _, port = address.partition(":")
    return App(connector=PsycopgConnector(conninfo=f"host={host} port={port} user={user} dbname={NAME}"))


async def fill() -> None:
    """The schema, and the jobs."""
    made = app()

    @made.task(name="remind")
    def remind(person: int) -> None:
        """What would send."""

    async with made.open_async():
        await made.schema_manager.apply_schema_async()
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        for first in range(0, PARKED, 5_000):
            await remind.configure(schedule_at=tomorrow).batch_defer_async(*({"person": n} for n in range(first, first + 5_000)))
        await remind.batch_defer_async(*({"person": number} for number in range(DUE)))


async def fetch() -> int:
    """Fetch until there is nothing; gives how many."""
    made, fetched = app(), 0
    async with made.open_async():
        worker = await made.job_manager.register_worker()
        while await made.job_manager.fetch_job(queues=None, worker_id=worker) is not None:
            fetched += 1
    return fetched


def work(_number: int) -> int:
    """One process."""
    return asyncio.run(fetch())


def main() -> None:
    """One of the two steps."""
    if STEP == "fill":
        asyncio.run(fill())
        return
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(abs, range(PROCESSES))
        begin = time.perf_counter()
        fetched = sum(pool.map(work, range(PROCESSES)))
        took = time.perf_counter() - begin
    assert fetched == DUE, fetched
    print(fetched / took)


if __name__ == "__main__":
    main()
