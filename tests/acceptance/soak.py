"""A month in an hour: one `keel run`, 2,000 people with lessons and bad evenings, and what the process costs meanwhile.

`make soak` lets a month go by in an hour (`python -m tests.acceptance.soak MINUTES` in fewer, at the same speed). Every
thirty seconds its memory and its open files are read. Afterwards there is a line through the memory after the first
quarter (warming up), and whatever was logged as a warning or worse.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from random import Random

from bot.core.model import Lane, Status
from bot.core.schedule import Pace
from bot.services.onboarding import LESSON
from bot.simulator.person import Person, join
from bot.store.migrate import migrate
from bot.store.store import open_store
from tests.acceptance.clocks import FastClock
from tests.acceptance.process import Running, running

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SPEED = 30 * 24.0
"""A month of thirty days in an hour."""
PEOPLE = 2_000
ZONES = ("Pacific/Kiritimati", "Asia/Kolkata", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo")
COMMANDS = ("/spiral", "/spiral", "/spiral", "/lesson", "/progress", "/hold", "/journal", "/plan", "/help", "/settings",
            "/search fear", "/sos", "/export")  # fmt: skip
WORDS = (
    "7",
    "He read it and says nothing.",
    "I am afraid that she leaves.",
    "Tea",
    "no",
    "I want to disappear",
    "21:30",
)
DAYS_BETWEEN_VISITS = 4.0
KEPT = 12
"""How many messages of a chat the stand-in remembers: only Keel's memory is to grow, if any does."""
EVERY = 30.0
MOST_A_HOUR = 1_000_000
"""Bytes."""


@dataclass(frozen=True)
class Reading:
    """One look at the process. seconds: since the begin. memory: bytes in RAM. files: open descriptors."""

    seconds: float
    memory: int
    files: int

    def __str__(self) -> str:
        return f"{self.seconds / 60:5.1f} min  {self.memory / 1e6:7.2f} MB  {self.files:3} files"


@dataclass(frozen=True)
class Soaked:
    """What came of it. slope: bytes an hour after the first quarter. database: its bytes on disk at the end."""

    readings: tuple[Reading, ...]
    lessons: int
    updates: int
    warnings: tuple[str, ...]
    database: int

    @property
    def settled(self) -> tuple[Reading, ...]:
        """The readings after the first quarter."""
        return self.readings[len(self.readings) // 4 :]

    @property
    def slope(self) -> float:
        """Bytes of memory an hour."""
        line = statistics.linear_regression(
            [item.seconds / 3600 for item in self.settled], [item.memory for item in self.settled]
        )
        return line.slope

    @property
    def clean(self) -> bool:
        """Memory and files are flat, and nothing was complained of."""
        files = {item.files for item in self.settled}
        return self.slope < MOST_A_HOUR and max(files) - min(files) <= 8 and not self.warnings

    def __str__(self) -> str:
        files = [item.files for item in self.settled]
        return (
            f"{PEOPLE:,} people, {self.readings[-1].seconds / 60:.0f} minutes at {SPEED:.0f} times the world's speed, "
            f"{self.lessons:,} messages sent, {self.updates:,} updates. Memory {self.settled[0].memory / 1e6:.1f} to "
            f"{self.settled[-1].memory / 1e6:.1f} MB, {self.slope / 1e6:+.2f} MB an hour; {min(files)} to {max(files)} "
            f"open files; the database {self.database / 1e6:.1f} MB; {len(self.warnings)} warnings."
        )


async def soak(folder: Path, seconds: float, seed: int = 1) -> Soaked:
    """Let it run for so long."""
    chance = Random(seed)
    async with running(folder, BEGIN) as (bot, _):
        telegram, ids = bot.telegram, range(1_000_000, 1_000_000 + PEOPLE)
        await _fill(f"sqlite+aiosqlite:///{folder / 'keel.db'}", folder, ids, chance)
        everybody = [join(telegram, "P", chat_id=id_) for id_ in ids]
        for person in everybody:
            person.chat.started = True
        bot.speed, bot.clock = SPEED, FastClock(BEGIN, SPEED)
        telegram.now = bot.clock.now
        bot.settings = {"KEEL_LOG_LEVEL": "warning"}
        await bot.start()
        lives = [asyncio.create_task(_live(person, chance)) for person in everybody]
        readings, sent, began = [], 0, time.monotonic()
        while (gone := time.monotonic() - began) < seconds:
            await asyncio.sleep(min(EVERY, seconds - gone))
            readings.append(_read(bot, time.monotonic() - began))
            sent += sum(call.method.lower() == "sendmessage" for call in telegram.record)
            _forget(everybody, bot)
            sys.stdout.write(f"{readings[-1]}  {sent:,} sent\n")
            sys.stdout.flush()
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        updates = telegram.update() - 100_000
        await bot.kill()
    database = (folder / "keel.db").stat().st_size
    complaints = tuple((folder / "log").read_text().splitlines())
    return Soaked(tuple(readings), sent, updates, complaints, database)


async def _fill(url: str, folder: Path, ids: range, chance: Random) -> None:
    """Everybody with a window and a pace of their own, and a first lesson within the first day."""
    await migrate(url)
    store = await open_store(url, folder / "keel.key")
    async with store.transaction() as tx:
        for id_ in ids:
            person = await tx.learners.add(id_, "en", BEGIN)
            chosen = replace(
                person, zone=chance.choice(ZONES), window_start=clock_time(chance.randrange(7, 21)), window_minutes=60,
                pace=chance.choice(list(Pace)), status=Status.ACTIVE, welcomed=True,
            )  # fmt: skip
            await tx.learners.save(chosen)
            await tx.timers.set(person.id, LESSON, "", BEGIN + timedelta(seconds=chance.randrange(86_400)), Lane.BULK)
    await store.close()


async def _live(person: Person, chance: Random) -> None:
    """Comes by now and then: with a command, some taps wherever they lead, and words."""
    while True:
        await asyncio.sleep(chance.expovariate(SPEED / (DAYS_BETWEEN_VISITS * 86_400)))
        person.send_text(chance.choice(COMMANDS))
        for _ in range(chance.randint(0, 12)):
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            if chance.random() < 0.2:
                person.send_text(chance.choice(WORDS))
            else:
                _tap_something(person, chance)


def _tap_something(person: Person, chance: Random) -> None:
    for post in reversed(person.posts[-4:]):
        rows = post.data.get("reply_markup", {}).get("inline_keyboard", [])
        data = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
        if data:
            person.tap(post, chance.choice(data))
            return


def _forget(everybody: list[Person], bot: Running) -> None:
    for person in everybody:
        for id_ in list(person.chat.posts)[:-KEPT]:
            del person.chat.posts[id_]
    bot.telegram.record.clear()
    bot.telegram.queries.clear()
    bot.telegram.files.clear()
    gc.collect()


def _read(bot: Running, seconds: float) -> Reading:
    lines = Path(f"/proc/{bot.child}/status").read_text().splitlines()
    memory = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
    return Reading(seconds, memory, len(list(Path(f"/proc/{bot.child}/fd").iterdir())))


def main() -> int:
    """`python -m tests.acceptance.soak [MINUTES]`."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    logging.disable()
    with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        soaked = asyncio.run(soak(Path(folder), minutes * 60))
        sys.stdout.write("".join(f"{line}\n" for line in soaked.warnings[:40]) + f"{soaked}\n")
        return 0 if soaked.clean else 1
    return 1


if __name__ == "__main__":
    sys.exit(main())
