"""People ask, walk through /spiral and get lessons while something goes wrong; then what came of it is counted."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from bot.core.model import DeliveryState
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from bot.store.store import open_store
from bot.store.tables import delivery
from tests.acceptance.deliveries import Count, compare
from tests.acceptance.process import Running
from tests.acceptance.traffic import Answers, Traffic, walk

WALKERS = 4

During = Callable[[Random], Awaitable[None]]
"""What goes wrong meanwhile."""


@dataclass(frozen=True)
class Toll:
    """What came of it. walks: how many went through /spiral from one end to the other, answered at every step.

    stuck: how many did not.
    """

    where: str
    answers: Answers
    walks: int
    stuck: int
    lessons: Count

    @property
    def clean(self) -> bool:
        """Nobody was forgotten, and no lesson came twice."""
        lost = self.answers.unanswered + self.answers.disordered + self.stuck
        return lost + self.lessons.twice + self.lessons.without + self.lessons.wrongly == 0

    @property
    def unknown(self) -> int:
        """Lessons of which nobody knows whether they arrived."""
        return self.lessons.states[DeliveryState.UNKNOWN]

    def about(self, where: str) -> Toll:
        """The same, with more said of where and when."""
        return replace(self, where=where)

    def __str__(self) -> str:
        walks = f"{self.walks} walks through /spiral, {self.stuck} stuck"
        return f"{self.where}. {self.answers}; {walks}. {self.lessons}"


async def take_toll(
    where: str,
    bot: Running,
    during: During,
    ids: range,
    url: str,
    *,
    kills: int = 0,
    seed: int = 1,
    pause: float = 0.05,
    patience: float,
) -> Toll:
    """pause: seconds between two who ask, on average. patience: seconds without a lesson after which none comes."""
    began, chance = time.monotonic(), Random(seed)
    for id_ in ids:
        join(bot.telegram, "L", chat_id=id_).chat.started = True
    traffic = Traffic(bot.telegram, pause, chance=chance)
    await traffic.learn(bot)
    asking, over = asyncio.create_task(traffic.flow()), asyncio.Event()
    walkers = [asyncio.create_task(_walk_until(over, bot, number)) for number in range(WALKERS)]
    await during(chance)
    over.set()
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    walked = await asyncio.gather(*walkers)
    walks, stuck = (sum(numbers) for numbers in zip(*walked, strict=True))
    await _settled(url, bot.folder, len(ids), patience)
    with suppress(AssertionError):  # what is missing is counted
        await bot.until(lambda: traffic.answers().unanswered == 0, "every answer")
    lessons = await compare(bot.telegram, url, bot.folder, ids, kills, time.monotonic() - began)
    return Toll(where, traffic.answers(), walks, stuck, lessons)


async def _settled(url: str, folder: Path, number: int, patience: float) -> None:
    """Wait until the ledger knows of so many lessons, or of no more for a while."""
    store = await open_store(url, folder / "keel.key")
    known, since = -1, time.monotonic()
    counted = select(func.count()).where(delivery.c.state != DeliveryState.SENDING.value)
    while known < number and time.monotonic() - since < patience:
        async with store.transaction(reading=True) as tx:
            found = int((await tx.timers.connection.execute(counted)).scalar_one())
        if found != known:
            known, since = found, time.monotonic()
        await asyncio.sleep(0.2)
    await store.close()


async def _walk_until(over: asyncio.Event, bot: Running, number: int) -> tuple[int, int]:
    walks = stuck = 0
    while not over.is_set():
        try:
            await walk(bot, f"W{number}-{walks + stuck}")
            walks += 1
        except AssertionError as waited:
            sys.stdout.write(f"{waited}\n{_told(bot.telegram, f'W{number}-{walks + stuck}')}\n")
            stuck += 1
    return walks, stuck


def _told(telegram: Telegram, name: str) -> str:
    """What was lately sent to somebody."""
    ids = [chat.id for chat in telegram.chats.values() if chat.name == name]
    calls = [call for call in telegram.record if call.params.get("chat_id") in ids]
    return "\n".join(
        f"{call.at:%H:%M:%S.%f} {call.method} {call.code} {str(call.params.get('text'))[:60]!r}" for call in calls[-8:]
    )
