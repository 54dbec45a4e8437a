"""Kill -9 again and again under load: `keel run` on SQLite, then receivers and dispatchers on PostgreSQL.

`make kills` kills two hundred times. Meanwhile people ask and go through /spiral, and lessons come. Afterwards nobody
is unanswered, answers came in the order of what was said, and nobody has a lesson twice.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.simulator.person import join
from tests.acceptance.deliveries import FIRST, NOON, Count, compare, fill, reach
from tests.acceptance.process import Running, running
from tests.acceptance.several import PATIENCE, sharing
from tests.acceptance.traffic import Answers, Traffic, walk
from tests.postgresql import NoPostgresql, database, server

LEASES = 4.0
RATE = 8.0
LESSONS_A_KILL = 12
WALKERS = 4

KillOnce = Callable[[Random], Awaitable[None]]


@dataclass(frozen=True)
class Toll:
    """What came of it. walks: how many went through /spiral from one end to the other, answered at every step.

    stuck: how many did not.
    """

    where: str
    kills: int
    answers: Answers
    walks: int
    stuck: int
    lessons: Count

    @property
    def clean(self) -> bool:
        """Nobody was forgotten, and no lesson came twice."""
        lost = self.answers.unanswered + self.answers.disordered + self.stuck
        return lost + self.lessons.twice + self.lessons.without + self.lessons.wrongly == 0

    def __str__(self) -> str:
        walks = f"{self.walks} walks through /spiral, {self.stuck} stuck"
        return f"{self.where}, {self.kills} kills. {self.answers}; {walks}. {self.lessons}"


async def alone(folder: Path, kills: int, seed: int = 1) -> Toll:
    """`keel run` on SQLite."""
    url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
    ids = range(FIRST, FIRST + kills * LESSONS_A_KILL)
    await fill(url, folder, ids)
    async with running(folder, NOON) as (bot, _):
        bot.leases, bot.patience = LEASES, PATIENCE
        bot.settings = {"KEEL_BULK_RATE": str(RATE), "KEEL_LOG_LEVEL": "error"}

        async def kill(chance: Random) -> None:
            await asyncio.sleep(chance.uniform(0.3, 2.5))
            await bot.kill()
            await bot.start()

        await bot.start()
        return await _take_toll("keel run on SQLite", bot, kill, kills, ids, url, seed)


async def shared(folder: Path, url: str, kills: int, seed: int = 1) -> Toll:
    """Two receivers and two dispatchers on PostgreSQL."""
    ids = range(FIRST, FIRST + kills * LESSONS_A_KILL)
    await fill(url, folder, ids)
    async with sharing(folder, url, NOON, leases=LEASES, rate=RATE) as all_of_them:
        for bot in all_of_them.everybody:
            bot.settings = {**bot.settings, "KEEL_LOG_LEVEL": "error"}

        async def kill(chance: Random) -> None:
            await asyncio.sleep(chance.uniform(0.3, 2.0))
            which = chance.choice(all_of_them.everybody)
            await which.kill()
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            await all_of_them.start(which)

        await all_of_them.start()
        one = all_of_them.receivers[0]
        return await _take_toll("keel receive and dispatch on PostgreSQL", one, kill, kills, ids, url, seed)


async def _take_toll(
    where: str, bot: Running, kill: KillOnce, kills: int, ids: range, url: str, seed: int
) -> Toll:  # fmt: skip
    began, chance = time.monotonic(), Random(seed)
    for id_ in ids:
        join(bot.telegram, "L", chat_id=id_).chat.started = True
    traffic = Traffic(bot.telegram, chance=chance)
    await traffic.learn(bot)
    asking, over = asyncio.create_task(traffic.flow()), asyncio.Event()
    walkers = [asyncio.create_task(_walk_until(over, bot, number)) for number in range(WALKERS)]
    for _ in range(kills):
        await kill(chance)
    over.set()
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    walked = await asyncio.gather(*walkers)
    walks, stuck = (sum(numbers) for numbers in zip(*walked, strict=True))
    await reach(bot.telegram, len(ids), patience=2 * LEASES + 6)
    with suppress(AssertionError):  # what is missing is counted
        await bot.until(lambda: traffic.answers().unanswered == 0, "every answer")
    lessons = await compare(bot.telegram, url, bot.folder, ids, kills, time.monotonic() - began)
    return Toll(where, kills, traffic.answers(), walks, stuck, lessons)


async def _walk_until(over: asyncio.Event, bot: Running, number: int) -> tuple[int, int]:
    walks = stuck = 0
    while not over.is_set():
        try:
            await walk(bot, f"W{number}-{walks + stuck}")
            walks += 1
        except AssertionError as waited:
            stuck += 1
            sys.stdout.write(f"{waited}\n")
    return walks, stuck


def main() -> int:
    """`python -m tests.acceptance.kills [KILLS]`: half of them on each database."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    logging.disable()  # the stand-in's server complains of connections that break
    clean = True
    with tempfile.TemporaryDirectory() as folder:
        toll = asyncio.run(alone(Path(folder), kills // 2))
        sys.stdout.write(f"{toll}\n")
        clean = toll.clean
    try:
        with server() as place, database(place, "keel") as url, tempfile.TemporaryDirectory() as folder:
            toll = asyncio.run(shared(Path(folder), url, kills - kills // 2))
            sys.stdout.write(f"{toll}\n")
            clean = clean and toll.clean
    except NoPostgresql as missing:
        sys.stdout.write(f"{missing}\n")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
