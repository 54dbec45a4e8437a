"""All patterns at once over the words of a text, in time that grows with the text and with nothing else.

Every place of every sequence is one bit of a large number. A word is a number too: the bits of the places it fits. One
step is a shift, an and, and the carry that skips places which may be missing (Navarro and Raffinot's extended Shift-And).
No step depends on what matched before, so there is no backtracking and no text that is slow.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence as Row
from dataclasses import dataclass

from bot.core.safety.patterns import Element, Sequence

MOST_KEPT = 4_000
"""Words whose places are remembered; a stranger's vocabulary cannot fill the memory."""
ALIASES = "|"
"""A word that stands for several (“you” as the partner) is written with this between them."""


@dataclass(frozen=True)
class Hit:
    """A sequence that ends at the word number `end`."""

    owner: int
    sequence: int
    end: int


class Matcher:
    """Compiled patterns; `owner` is the caller's number for whom a pattern belongs to."""

    def __init__(self, patterns: Iterable[tuple[int, Sequence]]) -> None:
        self._sequences: list[tuple[int, Sequence]] = list(patterns)
        self._fits: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._free = self._starts = self._accepts = self._needs_end = 0
        self._optional = self._before = self._last = 0
        self._at: dict[int, int] = {}
        place = 1
        for number, (_, sequence) in enumerate(self._sequences):
            place = self._lay_out(number, sequence, place)
        self._everything = (1 << (place + 1)) - 1
        self._kept: dict[str, int] = {}
        self.vocabulary = frozenset(self._fits)
        self.stems = frozenset(self._stems)

    def _lay_out(self, number: int, sequence: Sequence, place: int) -> int:
        self._starts |= 1 << place
        inside = False
        for element in sequence.elements:
            bit = 1 << place
            if element.free:
                self._free |= bit
            for word in element.words:
                table = self._stems if word.endswith("*") else self._fits
                table[word.rstrip("*")] = table.get(word.rstrip("*"), 0) | bit
            if element.optional:
                self._optional |= bit
                if not inside:
                    self._before |= bit >> 1
                inside = True
            elif inside:
                self._last |= bit >> 1
                inside = False
            place += 1
        self._accepts |= 1 << (place - 1)
        if sequence.at_end:
            self._needs_end |= 1 << (place - 1)
        self._at[place - 1] = number
        return place

    def places(self, word: str) -> int:
        """The places that `word` fits, as bits."""
        known = self._kept.get(word)
        if known is None:
            known = self._free
            for part in word.split(ALIASES):
                known |= self._fits.get(part, 0)
                for length in range(3, len(part) + 1):
                    known |= self._stems.get(part[:length], 0)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[word] = known
        return known

    def run(self, words: Row[str], ends: Row[bool]) -> list[Hit]:
        """Every sequence that ends at each of the words; `ends` says after which words a thought ends."""
        hits: list[Hit] = []
        state = 0
        starts, accepts, needs_end = self._starts, self._accepts, self._needs_end
        optional, before, last, everything = self._optional, self._before, self._last, self._everything
        for position, word in enumerate(words):
            state = ((state << 1) | starts) & self.places(word)
            filled = state | last
            state |= optional & ((filled - before) ^ filled ^ everything)
            found = state & accepts
            if found and not ends[position]:
                found &= ~needs_end
            while found:
                bit = found & -found
                found ^= bit
                number = self._at[bit.bit_length() - 1]
                hits.append(Hit(self._sequences[number][0], number, position))
        return hits

    def align(self, hit: Hit, words: Row[str], covered: Container[int]) -> tuple[int, ...] | None:
        """The words that a hit rests on, those in gaps left out; None when it needs a word that is covered."""
        elements = self._sequences[hit.sequence][1].elements
        failed: set[tuple[int, int]] = set()

        def back(element: int, position: int) -> tuple[int, ...] | None:
            if element < 0:
                return ()
            if (element, position) in failed:
                return None
            wanted = elements[element]
            found: tuple[int, ...] | None = None
            if position >= 0 and (wanted.free or (position not in covered and _fits(wanted, words[position]))):
                found = back(element - 1, position - 1)
                if found is not None and not wanted.free:
                    found = (*found, position)
            if found is None and wanted.optional:
                found = back(element - 1, position)
            if found is None:
                failed.add((element, position))
            return found

        return back(len(elements) - 1, hit.end)


def _fits(element: Element, word: str) -> bool:
    return any(
        part in element.words or any(f"{part[:length]}*" in element.words for length in range(3, len(part) + 1))
        for part in word.split(ALIASES)
    )
