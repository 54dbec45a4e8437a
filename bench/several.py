"""Real `keel receive` and `keel dispatch` on one PostgreSQL, each in a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.people import FIRST
from bench.processes import Api, Measured, free_port, keel, wait_for
from bot.store.migrate import migrate
from bot.store.store import open_store

STARTED_SECONDS = 3.0
"""After which a process that listens has said its greetings and taken up what was left."""
PATH = "/telegram"

_PEOPLE = """
    INSERT INTO learner (id, chat_id, created_at, locale, zone, window_start, window_minutes, weekdays, pace,
                         quiet_start, quiet_end, paused, status, unread, welcomed)
    SELECT :first + i, :first + i, now(), 'en', 'UTC', :start, 720, 127, 'daily', 0, 0, false, 'active', 0, true
    FROM generate_series(0, :people - 1) AS i
"""
_DUE = """
    INSERT INTO timer (learner_id, kind, key, lane, due_at, attempts)
    SELECT id, 'lesson', '', 'bulk', now() - interval '1 minute', 0 FROM learner WHERE id >= :first
"""


@dataclass
class Part:
    """One process, and those that were started again in its place. name: what it is called in KEEL_API_URL."""

    name: str
    api: Api
    folder: Path
    settings: dict[str, str]
    measured: Measured | None = None
    spent: float = 0.0
    """Seconds of CPU of those that were killed."""
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def running(self) -> Measured:
        """The process that runs now."""
        assert self.measured is not None
        return self.measured

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far, of all that were started."""
        return self.spent + self.running.cpu

    def start(self) -> None:
        """Start it."""
        own = replace(self.api, url=f"{self.api.url}/{self.name}")
        command = self.name.partition("-")[0]
        self.measured = self.stack.enter_context(keel(own, self.folder, command, **self.settings))

    def kill(self) -> None:
        """SIGKILL."""
        self.spent += self.running.cpu
        self.running.kill()
        self.stack.close()


@dataclass(frozen=True)
class Several:
    """Everybody who shares the database."""

    receivers: list[Part]
    dispatchers: list[Part]

    @property
    def parts(self) -> list[Part]:
        """All of them."""
        return self.receivers + self.dispatchers


@contextmanager
def several(api: Api, url: str, folder: Path, receivers: int, dispatchers: int) -> Iterator[Several]:
    """So many of each, started and ready."""
    common = {"KEEL_DATABASE_URL": url}
    taking, sending = [], []
    for number in range(1, receivers + 1):
        address = f"127.0.0.1:{free_port()}"
        own = {"KEEL_LISTEN": address, "KEEL_WEBHOOK_URL": f"http://{address}{PATH}"}
        taking.append(Part(f"receive-{number}", api, folder, {**common, **own}))
    for number in range(1, dispatchers + 1):
        sending.append(Part(f"dispatch-{number}", api, folder, dict(common)))
    made = Several(taking, sending)
    with ExitStack() as stack:
        for part in made.parts:
            stack.enter_context(part.stack)
            part.start()
        for part in taking:
            wait_for(int(part.settings["KEEL_LISTEN"].rpartition(":")[2]))
        time.sleep(STARTED_SECONDS)
        yield made


def fill(url: str, key: Path, people: int) -> None:
    """An empty database of Keel's with so many people in it, and nothing due."""
    asyncio.run(_fill(url, key, people))


def have_lessons_due(url: str) -> None:
    """Everybody who was filled in has a lesson due."""
    asyncio.run(_say(url, _DUE, first=FIRST))


def left_in(url: str, patience: float) -> tuple[int, str]:
    """How many updates are in the inbox when it is empty, or patience is over; and which PostgreSQL this is."""
    return asyncio.run(_left_in(url, patience))


async def _left_in(url: str, patience: float) -> tuple[int, str]:
    engine, until = create_async_engine(url), time.monotonic() + patience
    async with engine.connect() as connection:
        count, left = text("SELECT count(*) FROM inbox"), 1
        while left and time.monotonic() < until:
            left = int((await connection.execute(count)).scalar_one())
            await connection.commit()
            await asyncio.sleep(0.5)
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    await engine.dispose()
    return left, str(version).split()[0]


async def _fill(url: str, key: Path, people: int) -> None:
    await migrate(url)
    await (await open_store(url, key)).close()
    # A window that holds now, and no quiet hours: what is due is sent.
    start = (datetime.now(UTC) - timedelta(hours=1)).hour * 60
    await _say(url, _PEOPLE, first=FIRST, people=people, start=start)


async def _say(url: str, sql: str, **values: object) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(sql), values)
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("ANALYZE"))
    await engine.dispose()
