"""Counters by day: the same whichever way they are counted, and never one of what nobody is shown by day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.days import Days, day_counters
from bot.core.model import Entry
from bot.core.pattern import Counted
from bot.core.tally import SPIRAL, Tally, day_of

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TAGS = st.lists(st.sampled_from(("facts.seen", "facts.tone", "meanings.over", "feeling.sad", "tool.walk")), unique=True)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(("pause", SPIRAL, "hold", "checkin")),
        MOMENTS,
        st.none() | st.integers(0, 10),
        st.none() | st.integers(0, 10),
        tags=TAGS.map(tuple),
        east=st.none() | st.integers(-12 * 60, 14 * 60),
    ),
    max_size=30,
)


@given(ENTRIES)
def test_squares_are_those_of_what_each_day_added(entries: list[Entry]) -> None:
    days = Days.all_of(Tally.of(entries), 1)
    for tag in ("facts.seen", "facts.tone"):
        each = Counter(day_of(item) for item in entries if item.kind == SPIRAL and tag in item.tags)
        expected = Counted(sum(each.values()), sum(count**2 for count in each.values()))
        assert days.counters.get(f"spiral {tag}", Counted()) == expected


@given(ENTRIES)
def test_the_days_together_are_all_there_is(entries: list[Entry]) -> None:
    by_day, whole = day_counters(entries), Tally.of(entries)
    summed = Counter[str]()
    for counter in by_day:
        summed[counter.name] += counter.count
    assert all(whole.counts[name] == count for name, count in summed.items())
    assert sum(count for name, count in summed.items() if " " not in name) == len(entries)


@given(ENTRIES)
def test_what_somebody_thought_or_felt_is_not_counted_by_day(entries: list[Entry]) -> None:
    assert not any(word in counter.name for counter in day_counters(entries) for word in ("meanings", "feeling"))


def test_a_day_is_one_of_the_persons_own() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert day_of(Entry("pause", late, east=60)) == date(2026, 11, 24)
    assert day_of(Entry("pause", late + timedelta(hours=1), east=-60)) == date(2026, 11, 23)
    assert day_of(Entry("pause", late)) == date(2026, 11, 23)
