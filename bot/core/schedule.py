"""When a lesson may come: wall-clock arithmetic first, then UTC. All rules about clock changes are here.

* A lesson comes once in a local day at most, in the person's own window, at their own offset within it.
* A wall time that a clock change skips moves to the first real minute after the gap: a person who chose 02:30 gets
  their lesson at 03:00 on that one morning, not never. A day that the calendar skips whole has no lesson.
* A wall time that a clock change repeats is used once, the first time it comes round.
* A weekday is that of the day on which the window begins, also when the window runs past midnight.
* Quiet hours cut a window short. Somebody who chose a window that begins in them meant it: then the window wins.
* Every moment that goes in is aware, every moment that comes out is UTC; a naive one is a mistake and is refused.
"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

LONGEST_WINDOW = 12 * 60
LOOK_AHEAD_DAYS = 35  # enough for any plan: a week's pace, the wrong weekday, and a week lost to a clock change
LONGEST_PAUSE_DAYS = 3660
NIGHT_BEGINS, NIGHT_ENDS = time(23), time(6)
SNOOZE = timedelta(hours=3)
MORNING = time(8)
ONE_DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset(range(5))


class Pace(StrEnum):
    """How often lessons come."""

    daily = "daily"
    weekdays = "weekdays"
    every_other_day = "every_other_day"
    twice_a_week = "twice_a_week"
    weekly = "weekly"
    on_request = "on_request"


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
        """Whether `clock` is inside; the start is, the end is not."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True)
class Plan:
    """Everything a person chose about when lessons come. Weekdays: 0 is Monday.

    paused: until further notice. paused_until: the moment from which lessons come again.
    """

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
        if self.paused_until is not None:
            _aware(self.paused_until)


@lru_cache(maxsize=1024)  # ZoneInfo itself keeps eight; reading one of the others again takes a hundred times longer
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises UnknownZone: tzdata has no such zone (any more).
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        short = name[:60]  # somebody may have pasted a page
        known = {zone.casefold(): zone for zone in sorted(available_timezones())}
        near = difflib.get_close_matches(short.casefold(), known, n=1, cutoff=0)
        raise UnknownZone(f"There is no time zone “{short}”; the nearest name is {known[near[0]]}.") from None


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
    # Inside a gap fold 0 reads with the offset from before the change, fold 1 with the one from after it; so fold 1
    # gives the earlier moment, and the change lies between the two. zoneinfo does not tell when: halve the distance.
    low, high = wall.replace(fold=1).astimezone(UTC), wall.astimezone(UTC)
    offset_before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(place).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def offset(learner_id: int, window: Window) -> timedelta:
    """This person's own place in the window, the same every day, in whole seconds.

    It spreads a city's 08:00 over the window, because Telegram takes about 25 messages a second and no more. The
    last sixth stays free, so that whoever comes last can still be sent to in time.
    """
    digest = hashlib.sha256(f"keel:{learner_id}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8]) % (window.minutes * 50))


def next_slot(after: datetime, plan: Plan, learner_id: int, last: datetime | None = None) -> datetime | None:
    """The next moment for a lesson, strictly after `after`; None when lessons come on request, or pause openly.

    last: the slot used last; the pace counts local days from it, and two never share a local day.
    """
    begin = _aware(after)
    if plan.paused or plan.pace is Pace.on_request:
        return None
    if plan.paused_until is not None:
        # A slot on the very moment when the pause ends is no longer in the pause.
        begin = max(begin, plan.paused_until - timedelta(microseconds=1))
    days, distance = _rhythm(plan.pace, plan.weekdays)
    day = local(begin, plan.zone).date() - ONE_DAY  # its window may run past midnight
    if last is not None:
        day = max(day, _window_day(last, plan) + distance * ONE_DAY)
    last_day = local(last, plan.zone).date() if last is not None else date.min
    shift = offset(learner_id, clipped(plan))
    for _ in range(LOOK_AHEAD_DAYS):
        slot = _slot(day, plan, shift) if day.weekday() in days else None
        if slot is not None and slot > begin:
            here = local(slot, plan.zone).date()
            if here > last_day and not ((day - ONE_DAY).weekday() in days and _took(here, day - ONE_DAY, plan, shift)):
                return slot
        day += ONE_DAY
    return None


@lru_cache(maxsize=1024)
def _rhythm(pace: Pace, weekdays: frozenset[int]) -> tuple[frozenset[int], int]:
    """The weekdays on which slots fall, and the fewest local days from one slot to the next."""
    match pace:
        case Pace.weekdays:
            # Weekends only, and weekdays only: the days that were chosen win, for a plan must not fall silent.
            return weekdays & MONDAY_TO_FRIDAY or weekdays, 1
        case Pace.every_other_day:
            return weekdays, 2
        case Pace.twice_a_week if len(weekdays) > 1:
            # The same two days every week, as far apart as can be: Monday and Thursday, if all days suit.
            pair = max(combinations(sorted(weekdays), 2), key=_days_apart)
            return frozenset(pair), _days_apart(pair)
        case Pace.twice_a_week | Pace.weekly:
            return weekdays, 7
        case _:
            return weekdays, 1


def _days_apart(pair: tuple[int, ...]) -> int:
    return min(pair[1] - pair[0], 7 - (pair[1] - pair[0]))


def _slot(day: date, plan: Plan, shift: timedelta) -> datetime | None:
    wall = datetime.combine(day, plan.window.start) + shift
    slot = at_wall(wall.date(), wall.time(), plan.zone)
    if local(slot, plan.zone).replace(tzinfo=None) == wall:
        return slot
    # A clock change moved it. Not into quiet hours, and not from a day that does not exist.
    if in_quiet(slot, plan) and not _chose_quiet(plan):
        return None
    midnight = at_wall(wall.date(), time.min, plan.zone)
    return slot if local(midnight, plan.zone).date() == wall.date() else None


def _took(here: date, before: date, plan: Plan, shift: timedelta) -> bool:
    # In Nuuk 23:30 may move to 00:00 of the next day, whose own 23:30 is then one too many.
    slot = _slot(before, plan, shift)
    return slot is not None and local(slot, plan.zone).date() == here


def _window_day(slot: datetime, plan: Plan) -> date:
    """The local day on which the window of `slot` began: the day before, if the window ran past midnight."""
    here = local(slot, plan.zone).date()
    begin, end = _bounds(here - ONE_DAY, plan)
    return here - ONE_DAY if begin <= slot < end else here


def _bounds(day: date, plan: Plan) -> tuple[datetime, datetime]:
    window = clipped(plan)
    wall = datetime.combine(day, window.start) + timedelta(minutes=window.minutes)
    begin = at_wall(day, window.start, plan.zone)
    # A window that a clock change shortens keeps its length: nobody loses a lesson to the calendar.
    return begin, max(at_wall(wall.date(), wall.time(), plan.zone), begin + timedelta(minutes=window.minutes))


def clipped(plan: Plan) -> Window:
    """The window up to the quiet hours."""
    if plan.quiet is None or plan.quiet.start == plan.quiet.end or _chose_quiet(plan):
        return plan.window
    until_quiet = (plan.quiet.start.hour - plan.window.start.hour) * 60 + plan.quiet.start.minute
    until_quiet = (until_quiet - plan.window.start.minute) % (24 * 60)
    return Window(plan.window.start, max(1, min(plan.window.minutes, until_quiet)))


def _chose_quiet(plan: Plan) -> bool:
    return plan.quiet is not None and plan.quiet.holds(plan.window.start)


def in_window(now: datetime, plan: Plan, slot: datetime) -> bool:
    """Whether a lesson due at `slot` may still go out at `now`: before its window ends, and not in quiet hours."""
    begin, end = _bounds(_window_day(slot, plan), plan)
    return begin <= slot <= _aware(now) < end and (_chose_quiet(plan) or not in_quiet(now, plan))


def in_quiet(now: datetime, plan: Plan) -> bool:
    """Whether `now` is inside the person's quiet hours."""
    return plan.quiet is not None and plan.quiet.holds(local(now, plan.zone).time())


def is_night(now: datetime, zone: str) -> bool:
    """Between 23:00 and 06:00 on the wall clock: comfort only, thinking waits."""
    return Quiet(NIGHT_BEGINS, NIGHT_ENDS).holds(local(now, zone).time())


def tomorrow_morning(now: datetime, zone: str, clock: time = MORNING) -> datetime:
    """The next morning at `clock`: of tomorrow, or of today while it is still night. Always in the future."""
    here = local(now, zone)
    this_morning = at_wall(here.date(), clock, zone)
    if here.time() < NIGHT_ENDS and this_morning > now:
        return this_morning
    return at_wall(here.date() + ONE_DAY, clock, zone)


def later_today(now: datetime, plan: Plan) -> datetime:
    """A snooze: three hours on if that is today and outside the quiet hours, else when the next window begins."""
    later = _aware(now).astimezone(UTC) + SNOOZE
    today, here = local(now, plan.zone).date(), local(later, plan.zone).date()
    if here == today and not in_quiet(later, plan):
        return later
    begins = at_wall(here, plan.window.start, plan.zone)
    return begins if begins > later else at_wall(here + ONE_DAY, plan.window.start, plan.zone)


def pause_until(now: datetime, zone: str, days: int) -> datetime:
    """The end of a pause of `days` whole local days, today counted: the midnight with which the next day begins.

    Raises ValueError: fewer than 1 day, or more than ten years.
    """
    if not 1 <= days <= LONGEST_PAUSE_DAYS:
        raise ValueError(f"A pause of {days} days is not possible; choose 1 to {LONGEST_PAUSE_DAYS}.")
    return at_wall(local(now, zone).date() + timedelta(days=days), time.min, zone)


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone is not one moment; pass an aware UTC time.")
    return moment
