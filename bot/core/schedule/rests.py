"""Putting off: the night, a snooze, a pause.

* "Later today" is three hours on, while that is today and not in quiet hours; else it is when the next window begins.
* "Tomorrow" is when the window begins after the next sleep: at two in the night that is this same date.
* "At a time" is today. A time that has passed is refused and never read as tomorrow's: nobody is to wait for nothing.
  A time in quiet hours was asked for, so it holds.
* A pause of some days counts today, and ends with the midnight after the last of them; a pause until a date ends with
  the midnight with which that day begins. An open pause ends when the person says so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bot.core.schedule.plan import Plan, Quiet
from bot.core.schedule.slots import in_quiet
from bot.core.schedule.zones import ONE_DAY, at_wall, aware, local

NIGHT_BEGINS, NIGHT_ENDS = time(23), time(6)
SNOOZE = timedelta(hours=3)
MORNING = time(8)
LONGEST_PAUSE_DAYS = 3660
PATIENCE = timedelta(hours=1)


class Passed(ValueError):
    """A time or a day that lies behind us."""


class TooFar(ValueError):
    """A day so far off that an open pause says the same."""


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
    later = aware(now).astimezone(UTC) + SNOOZE
    today, here = local(now, plan.zone).date(), local(later, plan.zone).date()
    if here == today and not in_quiet(later, plan):
        return later
    return next_opening(later, plan)


def tomorrow(now: datetime, plan: Plan) -> datetime:
    """A snooze: when the window begins on the day after the next sleep."""
    return tomorrow_morning(now, plan.zone, plan.window.start)


def today_at(now: datetime, clock: time, zone: str) -> datetime:
    """A snooze: the moment at which the wall clock shows `clock` today.

    Raises Passed: it has shown it already.
    """
    moment = at_wall(local(now, zone).date(), clock, zone)
    if moment <= now:
        raise Passed(f"{clock:%H:%M} has already passed today; choose a later time, or tomorrow.")
    return moment


def next_opening(after: datetime, plan: Plan) -> datetime:
    """When the person's window begins next, strictly after a moment; whatever the pace and the weekdays."""
    day = local(after, plan.zone).date()
    openings = (at_wall(day + ahead * ONE_DAY, plan.window.start, plan.zone) for ahead in range(4))
    return next(moment for moment in openings if moment > after)


def after_quiet(now: datetime, plan: Plan) -> datetime:
    """The first moment from `now` on that is not in quiet hours: `now` itself, or when they end."""
    if plan.quiet is None or not in_quiet(now, plan):
        return aware(now).astimezone(UTC)
    today = local(now, plan.zone).date()
    ends = (at_wall(today + ahead * ONE_DAY, plan.quiet.end, plan.zone) for ahead in range(4))
    return next(moment for moment in ends if moment > now and not in_quiet(moment, plan))


def morning_after(now: datetime, plan: Plan) -> datetime:
    """The morning of the next local day: when that night's quiet hours end, or eight o'clock if they lie elsewhere."""
    day = local(now, plan.zone).date() + ONE_DAY
    midnight = at_wall(day, time.min, plan.zone)
    if in_quiet(midnight, plan):
        return after_quiet(midnight, plan)
    return after_quiet(at_wall(day, MORNING, plan.zone), plan)


def may_come_back(now: datetime, due: datetime, plan: Plan) -> bool:
    """Whether something put off until `due` may come at `now`: not in quiet hours, unless they were asked for.

    What was asked for in quiet hours comes within the hour or waits for the day: Keel may have been down.
    """
    return not in_quiet(now, plan) or (in_quiet(due, plan) and now - due < PATIENCE)


def pause_for(now: datetime, days: int, zone: str) -> datetime:
    """The end of a pause of `days` whole local days, today counted: the midnight with which the next day begins.

    Raises Passed: fewer than one day. TooFar: more than ten years.
    """
    if days > LONGEST_PAUSE_DAYS:
        raise TooFar(f"A pause of {days} days is not possible; choose 1 to {LONGEST_PAUSE_DAYS}, or an open one.")
    return pause_until(now, local(now, zone).date() + timedelta(days=max(days, 0)), zone)


def pause_until(now: datetime, day: date, zone: str) -> datetime:
    """The end of a pause until a day: the midnight with which it begins.

    Raises Passed: that has begun already. TooFar: more than ten years.
    """
    if (day - local(now, zone).date()).days > LONGEST_PAUSE_DAYS:
        raise TooFar(f"{day} is more than ten years off; an open pause says the same.")
    end = at_wall(day, time.min, zone)
    if end <= now:
        raise Passed(f"{day} has already begun; choose a later day.")
    return end
