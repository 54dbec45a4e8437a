"""Which places of a sequence are looked for first. Only speed depends on it."""

from __future__ import annotations

from bot.core.safety.patterns import Element, Sequence

OTHERS = 3
"""So many further places must have a word in the same or a neighbouring block."""
_BY_SHARE = {
    3.0: "i the",
    1.5: "he my and to is a not it me",
    0.8: "in am you she on have with of for",
    0.4: "do that at will her his him would was if when said be can we",
    0.2: "about this want what out up says one going got myself did there told from know then been are all no had "
    "since again go time back phone by they but see because",
    0.1: "now off kill say only does feel after your put over has last think home took get night dead how an left "
    "every who down never stop went them day could ex asked cut keep without come car life door two everyone where"
    " nobody hit work tonight leave as die hurt boyfriend mum nothing our good tell years or man house first made new "
    "came before any us any were own more thing too much other well some so than here being want people really",
}
"""Words so frequent that they make poor keys: about how many of a hundred words they are in what people write."""
_SHARE = {word: share for share, words in _BY_SHARE.items() for word in words.split()}
_RARE = 0.01


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
    """About which share of all words fits a place."""
    return sum(_SHARE.get(word, _RARE) for word in element.words) / 100


def note(table: dict[str, int], element: Element, number: int) -> None:
    """Write down a sequence under each word of a place."""
    for word in element.words:
        table[word] = table.get(word, 0) | 1 << number
