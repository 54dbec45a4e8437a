"""When a lesson comes: clock changes both ways, every zone there is, paces, pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.schedule import Pace, Plan, Quiet, UnknownZone, Window, at_wall, in_window, is_night, next_slot, offset

ZONES = sorted(zone for zone in available_timezones() if zone not in ("Factory", "localtime"))
ALL_DAYS = frozenset(range(7))


def plan(zone: str = "Europe/Berlin", at: time = time(8), minutes: int = 60, pace: Pace = Pace.daily) -> Plan:
    """A plan with one thing said."""
    return Plan(zone, Window(at, minutes), ALL_DAYS, pace, Quiet(time(22), time(7)))


def wall(moment: datetime, zone: str) -> datetime:
    """On the wall, without zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_a_missing_hour_moves_to_the_first_real_minute() -> None:
    spring = at_wall(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert wall(spring, "Europe/Berlin") == datetime(2026, 3, 29, 3, 0)  # noqa: DTZ001 - a wall clock
    lord_howe = at_wall(date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe")
    assert wall(lord_howe, "Australia/Lord_Howe") == datetime(2026, 10, 4, 2, 30)  # noqa: DTZ001 - a wall clock


def test_a_repeated_hour_is_used_the_first_time() -> None:
    autumn = at_wall(date(2026, 10, 25), time(2, 30), "Europe/Berlin")
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_on_the_autumn_night_there_is_one_slot() -> None:
    nightly = plan(at=time(2, 30), minutes=1)
    first = next_slot(datetime(2026, 10, 24, 12, tzinfo=UTC), nightly, 1)
    assert first is not None
    second = next_slot(first, nightly, 1, last=first)
    assert second is not None
    assert wall(second, "Europe/Berlin").date() == date(2026, 10, 26)


def test_a_day_that_the_calendar_skips_does_no_harm() -> None:
    before = datetime(2011, 12, 29, 12, tzinfo=UTC)
    slot = next_slot(before, plan("Pacific/Apia"), 1)
    assert slot is not None
    assert wall(slot, "Pacific/Apia").date() != date(2011, 12, 30)


@pytest.mark.parametrize(("pace", "days"), [(Pace.daily, 1), (Pace.every_other_day, 2), (Pace.weekly, 7)], ids=str)
def test_a_pace_keeps_its_distance(pace: Pace, days: int) -> None:
    first = next_slot(datetime(2026, 11, 23, tzinfo=UTC), plan(pace=pace), 1)
    assert first is not None
    second = next_slot(first, plan(pace=pace), 1, last=first)
    assert second == first + timedelta(days=days)


def test_weekdays_leave_the_weekend_out_and_on_request_is_never() -> None:
    friday_evening = datetime(2026, 11, 27, 20, tzinfo=UTC)
    slot = next_slot(friday_evening, plan(pace=Pace.weekdays), 1)
    assert slot is not None
    assert slot.weekday() == 0
    assert next_slot(friday_evening, plan(pace=Pace.on_request), 1) is None


def test_what_cannot_be_a_plan_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="window of 0 minutes"):
        Window(time(8), 0)
    with pytest.raises(ValueError, match="at least one weekday"):
        Plan("UTC", Window(time(8), 60), frozenset(), Pace.daily)
    with pytest.raises(UnknownZone, match="Europe/Berlin"):
        next_slot(datetime(2026, 1, 1, tzinfo=UTC), plan("Europe/Berlni"), 1)
    with pytest.raises(ValueError, match="time zone"):
        next_slot(datetime(2026, 1, 1), plan(), 1)  # noqa: DTZ001 - that is the point


def test_night_is_from_eleven_to_six() -> None:
    assert is_night(datetime(2026, 11, 24, 22, 30, tzinfo=UTC), "Europe/Berlin")
    assert not is_night(datetime(2026, 11, 24, 5, 30, tzinfo=UTC), "Europe/Berlin")


moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001
windows = st.builds(Window, st.times().map(lambda t: t.replace(second=0, microsecond=0)), st.integers(1, 180))
paces = st.sampled_from([pace for pace in Pace if pace is not Pace.on_request])


@settings(max_examples=250, deadline=None)
@given(moments, st.sampled_from(ZONES), windows, paces, st.integers(1, 10**9))
def test_slots_are_ahead_in_order_once_a_day_and_in_their_window(
    now: datetime, zone: str, window: Window, pace: Pace, learner: int
) -> None:
    made = Plan(zone, window, ALL_DAYS, pace)
    first = next_slot(now, made, learner)
    assert first is not None
    assert first > now
    assert first < now + timedelta(days=20)
    assert in_window(first, made, first)
    second = next_slot(first, made, learner, last=first)
    assert second is not None
    assert second > first
    # One a day of the window: a window across midnight may put two on one date, never in one window.
    assert second - first > timedelta(hours=17)
    assert not in_window(first + timedelta(hours=16), made, first)


@given(windows, st.integers(1, 10**9))
def test_the_offset_is_stable_and_inside_the_window(window: Window, learner: int) -> None:
    assert offset(learner, window) == offset(learner, window)
    assert timedelta(0) <= offset(learner, window) < timedelta(minutes=window.minutes)


@settings(max_examples=100, deadline=None)
@given(moments, st.sampled_from(ZONES), st.integers(1, 60))
def test_nothing_comes_during_a_pause(now: datetime, zone: str, days: int) -> None:
    until = now + timedelta(days=days)
    paused = Plan(zone, Window(time(9), 60), ALL_DAYS, Pace.daily, paused_until=until)
    slot = next_slot(now, paused, 1)
    assert slot is not None
    assert slot >= until
    assert next_slot(now, Plan(zone, Window(time(9), 60), ALL_DAYS, Pace.daily, paused=True), 1) is None
