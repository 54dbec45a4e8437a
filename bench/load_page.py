"""What `make load` found, as figures and as the page bench/LOAD.md."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

BAR = 3.0
FLAT_A_MINUTE = 1_000_000
"""Bytes of memory that a process may gain a minute; what it does need is there after the first minute."""
LEASE_SECONDS, SWEPT_SECONDS = 45.0, 4.5
"""What waits longer than these waited for the end of a dead receiver's lease, or for a sweep to find it."""
LIBRARIES = ("python-telegram-bot", "SQLAlchemy", "asyncpg", "aiohttp", "uvicorn", "uvloop")
SPIRAL = "/spiral"


@dataclass(frozen=True)
class Phase:
    """One stretch that was measured.

    answers: when something was asked (seconds since 1970), what, and after how many seconds the answer began.
    cores: how much of a core was used, by process. memory: seconds since the begin and bytes, by process.
    kills: when a receiver was killed. lessons, twice: people who have one, and more than one, since everything began.
    """

    seconds: float
    answers: list[tuple[float, str, float]]
    unanswered: int
    cores: Mapping[str, float]
    memory: Mapping[str, Sequence[tuple[float, int]]]
    kills: tuple[float, ...]
    lessons: int
    twice: int
    calls: int
    brought_again: int

    def took(self, what: str = "") -> list[float]:
        """Seconds to each first answer, to one thing only or to all."""
        return sorted(took for _, asked, took in self.answers if what in ("", asked))

    @property
    def a_second(self) -> float:
        """Updates a second that were brought and answered."""
        return len(self.answers) / self.seconds

    def slope(self, name: str) -> float:
        """Bytes a minute that a process gains."""
        at, held = zip(*self.memory[name], strict=True)
        return statistics.linear_regression([seconds / 60 for seconds in at], held).slope

    @property
    def machine(self) -> float:
        """The part of the machine's cores that was at work."""
        return self.cores["machine"] / self.cores["all"]


@dataclass(frozen=True)
class Load:
    """Everything. left: updates in the inbox afterwards. server: PostgreSQL's version."""

    a_second: float
    people: int
    line: float
    kill_every: float
    idle: Phase
    loaded: Phase
    killed: Phase
    left: int
    server: str

    def ratio(self, what: str = "") -> float:
        """p99 under load, as a multiple of idle."""
        return percentile(self.loaded.took(what), 99) / percentile(self.idle.took(what), 99)

    @property
    def steepest(self) -> float:
        """Bytes a minute that the process gains that gains most."""
        return max(self.loaded.slope(name) for name in self.loaded.memory)

    @property
    def quick(self) -> bool:
        """The first answer to /spiral, and to everything together, keeps the bar."""
        return self.ratio(SPIRAL) <= BAR and self.ratio() <= BAR

    @property
    def flat(self) -> bool:
        """No process gains memory."""
        return self.steepest <= FLAT_A_MINUTE

    @property
    def complete(self) -> bool:
        """Everybody was answered, and no lesson came twice."""
        return (
            self.idle.unanswered + self.loaded.unanswered + self.killed.unanswered + self.left + self.killed.twice == 0
        )

    @property
    def holds(self) -> bool:
        """All of it, and as much was asked as was to be."""
        return self.quick and self.flat and self.complete and self.loaded.a_second >= 0.97 * self.a_second


def percentile(values: Sequence[float], percent: float) -> float:
    """Of sorted values, the one that so many percent do not exceed."""
    return values[min(len(values) - 1, int(len(values) * percent / 100))]


def page(found: Load) -> str:
    """The whole page."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        "# Load\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, PostgreSQL {found.server}, {versions}.\n\n"
        f"`make load` measures it anew: {found.a_second:.0f} updates a second by webhook into two `keel receive`, "
        f"beside two `keel dispatch` with {found.people:,} lessons due, on one PostgreSQL with its settings as they "
        f"come; all on this one machine, with the stand-in for Telegram ({found.line * 1000:.0f} ms a call) and "
        "whoever asks. Newcomers arrive at a steady pace; each says /spiral, taps through it, asks /help and ticks "
        "boxes, five seconds apart on average. Measured from outside, from bringing an update to the first message "
        "that answers it. "
        f"A minute passes before anything is counted.\n\n{_answers(found)}\n\n{_kills(found)}\n\n## Memory\n\n"
        f"{_memory(found)}\n\n## What it takes\n\n{_cores(found)}\n"
    )


def _answers(found: Load) -> str:
    lines = [
        "| | idle | load | load with kills |",
        "|---|---|---|---|",
        _row("updates answered", found, lambda phase: f"{len(phase.answers):,}"),
        _row("a second", found, lambda phase: f"{phase.a_second:.1f}"),
        *(
            _row(f"{name}, {label}", found, partial(_took, what=what, at=at))
            for name, what in (("/spiral", SPIRAL), ("everything", ""))
            for label, at in (("p50", 50), ("p99", 99), ("slowest", 100))
        ),
        _row("unanswered", found, lambda phase: str(phase.unanswered)),
    ]
    bar = f"Bar: p99 at most {BAR:g} times idle."
    verdict = "holds" if found.quick else "**missed**"
    ratios = f"/spiral {found.ratio(SPIRAL):.2f}, everything {found.ratio():.2f}: {verdict}."
    return "\n".join(lines) + f"\n\n{bar} {ratios}"


def _kills(found: Load) -> str:
    phase, took = found.killed, found.killed.took()
    leased = [seconds for seconds in took if seconds > LEASE_SECONDS]
    swept = [seconds for seconds in took if SWEPT_SECONDS < seconds <= LEASE_SECONDS]
    rest = [seconds for seconds in took if seconds <= SWEPT_SECONDS]
    return (
        f"With kills: one receiver is killed (SIGKILL) every {found.kill_every:.0f} seconds and started again at once, "
        "the two by turns, "
        f"{len(phase.kills)} times. {len(leased)} answers waited for the lease of a killed receiver to end (a minute, "
        f"then a sweep), {len(swept)} that it had not begun for a sweep alone: together "
        f"{(len(leased) + len(swept)) / len(took):.2%} of all. Without them p99 is {_ms(percentile(rest, 99))} and the "
        f"slowest {_ms(rest[-1])}. {phase.brought_again:,} times a receiver that was down was passed over. Afterwards "
        f"{found.left} updates are left in the inbox; {phase.lessons:,} people have a lesson, {phase.twice} have it "
        f"twice."
    )


def _memory(found: Load) -> str:
    lines = ["| process | at first, MB | at last, MB | MB a minute |", "|---|---|---|---|"]
    for name, read in found.loaded.memory.items():
        first, last = read[0][1] / 1e6, read[-1][1] / 1e6
        lines.append(f"| {name} | {first:.1f} | {last:.1f} | {found.loaded.slope(name) / 1e6:+.2f} |")
    verdict = "holds" if found.flat else "**missed**"
    bar = f"Bar: after the first minute no more than {FLAT_A_MINUTE / 1e6:g} MB a minute: {verdict}."
    return "\n".join(lines) + f"\n\nUnder load, without kills. {bar}"


def _cores(found: Load) -> str:
    lines = ["| part of a core | idle | load | load with kills |", "|---|---|---|---|"]
    names = [name for name in found.idle.cores if name not in ("machine", "all")]
    lines += [_row(name, found, partial(_core, name=name)) for name in names]
    lines.append(_row("the whole machine at work", found, lambda phase: f"{phase.machine:.0%}"))
    lines.append(_row("calls to Telegram a second", found, lambda phase: f"{phase.calls / phase.seconds:.0f}"))
    return "\n".join(lines)


def _took(phase: Phase, what: str, at: float) -> str:
    return _ms(percentile(phase.took(what), at))


def _core(phase: Phase, name: str) -> str:
    return f"{phase.cores[name]:.2f}"


def _row(name: str, found: Load, say: Callable[[Phase], str]) -> str:
    return f"| {name} | {say(found.idle)} | {say(found.loaded)} | {say(found.killed)} |"


def _ms(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds * 1000:,.0f} ms"
