"""When the bulk lane rests, and when one lesson stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.trouble import LOOKED_AT, REST, SAME_REFUSALS, TOO_MANY, Trouble

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def after(*failures: str | None) -> Trouble:
    """What is known after these results."""
    trouble = Trouble()
    for failure in failures:
        trouble = trouble.after(failure, None, NOW)
    return trouble


def test_ten_of_twenty_make_it_rest_a_minute_and_nine_do_not() -> None:
    assert not after(*["down", None] * (TOO_MANY - 1)).rests(NOW)
    resting = after(*["down", None] * (TOO_MANY - 1), "down")
    assert resting.rests(NOW)
    assert not resting.rests(NOW + REST)


def test_after_a_rest_one_is_tried_and_the_others_follow_when_it_came_to_something() -> None:
    rested = after(*["down"] * TOO_MANY)
    assert rested.trying
    again = rested.after("down", None, NOW + REST)
    assert again.trying
    assert again.rests(NOW + REST)
    well = rested.after(None, None, NOW + REST)
    assert not well.trying
    assert not well.after("down", None, NOW + REST).rests(NOW + REST)


def test_a_clock_set_back_does_not_silence_it_for_long() -> None:
    assert not after(*["down"] * TOO_MANY).rests(NOW - timedelta(days=1))


@given(st.lists(st.booleans(), max_size=60))
def test_old_results_are_forgotten(failures: list[bool]) -> None:
    trouble = after(*["unknown" if failed else None for failed in failures])
    assert sum(trouble.kinds().values()) <= min(TOO_MANY - 1, LOOKED_AT)


def test_the_same_refusal_for_many_stops_that_lesson_and_no_other() -> None:
    trouble = Trouble()
    for _ in range(SAME_REFUSALS):
        trouble = trouble.after(None, "a4", NOW, refusal=True).after(None, "a5", NOW)
    assert trouble.stopped == {"a4"}
    assert not trouble.rests(NOW)


def test_a_lesson_that_somebody_got_in_between_goes_on() -> None:
    trouble = Trouble()
    for _ in range(SAME_REFUSALS * 3):
        trouble = trouble.after(None, "a4", NOW, refusal=True).after(None, "a4", NOW)
    assert trouble.stopped == frozenset()
