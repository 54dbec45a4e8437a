"""The machine for texts that are made to be slow: a fixed cost for each word, whatever the words are.

Every place of every sequence is one bit of a large number, a word is the bits of the places it fits, and one step is a
shift, an and, and the carry that skips places which may be missing (Navarro and Raffinot's extended Shift-And).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence as Row

from bot.core.safety.patterns import Sequence

MOST_FOUND = 4
"""So many times each sequence is reported: a text that comes here says the same over and over."""


class Sweep:
    """Sequences as one number."""

    def __init__(self, sequences: Iterable[Sequence]) -> None:
        self._fits: dict[str, int] = {}
        self._free = self._starts = self._accepts = self._needs_end = 0
        self._optional = self._before = self._last = 0
        self._at: dict[int, int] = {}
        place = 1
        for number, sequence in enumerate(sequences):
            place = self._lay_out(number, sequence, place)
        self._everything = (1 << (place + 1)) - 1

    def _lay_out(self, number: int, sequence: Sequence, place: int) -> int:
        self._starts |= 1 << place
        inside = False
        for element in sequence.elements:
            bit = 1 << place
            if element.free:
                self._free |= bit
            for word in element.words:
                self._fits[word] = self._fits.get(word, 0) | bit
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

    def _places(self, word: str) -> int:
        places = self._free
        for part in word.split("|"):
            for form in (part, *(f"{part[:length]}*" for length in range(3, len(part) + 1))):
                places |= self._fits.get(form, 0)
        return places

    def run(self, words: Row[str], ends: Row[bool]) -> list[tuple[int, int]]:
        """The number of each sequence that ends at a word, with the word's number."""
        found: list[tuple[int, int]] = []
        kept: dict[str, int] = {}
        times: Counter[int] = Counter()
        accepts = self._accepts
        state = 0
        for position, word in enumerate(words):
            if word not in kept:
                kept[word] = self._places(word)
            state = ((state << 1) | self._starts) & kept[word]
            filled = state | self._last
            state |= self._optional & ((filled - self._before) ^ filled ^ self._everything)
            ended = state & accepts
            if ended and not ends[position]:
                ended &= ~self._needs_end
            while ended:
                bit = ended & -ended
                ended ^= bit
                number = self._at[bit.bit_length() - 1]
                found.append((number, position))
                times[number] += 1
                if times[number] == MOST_FOUND:
                    accepts ^= bit
        return found
