"""Faults between Keel and Telegram, of the clock and of those who end processes, each on real processes under load.

`make faults` lets each happen on `keel run` with SQLite and, at the same time, on receivers and dispatchers with
PostgreSQL. Meanwhile people ask and go through /spiral, and lessons come. Afterwards the stand-in's own record stands
beside the ledger: nobody is unanswered, nobody has a lesson twice, and nobody is without one but those whom the ledger
calls `unknown`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from bot.core.trouble import REST
from tests.acceptance.deliveries import FIRST, NOON, fill
from tests.acceptance.line import Line, line_to
from tests.acceptance.mishaps import MISHAPS, Mishap, Stage
from tests.acceptance.process import Running, running
from tests.acceptance.several import PATIENCE, sharing
from tests.acceptance.toll import Toll, take_toll
from tests.postgresql import NoPostgresql, database, server

RATE = 8.0
LONGEST_LESSONS = 60.0
"""Seconds for which there are lessons to send, at most."""
LATER = timedelta(minutes=30)
REAL_PATIENCE = 150.0
"""Seconds that an answer may take where Keel waits for as long as it really does between two tries."""


@dataclass(frozen=True)
class Case:
    """One mishap for so long. brief: Keel waits for less than it really does, where it is to be waited for."""

    mishap: Mishap
    seconds: float
    brief: bool = False

    @property
    def waits(self) -> float:
        """Seconds that Keel waits at most, where they are fewer than really; see `Running`."""
        return self.mishap.waits if self.brief else 0.0

    @property
    def patience(self) -> float:
        """Seconds that somebody waits for an answer: until it is over, and then a while."""
        return self.seconds + (PATIENCE if self.brief else REAL_PATIENCE)

    @property
    def quiet(self) -> float:
        """Seconds without a lesson after which none comes: the lane may rest meanwhile."""
        if not self.mishap.unknown:
            return 15.0
        return (self.waits or REST.total_seconds()) + 10.0

    def wrong(self, toll: Toll) -> bool:
        """Whether it is not what Keel promises."""
        doubled = toll.answers.twice and not self.mishap.twice
        return bool(not toll.clean or doubled or (toll.unknown and not self.mishap.unknown))


async def on_sqlite(folder: Path, url: str, case: Case, ids: range) -> Toll:
    """`keel run` on SQLite, with these people."""
    async with running(folder, NOON) as (bot, _), line_to(bot.root) as line:
        bot.settings = {"KEEL_BULK_RATE": str(RATE)}
        _prepare([bot], line, case)
        await bot.start()
        return await _suffer("keel run on SQLite", [bot], Running.start, line, case, ids, url)


async def on_postgresql(folder: Path, url: str, case: Case, ids: range) -> Toll:
    """Two receivers and two dispatchers on PostgreSQL, with these people."""
    async with sharing(folder, url, NOON, rate=RATE) as together, line_to(together.receivers[0].root) as line:
        _prepare(together.everybody, line, case)
        await together.start()
        where = "keel receive and dispatch on PostgreSQL"
        return await _suffer(where, together.everybody, together.start, line, case, ids, url)


async def filled(folder: Path, url: str, case: Case) -> range:
    """An empty database gets people, each with a lesson that is due. One after another: there is one Alembic."""
    ids = range(FIRST, FIRST + 10 + round(RATE * min(case.seconds, LONGEST_LESSONS)))
    half = len(ids) // 2 if case.mishap.later else len(ids)
    await fill(url, folder, ids[:half])
    await fill(url, folder, ids[half:], NOON + LATER)
    return ids


def _prepare(bots: list[Running], line: Line, case: Case) -> None:
    for bot in bots:
        bot.root, bot.waits, bot.patience, bot.leases = line.root, case.waits, case.patience, case.mishap.leases
        bot.settings = {**bot.settings, "KEEL_LOG_LEVEL": "error"}


async def _suffer(
    where: str,
    bots: list[Running],
    start: Callable[[Running], Awaitable[None]],
    line: Line,
    case: Case,
    ids: range,
    url: str,
) -> Toll:
    said = []

    async def during(chance: Random) -> None:
        stage = Stage(bots[0].telegram, line, bots, start, chance, case.seconds)
        said.append(await case.mishap.happens(stage))

    toll = await take_toll(where, bots[0], during, ids, url, pause=case.mishap.pause, patience=case.quiet)
    return toll.about(f"{case.mishap.what} ({', '.join(said)}), {where}")


async def _both(case: Case, url: str | None) -> list[Toll]:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        file = f"sqlite+aiosqlite:///{Path(one) / 'keel.db'}"
        ways = [on_sqlite(Path(one), file, case, await filled(Path(one), file, case))]
        if url is not None:
            ways.append(on_postgresql(Path(other), url, case, await filled(Path(other), url, case)))
        return await asyncio.gather(*ways)


@contextmanager
def _database(place: str | None, name: str) -> Iterator[str | None]:
    if place is None:
        yield None
        return
    with database(place, name) as url:
        yield url


def run(cases: dict[str, Case], place: str | None) -> bool:
    """Let all of them happen, one after another; gives whether everything was as promised. place: of a PostgreSQL."""
    well = True
    for name, case in cases.items():
        with _database(place, f"keel_{name}") as url:
            tolls = asyncio.run(_both(case, url))
        for toll in tolls:
            wrong = case.wrong(toll)
            sys.stdout.write(f"{toll}{' THIS IS WRONG.' if wrong else ''}\n")
            well = well and not wrong
        sys.stdout.flush()
    return well


def main() -> int:
    """`python -m tests.acceptance.faults [NAME | NAME=SECONDS]...`: all of them, or these."""
    cases = {}
    for word in sys.argv[1:] or MISHAPS:
        name, _, seconds = word.partition("=")
        mishap = MISHAPS[name]
        cases[name] = Case(mishap, float(seconds or mishap.seconds))
    logging.disable()  # the stand-in's server complains of connections that break
    try:
        with server() as place:
            return 0 if run(cases, place) else 1
    except NoPostgresql as missing:
        sys.stdout.write(f"{missing}\n")
        return 0 if run(cases, None) else 1


if __name__ == "__main__":
    sys.exit(main())
