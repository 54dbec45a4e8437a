"""Kill -9 in the middle of many deliveries, over a line on which one send in a hundred goes wrong.

`make deliveries` sends 20,000 and kills twenty times; the suite does the same with fewer. Afterwards the ledger stands
beside the stand-in's own record: nobody has a lesson twice, and nobody is without one but those whom the ledger calls
`unknown`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from random import Random

from bot.core.model import Delivery, DeliveryState, Lane, Status
from bot.core.schedule import Pace
from bot.services.onboarding import LESSON
from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from bot.store.migrate import migrate
from bot.store.store import open_store
from tests.acceptance.process import running

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WRONG = (Kind.FLOOD, Kind.ERROR, Kind.TIMEOUT_AFTER, Kind.RESET)
FIRST = 5_000_000
LEASES_END = timedelta(minutes=3)
PATIENCE = 4.0
"""Seconds without anybody getting anything after which all that comes has come."""


@dataclass(frozen=True)
class Count:
    """What came of it. got, states: people by how many lessons they have, and by what the ledger says.

    twice: people with two. without: people with none, whom the ledger does not call unknown.
    wrongly: people of whom the ledger says `sent` and who have none, or nothing and who have one.
    """

    people: int
    kills: int
    seconds: float
    got: Counter[int]
    states: Counter[str]
    twice: int
    without: int
    wrongly: int

    def __str__(self) -> str:
        unknown = self.states[DeliveryState.UNKNOWN]
        kills = f"{self.kills} kills, " if self.kills else ""
        return (
            f"{self.people:,} people, {kills}{self.seconds:.0f} s: {self.got[1]:,} have the lesson, "
            f"{self.twice} have it twice, {unknown} are unknown (never sent again), {self.without} are without it "
            f"otherwise, the ledger is wrong about {self.wrongly}."
        )


async def deliver(folder: Path, people: int, kills: int, seed: int = 1) -> Count:
    """Send to so many people and kill so many times on the way."""
    began, chance = time.monotonic(), Random(seed)
    async with running(folder, NOON) as (bot, _):
        bot.settings = {"KEEL_BULK_RATE": "2000", "KEEL_LOG_LEVEL": "error"}
        ids = range(FIRST, FIRST + people)
        for id_ in ids:
            join(bot.telegram, "L", chat_id=id_).chat.started = True
        url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
        await fill(url, folder, ids)
        bot.telegram.faults.share, bot.telegram.faults.kinds, bot.telegram.faults.chance = 0.01, WRONG, chance
        for kill in range(kills):
            await bot.start()
            await reach(bot.telegram, people * (kill + 1) // (kills + 1) + chance.randrange(people // (kills * 4)))
            await bot.kill()
            bot.clock.move_to(bot.clock.now() + LEASES_END)
        bot.telegram.faults.share = 0.0
        await bot.start()
        await reach(bot.telegram, people)
        await bot.kill()
        for _ in range(2):  # what was on the wire at the last kill, and what was put off
            bot.clock.move_to(bot.clock.now() + LEASES_END)
            await bot.start()
            await bot.ticked()
            await bot.kill()
        return await compare(bot.telegram, url, folder, ids, kills, time.monotonic() - began)


async def fill(url: str, folder: Path, ids: range, due: datetime = NOON - timedelta(minutes=1)) -> None:
    """All of them with a lesson due now (or when it is said), and a window of twelve hours around."""
    await migrate(url)
    store = await open_store(url, folder / "keel.key")
    async with store.transaction() as tx:
        for id_ in ids:
            person = await tx.learners.add(id_, "en", NOON)
            chosen = replace(
                person, zone="UTC", window_start=clock_time(11), window_minutes=720, pace=Pace.daily,
                status=Status.ACTIVE, welcomed=True,
            )  # fmt: skip
            await tx.learners.save(chosen)
            await tx.timers.set(person.id, LESSON, "", due, Lane.BULK)
    await store.close()


async def reach(telegram: Telegram, number: int, patience: float = PATIENCE) -> None:
    """Wait until so many people have their lesson, or nothing more comes for a while."""
    last, since = -1, time.monotonic()
    while (there := _served(telegram)) < number and time.monotonic() - since < patience:
        if there != last:
            last, since = there, time.monotonic()
        await asyncio.sleep(0.05)


def _served(telegram: Telegram) -> int:
    return sum(1 for id_, chat in telegram.chats.items() if id_ >= FIRST and chat.posts)


async def compare(telegram: Telegram, url: str, folder: Path, ids: range, kills: int, seconds: float) -> Count:
    """The ledger beside the stand-in's own record."""
    store = await open_store(url, folder / "keel.key")
    ledger: dict[int, list[Delivery]] = {}
    async with store.transaction(reading=True) as tx:
        for id_ in ids:
            learner = await tx.learners.find(id_)
            assert learner is not None
            ledger[id_] = await tx.timers.deliveries(learner.id)
    await store.close()
    got = {id_: len(telegram.chats[id_].posts) for id_ in ids}
    states = {id_: rows[0].state if rows else None for id_, rows in ledger.items()}
    known = {DeliveryState.SENT: 1, None: 0}
    return Count(
        people=len(ids),
        kills=kills,
        seconds=seconds,
        got=Counter(got.values()),
        states=Counter(str(state) for state in states.values()),
        twice=sum(number > 1 for number in got.values()),
        without=sum(number == 0 and states[id_] is not DeliveryState.UNKNOWN for id_, number in got.items()),
        wrongly=sum(known.get(states[id_], number) != number for id_, number in got.items()),
    )


def main() -> int:
    """`python -m tests.acceptance.deliveries [PEOPLE [KILLS]]`."""
    people, kills = (int(word) for word in (sys.argv[1:] + ["20000", "20"][len(sys.argv) - 1 :])[:2])
    logging.disable()  # the server of the stand-in complains of the connections that are broken on purpose
    with tempfile.TemporaryDirectory() as folder:
        count = asyncio.run(deliver(Path(folder), people, kills))
    sys.stdout.write(f"{count}\n")
    return 1 if count.twice or count.without or count.wrongly else 0


if __name__ == "__main__":
    sys.exit(main())
