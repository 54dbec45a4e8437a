"""Counters by day, beside those of all time: for /progress over a stretch of days, and to find patterns in.

There are at most so many a day as there are ids and ratings to count, and a day is a day on the calendar of the place
where its person was. Nothing that somebody felt, needed or thought is counted by day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.model import Entry
from bot.core.pattern import WHEN, Counted, Pattern, patterns
from bot.core.tally import FACTS, PAIR, SPIRAL, SQUARES, TOOL_TAG, Tally, day_of, raised

BY_DAY = (f"{PAIR} ", TOOL_TAG, FACTS, f"{WHEN} ", "hold hold.", "fear outcome.")
"""How the names begin that are counted by day too, beside the bare kinds of entries."""


def raised_on_its_day(item: Entry) -> list[str]:
    """The counters of its day that an entry raises by one: those that /progress shows for a stretch of days."""
    return [name for name in raised(item) if " " not in name or name.startswith(BY_DAY)]


@dataclass(frozen=True)
class DayCounter:
    """One counter of one day on somebody's own calendar."""

    day: date
    name: str
    count: int


def day_counters(entries: Iterable[Entry]) -> list[DayCounter]:
    """The counters of every day, counted anew from the entries themselves; the oldest first."""
    counts = Counter((day_of(item), name) for item in entries for name in raised_on_its_day(item))
    return [DayCounter(day, name, count) for (day, name), count in sorted(counts.items())]


@dataclass(frozen=True)
class Days:
    """The counters of a stretch of days, each with its sum and its squares.

    length: how many days there are from the first hard moment in it to its end; 1 or more.
    """

    counters: Mapping[str, Counted]
    length: int

    @classmethod
    def all_of(cls, tally: Tally, length: int) -> Days:
        """All the days there are, from the counters of all time."""
        counts = tally.counts
        return cls({name: Counted(count, counts.get(SQUARES + name, 0)) for name, count in counts.items()}, length)

    @property
    def tally(self) -> Tally:
        """Their sums alone."""
        return Tally({name: item.total for name, item in self.counters.items()})

    def patterns(self, triggers: Iterable[str]) -> tuple[Pattern, ...]:
        """What comes up too often for an accident; triggers: ids of all that can be tapped."""
        by_trigger = {id_: self.counters.get(f"{FACTS}{id_}", Counted()) for id_ in triggers}
        whens = {name: item for name, item in self.counters.items() if name.startswith(f"{WHEN} ")}
        return patterns(by_trigger, whens, self.counters.get(SPIRAL, Counted()).total, self.length)
