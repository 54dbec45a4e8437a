"""Counters by day, beside those of all time: for /progress over a stretch of days, and to find patterns in.

There are at most so many a day as there are ids and ratings to count, and a day is a day on the calendar of the place
where its person was. Nothing that somebody felt, needed or thought is counted by day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.model import Entry
from bot.core.pattern import WHEN, Counted, Pattern, patterns, when
from bot.core.tally import PAIR, TOOL_TAG, Tally, raised

SPIRAL = "spiral"
FACTS = f"{SPIRAL} facts."
BY_DAY = (f"{PAIR} ", TOOL_TAG, FACTS, "hold hold.", "fear outcome.")
"""How the names begin that are counted by day too, beside the bare kinds of entries."""


def day_of(item: Entry) -> date:
    """The day of an entry on its person's own calendar; UTC's where their clock was not known.

    Raises OverflowError: there is no such day.
    """
    return _wall(item).date()


def raised_on_its_day(item: Entry) -> list[str]:
    """The counters of its day that an entry raises by one: those that /progress shows for a stretch of days."""
    names = [name for name in raised(item) if " " not in name or name.startswith(BY_DAY)]
    if item.kind == SPIRAL and item.east is not None:
        names += when(_wall(item))
    return names


def _wall(item: Entry) -> datetime:
    return item.at + timedelta(minutes=item.east or 0)


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

    counters: Mapping[str, Counted] = field(default_factory=dict)
    length: int = 1

    @property
    def tally(self) -> Tally:
        """Their sums alone."""
        return Tally({name: item.total for name, item in self.counters.items()})

    def patterns(self, triggers: Iterable[str]) -> tuple[Pattern, ...]:
        """What comes up too often for an accident; triggers: ids of all that can be tapped."""
        by_trigger = {id_: self.counters.get(f"{FACTS}{id_}", Counted()) for id_ in triggers}
        whens = {name: item for name, item in self.counters.items() if name.startswith(WHEN)}
        return patterns(by_trigger, whens, self.counters.get(SPIRAL, Counted()).total, self.length)
