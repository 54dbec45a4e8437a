"""Patterns together with whom they belong to: a rule, what excuses it, an idiom, a concept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.core.safety.matcher import Hit, Matcher
from bot.core.safety.model import Concept, Mask, Rule, RuleSet
from bot.core.safety.patterns import Sequence, parse


@dataclass(frozen=True)
class Unless:
    """Everyday readings of one rule's words."""

    rule: str


Owner = Rule | Mask | Concept | Unless


class Compiled:
    """Patterns with their owners."""

    def __init__(self, parts: Iterable[tuple[Owner, tuple[str, ...]]], rules: RuleSet) -> None:
        self._owners: list[Owner] = []
        patterns: list[tuple[int, Sequence]] = []
        for owner, says in parts:
            self._owners.append(owner)
            own, be = len(self._owners) - 1, isinstance(owner, Rule | Concept)
            patterns += [(own, sequence) for say in says for sequence in parse(say, rules.lexicon.slots, be=be)]
        self.matcher = Matcher(patterns)

    def hits(
        self, words: tuple[str, ...], forms: list[frozenset[str]], ends: list[bool], without: Collection[str]
    ) -> list[tuple[Owner, Hit]]:
        """All matches with their owners, but for those left out."""
        found = [(self._owners[hit.owner], hit) for hit in self.matcher.run(words, forms, ends)]
        if not without:
            return found
        return [
            (owner, hit)
            for owner, hit in found
            if (owner.rule if isinstance(owner, Unless) else owner.id) not in without
        ]
