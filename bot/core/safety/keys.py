"""Which places of a sequence are looked for first. Only speed depends on it."""

from __future__ import annotations

from bot.core.safety.patterns import Element, Sequence

OTHERS = 3
"""So many further places must have a word in the same or a neighbouring block."""
COMMON = frozenset(
    (
        *("i", "me", "my", "he", "she", "they", "it", "you", "to", "the", "a", "and", "of", "in", "on", "at", "for"),
        *(
            "is",
            "am",
            "are",
            "was",
            "be",
            "not",
            "do",
            "have",
            "that",
            "this",
            "with",
            "his",
            "her",
            "him",
            "them",
            "if",
        ),
        *("when", "will", "would", "can", "going", "want", "get", "no", "what", "all", "up", "out", "or", "because"),
        *("about", "has"),
    )
)
"""Words so frequent that they make poor keys."""


def key_of(sequence: Sequence) -> tuple[int, bool]:
    """Where the key of a sequence stands, and whether it is a pair."""
    elements = sequence.elements
    needed = [at for at, element in enumerate(elements) if not element.optional and not element.free]
    pairs = [at for at in needed if at + 1 in needed]
    rarest = min(needed, key=lambda at: _share(elements[at]))
    best = min(pairs, key=lambda at: _share(elements[at]) * _share(elements[at + 1]), default=None)
    if best is None or _share(elements[best]) * _share(elements[best + 1]) > _share(elements[rarest]):
        return rarest, False
    return best, True


def other_places(sequence: Sequence, key: set[int]) -> list[int]:
    """The rarest places besides the key."""
    elements = sequence.elements
    needed = [at for at, element in enumerate(elements) if not element.optional and not element.free and at not in key]
    return sorted(needed, key=lambda at: _share(elements[at]))[:OTHERS]


def _share(element: Element) -> float:
    """About how many of a hundred words fit a place."""
    return sum(1.5 if word in COMMON else 0.02 for word in element.words) / 100


def note(table: dict[str, int], element: Element, number: int) -> None:
    """Write down a sequence under each word of a place."""
    for word in element.words:
        table[word] = table.get(word, 0) | 1 << number
