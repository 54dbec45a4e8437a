"""Kill -9 again and again under load: `keel run` on SQLite, then receivers and dispatchers on PostgreSQL.

`make kills` kills two hundred times. Meanwhile people ask and go through /spiral, and lessons come. Afterwards nobody
is unanswered, answers came in the order of what was said, and nobody has a lesson twice.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.acceptance.deliveries import FIRST, NOON, fill
from tests.acceptance.process import running
from tests.acceptance.several import PATIENCE, sharing
from tests.acceptance.toll import Toll, take_toll
from tests.postgresql import NoPostgresql, database, server

LEASES = 4.0
RATE = 8.0
LESSONS_A_KILL = 12
LESSONS_WAIT = 2 * LEASES + 6


async def alone(folder: Path, kills: int, seed: int = 1) -> Toll:
    """`keel run` on SQLite."""
    url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
    ids = range(FIRST, FIRST + kills * LESSONS_A_KILL)
    await fill(url, folder, ids)
    async with running(folder, NOON) as (bot, _):
        bot.leases, bot.patience = LEASES, PATIENCE
        bot.settings = {"KEEL_BULK_RATE": str(RATE), "KEEL_LOG_LEVEL": "error"}

        async def kill(chance: Random) -> None:
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(0.3, 2.5))
                await bot.kill()
                await bot.start()

        await bot.start()
        where = "keel run on SQLite"
        return await take_toll(where, bot, kill, ids, url, kills=kills, seed=seed, patience=LESSONS_WAIT)


async def shared(folder: Path, url: str, kills: int, seed: int = 1) -> Toll:
    """Two receivers and two dispatchers on PostgreSQL."""
    ids = range(FIRST, FIRST + kills * LESSONS_A_KILL)
    await fill(url, folder, ids)
    async with sharing(folder, url, NOON, leases=LEASES, rate=RATE) as all_of_them:
        for bot in all_of_them.everybody:
            bot.settings = {**bot.settings, "KEEL_LOG_LEVEL": "error"}

        async def kill(chance: Random) -> None:
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(0.3, 2.0))
                which = chance.choice(all_of_them.everybody)
                await which.kill()
                await asyncio.sleep(chance.uniform(0.0, 0.5))
                await all_of_them.start(which)

        await all_of_them.start()
        where, one = "keel receive and dispatch on PostgreSQL", all_of_them.receivers[0]
        return await take_toll(where, one, kill, ids, url, kills=kills, seed=seed, patience=LESSONS_WAIT)


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
