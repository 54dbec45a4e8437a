"""The self-check as numbers: two sides, nothing made up for what was skipped, and what counts as a change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model import Entry, Session, Value
from bot.core.monthly import ALARM, ITEMS, STEADY, changed, due, look_of, tags_of
from tests.conftest import MONDAY


def answered(**answers: Value) -> Entry:
    """What is kept of a run with these answers."""
    run = Session("run", 1, "monthly", "keep", MONDAY, MONDAY, answers=answers)
    return Entry("monthly", MONDAY, tags=tags_of(run))


def test_each_side_is_the_mean_of_its_own_three() -> None:
    look = look_of(answered(between="4", losing="3", checking="2", waiting="1", comfort="0", plainly="2"))
    assert (look.alarm, look.steady) == (3, 1)


@pytest.mark.parametrize(
    ("answers", "alarm", "steady"),
    [
        ({"between": "4", "losing": "1"}, 2.5, None),
        ({"between": "4", "waiting": "2"}, None, None),
        ({"waiting": "0", "plainly": "0", "losing": "skip"}, None, 0),
        ({"waiting": "9", "plainly": "x", "comfort": 3}, None, None),
        ({}, None, None),
    ],
)
def test_a_side_with_fewer_than_two_answers_has_no_number(
    answers: dict[str, Value], alarm: float | None, steady: float | None
) -> None:
    look = look_of(answered(**answers))
    assert (look.alarm, look.steady, look.empty) == (alarm, steady, alarm is None and steady is None)


def test_what_is_kept_is_ids_and_numbers_and_no_rating() -> None:
    kept = answered(**dict.fromkeys(ITEMS, "2"), between_own="some words")
    assert kept.tags == tuple(f"{item}.2" for item in (*ALARM, *STEADY))
    assert (kept.before, kept.after) == (None, None)


def test_two_steps_of_one_item_are_a_change_and_one_is_swing() -> None:
    assert changed(7 / 3, 5 / 3) and changed(5 / 3, 7 / 3)
    assert not changed(2, 5 / 3)
    assert not changed(2, 2.5)


def test_it_may_be_offered_after_four_weeks() -> None:
    assert due(None, MONDAY)
    assert due(MONDAY - timedelta(days=28), MONDAY)
    assert not due(MONDAY - timedelta(days=28) + timedelta(seconds=1), MONDAY)
