"""Whether somebody says that they are not grown up yet (“I'm 15”). The phrases stand in locale.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

YOUNGEST, GROWN_UP = 11, 18
"""Ten is left out: in Keel it is the end of the scale far more often than an age."""
LOOKED_AT = 4000
"""Characters of a text that are looked at, as the detector does."""


def age_in(text: str, phrases: Iterable[str], numbers: Mapping[str, int], units: Iterable[str]) -> int | None:
    """The age between 11 and 17 that somebody gives themselves; None when there is none.

    phrases: “i'm {age}” and the like. numbers: ages in words. units: words after which a number is no age
    (“I'm 15 minutes late”).
    """
    words = re.findall(r"[a-z0-9]+", text[:LOOKED_AT].lower().replace("’", "'").replace("'", ""))
    no_age = frozenset(units)
    for phrase in phrases:
        parts = re.findall(r"[a-z0-9]+|\{age\}", phrase.lower().replace("'", ""))
        for at in range(len(words) - len(parts) + 1):
            age = _age(words[at : at + len(parts)], parts, numbers)
            after = words[at + len(parts) : at + len(parts) + 1]
            if age is not None and not set(after) & no_age:
                return age
    return None


def _age(words: list[str], parts: list[str], numbers: Mapping[str, int]) -> int | None:
    found = None
    for word, part in zip(words, parts, strict=True):
        if part == "{age}":
            found = numbers.get(word, int(word) if word.isdigit() and len(word) == 2 else None)
            if found is None or not YOUNGEST <= found < GROWN_UP:
                return None
        elif word != part:
            return None
    return found
