"""The weekly pause: which hour, which moment on which clock, and when it stays away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.core.model import Entry, Learner, Status
from bot.core.rough import DAY, RoughHour, next_pause, rough_hour
from bot.core.schedule import local
from bot.core.unasked import pause_comes

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)
AT_2145 = 6 * DAY + 21 * 60 + 45


def at(*hours: int, weekday: int = 6) -> list[Entry]:
    """Hard moments on that weekday, at these hours of the wall clock."""
    day = SUNDAY - timedelta(days=6 - weekday)
    return [Entry("spiral", day + timedelta(hours=hour - 1, minutes=20), 8, 4, east=60) for hour in hours]


def test_it_comes_a_quarter_of_an_hour_before_most_of_them() -> None:
    assert rough_hour(at(22, 22, 23, 22, 22), 6, 3) == RoughHour(6 * DAY + 22 * 60, AT_2145)
    assert rough_hour(at(18, 22, 22, 22, 23), 6, 3).begins == 6 * DAY + 22 * 60, "one early one doesn't move it"
    assert rough_hour(at(19, 19, 22, 23), 6, 3).begins == 6 * DAY + 19 * 60
    mixed = [*at(22), *at(9, 9, 9), *at(19, 19, 19, weekday=2)]
    assert rough_hour(mixed, 6, 3).begins == 6 * DAY + 22 * 60, "other days and other times have no say"
    assert rough_hour([], 6, 3).begins == 6 * DAY + 18 * 60


def test_ahead_of_midnight_it_comes_the_evening_before() -> None:
    monday = at(0, 0, 0, 1, weekday=0)
    assert rough_hour(monday, 0, 0) == RoughHour(0, 6 * DAY + 23 * 60 + 45)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Nuuk", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"])
def test_through_every_change_of_clocks_it_comes_once_a_week_at_its_minute(zone: str) -> None:
    for minute in (AT_2145, 6 * DAY + 150, 5 * DAY + 23 * 60 + 45, 0):
        moment, walls = SUNDAY, []
        for _ in range(60):
            moment = next_pause(moment, zone, minute)
            walls.append(local(moment, zone))
        right = [wall.weekday() * DAY + wall.hour * 60 + wall.minute == minute for wall in walls]
        assert right.count(False) <= 2, "only where its minute was skipped"
        apart = {(after.date() - before.date()).days for before, after in pairwise(walls)}
        assert apart <= {6, 7, 8}


def test_a_day_that_the_calendar_skips_has_none() -> None:
    friday = 4 * DAY + 12 * 60
    before = datetime(2011, 12, 29, 12, tzinfo=UTC)
    assert local(next_pause(before, "Pacific/Apia", friday), "Pacific/Apia").date().isoformat() == "2012-01-06"


ANNA = Learner(1, 1, SUNDAY, zone="Europe/Berlin", status=Status.ACTIVE, rough=AT_2145)
NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)
"""A quarter to ten in the evening in Berlin."""


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=59)])
def test_it_comes_in_quiet_hours_and_beside_whatever_else_came(late: timedelta) -> None:
    quiet = replace(ANNA, quiet_start=local(NOW, "Europe/Berlin").time(), last_unasked=NOW - timedelta(hours=2))
    assert pause_comes(quiet, NOW + late, spiral=False)
    assert pause_comes(replace(ANNA, status=Status.NEW), NOW + late, spiral=False)


@pytest.mark.parametrize(
    ("other", "now"),
    [
        ({"status": Status.STOPPED}, NOW),
        ({"status": Status.BLOCKED}, NOW),
        ({"paused": True}, NOW),
        ({"paused_until": NOW + timedelta(seconds=1)}, NOW),
        ({"rough": None}, NOW),
        ({"zone": None}, NOW),
        ({}, NOW - timedelta(seconds=1)),
        ({}, NOW + timedelta(hours=1)),
    ],
)
def test_it_stays_away(other: dict[str, object], now: datetime) -> None:
    assert not pause_comes(replace(ANNA, **other), now, spiral=False)  # type: ignore[arg-type]


def test_it_stays_away_after_a_hard_moment_and_while_somebody_rests() -> None:
    assert not pause_comes(ANNA, NOW, spiral=True)
    assert not pause_comes(ANNA, NOW, spiral=False, rests=True)
