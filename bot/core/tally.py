"""Counters kept beside the entries, so that twenty thousand of them cost no more to sum up than fifty.

An entry raises a counter for its kind, one for each of its tags, and, once it has both ratings, one for the pair of
them and one for the pair behind each tool. A hard moment raises one for its weekday, too, and one for its time of the
week. How many counters there can be is bounded by how many ids and ratings there are; how often somebody was here is
not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.model import Entry
from bot.core.pattern import WHEN, when

PAIR = "pair"
TOOL_TAG = "tool."
SPIRAL = "spiral"
FACTS = f"{SPIRAL} facts."
SQUARES = "squares:"
"""Before the name of a counter: the squares of what each day added to it, summed up. They tell bunches from chance."""

Pairs = Mapping[tuple[int, int], int]
"""How often a rating before and one after (0 to 10) came together."""


def raised(item: Entry) -> list[str]:
    """The counters that an entry raises by one. A tag that stands twice counts twice."""
    names = [item.kind, *(f"{item.kind} {tag}" for tag in item.tags)]
    if item.before is not None and item.after is not None:
        names += rated(item, item.before, item.after)
    if item.kind == SPIRAL and item.east is not None:
        names += when(wall_of(item))
    return names


def rated(item: Entry, before: int, after: int) -> list[str]:
    """Those that are raised when an entry gets its second rating."""
    tools = sorted({tag for tag in item.tags if tag.startswith(TOOL_TAG)})
    return [f"{name} {before} {after}" for name in (PAIR, *tools)]


def squared(item: Entry) -> list[str]:
    """Those of the counters it raises whose squares are kept beside them."""
    return [name for name in raised(item) if name.startswith((FACTS, f"{WHEN} "))]


def day_of(item: Entry) -> date:
    """The day of an entry on its person's own calendar; UTC's where their clock was not known.

    Raises OverflowError: there is no such day.
    """
    return wall_of(item).date()


def wall_of(item: Entry) -> datetime:
    """What the wall clock of its person showed; UTC's where that was not known."""
    return item.at + timedelta(minutes=item.east or 0)


@dataclass(frozen=True)
class Tally:
    """All counters of one person."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Tally:
        """Counted anew from the entries themselves."""
        counts: Counter[str] = Counter()
        by_day: Counter[tuple[date, str]] = Counter()
        for item in entries:
            counts.update(raised(item))
            by_day.update((day_of(item), name) for name in squared(item))
        for (_, name), count in by_day.items():
            counts[SQUARES + name] += count * count
        return cls(counts)

    def kind(self, kind: str) -> int:
        """How many entries of a kind there are."""
        return self.counts.get(kind, 0)

    def tag(self, kind: str, tag: str) -> int:
        """How often entries of a kind carry a tag."""
        return self.counts.get(f"{kind} {tag}", 0)

    def tags(self, kind: str) -> dict[str, int]:
        """Every tag of a kind, and how often."""
        begin = f"{kind} "
        return {name.removeprefix(begin): count for name, count in self.counts.items() if name.startswith(begin)}

    def pairs(self) -> Pairs:
        """All pairs of ratings."""
        return self._by_name().get(PAIR, {})

    def tools(self) -> dict[str, Pairs]:
        """The pairs of ratings behind each tool."""
        named = self._by_name().items()
        return {name.removeprefix(TOOL_TAG): pairs for name, pairs in named if name.startswith(TOOL_TAG)}

    def _by_name(self) -> dict[str, dict[tuple[int, int], int]]:
        found: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
        for name, count in self.counts.items():
            first, *ratings = name.split(" ")
            if len(ratings) == 2 and count > 0:
                found[first][int(ratings[0]), int(ratings[1])] = count
        return found


def median_of(counted: Mapping[int, int]) -> float:
    """The median of values that are given with how often each occurs.

    Raises ValueError: there are none.
    """
    total = sum(counted.values())
    if total < 1:
        raise ValueError("There is no median of nothing.")
    return (_at(counted, (total - 1) // 2) + _at(counted, total // 2)) / 2


def _at(counted: Mapping[int, int], place: int) -> int:
    for value in sorted(counted):
        place -= counted[value]
        if place < 0:
            return value
    raise AssertionError("unreachable")


def medians(pairs: Pairs) -> tuple[float, float]:
    """The median before and the median after."""
    sides: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    for ratings, count in pairs.items():
        for side, value in zip(sides, ratings, strict=True):
            side[value] += count
    return median_of(sides[0]), median_of(sides[1])
