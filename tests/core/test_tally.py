"""Counters say the same as the entries they were counted from."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Entry
from bot.core.tally import Tally, median_of, medians, raised, rated

NOW = datetime(2026, 11, 25, tzinfo=UTC)
RATING = st.none() | st.integers(0, 10)
TAGS = st.lists(st.sampled_from(["tool.walk", "tool.hum", "facts.seen", "outcome.did"]), max_size=3, unique=True)
ENTRIES = st.lists(
    st.builds(
        lambda kind, before, after, tags: Entry(kind, NOW, before, after, None, tuple(tags)),
        st.sampled_from(["spiral", "pause", "fear"]), RATING, RATING, TAGS,
    ),
    max_size=30,
)  # fmt: skip


@given(ENTRIES)
def test_it_sums_up_what_the_entries_say(entries: list[Entry]) -> None:
    tally = Tally.of(entries)
    assert tally.kind("spiral") == sum(item.kind == "spiral" for item in entries)
    assert tally.tag("fear", "outcome.did") == sum(
        item.kind == "fear" and "outcome.did" in item.tags for item in entries
    )
    pairs = [(item.before, item.after) for item in entries if item.before is not None and item.after is not None]
    assert sum(tally.pairs().values()) == len(pairs)
    if pairs:
        assert medians(tally.pairs()) == (median(before for before, _ in pairs), median(after for _, after in pairs))
    walks = [item for item in entries if "tool.walk" in item.tags and None not in (item.before, item.after)]
    assert sum(tally.tools().get("walk", {}).values()) == len(walks)


@given(ENTRIES.filter(bool))
def test_a_rating_given_later_counts_as_one_given_at_once(entries: list[Entry]) -> None:
    late = Entry("spiral", NOW, 7, None, None, ("tool.hum",))
    at_once = Entry("spiral", NOW, 7, 3, None, ("tool.hum",))
    assert sorted([*raised(late), *rated(late, 7, 3)]) == sorted(raised(at_once))


@given(st.lists(st.integers(0, 10), min_size=1))
def test_the_median_of_counted_values(values: list[int]) -> None:
    assert median_of({value: values.count(value) for value in values}) == median(values)


def test_there_is_no_median_of_nothing() -> None:
    with pytest.raises(ValueError, match="no median of nothing"):
        median_of({})
