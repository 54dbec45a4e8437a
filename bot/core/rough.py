"""A weekly pause ahead of an hour that is often hard: which minute of the week, and when that comes on a wall clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from bot.core.model import Entry
from bot.core.schedule import ONE_DAY, at_wall, local
from bot.core.tally import SPIRAL, wall_of

DAY, WEEK = 24 * 60, 7 * 24 * 60
BEFORE = 15
"""Minutes that the pause comes ahead of the hour."""
EARLY = 1 / 4
"""So many of the hard moments may have come before the hour that counts as the beginning."""


@dataclass(frozen=True)
class RoughHour:
    """begins: from which full hour on most of the hard moments came; offered: when a pause fits. Minutes of the week,
    0 is Monday's midnight."""

    begins: int
    offered: int


def rough_hour(entries: Iterable[Entry], weekday: int, part: int) -> RoughHour:
    """The hour in a part of a weekday (0 is Monday; 0 night to 3 evening) with which it mostly begins.

    That this part is no accident is found elsewhere (`bot.core.pattern.patterns`); the hour in it is a choice of place
    and claims nothing.
    """
    walls = [wall_of(item) for item in entries if item.kind == SPIRAL and item.east is not None]
    hours = sorted(wall.hour for wall in walls if wall.weekday() == weekday and wall.hour // 6 == part)
    hour = hours[int(len(hours) * EARLY)] if hours else part * 6
    begins = weekday * DAY + hour * 60
    return RoughHour(begins, (begins - BEFORE) % WEEK)


def next_pause(after: datetime, zone: str, minute: int) -> datetime:
    """The next moment, strictly after another, at which the wall clock of `zone` shows a minute of the week.

    A minute that a clock change skips is the first real one after it, one that comes twice counts the first time, and
    a day that the calendar skips whole has none.
    """
    weekday, clock = minute // DAY, clock_of(minute)
    day = local(after, zone).date() - ONE_DAY
    while True:
        moment = at_wall(day, clock, zone)
        there = local(at_wall(day, time.min, zone), zone).date() == day
        if day.weekday() == weekday and there and moment > after:
            return moment
        day += ONE_DAY


def clock_of(minute: int) -> time:
    """The time of day of a minute of the week."""
    return time(minute % DAY // 60, minute % 60)
