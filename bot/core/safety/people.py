"""Who is meant by “I” and “you”. The same words are an alarm or none depending on whose they are.

A word that may be either case is written with all its readings between strokes (“i|me”): patterns fit any of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from bot.core.safety.model import Lexicon, Source
from bot.core.safety.normalise import Plain

PARTNER_SPEAKS = {
    "i": "he",
    "me": "him",
    "my": "his",
    "mine": "his",
    "myself": "himself",
    "you": "i|me|you",
    "your": "my|your",
    "yours": "mine",
    "yourself": "yourself",
}
"""The partner's words from the person's side. “Yourself” stays: “kill yourself” is said to somebody, not by them."""
PERSON_SPEAKS = {"you": "he|him|you", "your": "his|your", "yours": "his", "yourself": "himself|yourself"}
"""The person's own words: “you” is the partner."""
LONGEST_QUOTE = 60
BESIDE_QUOTE = 6
"""Words around a quotation that are read with it."""
_OTHERS = frozenset(("he", "she", "they", "him", "her", "them", "it"))


def readings(plain: Plain, source: Source, lexicon: Lexicon) -> list[tuple[Plain, tuple[str, ...]]]:
    """The words of the text with “I” and “you” resolved; where it is unclear who is quoted, that part a second time."""
    texts = [word.text for word in plain.words]
    if source == "pasted":
        return [(plain, tuple(PARTNER_SPEAKS.get(word, word) for word in texts))]
    own = tuple(PERSON_SPEAKS.get(word, word) for word in texts)
    quoted, certain = _quoted(plain, texts, lexicon)
    if not quoted:
        return [(plain, own)]
    theirs = tuple(PARTNER_SPEAKS.get(word, word) if at in quoted else own[at] for at, word in enumerate(texts))
    if certain:
        return [(plain, theirs)]
    around = slice(max(min(quoted) - BESIDE_QUOTE, 0), max(quoted) + BESIDE_QUOTE + 1)
    return [(plain, own), (Plain(plain.words[around]), theirs[around])]


def _quoted(plain: Plain, texts: list[str], lexicon: Lexicon) -> tuple[set[int], bool]:
    """Which words somebody else said, and whether that is certain."""
    marked = [(first, last) for first, last in pairwise(plain.quotes) if 0 < last - first <= LONGEST_QUOTE][::2]
    if marked:
        inside = {at for first, last in marked for at in range(first, last)}
        speaker = _speaker([word for at, word in enumerate(texts) if at not in inside], lexicon)
        if speaker == "person":
            return set(), True
        return inside, speaker == "other"
    for at, word in enumerate(texts):
        if word in lexicon.speech and at and _speaker(texts[max(0, at - 4) : at + 1], lexicon) == "other":
            first = at + 1
            while first < len(texts) and texts[first] in ("me", "that", "and", "saying", "us", "to"):
                first += 1
            if first < len(texts) and texts[first] in ("i", "you", "my", "if", "maybe", "when"):
                last = next((end for end in range(first, len(texts)) if plain.words[end].stops), len(texts) - 1)
                return set(range(first, min(last + 1, first + LONGEST_QUOTE))), False
    return set(), True


def _speaker(words: Iterable[str], lexicon: Lexicon) -> str:
    """Whose words follow: the person's (“I said”), another's (“he said”), or it is not told."""
    before = ""
    for word in words:
        if word in lexicon.speech and before:
            return before
        if word == "i":
            before = "person"
        elif word in _OTHERS or word in lexicon.slots.get("partner", frozenset()):
            before = "other"
    return ""
