"""Claiming and sending: due timers a second, and lessons a second when Telegram's rate is no limit."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.people import database as fill
from bench.people import url_of
from bench.processes import PEERS, ROOT, Api, keel, peer, telegram
from bench.results import RUNS, Comparison, Report
from bot.core.model import Lane
from bot.dispatch import BATCH, LEASE
from bot.store.migrate import migrate
from bot.store.store import open_store
from bot.store.tables import timer
from tests.postgresql import database, server

PARKED, DUE = 100_000, 10_000
DISPATCHERS = 4
SLOW = 0.05
LESSONS = 1_500
PLAIN_LESSONS = 100


async def claim_all(url: str, key: Path) -> int:
    """Claim until nothing is due; gives how many."""
    store, claimed = await open_store(url, key), 0
    now = datetime.now(UTC)
    while True:
        async with store.transaction() as tx:
            batch = await tx.timers.claim(Lane.BULK, now, BATCH, LEASE)
        claimed += len(batch)
        if not batch:
            await store.close()
            return claimed


def filled_sqlite(folder: Path) -> None:
    """10,000 timers due long ago, 100,000 parked for tomorrow."""
    fill(folder, PARKED + DUE, timedelta(days=1))
    with sqlite3.connect(folder / "keel.db") as connection:
        sooner = "UPDATE timer SET due_at = '2026-01-01 00:00:00.000000' WHERE id % 11 = 0"
        assert connection.execute(sooner).rowcount == DUE
    connection.close()


def claims_on_sqlite(full: Path) -> float:
    """Claims a second of one process, over a copy of that folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(full, folder, dirs_exist_ok=True)
        begin = time.perf_counter()
        claimed = asyncio.run(claim_all(url_of(folder), folder / "keel.key"))
        assert claimed == DUE, claimed
        return claimed / (time.perf_counter() - begin)


async def fill_postgresql(url: str, key: Path) -> None:
    """The same on PostgreSQL."""
    await migrate(url)
    store, now = await open_store(url, key), datetime.now(UTC)
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", now)
        rows = [{"learner_id": person.id, "kind": "lesson", "key": str(number), "lane": Lane.BULK.value, "attempts": 0,
                 "due_at": now - timedelta(minutes=1) if number < DUE else now + timedelta(days=1)}
                for number in range(PARKED + DUE)]  # fmt: skip
        await tx.timers.connection.execute(timer.insert(), rows)
    await store.close()


def claims_on_postgresql(url: str, key: Path) -> float:
    """Claims a second of four processes together."""
    with multiprocessing.get_context("spawn").Pool(DISPATCHERS) as pool:
        pool.map(_warm, range(DISPATCHERS))
        begin = time.perf_counter()
        claimed = sum(pool.starmap(_claim_all, [(url, key)] * DISPATCHERS))
        took = time.perf_counter() - begin
    assert claimed == DUE, claimed
    return claimed / took


def procrastinate(step: str, place: str, name: str) -> str:
    """The peer, with as many parked: `fill`, or `fetch`, which prints how many jobs a second four processes got."""
    numbers = (PARKED, DUE // 10, DISPATCHERS)
    command = [str(PEERS), "-m", "bench.peers.jobs_fetched", step, place, name, *(str(number) for number in numbers)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def lessons_a_second() -> float:
    """Keel's, with Telegram answering in 50 ms and the rate lifted."""
    with telegram(SLOW) as api, tempfile.TemporaryDirectory() as name:
        fill(Path(name), LESSONS, timedelta(seconds=-30))
        with keel(api, Path(name), KEEL_BULK_RATE="10000"):
            return _rate_of(api, LESSONS)


def plain_lessons_a_second() -> float:
    """A loop on PTB that writes its ledger the plain way: send, insert, commit, next."""
    with telegram(SLOW) as api, tempfile.TemporaryDirectory() as name, peer(api, "loop", name, str(PLAIN_LESSONS)):
        return _rate_of(api, PLAIN_LESSONS)


def _rate_of(api: Api, number: int) -> float:
    sent: dict[str, list[float]] = {}
    while len(sent) < number:
        sent = api.get("counted")["sent"]
        time.sleep(0.2)
    moments = sorted(moment for times in sent.values() for moment in times)
    return (len(moments) - 1) / (moments[-1] - moments[0])


def report() -> Report:
    """Five runs of each, by turns, over copies of what was filled once."""
    sqlite, postgresql, jobs, sends, plain = [], [], [], [], []
    with ExitStack() as stack:
        place = stack.enter_context(server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key, full = folder / "postgresql.key", folder / "sqlite"
        full.mkdir()
        filled_sqlite(full)
        asyncio.run(fill_postgresql(stack.enter_context(database(place, "keel_full")), key))
        stack.enter_context(database(place, "jobs_full"))
        procrastinate("fill", place, "jobs_full")
        for run in range(RUNS):
            sqlite.append(claims_on_sqlite(full))
            with database(place, f"keel_{run}", "keel_full") as url:
                postgresql.append(claims_on_postgresql(url, key))
            with database(place, f"jobs_{run}", "jobs_full"):
                jobs.append(float(procrastinate("fetch", place, f"jobs_{run}")))
            sends.append(lessons_a_second())
            plain.append(plain_lessons_a_second())
    theirs = f"procrastinate, {DISPATCHERS} processes"
    return Report(
        (
            Comparison("claims/s, SQLite", "/s", tuple(sqlite), tuple(jobs), theirs, 10.0, more=True),
            Comparison(
                "claims/s, PostgreSQL, 4 dispatchers", "/s", tuple(postgresql), tuple(jobs), theirs, 10.0, more=True
            ),
            Comparison(
                "lessons/s, a line of 50 ms", "/s", tuple(sends), tuple(plain), "a plain PTB loop", 2.0, more=True
            ),
        ),
        (
            f"Claims are counted with {PARKED:,} timers (or jobs) parked for tomorrow. Keel claims {BATCH} with one "
            "statement, procrastinate hands out one job at a time.",
        ),
    )


def _warm(_number: int) -> None:
    time.sleep(0.5)  # so that every process of the pool has its imports done


def _claim_all(url: str, key: Path) -> int:
    return asyncio.run(claim_all(url, key))
