"""What a million people cost when nothing is due: a tick, a start, memory; and /progress after a long time."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.people import FIRST, database, url_of
from bench.processes import PEERS, keel, running, telegram
from bench.results import RUNS, Comparison, Report
from bot.app import build, build_bot
from bot.clock import SystemClock
from bot.core.model import Entry, Lane
from bot.library.load import load
from bot.services.progress import view
from bot.services.turn import Turn
from bot.settings import Settings
from bot.store.store import open_store

MILLION, SOME, FEW = 1_000_000, 10_000, 1_000
PEERS_JOBS = 100_000
TICKS = 300
LONG, SHORT = 20_000, 50


@contextmanager
def filled(people: int) -> Iterator[Path]:
    """A folder with so many people whose lessons are due tomorrow."""
    with tempfile.TemporaryDirectory() as name:
        database(Path(name), people, timedelta(days=1))
        yield Path(name)


async def idle_tick(folder: Path) -> float:
    """Microseconds of a tick of both lanes that finds nothing due."""
    store = await open_store(url_of(folder), folder / "keel.key")
    keel_ = build(
        build_bot("1:bench", "http://127.0.0.1/bot", "", 25), store, load(Settings.read({}).content_dir), SystemClock()
    )
    took = []
    for _ in range(TICKS):
        begin = time.perf_counter()
        await keel_.dispatcher.tick(Lane.LIVE, 1)
        await keel_.dispatcher.tick(Lane.BULK, 1)
        took.append(time.perf_counter() - begin)
    await store.close()
    return statistics.median(took) * 1e6


def start(folder: Path) -> tuple[float, int]:
    """Seconds from the command to the first answer, and bytes of memory some seconds later."""
    with telegram() as api:
        begin = time.perf_counter()
        with keel(api, folder) as measured:
            api.post("first", **{"from": 10, "people": 1, "pause": 0, "patience": 60})
            took = time.perf_counter() - begin
            api.post("first", **{"from": 100, "people": 50, "pause": 0.02, "patience": 60})
            return took, measured.memory


def scheduler_with_a_job_a_person() -> float:
    """Seconds until APScheduler with its SQLAlchemy job store and a job a person runs (the peer's start)."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("fill", "start"):
            begin = time.perf_counter()
            with running([str(PEERS), "-m", "bench.peers.jobs", step, folder, str(PEERS_JOBS)]) as measured:
                while not (Path(folder) / step).exists():
                    time.sleep(0.01)
                    assert measured.process.poll() in (None, 0)
                took = time.perf_counter() - begin
                measured.process.wait(60)
        return took


async def fill_past(folder: Path, entries: int) -> None:
    """The one person in there has this many rated runs of /spiral behind them, one an hour."""
    store, now = await open_store(url_of(folder), folder / "keel.key"), datetime.now(UTC)
    async with store.transaction() as tx:
        for number in range(entries):
            at = now - timedelta(hours=entries - number)
            entry = Entry("spiral", at, 7, 4, "breathe", ("facts.no-reply", "tool.breathe"), east=0)
            await tx.records.add_entry(FIRST, entry)
    await store.close()


async def progress(folder: Path) -> float:
    """Milliseconds of their /progress."""
    store = await open_store(url_of(folder), folder / "keel.key")
    library, now, took = load(Settings.read({}).content_dir), datetime.now(UTC), []
    for _ in range(9):
        begin = time.perf_counter()
        async with store.transaction(reading=True) as tx:
            learner = await tx.learners.get(FIRST)
            assert learner is not None
            await view(Turn(tx, learner, library, now))
        took.append(time.perf_counter() - begin)
    await store.close()
    return statistics.median(took) * 1000


def report() -> Report:
    """The databases are made once; each is measured five times, by turns."""
    with filled(MILLION) as million, filled(SOME) as some, filled(FEW) as few, filled(0) as empty:
        ticks = [(asyncio.run(idle_tick(million)), asyncio.run(idle_tick(some))) for _ in range(RUNS)]
        starts, memory = [], []
        for _ in range(RUNS):
            (full, full_bytes), (bare, _), (_, few_bytes) = start(million), start(empty), start(few)
            starts.append((full, bare))
            memory.append((full_bytes / 2**20, few_bytes / 2**20))
    jobs = scheduler_with_a_job_a_person()
    with filled(1) as long, filled(1) as short:
        asyncio.run(fill_past(long, LONG))
        asyncio.run(fill_past(short, SHORT))
        past = [(asyncio.run(progress(long)), asyncio.run(progress(short))) for _ in range(RUNS)]
    return Report(
        (
            _compare("idle tick, 1,000,000 enrolled", "µs", ticks, "10,000 enrolled", 1.2),
            _compare("start-up, 1,000,000 timers", "s", starts, "an empty database", 1.2),
            _compare("memory, 1,000,000 people", "MiB", memory, "1,000 people", 1.1),
            _compare("/progress, 20,000 entries", "ms", past, "50 entries", 3.0),
        ),
        (f"APScheduler, a job a person in its SQLAlchemy job store: {jobs:.1f} s to start with {PEERS_JOBS:,} jobs.",),
    )


def _compare(name: str, unit: str, pairs: list[tuple[float, float]], peer: str, bar: float) -> Comparison:
    return Comparison(name, unit, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), peer, bar)
