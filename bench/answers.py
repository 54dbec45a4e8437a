"""Answering: the CPU of a durable tap, taps a second with 200 chats at once, and /spiral while 100,000 lessons are due.

Keel is the real `keel run`, in a process of its own over a database of its own; so are the peers. Telegram is a
stand-in in a third process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import sleep

from bench.people import database
from bench.processes import Api, Measured, keel, peer, telegram
from bench.results import RUNS, Comparison, Report, p99

FEW, TAPS = 4, 1_000
MANY, MANY_TAPS = 200, 3_000
SLOW_TAPS = 1_200
DUE = 100_000
SPIRALS = 100
PEERS_LESSONS = 1_000
LINE = 0.05
PATIENCE = 60
"""Seconds after which somebody who got no answer is counted as having waited just as long."""

Bot = Callable[[Api], AbstractContextManager[Measured]]


@contextmanager
def fresh_keel(api: Api) -> Iterator[Measured]:
    """Keel over an empty folder."""
    with tempfile.TemporaryDirectory() as folder, keel(api, Path(folder)) as measured:
        yield measured


def bare(*how: str) -> Bot:
    """The bare bot on python-telegram-bot."""
    return lambda api: peer(api, "bare", *how)


def aiogram(api: Api) -> AbstractContextManager[Measured]:
    """The bare bot on aiogram."""
    return peer(api, "aiogram_bot")


def cpu_of_a_tap(bot: Bot) -> float:
    """Microseconds of CPU an update, four people tapping one after the other."""
    with telegram() as api, bot(api) as measured:
        api.post("load", chats=FEW, taps=100, warm=True)
        before = measured.cpu
        api.post("load", chats=FEW, taps=TAPS // FEW)
        return (measured.cpu - before) / TAPS * 1e6


def taps_a_second(bot: Bot, taps: int = MANY_TAPS) -> float:
    """Updates a second with 200 people who all tap as soon as they were answered."""
    with telegram() as api, bot(api):
        api.post("load", chats=MANY, taps=3, warm=True)
        return taps / float(api.post("load", chats=MANY, taps=taps // MANY)["seconds"])


def spiral_while_lessons_go_out() -> tuple[float, float, float]:
    """Milliseconds of p99 idle and busy, and how many lessons a second went out meanwhile."""
    with telegram(LINE) as api, tempfile.TemporaryDirectory() as quiet, keel(api, Path(quiet)):
        api.post("first", **{"from": 10, "people": 5, "pause": 0.1, "patience": PATIENCE})
        idle = api.post("first", **{"from": 100, "people": SPIRALS, "pause": 0.02, "patience": PATIENCE})["took"]
    with telegram(LINE) as api, tempfile.TemporaryDirectory() as full:
        database(Path(full), DUE, timedelta(seconds=-30))
        with keel(api, Path(full)):
            api.post("first", **{"from": 10, "people": 5, "pause": 0.1, "patience": PATIENCE})
            sleep(5)
            busy = api.post("first", **{"from": 100, "people": SPIRALS, "pause": 0.02, "patience": PATIENCE})["took"]
            moments = sorted(moment for times in api.get("counted")["sent"].values() for moment in times)
    return p99(idle) * 1000, p99(busy) * 1000, (len(moments) - 1) / (moments[-1] - moments[0])


def spiral_behind_a_broadcast() -> float:
    """Milliseconds that a /spiral waits behind 1,000 lessons in PTB's rate limiter (behind 100,000: an hour)."""
    with telegram(LINE) as api, peer(api, "limited", str(PEERS_LESSONS)):
        took = api.post("first", **{"from": 100, "people": 1, "pause": 0.02, "patience": PATIENCE})["took"]
    return float(max(took)) * 1000


def report() -> Report:
    """Five runs of each, Keel and its peers by turns."""
    ours, theirs, crowd, plain, other, waits = [], [], [], [], [], []
    for _ in range(RUNS):
        ours.append(cpu_of_a_tap(fresh_keel))
        theirs.append(cpu_of_a_tap(bare()))
        crowd.append(taps_a_second(fresh_keel))
        plain.append(taps_a_second(bare("concurrent"), SLOW_TAPS))
        other.append(taps_a_second(aiogram))
        waits.append(spiral_while_lessons_go_out())
    limited = spiral_behind_a_broadcast()
    idle, busy = tuple(item[0] for item in waits), tuple(item[1] for item in waits)
    rate = median(item[2] for item in waits)
    return Report(
        (
            Comparison("CPU of a durable tap", "µs", tuple(ours), tuple(theirs), "a bare PTB bot, nothing kept", 1.0),
            Comparison(
                "updates/s, 200 chats", "/s", tuple(crowd), tuple(plain), "the bare bot, concurrent", 4.0, more=True
            ),
            Comparison("updates/s, 200 chats", "/s", tuple(crowd), tuple(other), "a bare aiogram bot", 0.7, more=True),
            Comparison("/spiral p99, 100,000 lessons due", "ms", busy, idle, "Keel with nothing due", 2.0),
        ),
        (
            f"Lessons went out at {rate:.1f} a second all the while (25 is the setting); the line to Telegram takes "
            f"{LINE * 1000:.0f} ms. The same bot on PTB with AIORateLimiter and {PEERS_LESSONS:,} lessons in its queue "
            f"let a /spiral wait {limited / 1000:.0f} s (nobody here waits longer than {PATIENCE}).",
        ),
        rate,
    )
