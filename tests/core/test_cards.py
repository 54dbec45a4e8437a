"""Which cards are due, in which order, and that nothing but ids ever leaves a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.safety import CATEGORIES, detector
from bot.core.safety.age import age_in
from bot.core.safety.cards import Due, due, in_order, read, still_due
from bot.library.load import Library

LINES = (
    "I want to die",
    "I took all the pills",
    "I wish I could disappear",
    "I cut myself last night",
    "he hit me",
    "he checks my phone",
    "he said he will kill himself",
    "I'm going to hurt him tonight",
)
CARDS = st.builds(
    Due,
    st.sampled_from(CATEGORIES),
    st.sampled_from(("act", "ask")),
    st.booleans(),
    st.lists(st.sampled_from(("a", "b", "c")), min_size=1, unique=True).map(tuple),
)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.lists(st.sampled_from(LINES), max_size=3), st.text(max_size=60))
def test_nothing_of_a_text_leaves_it_but_known_ids(before: str, lines: list[str], after: str) -> None:
    known = {rule.id for rule in detector().rules.rules} | {denial.id for denial in detector().rules.denials}
    found = due(detector().explain(f"{before}. {'. '.join(lines)}. {after}"))
    for item in found:
        assert set(item.rules) <= {*known, "denial-then-but"}
        assert item.category in CATEGORIES
        assert read(item.written()) == item
    assert [item.category for item in found] == list(dict.fromkeys(item.category for item in found))


@given(st.lists(CARDS, max_size=8))
def test_danger_now_comes_first_plain_danger_next_and_a_category_once(cards: list[Due]) -> None:
    shown = in_order(cards)
    weights = [(not item.immediate, item.tier != "act") for item in shown]
    assert weights == sorted(weights)
    assert {item.category for item in shown} == {item.category for item in cards}
    assert len({item.category for item in shown}) == len(shown)


@given(st.lists(CARDS, max_size=5), st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc")))
def test_what_was_put_away_rests_but_never_danger_now_and_an_idiom_silences_questions_only(
    cards: list[Due], put_away: set[str], idioms: set[str]
) -> None:
    shown = still_due(cards, put_away, idioms)
    for item in cards:
        quiet = put_away | idioms if item.tier == "ask" else put_away
        assert (item in shown) == (item.immediate or not set(item.rules) <= quiet)


def test_among_equals_the_order_is_dying_hurting_fear_the_partner_others() -> None:
    text = "I'm going to hurt him. He said he'll kill himself. He hit me. I cut myself last night. I want to die."
    assert [item.category for item in due(detector().explain(text))] == list(CATEGORIES)


@pytest.mark.parametrize(
    ("line", "age"),
    [
        ("hi, I'm 15", 15),
        ("I’m 15 and I want to die", 15),
        ("im seventeen, my boyfriend is 24", 17),
        ("just turned 16", 16),
        ("14 years old here", 14),
        ("I'm 15 minutes late", None),
        ("I'm 16 weeks in", None),
        ("I'm 10 out of 10 upset", None),
        ("I'm 31", None),
        ("he's 15 years older", None),
        ("call me at 15:30", None),
    ],
)
def test_somebody_says_that_they_are_not_grown_up(library: Library, line: str, age: int | None) -> None:
    ages = library.speak("en").ages
    assert age_in(line, ages.phrases, ages.numbers, ages.units) == age
