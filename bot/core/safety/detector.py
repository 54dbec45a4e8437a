"""Rules over plain words: what fired, what excuses it, and what that adds up to."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.core.safety.compiled import Compiled, Owner, Unless
from bot.core.safety.model import CATEGORIES, STRENGTH, Assessment, Fired, RuleSet, Source
from bot.core.safety.normalise import Normaliser
from bot.core.safety.people import readings
from bot.core.safety.reading import CONCEPT, Parts, Reading

NOTHING: frozenset[str] = frozenset()


class Detector:
    """Assesses texts by one language's rules. Compiled once; holds nothing about any text."""

    def __init__(self, rules: RuleSet) -> None:
        """Raises PatternProblem: a pattern cannot be used (`keel content check` names file and line)."""
        self.rules = rules
        lexicon = rules.lexicon
        words_first, rules_then = Compiled(self._first_parts(), rules), Compiled(self._second_parts(), rules)
        self._parts = Parts(words_first, rules_then, rules.denials, lexicon)
        matchers = (words_first.matcher, rules_then.matcher)
        self.vocabulary = frozenset(word for matcher in matchers for word in matcher.vocabulary if word[0] != CONCEPT)
        known = self.vocabulary | lexicon.negators | lexicon.now | lexicon.stories | lexicon.speech
        self._normaliser = Normaliser(lexicon, known, {stem for matcher in matchers for stem in matcher.stems})

    def _first_parts(self) -> Iterable[tuple[Owner, tuple[str, ...]]]:
        for mask in (*self.rules.masks, *self.rules.denials):
            yield mask, mask.says
        for concept in self.rules.concepts:
            yield concept, concept.says

    def _second_parts(self) -> Iterable[tuple[Owner, tuple[str, ...]]]:
        for rule in self.rules.rules:
            yield rule, rule.says
            if rule.unless:
                yield Unless(rule.id), rule.unless

    def assess(self, text: str, *, source: Source = "free", without: Collection[str] = NOTHING) -> Assessment:
        """What a text calls for.

        without: ids of rules and masks to leave out (the tests take each away once).
        """
        return summary(fired for fired in self.explain(text, source=source, without=without))

    def explain(self, text: str, *, source: Source = "free", without: Collection[str] = NOTHING) -> list[Fired]:
        """Every rule that matched and what became of it, the excused ones too, with tier none."""
        plain = self._normaliser.plain(text)
        found: list[Fired] = []
        for part, words in readings(plain, source, self.rules.lexicon):
            found += Reading(self._parts, part, words, source, without).fired()
        return found


def summary(fired: Iterable[Fired]) -> Assessment:
    """What single rules add up to: the strongest tier, all categories in the order in which cards are due."""
    standing: dict[str, Fired] = {}
    for item in fired:
        known = standing.get(item.rule)
        if item.tier != "none" and (known is None or STRENGTH[item.tier] > STRENGTH[known.tier]):
            standing[item.rule] = item
    ordered = sorted(standing.values(), key=lambda item: (-STRENGTH[item.tier], CATEGORIES.index(item.category)))
    if not ordered:
        return Assessment()
    present = {item.category for item in ordered if not item.aside}
    return Assessment(
        tier=ordered[0].tier,
        categories=tuple(category for category in CATEGORIES if category in present),
        immediate=any(item.immediate for item in ordered),
        rules=tuple(item.rule for item in ordered),
        spans=tuple(item.span for item in ordered),
    )
