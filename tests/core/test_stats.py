"""What an operator sees: no small groups, no differences between two numbers, times within what the buckets promise."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.core.answer_time import LONGEST, SHORTEST, bucket, percentile
from bot.core.stats import Group, groups

times = st.floats(SHORTEST, LONGEST * 0.999)


def exact(values: list[float], share: float) -> float:
    """The percentile by nearest rank."""
    return sorted(values)[max(1, math.ceil(len(values) * share)) - 1]


@given(st.lists(times, min_size=1, max_size=200), st.sampled_from((0.01, 0.5, 0.9, 0.99, 1.0)))
def test_an_estimate_is_within_five_percent_of_the_exact_percentile(values: list[float], share: float) -> None:
    estimate = percentile(Counter(map(bucket, values)), share)
    assert estimate is not None
    assert abs(estimate / exact(values, share) - 1) < 0.05


@given(times, times)
def test_a_longer_time_is_never_in_an_earlier_bucket(one: float, other: float) -> None:
    assert (bucket(one) <= bucket(other)) or one > other


def test_the_ends_hold_everything_beyond() -> None:
    assert bucket(0.0) == bucket(SHORTEST) == 0
    assert bucket(10 * LONGEST) == bucket(LONGEST)


def test_no_answers_have_no_percentile() -> None:
    assert percentile({}, 0.5) is None


def test_fewer_than_five_are_not_counted_out_and_nothing_is_left_to_subtract() -> None:
    shown = groups(("daily", "weekly", "nobody"), {"daily": 13, "weekly": 4})
    assert [str(shown[name]) for name in shown] == ["10", "fewer than five", "fewer than five"]
    assert [Group.of(count).shown for count in (0, 4, 5, 9, 1234)] == [None, None, 5, 5, 1230]
