"""When a broadcast may come to one person: every rule, and a plain walk along the wall clock for the waiting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.broadcast import LeftOut, Wait, Waits, comes
from bot.core.model import Learner, Status
from bot.core.schedule import after_quiet, in_quiet, local, morning_after, same_day
from bot.core.unasked import SPIRAL_STEP

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
ANNA = Learner(1, 1, NOON, "en", zone="Europe/Berlin", status=Status.ACTIVE)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Nuuk", "Pacific/Apia")
moments = st.integers(0, 16 * 365 * 24 * 60).map(
    lambda minutes: datetime(2011, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
clocks = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))


def test_it_comes_in_the_daytime() -> None:
    assert comes(ANNA, NOON) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": Status.STOPPED}, LeftOut.STOPPED),
        ({"status": Status.BLOCKED, "paused": True}, LeftOut.BLOCKED),
        ({"paused": True}, LeftOut.PAUSED),
        ({"paused_until": NOON + timedelta(seconds=1)}, LeftOut.PAUSED),
        ({"paused_until": NOON}, None),
        ({"status": Status.NEW}, None),
    ],
    ids=str,
)
def test_who_is_left_out(change: dict[str, object], why: LeftOut | None) -> None:
    assert comes(replace(ANNA, **change), NOON) is why  # type: ignore[arg-type]


def test_quiet_hours_wait_until_they_end() -> None:
    night = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert comes(ANNA, night) == Wait(Waits.QUIET, datetime(2026, 11, 26, 6, 0, tzinfo=UTC))


def test_a_day_that_is_taken_waits_for_the_morning() -> None:
    taken = replace(ANNA, last_unasked=NOON - timedelta(hours=3))
    assert comes(taken, NOON) == Wait(Waits.DAY_TAKEN, datetime(2026, 11, 26, 6, 0, tzinfo=UTC))
    assert comes(taken, NOON + timedelta(days=1)) is None


def test_a_hard_moment_waits() -> None:
    assert comes(ANNA, NOON, spiral=True) == Wait(Waits.SPIRAL, NOON + SPIRAL_STEP)


def test_without_a_clock_it_lives_by_utc() -> None:
    nowhere = replace(ANNA, zone=None, status=Status.NEW)
    assert comes(nowhere, NOON) is None
    assert comes(nowhere, NOON.replace(hour=6, minute=59)) == Wait(Waits.QUIET, NOON.replace(hour=7))


def test_the_morning_of_whoever_is_quiet_by_day_is_no_midnight() -> None:
    plan = replace(ANNA, quiet_start=time(9), quiet_end=time(17)).plan
    assert plan is not None
    assert morning_after(NOON, plan) == datetime(2026, 11, 26, 7, 0, tzinfo=UTC)


@given(moments, st.sampled_from(ZONES), clocks, clocks)
def test_quiet_hours_end_where_a_walk_along_the_clock_says(now: datetime, zone: str, start: time, end: time) -> None:
    plan = replace(ANNA, zone=zone, quiet_start=start, quiet_end=end).plan
    assert plan is not None
    now = now.replace(second=0, microsecond=0)
    walked = now
    while in_quiet(walked, plan):
        walked += timedelta(minutes=1)
    assert after_quiet(now, plan) == walked


@given(moments, st.sampled_from(ZONES), clocks, clocks)
def test_it_always_waits_for_a_moment_that_is_good(now: datetime, zone: str, start: time, end: time) -> None:
    person = replace(ANNA, zone=zone, quiet_start=start, quiet_end=end, last_unasked=now)
    found = comes(person, now)
    assert isinstance(found, Wait)
    for _ in range(3):
        if not isinstance(found, Wait):
            break
        at = found.until
        assert now < at < now + timedelta(days=3)
        found = comes(person, at)
    assert found is None
    assert not same_day(at, now, zone)
    assert local(at, zone).time() >= min(end, time(1))  # the night is over, or it is nobody's night
