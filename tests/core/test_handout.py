"""What somebody hands to a therapist: as little as can be unless they say more, and sums that are right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.handout import Wish, beginning, counted, fears, lessons_done, ratings, tagged, wish_of
from bot.core.model import Completion, Entry, Outcome, Value

NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def rated(before: int | None, after: int | None, days: int = 0) -> Entry:
    """A hard moment some days ago."""
    return Entry("spiral", NOW - timedelta(days=days), before, after)


def test_who_chose_nothing_gives_counts_of_thirty_days_and_not_a_word() -> None:
    assert wish_of({}) == Wish(30, "a4", frozenset({"counts"}), frozenset(), frozenset())
    assert wish_of({"days": "x", "paper": "x", "asked": "x", "parts": ()}).parts == frozenset()


def test_what_was_ticked_is_what_is_wished() -> None:
    answers: dict[str, Value] = {
        "days": "all",
        "paper": "letter",
        "parts": ("counts", "fears"),
        "own_words": ("n3",),
        "asked": ("q7", "qx"),
    }
    assert wish_of(answers) == Wish(None, "letter", frozenset({"counts", "fears"}), frozenset({"n3"}), frozenset({7}))


def test_the_days_begin_at_midnight_on_the_persons_own_clock() -> None:
    assert beginning(Wish(days=30), NOW, BERLIN) == datetime(2026, 10, 26, 23, tzinfo=UTC)
    assert beginning(Wish(days=None), NOW, BERLIN) is None
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # the next day in Berlin
    assert beginning(Wish(days=30), late, BERLIN) == datetime(2026, 10, 27, 23, tzinfo=UTC)


def test_medians_stay_open_below_three_pairs_and_one_point_is_about_the_same() -> None:
    everything, october, november = ratings(
        [rated(8, 3, 40), rated(6, 7), rated(5, 4), rated(3, 9), rated(5, None), rated(None, 2)], BERLIN
    )
    assert (everything.month, everything.pairs, everything.before, everything.after) == (None, 4, 5.5, 5.5)
    assert (everything.lower, everything.same, everything.higher) == (1, 2, 1)
    assert (october.month, october.pairs, october.before, october.after) == ((2026, 10), 1, None, None)
    assert (november.month, november.pairs, november.before) == ((2026, 11), 3, 5)
    assert ratings([rated(5, None)], BERLIN) == ()


def test_ten_years_are_twenty_four_months_at_most() -> None:
    found = ratings([rated(7, 3, days) for days in range(0, 3650, 5)], BERLIN)
    assert len(found) == 25
    assert found[0].pairs == 730
    assert found[-1].month == (2026, 11)


def test_what_was_decided_about_held_messages_is_counted_by_its_name() -> None:
    done = [Entry("hold", NOW, tags=("hold.held",)), Entry("hold", NOW, tags=("hold.sent",)), Entry("pause", NOW)]
    assert counted(done) == {"hold.held": 1, "hold.sent": 1, "pause": 1}


def test_the_most_frequent_comes_first() -> None:
    moments = [Entry("spiral", NOW, tags=("facts.seen", "facts.short")), Entry("spiral", NOW, tags=("facts.short",))]
    assert tagged([*moments, Entry("fear", NOW, tags=("facts.seen",))], "spiral", "facts") == [
        ("short", 2),
        ("seen", 1),
    ]


def test_fears_that_came_true_are_counted_like_the_others() -> None:
    looked = [
        Entry("fear", NOW, tags=("outcome.did", "meanings.fading", "meanings.ending")),
        Entry("fear", NOW, tags=("outcome.didnt", "meanings.fading")),
        Entry("fear", NOW, tags=("outcome.unknown",)),
    ]
    found = fears(looked)
    assert found[""] == {"didnt": 1, "partly": 0, "did": 1, "unknown": 1}
    assert found["fading"] == {"didnt": 1, "partly": 0, "did": 1, "unknown": 0}
    assert fears([]) == {}


def test_what_was_put_away_is_not_listed() -> None:
    done = [
        Completion("a2", Outcome.TRIED, NOW),
        Completion("a1", Outcome.READ, NOW - timedelta(days=60)),
        Completion("a3", Outcome.NOT_FOR_ME, NOW),
        Completion("a4", Outcome.LATER, NOW),
    ]
    assert [item.lesson for item in lessons_done(done, None)] == ["a1", "a2"]
    assert [item.lesson for item in lessons_done(done, NOW - timedelta(days=30))] == ["a2"]
