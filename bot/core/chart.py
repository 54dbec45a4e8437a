"""What the picture of /progress shows, as plain numbers and words; drawing it is somebody else's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.pattern import PARTS, WEEKDAYS, WHEN
from bot.core.tally import Pairs

MOST_WEEKS = 26
"""Weeks that the calendar shows at most."""
FEWEST_WEEKS = 5
PRACTICE = ("pause", "spiral", "hold", "checkin")
"""Kinds of entries that make a day one on which something was done."""

Hours = tuple[tuple[int, ...], ...]
"""Hard moments: seven weekdays from Monday on, each with its night, morning, afternoon and evening."""


@dataclass(frozen=True)
class Words:
    """Everything that is written in the picture, in the person's language.

    weekdays: seven short names from Monday on. parts: night, morning, afternoon, evening. months: twelve.
    """

    title: str
    pairs: str
    before: str
    after: str
    same: str
    calendar: str
    hours: str
    nothing: str
    weekdays: tuple[str, ...]
    parts: tuple[str, ...]
    months: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """One picture.

    pairs: rating before, rating after (0 to 10), and how often they came together.
    first, last: the days that the calendar runs over, both among them. done: those with something done.
    """

    words: Words
    pairs: tuple[tuple[int, int, int], ...]
    first: date
    last: date
    done: tuple[date, ...]
    hours: Hours


@dataclass(frozen=True)
class Compared:
    """How often a second rating was lower than the first, the same, or higher."""

    lower: int
    same: int
    higher: int

    @property
    def every(self) -> int:
        """All pairs."""
        return self.lower + self.same + self.higher


def compared(pairs: Pairs) -> Compared:
    """All pairs, by which way they went."""
    lower = sum(count for (before, after), count in pairs.items() if after < before)
    higher = sum(count for (before, after), count in pairs.items() if after > before)
    return Compared(lower, sum(pairs.values()) - lower - higher, higher)


def hours_of(counts: Mapping[str, int]) -> Hours:
    """Hard moments by weekday and part of the day."""
    return tuple(tuple(counts.get(f"{WHEN} {day}.{part}", 0) for part in PARTS) for day in WEEKDAYS)


def first_day(today: date, known: Sequence[date], since: date | None) -> date:
    """The Monday on which the calendar begins: no earlier than there is something, within its bounds."""
    earliest = max(min(known, default=today), since or date.min, today - timedelta(weeks=MOST_WEEKS - 1))
    begin = min(earliest, today - timedelta(weeks=FEWEST_WEEKS - 1))
    return begin - timedelta(days=begin.weekday())
