"""How long the first /spiral message takes while 5,000 lessons are due, against the same bot with nothing due.

Telegram answers in 50 ms. Each run measures both, one after the other; the figure is the ratio of their p99.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.app import Keel, build, build_bot
from bot.clock import MovableClock
from bot.library.load import load
from bot.settings import Settings
from bot.simulator.person import Person, join
from bot.simulator.request import SimulatorRequest
from bot.simulator.telegram import Telegram
from bot.store.migrate import migrate
from bot.store.store import open_store
from bot.store.tables import learner, timer

LESSONS_DUE = 5_000
TELEGRAM_SECONDS = 0.05
SPIRALS = 150
RUNS = 5
BAR = 3.0
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class SlowRequest(SimulatorRequest):
    """The stand-in, as far away as Telegram is."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """One call, after the time that the line takes."""
        await asyncio.sleep(TELEGRAM_SECONDS)
        return await super().do_request(*args, **kwargs)


@dataclass(frozen=True)
class Figure:
    """p99 in seconds, idle and busy, and how many lessons went out meanwhile."""

    idle: float
    busy: float
    sent: int

    @property
    def ratio(self) -> float:
        """Busy against idle."""
        return self.busy / self.idle


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100)[98]


async def measure() -> Figure:
    """One run: both figures over one database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
        await migrate(url)
        store = await open_store(url, folder / "keel.key")
        clock = MovableClock(NOON)
        telegram = Telegram(clock.now)
        bot = build_bot(telegram.token, "http://telegram/bot", "http://telegram/file/bot", 25, SlowRequest(telegram))
        keel = build(bot, store, load(Settings.read({}).content_dir), clock)
        running = asyncio.create_task(keel.run())
        people = [join(telegram, f"P{number}", chat_id=10_000 + number) for number in range(SPIRALS * 2)]
        await asyncio.sleep(1)
        idle = [await first_answer(telegram, person) for person in people[:SPIRALS]]
        await enrol(keel, telegram)
        await asyncio.sleep(6)  # the bulk lane is at work now
        busy = [await first_answer(telegram, person) for person in people[SPIRALS:]]
        sent = len([call for call in telegram.calls("sendMessage") if int(call.params["chat_id"]) >= 1_000_000])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()
        return Figure(p99(idle), p99(busy), sent)


async def first_answer(telegram: Telegram, person: Person) -> float:
    """Seconds from /spiral to the first message in the chat."""
    begin = time.perf_counter()
    person.send_text("/spiral")
    while not any(post.from_bot for post in person.posts):
        async with telegram.changed:
            await telegram.changed.wait()
    taken = time.perf_counter() - begin
    await asyncio.sleep(0.02)
    return taken


async def enrol(keel: Keel, telegram: Telegram) -> None:
    """People with a lesson due now."""
    ids = range(1_000_000, 1_000_000 + LESSONS_DUE)
    for id_ in ids:
        join(telegram, "L", chat_id=id_).chat.started = True
    common = {
        "created_at": NOON, "locale": "en", "zone": "UTC", "window_start": 11 * 60, "window_minutes": 180,
        "weekdays": 127, "pace": "daily", "quiet_start": 22 * 60, "quiet_end": 7 * 60, "paused": False,
        "status": "active", "unread": 0, "welcomed": True,
    }  # fmt: skip
    due = {"kind": "lesson", "key": "", "lane": "bulk", "due_at": NOON - timedelta(minutes=1), "attempts": 0}
    async with keel.store.engine.begin() as connection:
        await connection.execute(insert(learner), [{"id": id_, "chat_id": id_, **common} for id_ in ids])
        await connection.execute(insert(timer), [{"learner_id": id_, **due} for id_ in ids])


async def report() -> tuple[str, bool]:
    """A Markdown table over five runs; whether the bar holds."""
    figures = [await measure() for _ in range(RUNS)]
    ratios = sorted(figure.ratio for figure in figures)
    rows = "\n".join(
        f"| {n} | {f.idle * 1000:.0f} | {f.busy * 1000:.0f} | {f.ratio:.2f} | {f.sent} |"
        for n, f in enumerate(figures, 1)
    )
    text = (
        f"## First /spiral message with {LESSONS_DUE:,} lessons due\n\n"
        f"Telegram answers in {TELEGRAM_SECONDS * 1000:.0f} ms; {SPIRALS} people each; bulk rate 25/s. "
        f"Bar: at most {BAR:g}x the idle p99 of the same run.\n\n"
        "| run | idle p99, ms | busy p99, ms | ratio | lessons sent meanwhile |\n|---|---|---|---|---|\n"
        f"{rows}\n\nRatio: min {ratios[0]:.2f}, median {ratios[len(ratios) // 2]:.2f}, max {ratios[-1]:.2f}.\n"
    )
    return text, ratios[len(ratios) // 2] <= BAR
