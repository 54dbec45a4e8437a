"""Patterns: chance alone hardly ever shows one, a real one is found, and bunches make none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.days import Days
from bot.core.model import Entry
from bot.core.pattern import FEWEST, Pattern, at_least
from bot.core.tally import Tally, day_of

TRIGGERS = ("no-reply", "seen", "short", "plans", "tone", "online")
START = datetime(2025, 1, 6, tzinfo=UTC)
YEAR = 365
Kept = Callable[[Random, Entry], bool]


def found_in(entries: list[Entry]) -> tuple[Pattern, ...]:
    """What is shown of a history, by the way that /progress takes."""
    days = [day_of(item) for item in entries]
    return Days.all_of(Tally.of(entries), (max(days) - min(days)).days + 1).patterns(TRIGGERS)


def history(random: Random, moments: int, days: int, kept: Kept | None = None, wakes: float = 0) -> list[Entry]:
    """Hard moments at any time that somebody is awake, with one to three triggers, all of them as likely.

    kept: drops moments, and so plants a pattern. wakes: hour of getting up.
    """
    made: list[Entry] = []
    while len(made) < moments:
        at = START + timedelta(days=random.randrange(days), hours=random.uniform(wakes, 24))
        told = random.sample(TRIGGERS, random.choice((1, 1, 2, 3)))
        item = Entry("spiral", at, tags=tuple(f"facts.{trigger}" for trigger in told), east=0)
        if kept is None or kept(random, item):
            made.append(item)
    return made


def one_trigger(random: Random, item: Entry) -> bool:
    """Twice as much of one trigger as of each other one, in moments that have one."""
    return len(item.tags) == 1 and (item.tags == ("facts.tone",) or random.random() < 1 / 2)


def one_day(random: Random, item: Entry) -> bool:
    """Twice as much on Sundays."""
    return item.at.weekday() == 6 or random.random() < 1 / 2


def one_time(random: Random, item: Entry) -> bool:
    """Twice as much on Sunday evenings."""
    return (item.at.weekday() == 6 and item.at.hour >= 18) or random.random() < 1 / 2


@pytest.mark.parametrize("wakes", [0, 7])
def test_of_a_thousand_random_histories_at_most_one_in_twenty_shows_anything(wakes: float) -> None:
    random = Random(f"chance {wakes}")
    sizes = ((5, 10), (5, 200), (20, 60), (50, 90), (200, YEAR), (500, 2 * YEAR))
    shown = sum(bool(found_in(history(random, *random.choice(sizes), wakes=wakes))) for _ in range(1000))
    assert shown <= 50


def test_moments_in_bunches_are_no_pattern() -> None:
    random = Random("bunches")

    def bunched() -> list[Entry]:
        seldom = history(random, random.choice((5, 30, 100)), random.choice((60, YEAR)))
        return [
            replace(item, at=item.at.replace(minute=minute))
            for item in seldom
            for minute in range(random.choice((1, 1, 1, 2, 5)))
        ]

    assert sum(bool(found_in(bunched())) for _ in range(1000)) <= 50


def test_one_long_bad_night_is_no_pattern() -> None:
    night = [Entry("spiral", START.replace(minute=minute), tags=("facts.seen",), east=0) for minute in range(40)]
    assert found_in(night) == ()
    elsewhere = history(Random("few"), 10, 100)
    assert found_in(night + elsewhere) == ()


@pytest.mark.parametrize(
    ("planted", "moments", "wakes", "right"),
    [
        (one_trigger, 250, 0, lambda item: item.trigger == "tone"),
        (one_day, 300, 0, lambda item: item.weekday == 6),
        (one_time, 1200, 0, lambda item: (item.weekday, item.part) == (6, 3)),
        (one_time, 900, 7, lambda item: (item.weekday, item.part) == (6, 3)),
    ],
)
def test_twice_the_usual_is_found_nine_times_in_ten_once_there_are_enough_moments(
    planted: Kept, moments: int, wakes: float, right: Callable[[Pattern], bool]
) -> None:
    random = Random("planted")
    histories = [history(random, moments, 2 * YEAR, planted, wakes) for _ in range(100)]
    assert sum(any(map(right, found_in(entries))) for entries in histories) >= 90


def test_what_is_found_is_not_found_any_more_once_it_is_shuffled() -> None:
    random = Random("shuffled")

    def shuffled(entries: list[Entry]) -> list[Entry]:
        """Each moment on another day at its own hour, with other triggers."""
        day = timedelta(days=1)
        tags = [tuple(f"facts.{name}" for name in random.sample(TRIGGERS, len(item.tags))) for item in entries]
        return [
            replace(item, at=START.replace(hour=item.at.hour) + random.randrange(2 * YEAR) * day, tags=told)
            for item, told in zip(entries, tags, strict=True)
        ]

    planted = [history(random, 400, 2 * YEAR, both) for both in (one_trigger, one_day) for _ in range(50)]
    assert sum(bool(found_in(entries)) for entries in planted) >= 90
    assert sum(bool(found_in(shuffled(entries))) for entries in planted) <= 5


def test_below_five_moments_nothing_is_looked_for() -> None:
    evenings = [
        Entry("spiral", START + timedelta(weeks=week, hours=20), tags=("facts.tone",), east=0) for week in range(8)
    ]
    assert found_in(evenings[: FEWEST - 1]) == ()
    assert {(item.trigger, item.weekday) for item in found_in(evenings)} == {("tone", None), (None, 0)}


def test_when_the_clock_was_not_known_there_is_no_time_and_on_a_journey_it_is_the_clock_there() -> None:
    evenings = [Entry("spiral", START + timedelta(weeks=week, hours=20), tags=("facts.tone",)) for week in range(8)]
    assert [item.trigger for item in found_in(evenings)] == ["tone"]
    far = [replace(item, east=9 * 60) for item in evenings]
    assert [item.weekday for item in found_in(far) if item.trigger is None] == [1]  # Tuesday, five in the morning


def test_at_most_one_trigger_and_one_time_are_shown() -> None:
    random = Random("both")
    entries = history(random, 2000, YEAR, lambda chance, item: one_time(chance, item) and one_trigger(chance, item))
    shown = found_in(entries)
    assert [item.trigger is None for item in shown] == [False, True]


@given(st.integers(1, 60), st.data(), st.floats(0.01, 0.9))
def test_the_tail_of_chance_is_the_binomial_one(tries: int, data: st.DataObject, rate: float) -> None:
    need = data.draw(st.integers(0, tries))
    plain = sum(comb(tries, hit) * rate**hit * (1 - rate) ** (tries - hit) for hit in range(need, tries + 1))
    told = at_least(need, tries, rate)
    assert told == pytest.approx(plain, abs=1e-9) if need > tries * rate else told == 1
