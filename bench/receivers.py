"""How many updates a second one, two and four `keel receive` answer together on one PostgreSQL, when never idle."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.machine import used_by_postgresql, worked
from bench.processes import telegram
from bench.results import Comparison, Report
from bench.several import fill, several
from tests.postgresql import database, server

NUMBERS = (1, 2, 4)
RUNS = 3
CHATS, WARM_TAPS, TAPS = 100, 3, 1_500
NOISE = 0.9
"""The bar: two receivers are no slower than one, but for what a busy machine makes of it."""
NO_BAR = 0.0


@dataclass(frozen=True)
class Taken:
    """rate: updates a second. The others: how many cores each took meanwhile; machine: the part that was at work."""

    rate: float
    receivers: float
    postgresql: float
    stand_in: float
    machine: float


def taken_by(number: int, place: str, full: str, key_folder: Path) -> Taken:
    """A hundred people who all tap as soon as they were answered, over a copy of that database."""
    with ExitStack() as stack:
        url = stack.enter_context(database(place, f"receivers_{number}", full))
        api = stack.enter_context(telegram(module="bench.crowd"))
        shared = stack.enter_context(several(api, url, key_folder, number, 0))
        port = int(place.rpartition(":")[2])

        def used() -> tuple[float, ...]:
            ours = sum(part.cpu for part in shared.parts)
            return ours, used_by_postgresql(port), api.measured.cpu, *worked()

        api.post("load", chats=CHATS, taps=WARM_TAPS, warm=True)
        before = used()
        seconds = float(api.post("load", chats=CHATS, taps=TAPS // CHATS)["seconds"])
        ours, theirs, its, busy, there_were = (now - then for now, then in zip(used(), before, strict=True))
        return Taken(TAPS / seconds, ours / seconds, theirs / seconds, its / seconds, busy / there_were)


def report() -> Report:
    """Three runs of each, by turns."""
    found: dict[int, list[Taken]] = {number: [] for number in NUMBERS}
    with server() as place, tempfile.TemporaryDirectory() as name, database(place, "receivers_full") as url:
        fill(url, Path(name) / "keel.key", 0)
        for _ in range(RUNS):
            for number in NUMBERS:
                found[number].append(taken_by(number, place, "receivers_full", Path(name)))
    one, two, four = (tuple(taken.rate for taken in found[number]) for number in NUMBERS)
    return Report(
        (
            Comparison("updates/s, 2 receivers, PostgreSQL", "/s", two, one, "1 receiver", NOISE, more=True),
            Comparison("updates/s, 4 receivers, PostgreSQL", "/s", four, one, "1 receiver", NO_BAR, more=True),
        ),
        (_note(found),),
    )


def _note(found: dict[int, list[Taken]]) -> str:
    said = "; ".join(f"{number}: {_cores(found[number])}" for number in NUMBERS)
    return (
        "Receivers share this machine with PostgreSQL, the stand-in and whoever asks, so what they answer together "
        "ends where the machine does, and on a machine with more cores they would go on. In cores, by how many there "
        f"are: {said}."
    )


def _cores(taken: Sequence[Taken]) -> str:
    def middle(name: str) -> float:
        return statistics.median(float(getattr(item, name)) for item in taken)

    return (
        f"receivers {middle('receivers'):.2f}, PostgreSQL {middle('postgresql'):.2f}, the stand-in "
        f"{middle('stand_in'):.2f}, the machine {middle('machine'):.0%} at work"
    )
