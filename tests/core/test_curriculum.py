"""Which lesson comes next, waits, or comes back; which unit fits; which steady message, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.curriculum import RECALL_GAPS, Curriculum, Stage, due_recall, fitting, next_again, next_lesson, unread
from bot.core.model import EVERY_DAY, Completion, Delivery, DeliveryState, Outcome
from bot.core.schedule import Pace, Plan, Quiet, Window, in_window, local
from bot.core.steady import next_steady, steady_choice

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRST, SECOND = Stage("first", ("a", "b", "c", "z")), Stage("second", ("d", "e", "y"))
ALL = Curriculum((FIRST, SECOND), (Stage("unit", ("u",), ("fear", "unsafe"), 2),))


def done(lesson: str, days_ago: float, outcome: Outcome = Outcome.TRIED, recalls: int = 0) -> Completion:
    """Something was made of a lesson."""
    return Completion(lesson, outcome, NOW - timedelta(days=days_ago), recalls=recalls)


def sent(lesson: str, days_ago: float, state: DeliveryState = DeliveryState.SENT) -> Delivery:
    """A lesson was sent."""
    return Delivery(1, 1, lesson, state, NOW - timedelta(days=days_ago))


def test_the_next_lesson_is_the_first_that_was_not_met() -> None:
    assert next_lesson(ALL, [done("a", 1, Outcome.NOT_FOR_ME)], ["b"]) == "c"
    assert next_lesson(ALL, [], ALL.lessons) is None


def test_a_round_brings_what_was_not_touched_since_and_leaves_out_what_was_declined() -> None:
    since = NOW - timedelta(days=2)
    before = [done("a", 9), done("b", 8, Outcome.NOT_FOR_ME), done("c", 7), done("z", 2)]
    assert next_again(FIRST, since, before, []) == "a"
    assert next_again(FIRST, since, before, [sent("a", 1)]) == "c"
    assert next_again(FIRST, since, before, [sent("a", 1), sent("c", 0)]) == "z", "chosen at its review, so once more"
    assert next_again(FIRST, since, before, [sent(id_, 1) for id_ in "acz"]) is None


def test_what_came_and_was_not_touched_waits() -> None:
    assert unread([], [sent("a", 1)]) == "a"
    assert unread([done("a", 0.5)], [sent("a", 1)]) is None
    assert unread([done("a", 5)], [sent("a", 1)]) == "a", "it came once more"
    assert unread([], [sent("a", 1, DeliveryState.UNKNOWN)]) is None, "it may not have arrived"


def test_what_was_put_off_waits_until_something_else_is_done() -> None:
    later = done("a", 2, Outcome.LATER)
    assert unread([later], [sent("a", 3)]) == "a"
    assert unread([later, done("b", 1)], [sent("a", 3)]) is None


def test_a_look_back_comes_three_lessons_after_the_one_before_at_growing_gaps() -> None:
    lately: Sequence[Delivery] = [sent("b", 2), sent("c", 1.5), sent("d", 1)]
    assert due_recall(ALL, [done("a", 3)], lately, NOW) == done("a", 3)
    assert due_recall(ALL, [done("a", 2.9)], lately, NOW) is None
    assert due_recall(ALL, [done("a", 3)], lately[:2], NOW) is None
    assert due_recall(ALL, [done("a", 3, Outcome.NOT_FOR_ME)], lately, NOW) is None
    assert due_recall(ALL, [done("z", 30)], lately, NOW) is None, "a stage's last lesson is a look back itself"
    assert due_recall(ALL, [done("a", 90, recalls=len(RECALL_GAPS))], lately, NOW) is None
    again = Completion("a", Outcome.TRIED, NOW - timedelta(days=20), recalls=1, recalled_at=NOW - timedelta(days=8))
    assert due_recall(ALL, [again, done("b", 4)], lately, NOW) == again, "its gaps are to grow"
    assert list(RECALL_GAPS) == sorted(RECALL_GAPS)


def test_a_unit_fits_when_its_tags_were_met_often_enough() -> None:
    assert fitting(ALL.companions, {"fear": 1}) == []
    assert fitting(ALL.companions, {"fear": 1, "unsafe": 1}) == ["unit"]
    assert fitting([Stage("plain", ("x",))], {"fear": 9}) == []


@given(st.integers(1, 10**9), st.integers(2, 60))
def test_no_steady_message_comes_twice_before_all_of_them_came(learner: int, number: int) -> None:
    ids = [f"st{index}" for index in range(number)]
    assert sorted(steady_choice(ids, learner, count) for count in range(number)) == sorted(ids)


@given(
    st.integers(1, 10**9),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Africa/Lagos"]),
    st.integers(0, 23),
    st.sampled_from([30, 60, 180]),
)
def test_steady_messages_keep_to_the_window_and_to_three_in_seven_days(
    learner: int, days: set[int], zone: str, hour: int, minutes: int
) -> None:
    plan = Plan(zone, Window(time(hour), minutes), frozenset(days), Pace.weekly, Quiet(time(22), time(7)))
    now, newest, came = NOW, None, []
    for count in range(20):
        due = next_steady(now, plan, learner, count, newest)
        assert due is not None
        assert due > now
        assert in_window(due, plan, due)
        came.append(local(due, zone).date())
        now = newest = due
    assert all(sum(0 <= (other - day).days < 7 for other in came) <= 3 for day in came)
    if days == set(EVERY_DAY):
        assert (came[-1] - came[0]).days <= 50


def test_no_plan_and_no_pause_bring_a_steady_message() -> None:
    plan = Plan("Europe/Berlin", Window(time(9), 60), EVERY_DAY, Pace.daily, paused=True)
    assert next_steady(NOW, plan, 1, 0, None) is None
