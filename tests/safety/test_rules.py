"""Every rule catches what it says it catches and leaves its near misses alone; none can be taken away unnoticed."""

from __future__ import annotations

import pytest

from bot.core.safety import Detector
from bot.core.safety.measure import Line, measure
from bot.core.safety.patterns import parse
from bot.library.safety import RuleFiles, example
from tests.safety.conftest import examples

FEWEST_LINES = 1_200


def test_every_rule_catches_its_lines(detector: Detector, files: RuleFiles) -> None:
    silent = [
        (rule, text)
        for rule, text, source in examples(files, "catches")
        if rule not in detector.assess(text, source=source).rules
    ]
    assert silent == []


def test_no_rule_fires_on_its_near_misses(detector: Detector, files: RuleFiles) -> None:
    loud = [
        (rule, text)
        for rule, text, source in examples(files, "misses")
        if rule in detector.assess(text, source=source).rules
    ]
    assert loud == []


def test_every_mask_keeps_its_lines_quiet(detector: Detector, files: RuleFiles) -> None:
    loud = []
    for mask in files.masks.masks:
        for line in mask.examples:
            text, source = example(line)
            got = detector.assess(text, source=source)
            if got.tier != "none":
                loud.append((mask.id, text, got.rules))
    assert loud == []


def test_without_any_one_rule_one_of_its_lines_is_answered_otherwise(detector: Detector, files: RuleFiles) -> None:
    """Mutation: take each rule away; at least one line it catches, or a development line, must change."""
    needless = []
    by_rule: dict[str, list[tuple[str, str]]] = {}
    for rule, text, source in examples(files, "catches"):
        by_rule.setdefault(rule, []).append((text, source))
    for rule, its_lines in by_rule.items():
        kept = [detector.assess(text, source=source) for text, source in its_lines]  # type: ignore[arg-type]
        gone = [
            detector.assess(text, source=source, without={rule})  # type: ignore[arg-type]
            for text, source in its_lines
        ]
        if all(
            before.tier == after.tier and before.categories == after.categories
            for before, after in zip(kept, gone, strict=True)
        ):
            needless.append(rule)
    assert needless == []


def test_without_any_one_mask_one_of_its_lines_is_a_false_alarm(detector: Detector, files: RuleFiles) -> None:
    needless = []
    for mask in files.masks.masks:
        read = [example(line) for line in mask.examples]
        if all(detector.assess(text, source=source, without={mask.id}).tier == "none" for text, source in read):
            needless.append(mask.id)
    assert needless == []


def test_a_concept_is_said_in_many_ways_and_a_verb_in_all_its_forms(detector: Detector) -> None:
    for way in ("he hurts me", "he backhanded me", "he has beaten me", "he flogged me", "he is hitting me"):
        assert detector.assess(way).tier != "none", way
    slots = {"bite~": frozenset({"bit", "bitten"})}
    (sequence,) = parse("bite~ me", slots)
    assert sequence.elements[0].words == {"bite", "bites", "biting", "bited", "bit", "bitten"}


def test_a_line_of_a_category_that_deserves_the_question_counts_as_such(detector: Detector) -> None:
    figures = measure(detector, [Line("I just want to disappear", "suicide", "free", 2, "ask")])
    assert figures.lines == {"suicide": 1, "ask": 1}
    assert figures.share("ask", "act", "ask") == 1


def test_an_idiom_drops_the_concept_it_covers_and_no_other(detector: Detector) -> None:
    assert detector.assess("he threw me a surprise party").tier == "none"
    assert detector.assess("he threw me a surprise party and then he threw me against the wall").tier != "none"


def test_an_everyday_thing_excuses_what_is_worth_the_question_and_nothing_plain(detector: Detector) -> None:
    assert detector.assess("he checks the pizza every minute").tier == "none"
    assert detector.assess("he checks my phone every minute").tier == "ask"
    assert detector.assess("he hit me and ate his pizza").tier == "act"
    assert detector.assess("I want to kill myself, I said over pizza").tier == "act"
    assert detector.assess("I just want to disappear. There is pizza in the oven.").tier == "ask"


def test_a_not_counts_behind_a_person_too(detector: Detector) -> None:
    assert detector.assess("my dad never hit us").tier == "none"
    assert detector.assess("my dad hit us").tier != "none"


def test_there_are_enough_lines_of_our_own(lines: list[Line], files: RuleFiles) -> None:
    assert len({(line.text, line.source) for line in lines}) >= FEWEST_LINES


@pytest.mark.parametrize(
    ("label", "least"),
    [
        ("suicide", 0.95),
        ("selfharm", 0.95),
        ("partner_at_risk", 0.90),
        ("abuse", 0.85),
        ("harm_other", 0.85),
        ("ask", 0.95),
    ],
)
def test_the_development_lines_meet_the_bar(detector: Detector, lines: list[Line], label: str, least: float) -> None:
    share = measure(detector, lines).share(label, "act", "ask")
    assert share is not None
    assert share >= least


def test_false_alarms_on_the_development_lines_stay_below_the_bar(detector: Detector, lines: list[Line]) -> None:
    figures = measure(detector, lines)
    act, either, asked = figures.share("none", "act"), figures.share("none", "act", "ask"), figures.share("ask", "act")
    assert act is not None and either is not None and asked is not None
    assert act <= 0.01
    assert either <= 0.05
    assert asked <= 0.20
