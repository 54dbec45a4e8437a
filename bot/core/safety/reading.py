"""One reading of one text: what fired in it, and what excuses it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from bot.core.safety.compiled import Compiled, Unless
from bot.core.safety.context import Context
from bot.core.safety.matcher import Hit
from bot.core.safety.model import STRENGTH, Concept, Fired, Lexicon, Mask, Rule, Source, Tier
from bot.core.safety.normalise import Plain

NEAR = 25
"""A denial reaches this many words."""
MOST_CONCEPTS = 400
"""Concepts that are noted in one text."""
CONCEPT = "@"
LONG, HELD, LONG_HELD = 6, 0.5, 0.75
"""An idiom drops a concept when it covers half of its words; of a long one, three quarters."""
MOST_LOOKED_AT = 150
"""Matches that are weighed one by one; past that many, nothing is excused any more."""


@dataclass(frozen=True)
class Parts:
    """The compiled rules of one language.

    words_first: what is looked for first: idioms, denials, concepts. rules_then: what is looked for then, in words and
    in concepts: rules and what excuses them. denials: the masks that say “I am safe” rather than being idioms.
    """

    words_first: Compiled
    rules_then: Compiled
    denials: Collection[Mask]
    lexicon: Lexicon


class Reading:
    """One reading of one text."""

    def __init__(
        self, parts: Parts, plain: Plain, words: tuple[str, ...], source: Source, without: Collection[str]
    ) -> None:
        self._parts = parts
        self._context = Context(plain, words, parts.lexicon)
        self._plain = plain
        self._words = words
        self._source = source
        self._ends = [word.ends for word in plain.words]
        self._without = without
        self._budget = MOST_LOOKED_AT
        self._masked: set[int] = set()
        self._excused: dict[str, set[int]] = {}
        self._denied: list[int] = []
        self._phrases: dict[int, tuple[int, ...]] = {}
        """For each word in a concept, the words that the longest one rests on."""
        tagged = self._look_at_words_first()
        self._matcher = parts.rules_then.matcher
        self._forms = self._matcher.forms(tagged)
        self._hits = parts.rules_then.hits(tagged, self._forms, self._ends, without)
        for owner, hit in self._hits:
            if not isinstance(owner, Unless) or not self._affordable():
                continue
            rests = self._matcher.align(hit, self._forms, self._ends, ())
            if rests is None:
                continue
            first, last = self._whole(rests, hit)
            if not self._stops_within((first, last)):
                self._excused.setdefault(owner.rule, set()).update(range(first, last + 1))

    def _look_at_words_first(self) -> tuple[str, ...]:
        """Finds idioms, denials and concepts; gives the words, each with the concepts it belongs to."""
        compiled = self._parts.words_first
        forms = compiled.matcher.forms(self._words)
        concepts: list[tuple[str, tuple[int, ...]]] = []
        for owner, hit in compiled.hits(self._words, forms, self._ends, self._without):
            if len(concepts) > MOST_CONCEPTS or (isinstance(owner, Mask) and not self._affordable()):
                continue
            rests = compiled.matcher.align(hit, forms, self._ends, ())
            if rests is None:
                continue
            if isinstance(owner, Concept):
                concepts.append((owner.id, rests))
            elif not self._stops_within(rests):
                self._masked.update(range(rests[0], rests[-1] + 1))
                if owner in self._parts.denials:
                    self._denied.append(rests[-1])
        tags: dict[int, set[str]] = {}
        for name, rests in concepts:
            if sum(at in self._masked for at in rests) >= len(rests) * (LONG_HELD if len(rests) >= LONG else HELD):
                continue
            for at in rests:
                tags.setdefault(at, set()).add(CONCEPT + name)
                known = self._phrases.get(at)
                if known is None or known[-1] - known[0] < rests[-1] - rests[0]:
                    self._phrases[at] = rests
        if not tags:
            return self._words
        return tuple("|".join((word, *sorted(tags[at]))) if at in tags else word for at, word in enumerate(self._words))

    def _whole(self, rests: tuple[int, ...], hit: Hit) -> tuple[int, int]:
        """The first and the last word of a match, with all words of the concepts in it."""
        first, last = rests[0], rests[-1]
        if self._matcher.names_concept(hit):
            first = min((self._phrases[at][0] for at in rests if at in self._phrases), default=first)
            last = max((self._phrases[at][-1] for at in rests if at in self._phrases), default=last)
        return min(first, rests[0]), max(last, rests[-1])

    def _stops_within(self, rests: tuple[int, ...]) -> bool:
        """Whether a sentence ends inside. Punctuation may end an excuse, never an alarm."""
        return any(self._plain.words[at].stops for at in range(rests[0], rests[-1]))

    def _affordable(self) -> bool:
        self._budget -= 1
        return self._budget >= 0

    def fired(self) -> list[Fired]:
        """One entry for each rule that matched: its strongest match."""
        strongest: dict[str, Fired] = {}
        wide: set[str] = set()
        for owner, hit in self._hits:
            if not isinstance(owner, Rule) or self._source not in owner.sources:
                continue
            if owner.wide:
                wide.add(owner.id)
            best = strongest.get(owner.id)
            if best is not None and best.tier == owner.tier and (best.immediate or not owner.now):
                continue
            weighed = self._weigh(owner, hit)
            if best is None or STRENGTH[weighed.tier] > STRENGTH[best.tier] or weighed.immediate > best.immediate:
                strongest[owner.id] = weighed
        for place in self._contradicted():
            word = self._plain.words[place]
            said = Fired(
                "denial-then-but", "suicide", "ask", (word.start, word.end), "a denial is taken back with a “but”"
            )
            strongest.setdefault(said.rule, said)
        exact = [item for item in strongest.values() if item.tier != "none" and item.rule not in wide]
        return [_set_aside(item, exact) if item.rule in wide else item for item in strongest.values()]

    def _weigh(self, rule: Rule, hit: Hit) -> Fired:
        if not self._affordable():
            return self._entry(rule, rule.tier, (hit.position,), "too much to weigh, so nothing is excused")
        matcher = self._matcher
        rests = matcher.align(hit, self._forms, self._ends, self._masked)
        if rests is None:
            return self._entry(rule, "none", (hit.position,), "an idiom covers it")
        allowed = self._excused.get(rule.id)
        if allowed:
            rests = matcher.align(hit, self._forms, self._ends, self._masked | allowed)
            if rests is None or (matcher.names_concept(hit) and not allowed.isdisjoint(self._with_phrases(rests))):
                return self._entry(rule, "none", (hit.position,), "an everyday reading covers it")
        if matcher.names_concept(hit):
            rests = self._with_phrases(rests)
        if rule.own and self._context.is_anothers(rests):
            return self._entry(rule, "none", rests, "somebody else is meant")
        if self._context.is_negated(rests):
            tier = "ask" if rule.tier == "act" and self._context.then_contrast(rests[-1]) else rule.negated
            return self._entry(rule, tier, rests, "it is said not to be so")
        if rule.fiction and self._context.in_story(rests):
            return self._entry(rule, "none", rests, "it is about a story or a game")
        if rule.tier == "ask" and self._context.is_everyday(rests):
            return self._entry(rule, "none", rests, "it is about everyday things")
        slang = rule.tier == "act" and any(self._plain.words[at].slang for at in rests)
        if slang and (self._context.is_joke(rests) or not self._context.is_now(rests)):
            return self._entry(rule, "ask", rests, "slang, which is often a way of speaking")
        if self._is_denied(rule, rests):
            return self._entry(rule, "ask", rests, "it is denied nearby")
        immediate = rule.immediate or (rule.now and self._context.is_now(rests))
        return replace(self._entry(rule, rule.tier, rests, "it matches"), immediate=immediate)

    def _with_phrases(self, rests: tuple[int, ...]) -> tuple[int, ...]:
        """A match with all words of the concepts in it, so that a “not” inside a concept is part of it."""
        whole = set(rests)
        for at in rests:
            if at in self._phrases:
                whole.update(self._phrases[at])
        return tuple(sorted(whole))

    def _entry(self, rule: Rule, tier: Tier, rests: tuple[int, ...], why: str) -> Fired:
        words = self._plain.words
        span = (words[rests[0]].start, words[rests[-1]].end)
        return Fired(rule.id, rule.category, tier, span, why, words=tuple(self._words[at] for at in rests))

    def _is_denied(self, rule: Rule, rests: tuple[int, ...]) -> bool:
        """Whether “I'm safe” stands near; it never reaches means, places and the like."""
        if rule.tier != "act" or rule.immediate or rule.category not in ("suicide", "selfharm"):
            return False
        return any(abs(at - rests[-1]) <= NEAR for at in self._denied)

    def _contradicted(self) -> list[int]:
        return [at for at in self._denied if self._context.then_contrast(at)][:1]


def _set_aside(item: Fired, exact: Iterable[Fired]) -> Fired:
    """A wide rule, where an exact one of another category knows what these words mean: one card, not two."""
    begin, end = item.span
    for nearer in exact:
        if nearer.category != item.category and nearer.span[0] < end and begin < nearer.span[1]:
            return replace(item, aside=True, why=f"{nearer.rule} knows what these words mean")
    return item
