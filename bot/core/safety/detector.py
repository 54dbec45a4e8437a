"""Rules over plain words: what fired, what excuses it, and what that adds up to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from bot.core.safety.compiled import Compiled, Owner, Unless
from bot.core.safety.matcher import Hit
from bot.core.safety.model import CATEGORIES, STRENGTH, Assessment, Concept, Fired, Mask, Rule, RuleSet, Source, Tier
from bot.core.safety.normalise import Normaliser, Plain
from bot.core.safety.people import readings

NEAR = 25
"""A denial reaches this many words; a joke three."""
JOKE_REACH = 3
SUBJECT_REACH = 5
"""How many words before a match its subject is looked for."""
HOMELY = 6
"""Nor is an everyday thing looked for farther from a match than this many words."""
OWN = frozenset(("i", "me", "my", "myself"))
MOST_CONCEPTS = 400
"""Concepts that are noted in one text."""
CONCEPT = "@"
LONG, HELD, LONG_HELD = 6, 0.5, 0.75
"""An idiom drops a concept when it covers half of its words; of a long one, three quarters."""
MOST_LOOKED_AT = 150
"""Matches that are weighed one by one; past that many, nothing is excused any more."""
NOTHING: frozenset[str] = frozenset()


class Detector:
    """Assesses texts by one language's rules. Compiled once; holds nothing about any text."""

    def __init__(self, rules: RuleSet) -> None:
        """Raises PatternProblem: a pattern cannot be used (`keel content check` names file and line)."""
        self.rules = rules
        lexicon = rules.lexicon
        self._denials = frozenset(denial.id for denial in rules.denials)
        self._words_first = Compiled(self._first_parts(), rules)
        self._rules_then = Compiled(self._second_parts(), rules)
        matchers = (self._words_first.matcher, self._rules_then.matcher)
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
            found += _Reading(self, part, words, source, without).fired()
        return found

    @property
    def words_first(self) -> Compiled:
        """What is looked for first: idioms, denials, concepts."""
        return self._words_first

    @property
    def rules_then(self) -> Compiled:
        """What is looked for then, in words and in concepts: rules and what excuses them."""
        return self._rules_then

    def is_denial(self, mask: Mask) -> bool:
        """Whether a mask says “I am safe” rather than being an idiom."""
        return mask.id in self._denials


class _Reading:
    """One reading of one text."""

    def __init__(
        self, detector: Detector, plain: Plain, words: tuple[str, ...], source: Source, without: Collection[str]
    ) -> None:
        self._detector = detector
        self._lexicon = detector.rules.lexicon
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
        self._matcher = detector.rules_then.matcher
        self._forms = self._matcher.forms(tagged)
        self._hits = detector.rules_then.hits(tagged, self._forms, self._ends, without)
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
        compiled = self._detector.words_first
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
                if isinstance(owner, Mask) and self._detector.is_denial(owner):
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
        return [_yield(item, exact) if item.rule in wide else item for item in strongest.values()]

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
        if rule.own and self._is_anothers(rests):
            return self._entry(rule, "none", rests, "somebody else is meant")
        if self._is_negated(rests):
            tier = "ask" if rule.tier == "act" and self._then_contrast(rests[-1]) else rule.negated
            return self._entry(rule, tier, rests, "it is said not to be so")
        if rule.fiction and self._in_story(rests):
            return self._entry(rule, "none", rests, "it is about a story or a game")
        if rule.tier == "ask" and self._is_everyday(rests):
            return self._entry(rule, "none", rests, "it is about everyday things")
        slang = rule.tier == "act" and any(self._plain.words[at].slang for at in rests)
        if slang and (self._is_joke(rests) or not self._is_now(rests)):
            return self._entry(rule, "ask", rests, "slang, which is often a way of speaking")
        if self._is_denied(rule, rests):
            return self._entry(rule, "ask", rests, "it is denied nearby")
        immediate = rule.immediate or (rule.now and self._is_now(rests))
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

    def _sentence(self, rests: tuple[int, ...]) -> tuple[int, int]:
        first, last = rests[0], rests[-1]
        while first > 0 and not self._plain.words[first - 1].stops:
            first -= 1
        while last < len(self._words) - 1 and not self._plain.words[last].stops:
            last += 1
        return first, last

    def _in_story(self, rests: tuple[int, ...]) -> bool:
        first, last = self._sentence(rests)
        return not self._lexicon.stories.isdisjoint(self._words[first : last + 1])

    def _is_everyday(self, rests: tuple[int, ...]) -> bool:
        first, last = self._sentence(rests)
        first, last = max(first, rests[0] - HOMELY), min(last, rests[-1] + HOMELY)
        return any(
            word in self._lexicon.everyday
            for at, word in enumerate(self._words[first : last + 1], first)
            if at not in rests
        )

    def _is_now(self, rests: tuple[int, ...]) -> bool:
        first, last = self._sentence(rests)
        return not self._lexicon.now.isdisjoint(self._words[first : last + 1])

    def _is_joke(self, rests: tuple[int, ...]) -> bool:
        return any(abs(at - rests[-1] - 1) <= JOKE_REACH for at in self._plain.jokes)

    def _is_denied(self, rule: Rule, rests: tuple[int, ...]) -> bool:
        """Whether “I'm safe” stands near; it never reaches means, places and the like."""
        if rule.tier != "act" or rule.immediate or rule.category not in ("suicide", "selfharm"):
            return False
        return any(abs(at - rests[-1]) <= NEAR for at in self._denied)

    def _is_negated(self, rests: tuple[int, ...]) -> bool:
        """Whether a “not” before the match, or in its gaps, denies its first weighty word."""
        resting = set(rests)
        people = self._lexicon.slots["other"]
        weighty = next(
            (at for at in rests if not self._is_bridge(self._words[at]) and self._words[at] not in people), rests[-1]
        )
        at = weighty - 1
        while at >= 0 and at >= weighty - 8:
            word = self._words[at]
            if self._plain.words[at].ends and self._plain.words[at].stops:
                return False
            if word in self._lexicon.negators:
                return at not in resting
            if not self._is_bridge(word):
                return False
            at -= 1
        return False

    def _is_anothers(self, rests: tuple[int, ...]) -> bool:
        """Whether the nearest subject before the match is somebody else, and the person is not named in it."""
        first, others = rests[0], self._lexicon.slots["other"]
        if not OWN.isdisjoint(self._words[first : rests[-1] + 1]):
            return False
        for at in range(first - 1, max(first - SUBJECT_REACH, 0) - 1, -1):
            if self._plain.words[at].ends:
                return False
            parts = self._words[at].split("|")
            if parts[0] in OWN:
                return False
            if any(part in others for part in parts):
                return True
            if not self._is_bridge(self._words[at]):
                return False
        return False

    def _is_bridge(self, word: str) -> bool:
        return any(part in self._lexicon.bridges for part in word.split("|"))

    def _then_contrast(self, last: int) -> bool:
        return not self._lexicon.contrast.isdisjoint(self._words[last + 1 : last + 9])

    def _contradicted(self) -> list[int]:
        return [at for at in self._denied if self._then_contrast(at)][:1]


def _yield(item: Fired, exact: Iterable[Fired]) -> Fired:
    """A wide rule, where an exact one of another category knows what these words mean: one card, not two."""
    begin, end = item.span
    for nearer in exact:
        if nearer.category != item.category and nearer.span[0] < end and begin < nearer.span[1]:
            return replace(item, aside=True, why=f"{nearer.rule} knows what these words mean")
    return item


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
