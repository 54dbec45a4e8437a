"""When the next lesson may come, and until when it may still go out.

* A lesson comes once in a local day at most, in the person's own window, at their own offset within it.
* A weekday is that of the day on which the window begins, also when the window runs past midnight.
* Every other day is two local days from slot to slot at least, and once a week seven. Twice a week is the same two
  days every week, as far apart as the chosen days allow. A slot that passed in silence counts like one that was used:
  whoever gets lessons on Mondays keeps getting them on Mondays.
* A slot that a clock change moves does not move into quiet hours; it is left out then. A day that the calendar skips
  whole has no slot, and a day that got the slot of the day before it has none of its own.
* Quiet hours cut a window short. Somebody who chose a window that begins in them meant it: then the window wins.
* A lesson that is late (Keel was down) still goes out while its window is open, else that day stays without one. A
  window that a clock change shortens keeps its length.
* On a journey the clock of the new place counts from the moment it is set, for the lessons before it as well: two never
  share a day there, so going east may leave one day out, and going west brings none twice.
* Every moment that goes in is aware, every moment that comes out is UTC; a naive one is a mistake and is refused.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import combinations

from bot.core.schedule.plan import Pace, Plan, Window
from bot.core.schedule.zones import ONE_DAY, at_wall, aware, local

LOOK_AHEAD_DAYS = 35  # enough for any plan: a week's pace, the wrong weekday, and a week lost to a clock change
MONDAY_TO_FRIDAY = frozenset(range(5))


def offset(learner_id: int, window: Window) -> timedelta:
    """This person's own place in the window, the same every day, in whole seconds.

    It spreads a city's 08:00 over the window, because Telegram takes about 25 messages a second and no more. The
    last sixth stays free, so that whoever comes last can still be sent to in time.
    """
    digest = hashlib.sha256(f"keel:{learner_id}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8]) % (window.minutes * 50))


def next_slot(after: datetime, plan: Plan, learner_id: int, last: datetime | None = None) -> datetime | None:
    """The next moment for a lesson, strictly after `after`; None when lessons come on request, or pause openly.

    last: the slot used last; the pace counts local days from it, and two never share a local day. One that lies ahead
    was used by a clock that went wrong, and counts as used now: nobody waits until that clock would be right.
    """
    begin = aware(after)
    last = min(last, begin) if last is not None else None
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
    return begin <= slot <= aware(now) < end and (_chose_quiet(plan) or not in_quiet(now, plan))


def in_quiet(now: datetime, plan: Plan) -> bool:
    """Whether `now` is inside the person's quiet hours."""
    return plan.quiet is not None and plan.quiet.holds(local(now, plan.zone).time())
