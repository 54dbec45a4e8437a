"""What the danger detector is made of and what it says. Frozen values only; the words come from content/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tier = Literal["act", "ask", "none"]
"""act: show the card with people to reach. ask: one plain question. none: go on."""
Category = Literal["suicide", "selfharm", "abuse", "partner_at_risk", "harm_other"]
Source = Literal["free", "draft", "pasted"]
"""Who speaks: free and draft are the person's own words (in a draft “you” is the partner); pasted is the partner's."""

CATEGORIES: tuple[Category, ...] = ("suicide", "selfharm", "abuse", "partner_at_risk", "harm_other")
"""In the order in which cards are due."""
SOURCES: tuple[Source, ...] = ("free", "draft", "pasted")
STRENGTH: Mapping[str, int] = {"none": 0, "ask": 1, "act": 2}
"""Tiers as numbers, so that the stronger of two can be chosen."""


@dataclass(frozen=True)
class Assessment:
    """What was noticed in a text. It holds no words of the text, so it may be kept and logged."""

    tier: Tier = "none"
    categories: tuple[Category, ...] = ()
    immediate: bool = False
    rules: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    """Where in the original text, as (start, end) of each rule's first match, in the order of `rules`."""


@dataclass(frozen=True)
class Rule:
    """One family of meaning: who does what to whom, and what it calls for."""

    id: str
    category: Category
    tier: Tier
    says: tuple[str, ...]
    """Word patterns (see `patterns`), any of which is enough."""
    unless: tuple[str, ...] = ()
    """Everyday readings of the same words; they excuse this rule only where they overlap it."""
    negated: Tier = "none"
    """What is left when somebody says it is not so."""
    immediate: bool = False
    now: bool = False
    """A word such as “tonight” in the same sentence makes it immediate."""
    fiction: bool = False
    """A film, a book or a game in the same sentence excuses it."""
    own: bool = False
    """It is about the person: somebody else as the subject (“he wants to die”) excuses it."""
    sources: tuple[Source, ...] = SOURCES

    @property
    def wide(self) -> bool:
        """Written in concepts alone: it says that something is there, not well who does what to whom."""
        return all("@" in pattern for pattern in self.says)


@dataclass(frozen=True)
class Mask:
    """An idiom: harmless words that look like danger. It covers its own words and nothing else."""

    id: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Words: slots for patterns, and how what people type becomes plain words."""

    slots: Mapping[str, frozenset[str]]
    replace: Mapping[str, tuple[str, ...]]
    """Slang, missing apostrophes and known slips of the finger, each as the words it stands for."""
    fillers: frozenset[str]
    """Words that change nothing (“just”, “really”): left out, so that patterns need not expect them."""
    fuzzy: frozenset[str]
    """Long, unmistakable words that are recognised with one wrong letter."""
    starred: frozenset[str]
    """Words that people write with a star in them."""
    symbols: Mapping[str, str]
    """Emoji that stand for a thing."""
    slang: frozenset[str]
    """Typed words that are often a way of speaking: alone, or with a laugh, they are worth the question only."""
    jokes: frozenset[str]
    negators: frozenset[str]
    bridges: frozenset[str]
    """Words that may stand between “not” and what it denies."""
    clause_words: frozenset[str]
    """Words that begin a new thought."""
    now: frozenset[str]
    stories: frozenset[str]
    """Words for films, books and games."""
    everyday: frozenset[str]
    """Things of everyday life; near a match that is worth the question only, they say that nothing more is meant."""
    speech: frozenset[str]
    """Verbs after which somebody's own words follow."""
    contrast: frozenset[str]
    """Words that take back a denial (“but”)."""


@dataclass(frozen=True)
class Concept:
    """One meaning and the many ways to put it (“to be dead”); rules name it as @id and join two or three."""

    id: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class RuleSet:
    """Everything the detector knows of one language."""

    lexicon: Lexicon
    rules: tuple[Rule, ...]
    masks: tuple[Mask, ...]
    denials: tuple[Mask, ...]
    concepts: tuple[Concept, ...] = ()


@dataclass(frozen=True)
class Fired:
    """One rule that matched, and what became of it; for `keel safety explain`."""

    rule: str
    category: Category
    tier: Tier
    span: tuple[int, int]
    why: str
    immediate: bool = False
    words: tuple[str, ...] = ()
    aside: bool = False
    """An exact rule of another category knows what these words mean, so this one brings no card of its own."""
