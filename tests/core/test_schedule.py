"""When a lesson comes: clock changes both ways, every zone there is, paces, pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.schedule import (
    Pace,
    Passed,
    Plan,
    Quiet,
    TooFar,
    UnknownZone,
    Window,
    at_wall,
    in_window,
    is_night,
    later_today,
    next_opening,
    next_slot,
    offset,
    pause_for,
    pause_until,
    today_at,
    tomorrow,
)

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


def test_a_snooze_tomorrow_is_after_the_next_sleep() -> None:
    evening, deep_night = datetime(2026, 11, 24, 20, tzinfo=UTC), datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert wall(tomorrow(evening, plan()), "Europe/Berlin") == datetime(2026, 11, 25, 8)  # noqa: DTZ001 - a wall clock
    assert tomorrow(deep_night, plan()) == tomorrow(evening, plan())


def test_a_snooze_until_a_time_is_today_and_never_in_the_past() -> None:
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert today_at(noon, time(12, 1), "Europe/Berlin") == datetime(2026, 11, 24, 11, 1, tzinfo=UTC)
    for clock in (time(12), time(0)):
        with pytest.raises(Passed, match="has already passed today; choose a later time"):
            today_at(noon, clock, "Europe/Berlin")


def test_a_pause_ends_with_a_midnight_and_is_refused_in_a_sentence() -> None:
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert pause_for(noon, 1, "Europe/Berlin") == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert pause_until(noon, date(2026, 11, 25), "Europe/Berlin") == pause_for(noon, 1, "Europe/Berlin")
    with pytest.raises(Passed, match="2026-11-24 has already begun"):
        pause_until(noon, date(2026, 11, 24), "Europe/Berlin")
    with pytest.raises(TooFar, match="open"):
        pause_until(noon, date(9999, 12, 31), "Europe/Berlin")
    with pytest.raises(TooFar, match="10000000 days"):
        pause_for(noon, 10_000_000, "Europe/Berlin")
    with pytest.raises(Passed):
        pause_for(noon, 0, "Europe/Berlin")


def test_a_pause_that_ends_on_a_slot_does_not_take_it() -> None:
    early = Plan("UTC", Window(time(0), 1), ALL_DAYS, Pace.daily, None, paused_until=datetime(2026, 3, 1, tzinfo=UTC))
    person = next(number for number in range(1000) if offset(number, early.window) == timedelta(0))
    assert next_slot(datetime(2026, 2, 1, tzinfo=UTC), early, person) == early.paused_until


def test_a_slot_used_by_a_clock_that_was_years_ahead_keeps_nobody_waiting() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    slot = next_slot(now, plan(), 1, last=datetime(2036, 1, 1, tzinfo=UTC))
    assert slot is not None
    assert wall(slot, "Europe/Berlin").date() == date(2026, 11, 25)


def test_a_leap_day_is_a_day_like_any_other() -> None:
    slot = next_slot(datetime(2028, 2, 28, 12, tzinfo=UTC), plan(), 1)
    assert slot is not None
    assert wall(slot, "Europe/Berlin").date() == date(2028, 2, 29)


def test_going_west_over_the_date_line_brings_no_second_one() -> None:
    auckland, honolulu = plan("Pacific/Auckland"), plan("Pacific/Honolulu")
    first = next_slot(datetime(2026, 11, 24, tzinfo=UTC), auckland, 1)
    assert first is not None
    then = next_slot(first, honolulu, 1, last=first)
    assert then is not None
    assert wall(then, "Pacific/Honolulu").date() == wall(first, "Pacific/Honolulu").date() + timedelta(days=1)


def test_a_day_that_got_the_slot_of_the_day_before_has_none_of_its_own() -> None:
    # In Nuuk clocks went from 22:00 to 23:00 on 25 March 2023, and in 2024 from 23:00 to 00:00 of 31 March.
    late = Plan("America/Nuuk", Window(time(23, 30), 1), ALL_DAYS, Pace.daily)
    before = datetime(2024, 3, 30, 12, tzinfo=UTC)
    moved = next_slot(before, late, 1)
    assert moved is not None
    assert wall(moved, "America/Nuuk") == datetime(2024, 3, 31)  # noqa: DTZ001 - a wall clock
    then = next_slot(moved, late, 1)
    assert then is not None
    assert wall(then, "America/Nuuk").date() == date(2024, 4, 1)


def test_a_slot_is_not_moved_into_quiet_hours() -> None:
    # 02:30 moves to 03:00, when this person is asleep; that one night has none.
    night = Plan("Europe/Berlin", Window(time(1, 55), 59), ALL_DAYS, Pace.daily, Quiet(time(3), time(7)))
    person = next(number for number in range(1000) if offset(number, night.window) > timedelta(minutes=10))
    slot = next_slot(datetime(2026, 3, 28, 12, tzinfo=UTC), night, person)
    assert slot is not None
    assert wall(slot, "Europe/Berlin").date() == date(2026, 3, 30)


def test_a_window_that_a_clock_change_shortens_keeps_its_length() -> None:
    # The hour from 01:30 to 02:30 of the wall is half an hour long on that morning.
    early = plan(at=time(1, 30))
    begin = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    open_plan = Plan(early.zone, early.window, ALL_DAYS, Pace.daily)
    assert in_window(begin + timedelta(minutes=59), open_plan, begin)
    assert not in_window(begin + timedelta(minutes=60), open_plan, begin)


def test_every_zone_there_is_has_one_slot_a_day_through_its_clock_changes() -> None:
    for zone in ZONES:
        nightly = Plan(zone, Window(time(2, 10), 30), ALL_DAYS, Pace.daily)
        for begin in (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 3, 27, tzinfo=UTC),
                      datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)):  # fmt: skip
            slot, seen = next_slot(begin, nightly, 1), []
            for _ in range(4):
                assert slot is not None
                seen.append(wall(slot, zone).date())
                slot = next_slot(slot, nightly, 1, last=slot)
            assert [day - seen[0] for day in seen] == [timedelta(days=ahead) for ahead in range(4)], zone


moments = st.datetimes(datetime(2005, 1, 1), datetime(2036, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
windows = st.builds(Window, clocks, st.integers(1, 12 * 60))
quiets = st.none() | st.builds(Quiet, clocks, clocks)
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
paces = st.sampled_from([pace for pace in Pace if pace is not Pace.on_request])
plans = st.builds(Plan, st.sampled_from(ZONES), windows, weekdays, paces, quiets)
people = st.integers(1, 10**9)


@settings(max_examples=250, deadline=None)
@given(moments, plans, people)
def test_the_rules_hold_in_every_zone(now: datetime, made: Plan, person: int) -> None:
    slot, last = next_slot(now, made, person), None
    for _ in range(4):
        assert slot is not None, "no plan falls silent"
        assert slot > (last or now), "a slot is ahead"
        assert slot - (last or now) < timedelta(days=23), "a week's pace, and a week lost to a clock change"
        if last is not None:
            assert wall(slot, made.zone).date() > wall(last, made.zone).date(), "one a day"
        assert in_window(slot, made, slot), "in its own window"
        begins = made.window.start
        if made.quiet is not None and not made.quiet.holds(begins):
            assert not made.quiet.holds(wall(slot, made.zone).time()), "not in quiet hours"
        # From the beginning of the window to the slot it is never more than the window's own length and a clock change.
        late = wall(slot, made.zone) - datetime.combine(wall(slot, made.zone).date(), begins)
        assert late % timedelta(days=1) < timedelta(minutes=made.window.minutes) + timedelta(hours=3)
        last, slot = slot, next_slot(slot, made, person, last=slot)


@settings(max_examples=150, deadline=None)
@given(moments, st.timedeltas(timedelta(0), timedelta(days=12)), plans, people)
def test_who_looks_later_never_finds_an_earlier_slot(now: datetime, on: timedelta, made: Plan, person: int) -> None:
    first, then = next_slot(now, made, person), next_slot(now + on, made, person)
    assert first is not None
    assert then is not None
    assert first <= then
    if first > now + on:
        assert first == then


@settings(max_examples=150, deadline=None)
@given(moments, st.sampled_from(ZONES), plans, people)
def test_a_move_to_any_other_zone_brings_no_two_in_a_day(now: datetime, there: str, made: Plan, person: int) -> None:
    first = next_slot(now, made, person)
    assert first is not None
    then = next_slot(first, replace(made, zone=there), person, last=first)
    assert then is not None
    assert wall(then, there).date() > wall(first, there).date()


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2005, 1, 1), date(2036, 1, 1)), clocks, st.sampled_from(ZONES))
def test_a_wall_time_is_found_or_is_in_a_gap(day: date, clock: time, zone: str) -> None:
    found, asked = at_wall(day, clock, zone), datetime.combine(day, clock)
    if wall(found, zone) == asked:
        assert wall(found - timedelta(hours=3), zone) != asked, "the first of two"
        return
    assert wall(found, zone) > asked
    assert wall(found - timedelta(seconds=1), zone) < asked, "nothing between lies on the wall"


@given(windows, people)
def test_the_offset_is_stable_and_inside_the_window(window: Window, learner: int) -> None:
    assert offset(learner, window) == offset(learner, window)
    assert timedelta(0) <= offset(learner, window) < timedelta(minutes=window.minutes)


@settings(max_examples=100, deadline=None)
@given(moments, plans, people, st.integers(1, 60))
def test_nothing_comes_during_a_pause(now: datetime, made: Plan, person: int, days: int) -> None:
    until = pause_for(now, days, made.zone)
    slot = next_slot(now, replace(made, paused_until=until), person)
    assert slot is not None
    assert slot >= until > now
    assert next_slot(now, replace(made, paused=True), person) is None


@settings(max_examples=150, deadline=None)
@given(moments, plans)
def test_a_snooze_is_ahead_and_outside_quiet_hours(now: datetime, made: Plan) -> None:
    for then in (later_today(now, made), tomorrow(now, made), next_opening(now, made)):
        assert then > now
        assert then - now < timedelta(days=3, hours=3)
    later = later_today(now, made)
    opens = wall(later, made.zone).time() == made.window.start
    moved = wall(later - timedelta(seconds=1), made.zone) < wall(later, made.zone) - timedelta(minutes=1)
    if made.quiet is not None and not opens and not moved:
        assert not made.quiet.holds(wall(later, made.zone).time())
