"""The monthly self-check: six items about the last two weeks, as two numbers that are compared with nobody else's.

The items are Keel's own and validated by nobody: three of alarm, three of steadiness, each from 0 (not at all) to 4
(nearly always). There is no total, no limit from which on something means something, and no name for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.model import Entry, Session

MONTHLY = "monthly"
"""The kind of entry that holds one, as tags: `losing.3`. It has no words and no ratings."""
ALARM = ("between", "losing", "checking")
STEADY = ("waiting", "comfort", "plainly")
ITEMS = (*ALARM, *STEADY)
HIGHEST = 4
ENOUGH = 2
"""Of three items so many have to be answered, else that side has no number."""
APART = timedelta(days=28)
SWING = 2 / 3
"""Two numbers of one person that differ by less say nothing: two steps of one item, out of three.

The rule is Keel's own. The swing of these items is not known; with a tested scale about one's partner, two answers
thirty days apart agreed with about r = .65 (Fraley, Heffernan, Vicary & Brumbaugh 2011, Psychol Assess 23:615-625, and
the authors' page of that scale). Two numbers of somebody in whom nothing changed then differ by about 0.84 standard
deviations (the square root of 2 times 1 - r). Where people spread by 0.8 on a scale from 0 to 4, which is a guess, that
is 0.67.
"""


@dataclass(frozen=True)
class Look:
    """One self-check. alarm, steady: means of what was answered, 0 to 4; None where too little was."""

    at: datetime
    alarm: float | None
    steady: float | None

    @property
    def empty(self) -> bool:
        """Neither side has a number."""
        return self.alarm is None and self.steady is None


def tags_of(session: Session) -> tuple[str, ...]:
    """What was answered in a run, as the tags of an entry; what was skipped is not in it."""
    return tuple(f"{item}.{session.answers[item]}" for item in ITEMS if session.answers.get(item) in _ANSWERS)


def look_of(item: Entry) -> Look:
    """The two numbers of a self-check."""
    answered = {name: int(value) for name, _, value in (tag.partition(".") for tag in item.tags) if value in _ANSWERS}
    return Look(item.at, _mean(answered, ALARM), _mean(answered, STEADY))


def changed(now: float, before: float) -> bool:
    """Whether two numbers differ by more than the usual swing."""
    return abs(now - before) >= SWING - 1e-9


def due(newest: datetime | None, now: datetime) -> bool:
    """Whether one may be offered: 28 days after the one before, and never asked for by itself."""
    return newest is None or now - newest >= APART


_ANSWERS = frozenset(str(value) for value in range(HIGHEST + 1))


def _mean(answered: Mapping[str, int], items: Sequence[str]) -> float | None:
    values = [answered[item] for item in items if item in answered]
    return sum(values) / len(values) if len(values) >= ENOUGH else None
