"""When something may come by itself: pure rules about wall clocks, slots, snoozes and pauses. No clock, no waiting.

`zones` knows wall clocks and their changes, `plan` what a person chose, `slots` when a lesson comes, `rests` how things
are put off. The rules stand in words at the head of each.
"""

from bot.core.schedule.plan import Pace, Plan, Quiet, Window
from bot.core.schedule.rests import (
    NIGHT_ENDS,
    Passed,
    TooFar,
    after_quiet,
    is_night,
    later_today,
    may_come_back,
    morning_after,
    next_opening,
    pause_for,
    pause_until,
    today_at,
    tomorrow,
    tomorrow_morning,
)
from bot.core.schedule.slots import clipped, in_quiet, in_window, next_slot, offset
from bot.core.schedule.zones import ONE_DAY, UnknownZone, at_wall, east_of, is_zone, local, same_day, zone_of

__all__ = [
    "NIGHT_ENDS",
    "ONE_DAY",
    "Pace",
    "Passed",
    "Plan",
    "Quiet",
    "TooFar",
    "UnknownZone",
    "Window",
    "after_quiet",
    "at_wall",
    "clipped",
    "east_of",
    "in_quiet",
    "in_window",
    "is_night",
    "is_zone",
    "later_today",
    "local",
    "may_come_back",
    "morning_after",
    "next_opening",
    "next_slot",
    "offset",
    "pause_for",
    "pause_until",
    "same_day",
    "today_at",
    "tomorrow",
    "tomorrow_morning",
    "zone_of",
]
