"""Patterns in somebody's hard moments that chance alone would hardly make: one trigger, one day or time of the week.

Everything looked for is listed beforehand: each trigger that can be tapped, the seven weekdays, and each weekday in
each of four parts of the day. All of it together says anything at all in at most one of twenty histories without a
pattern. What is not shown may still be there: a pattern of twice the usual rate is found nine times in ten from about
250 moments on where it is a trigger, 300 where it is a weekday, and 1,200 where it is a time of the week (900 for
somebody who sleeps at night), because few of the moments are in any one of 28 times.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, exp, floor, lgamma, log, log1p

FEWEST = 5
"""Below this many hard moments nothing is looked for."""
ERROR = 0.05
"""How often a history without any pattern may show one: over everything looked for, not for each."""
WEEKDAYS = range(7)
PARTS = range(4)
"""Night (from midnight), morning (from six), afternoon (from noon), evening (from six): six hours each."""
ENOUGH_DAYS = 28
"""In fewer days than this it is not known how much a day usually brings."""
WHEN = "when"
"""How the names of counters of weekdays and times begin."""


@dataclass(frozen=True)
class Counted:
    """One counter over a stretch of days: its sum, and the sum of the squares of what each day added."""

    total: int = 0
    squares: int = 0


@dataclass(frozen=True)
class Pattern:
    """Something that comes up too often for an accident.

    trigger: the id of a trigger; or weekday (0 is Monday) with part (0 night to 3 evening), None for the whole day.
    count, of: hard moments with it, and all that it could have been in: every one, or for a part of the day those in
    that part on any day.
    """

    count: int
    of: int
    trigger: str | None = None
    weekday: int | None = None
    part: int | None = None


def when(wall: datetime) -> tuple[str, str]:
    """The counters of a moment on somebody's own wall clock: its weekday, and that with the part of the day."""
    return f"{WHEN} {wall.weekday()}", f"{WHEN} {wall.weekday()}.{wall.hour // 6}"


def patterns(
    triggers: Mapping[str, Counted], whens: Mapping[str, Counted], moments: int, days: int
) -> tuple[Pattern, ...]:
    """At most one trigger and one time, the least accidental of each.

    triggers: counters of everything that can be tapped. whens: those named by `when`. moments: how many hard moments
    there were. days: how many days they are spread over, those without any counted too.

    The usual rate of a trigger is that of all triggers, taken together and spread evenly. That of a weekday is a
    seventh; that of a weekday's evening is a seventh of this person's evenings, so that when somebody sleeps or works
    is never a pattern in itself. Each is an exact binomial test, one-sided, and Holm's step-down correction (Holm 1979,
    Scand J Stat 6:65-70) holds the error over all of them. More than one trigger in a moment only makes the test
    stricter (Hoeffding 1956, Ann Math Stat 27:713-721). Moments that come in bunches count for less: both numbers are
    divided by how much more the days differ than chance would have it (McCullagh & Nelder 1989, Generalized Linear
    Models, 4.5), so that one long bad night makes no weekday.
    """
    if moments < FEWEST:
        return ()
    looked_for = [*_by_trigger(triggers, moments, days), *_by_time(whens, days)]
    shown: dict[bool, Pattern] = {}
    ranked = sorted(looked_for, key=lambda item: (item[0], item[1].part is None))  # the closer one where both fit
    for at, (probability, pattern) in enumerate(ranked):
        if probability > ERROR / (len(ranked) - at):
            break
        shown.setdefault(pattern.trigger is None, pattern)
    return tuple(shown[kind] for kind in sorted(shown))


def _by_trigger(triggers: Mapping[str, Counted], moments: int, days: int) -> list[tuple[float, Pattern]]:
    every = sum(item.total for item in triggers.values())
    if len(triggers) < 2 or not every:
        return []
    bunched = _bunched(triggers.values(), days, each=len(triggers))
    usual = every / (len(triggers) * moments)
    return [
        (at_least(item.total / bunched, moments / bunched, usual), Pattern(item.total, moments, trigger=id_))
        for id_, item in triggers.items()
    ]


def _by_time(whens: Mapping[str, Counted], days: int) -> list[tuple[float, Pattern]]:
    found = []
    seventh = ceil(days / 7) / days  # no weekday can have had more of the days than this
    for part in (None, *PARTS):
        here = [whens.get(f"{WHEN} {day}" if part is None else f"{WHEN} {day}.{part}", Counted()) for day in WEEKDAYS]
        of, bunched = sum(item.total for item in here), _bunched(here, days)
        found += [
            (at_least(item.total / bunched, of / bunched, seventh), Pattern(item.total, of, weekday=day, part=part))
            for day, item in zip(WEEKDAYS, here, strict=True)
        ]
    return found


def _bunched(counters: Collection[Counted], days: int, each: int = 1) -> float:
    """Variance over mean of what a day brings; 1 where it is what chance gives, or less. each: counters of one day.

    Below `ENOUGH_DAYS` the mean of a day is not taken off: then a day counts once, however much it brings.
    """
    total, squares = sum(item.total for item in counters), sum(item.squares for item in counters)
    if not total:
        return 1.0
    return max(1.0, squares / total - (total / (days * each) if days >= ENOUGH_DAYS else 0))


def at_least(count: float, of: float, rate: float) -> float:
    """How likely chance brings `count` or more among `of`, at a rate from 0 to 1; numbers that are not whole are
    rounded so that it is never too small. At or below the usual it gives 1, which is all that anybody needs to know."""
    need, tries = floor(count + 1e-9), ceil(of - 1e-9)
    if need <= tries * rate or rate >= 1:
        return 1.0
    if need > tries:
        return 0.0
    chosen = lgamma(tries + 1) - lgamma(need + 1) - lgamma(tries - need + 1)
    term = total = exp(chosen + need * log(rate) + (tries - need) * log1p(-rate))
    # Above the usual each term is smaller than the one before, so that only the first of them matter.
    for hit in range(need, tries):
        term *= (tries - hit) / (hit + 1) * rate / (1 - rate)
        total += term
        if term <= total * 1e-12:
            break
    return min(1.0, total)
