"""When a lesson may come: wall-clock arithmetic first, then UTC. All rules about clock changes are here.

* A lesson comes once in a local day at most, in the person's own window, at their own offset within it.
* A wall time that a clock change skips moves to the first real minute after the gap: a person who chose 02:30 gets
  their lesson at 03:00 on that one morning, not never.
* A wall time that a clock change repeats is used once, the first time it comes round.
* Every moment that goes in or out is aware and UTC; a naive one is a mistake and is refused.
"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

LONGEST_WINDOW = 12 * 60
LOOK_AHEAD_DAYS = 400
"""A slot further away than this is none: no pace and no set of weekdays leaves a year empty."""
NIGHT_BEGINS, NIGHT_ENDS = time(23), time(6)
SNOOZE = timedelta(hours=3)
MORNING = time(8)


class Pace(StrEnum):
    """How often lessons come."""

    daily = "daily"
    weekdays = "weekdays"
    every_other_day = "every_other_day"
    twice_a_week = "twice_a_week"
    weekly = "weekly"
    on_request = "on_request"


DAYS_BETWEEN = {
    Pace.daily: 1,
    Pace.weekdays: 1,
    Pace.every_other_day: 2,
    Pace.twice_a_week: 3,
    Pace.weekly: 7,
}
"""Whole local days from one slot to the next, at least."""


class UnknownZone(ValueError):
    """A name that is no IANA zone; the message names the nearest one that is."""


@dataclass(frozen=True)
class Window:
    """Hours in which a lesson may come: wall-clock start, and length in minutes. It may cross midnight."""

    start: time
    minutes: int

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= LONGEST_WINDOW:
            raise ValueError(f"A window of {self.minutes} minutes is not possible; choose 1 to {LONGEST_WINDOW}.")


@dataclass(frozen=True)
class Quiet:
    """Hours without anything unasked, on the wall clock; they may cross midnight. Equal times mean none."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Whether `clock` is inside."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True)
class Plan:
    """Everything a person chose about when lessons come. Weekdays: 0 is Monday."""

    zone: str
    window: Window
    weekdays: frozenset[int]
    pace: Pace
    quiet: Quiet | None = None
    paused_until: datetime | None = None
    paused: bool = False

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("A plan needs at least one weekday, from 0 (Monday) to 6 (Sunday).")


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises UnknownZone: tzdata has no such zone (any more).
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(name, available_timezones(), n=1, cutoff=0)
        raise UnknownZone(f"There is no time zone “{name}”; the nearest name is {near[0]}.") from None


def local(now: datetime, zone: str) -> datetime:
    """`now` on the wall clock of `zone`."""
    return _aware(now).astimezone(zone_of(zone))


def at_wall(day: date, clock: time, zone: str) -> datetime:
    """The UTC moment at which the wall clock of `zone` shows `clock` on `day`.

    Skipped by a clock change: the first real minute after the gap. Repeated: the first of the two.
    """
    place = zone_of(zone)
    wall = datetime.combine(day, clock, place).replace(fold=0)
    moment = wall.astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _end_of_gap(wall, place)


def _end_of_gap(wall: datetime, place: ZoneInfo) -> datetime:
    # Inside a gap the two folds give the offset before and after it; the change lies between the two readings.
    after, before = sorted((wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)))[::-1]
    offset = before.astimezone(place).utcoffset()
    low, high = before, after
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(place).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def offset(learner_id: int, window: Window) -> timedelta:
    """This person's own place in the window, the same every day, in whole seconds.

    It spreads a city's 08:00 over the window, because Telegram takes about 25 messages a second and no more.
    """
    digest = hashlib.sha256(f"keel:{learner_id}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8]) % (window.minutes * 60))


def next_slot(after: datetime, plan: Plan, learner_id: int, last: datetime | None = None) -> datetime | None:
    """The next moment for a lesson, strictly after `after`; None when the plan has none.

    last: the slot used last; the pace counts local days from it, and two never share a local day.
    """
    _aware(after)
    if plan.paused or plan.pace is Pace.on_request:
        return None
    begin = max(after, plan.paused_until) if plan.paused_until else after
    place = zone_of(plan.zone)
    earliest = _window_day(last, plan) + timedelta(days=DAYS_BETWEEN[plan.pace]) if last else date.min
    day = max(begin.astimezone(place).date() - timedelta(days=1), earliest)
    shift = offset(learner_id, plan.window)
    days = plan.weekdays & frozenset(range(5)) if plan.pace is Pace.weekdays else plan.weekdays
    for _ in range(LOOK_AHEAD_DAYS):
        if day.weekday() in days:
            slot = _slot(day, plan, shift)
            if slot > begin and slot.astimezone(place).date() >= day:
                return slot
        day += timedelta(days=1)
    return None


def _slot(day: date, plan: Plan, shift: timedelta) -> datetime:
    wall = datetime.combine(day, plan.window.start) + shift
    return at_wall(wall.date(), wall.time(), plan.zone)


def _window_day(slot: datetime, plan: Plan) -> date:
    """The local day on which the window of `slot` began (a window across midnight began the day before)."""
    here = local(slot, plan.zone)
    end = datetime.combine(here.date(), plan.window.start) + timedelta(minutes=plan.window.minutes)
    crosses = end.date() > here.date()
    return here.date() - timedelta(days=1) if crosses and here.time() < end.time() else here.date()


def in_window(now: datetime, plan: Plan, slot: datetime) -> bool:
    """Whether a lesson due at `slot` may still go out at `now`: before its window ends, and not in quiet hours.

    Somebody who chose a window inside the quiet hours meant the window: it wins.
    """
    if _aware(now) < slot:
        return False
    begin = at_wall(_window_day(slot, plan), plan.window.start, plan.zone)
    # A window that a clock change shortens keeps its length: nobody loses a lesson to the calendar.
    end = max(begin + timedelta(minutes=plan.window.minutes), slot + timedelta(minutes=5))
    return now <= end and (not in_quiet(now, plan) or in_quiet(slot, plan))


def in_quiet(now: datetime, plan: Plan) -> bool:
    """Whether `now` is inside the person's quiet hours."""
    return plan.quiet is not None and plan.quiet.holds(local(now, plan.zone).time())


def is_night(now: datetime, zone: str) -> bool:
    """Between 23:00 and 06:00 on the wall clock: comfort only, thinking waits."""
    return Quiet(NIGHT_BEGINS, NIGHT_ENDS).holds(local(now, zone).time())


def tomorrow_morning(now: datetime, zone: str, clock: time = MORNING) -> datetime:
    """The next morning at `clock`: of tomorrow, or of today while it is still night."""
    here = local(now, zone)
    day = here.date() if here.time() < NIGHT_ENDS else here.date() + timedelta(days=1)
    return at_wall(day, clock, zone)


def later_today(now: datetime, plan: Plan) -> datetime:
    """A snooze: three hours on if that is today and before the quiet hours, else tomorrow at the window's start."""
    later = _aware(now) + SNOOZE
    if local(later, plan.zone).date() == local(now, plan.zone).date() and not in_quiet(later, plan):
        return later
    return at_wall(local(now, plan.zone).date() + timedelta(days=1), plan.window.start, plan.zone)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone is not one moment; pass an aware UTC time.")
    return moment
