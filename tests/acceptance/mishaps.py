"""What goes wrong between Keel and Telegram, with the machine's clock, and when processes are ended."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.simulator.faults import Kind
from bot.simulator.telegram import Telegram
from tests.acceptance.line import Line
from tests.acceptance.process import Running

HOUR = timedelta(hours=1)
SLOW = 5.0
LONGEST_END = 10.0
"""Seconds after SIGTERM in which a process is gone."""


@dataclass(frozen=True)
class Stage:
    """Where it happens. seconds: for how long. start: starts one of the processes again."""

    telegram: Telegram
    line: Line
    bots: list[Running]
    start: Callable[[Running], Awaitable[None]]
    chance: Random
    seconds: float


Happens = Callable[[Stage], Awaitable[str]]
"""Lets it happen and mends it again; gives what is to be said of it."""


async def down(stage: Stage) -> str:
    """A third of the time nothing listens, a third every connection breaks, a third every answer is a page of a 502."""
    faults, third = stage.telegram.faults, stage.seconds / 3
    faults.down = True
    stage.line.close()
    await asyncio.sleep(third)
    stage.line.breaks = 1.0
    await stage.line.open()
    await asyncio.sleep(third)
    stage.line.breaks, faults.down_as = 0.0, Kind.PAGE
    await asyncio.sleep(third)
    faults.down, faults.down_as = False, Kind.RESET
    return f"{stage.seconds:.0f} s"


async def slow(stage: Stage) -> str:
    """Every call takes long."""
    stage.telegram.faults.slow = SLOW
    await asyncio.sleep(stage.seconds)
    stage.telegram.faults.slow = 0.0
    return f"{SLOW:.0f} s for each call"


async def resets(stage: Stage) -> str:
    """Connections break: before a call, in the middle of it, or instead of its answer."""
    stage.line.breaks = 0.05
    await asyncio.sleep(stage.seconds)
    stage.line.breaks = 0.0
    return "one part in twenty of what is on the way"


async def floods(stage: Stage) -> str:
    """Telegram says to wait: by chance, then for a while to everything that is sent."""
    with _by_chance(stage, 0.3, Kind.FLOOD, seconds=2):
        await asyncio.sleep(stage.seconds / 2)
    stage.telegram.faults.flooded = True
    await asyncio.sleep(stage.seconds / 2)
    stage.telegram.faults.flooded = False
    held = sum(call.code == 429 for call in stage.telegram.record)
    return f"{held} calls were told to wait"


async def pages(stage: Stage) -> str:
    """Half of all answers are pages of a 502, or say 500; nothing of those calls was carried out."""
    with _by_chance(stage, 0.5, Kind.PAGE, Kind.ERROR):
        await asyncio.sleep(stage.seconds)
    return "half of all calls"


async def cut(stage: Stage) -> str:
    """Answers end in the middle; what was asked for was done."""
    with _by_chance(stage, 0.2, Kind.CUT):
        await asyncio.sleep(stage.seconds)
    return "one answer in five"


async def timeouts(stage: Stage) -> str:
    """What was asked for is done, and the answer never comes."""
    with _by_chance(stage, 0.1, Kind.TIMEOUT_AFTER):
        await asyncio.sleep(stage.seconds)
    return "one answer in ten"


async def clocks(stage: Stage) -> str:
    """The machine's clock goes an hour forward and back, and forward for good."""
    way = (HOUR, -HOUR, HOUR, -HOUR, HOUR)
    for by in way:
        await asyncio.sleep(stage.seconds / len(way))
        stage.bots[0].jump(by)
    await asyncio.sleep(stage.seconds / len(way))
    return f"{len(way)} jumps of an hour"


async def ends(stage: Stage) -> str:
    """SIGTERM again and again, at any moment; whoever is ended is started again."""
    until, times, slowest = time.monotonic() + stage.seconds, 0, 0.0
    while time.monotonic() < until:
        await asyncio.sleep(stage.chance.uniform(0.2, 2.0))
        bot, began = stage.chance.choice(stage.bots), time.monotonic()
        bot.send(signal.SIGTERM)
        await bot.dead()
        times, slowest = times + 1, max(slowest, time.monotonic() - began)
        await stage.start(bot)
    assert slowest < LONGEST_END, f"a process took {slowest:.1f} s to end"
    return f"{times} times SIGTERM, the slowest gone in {slowest:.1f} s"


@contextmanager
def _by_chance(stage: Stage, share: float, *kinds: Kind, seconds: int = 1) -> Iterator[None]:
    faults = stage.telegram.faults
    faults.methods, faults.kinds, faults.seconds, faults.chance = None, kinds, seconds, stage.chance
    faults.share = share
    yield
    faults.share = 0.0


@dataclass(frozen=True)
class Mishap:
    """seconds, brief: how long it lasts in `make faults` and in the tests.

    twice: an answer may come twice, because Keel cannot know that it arrived. unknown: the same of a lesson, which is
    never sent again. leases: see `Running`. waits: the same, for the tests. pause: see `Traffic`. later: half of the
    lessons are due half an hour later.
    """

    what: str
    happens: Happens
    seconds: float
    brief: float
    twice: bool = True
    unknown: bool = True
    waits: float = 0.0
    leases: float = 0.0
    pause: float = 0.1
    later: bool = False


MISHAPS = {
    "down": Mishap("Telegram is down", down, 600, 9, waits=3, pause=0.5),
    "slow": Mishap("Telegram is slow", slow, 60, 12, twice=False, unknown=False, pause=1.0),
    "resets": Mishap("Connections are reset", resets, 60, 8, waits=3),
    "floods": Mishap("429 storms", floods, 60, 10, twice=False, unknown=False, pause=0.3),
    "pages": Mishap("502 pages and 500s", pages, 60, 8, twice=False, waits=3),
    "cut": Mishap("Answers are cut off in the middle", cut, 60, 8, waits=3),
    "timeouts": Mishap("Calls are carried out and never answered", timeouts, 60, 8, waits=3, pause=0.3),
    "clocks": Mishap("The clock jumps", clocks, 60, 12, unknown=False, leases=4, later=True),
    "ends": Mishap("Processes are ended", ends, 60, 12, twice=False, unknown=False),
}
