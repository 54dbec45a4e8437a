"""All patterns at once over the words of a text, in a time that no text can make long.

Each sequence has a key: two places that stand side by side, or its rarest place. Sequences are numbered bits, and a
word knows as a number which keys it can begin or end: two neighbouring words and one `and` give the sequences worth a
closer look, if their other rare places have a word nearby, too. That look goes left and right from the key over at most
a few dozen words. A text made to be looked at everywhere runs into a limit, and is left to a slower machine of fixed
cost (`sweep`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from collections.abc import Sequence as Row
from operator import or_
from typing import NamedTuple

from bot.core.safety.keys import OTHERS, key_of, note, other_places
from bot.core.safety.patterns import Element, Sequence
from bot.core.safety.sweep import Sweep

MOST_KEPT = 12_000
"""Words whose numbers are remembered; a stranger's vocabulary cannot fill the memory."""
MOST_TRIED = 600
"""Closer looks in one text."""
NO_NUMBERS = (0,) * (3 + OTHERS)
ALIASES = "|"
"""A word that stands for several (“you” as the partner) is written with this between them."""
BLOCK = 12
"""Words are looked at in blocks; a sequence of at most so many places lies in a block or in two side by side."""


class Hit(NamedTuple):
    """A sequence that fits with its place `element` at the word number `position`."""

    owner: int
    sequence: int
    element: int
    position: int


Step = tuple[int, frozenset[str], bool]
"""A place on the way from the key: words that may stand before it, the words that fit it, whether it may be missing."""


class Matcher:
    """Compiled patterns; `owner` is the caller's number for whom a pattern belongs to."""

    def __init__(self, patterns: Iterable[tuple[int, Sequence]]) -> None:
        self._patterns = tuple(patterns)
        self._keys: list[int] = []
        self._first: dict[str, int] = {}
        self._second: dict[str, int] = {}
        self._alone: dict[str, int] = {}
        self._needs: tuple[dict[str, int], ...] = tuple({} for _ in range(OTHERS))
        self._no_need = [0] * OTHERS
        self._known: dict[str, tuple[int, ...]] = {}
        self._shapes: dict[str, frozenset[str]] = {}
        self._steps: dict[tuple[int, int], tuple[tuple[Step, ...], tuple[Step, ...], bool]] = {}
        words: set[str] = set()
        for number, (_, sequence) in enumerate(self._patterns):
            words.update(word for element in sequence.elements for word in element.words)
            key, pair = key_of(sequence)
            self._keys.append(key)
            if pair:
                note(self._first, sequence.elements[key], number)
                note(self._second, sequence.elements[key + 1], number)
            else:
                note(self._alone, sequence.elements[key], number)
            others = (
                other_places(sequence, {key, key + 1} if pair else {key}) if len(sequence.elements) <= BLOCK else []
            )
            for table, at in zip(self._needs, others, strict=False):
                note(table, sequence.elements[at], number)
            for without in range(len(others), OTHERS):
                self._no_need[without] |= 1 << number
        self._with_concept = [
            any(word[0] == "@" for element in sequence.elements for word in element.words)
            for _, sequence in self._patterns
        ]
        self._last = [len(sequence.elements) - 1 for _, sequence in self._patterns]
        self._sweep = Sweep(sequence for _, sequence in self._patterns)
        self.vocabulary = frozenset(word for word in words if not word.endswith("*"))
        self.stems = frozenset(word[:-1] for word in words if word.endswith("*"))

    def run(self, words: Row[str], forms: Row[frozenset[str]], ends: Row[bool]) -> list[Hit]:
        """Every sequence that fits somewhere; `ends` says after which words a thought ends."""
        hits: list[Hit] = []
        tried = before = 0
        known = self._known
        numbers = [known.get(word) or self._numbers(word) for word in words]
        nearby = self._nearby(numbers)
        for position, of_word in enumerate(numbers):
            if of_word is NO_NUMBERS:
                before = 0
                continue
            found = ((before & of_word[1]) | of_word[2]) & nearby[position // BLOCK]
            alone, before = of_word[2], of_word[0]
            while found:
                bit = found & -found
                found ^= bit
                number = bit.bit_length() - 1
                tried += 1
                if tried > MOST_TRIED:
                    return self._swept(words, ends)
                at = position if bit & alone else position - 1
                hit = Hit(self._patterns[number][0], number, self._keys[number], at)
                if self.align(hit, forms, ends, ()) is not None:
                    hits.append(hit)
        return hits

    def _nearby(self, numbers: Row[tuple[int, ...]]) -> list[int]:
        """For each block, the sequences whose other rare places have a word in it or beside it."""
        blocks: list[list[int]] = []
        for start in range(0, len(numbers), BLOCK):
            present = list(self._no_need)
            for needs in numbers[start : start + BLOCK]:
                if needs is not NO_NUMBERS:
                    present[0] |= needs[3]
                    present[1] |= needs[4]
                    present[2] |= needs[5]
            blocks.append(present)
        out = []
        for at in range(len(blocks)):
            beside = blocks[max(at - 1, 0) : at + 2]
            every = -1
            for need in range(OTHERS):
                some = 0
                for block in beside:
                    some |= block[need]
                every &= some
            out.append(every)
        return out

    def _swept(self, words: Row[str], ends: Row[bool]) -> list[Hit]:
        return [
            Hit(self._patterns[number][0], number, self._last[number], position)
            for number, position in self._sweep.run(words, ends)
        ]

    def _numbers(self, word: str) -> tuple[int, ...]:
        """Which keys and which other rare places a word fits; a word of several parts fits where any of them does."""
        parts = word.split(ALIASES)
        numbers = self._of_one(word) if len(parts) == 1 else _either([self._of_one(part) for part in parts])
        return self._remember(word, numbers)

    def _of_one(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is not None:
            return known
        numbers = [0] * (3 + OTHERS)
        for form in (word, *(word[:length] + "*" for length in range(3, len(word) + 1) if word[:length] in self.stems)):
            for place, table in enumerate((self._first, self._second, self._alone, *self._needs)):
                numbers[place] |= table.get(form, 0)
        return self._remember(word, tuple(numbers) if any(numbers) else NO_NUMBERS)

    def _remember(self, word: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[word] = numbers
        return numbers

    def forms(self, words: Row[str]) -> list[frozenset[str]]:
        """What each word is found under in a place: itself, its readings, its stems."""
        return [self._shapes.get(word) or self._forms(word) for word in words]

    def names_concept(self, hit: Hit) -> bool:
        """Whether a concept is among the places of the sequence."""
        return self._with_concept[hit.sequence]

    def align(
        self, hit: Hit, forms: Row[frozenset[str]], ends: Row[bool], covered: Container[int]
    ) -> tuple[int, ...] | None:
        """The words that a hit rests on, those in gaps left out; None when it needs a word that is covered."""
        steps = self._steps.get((hit.sequence, hit.element))
        if steps is None:
            steps = _both_ways(self._patterns[hit.sequence][1], hit.element)
            self._steps[hit.sequence, hit.element] = steps
        left, right, ends_here = steps
        position = hit.position
        if position in covered or (ends_here and not right and not ends[position]):
            return None
        before = _walk(left, 0, 0, position - 1, -1, forms, None, covered) if left else ()
        if before is None:
            return None
        after = _walk(right, 0, 0, position + 1, 1, forms, ends if ends_here else None, covered) if right else ()
        return None if after is None else (*reversed(before), position, *after)

    def _forms(self, word: str) -> frozenset[str]:
        parts = word.split(ALIASES)
        stems = {part[:length] for part in parts for length in range(3, len(part) + 1)} & self.stems
        if len(self._shapes) >= MOST_KEPT:
            self._shapes.clear()
        self._shapes[word] = frozenset((*parts, *(f"{stem}*" for stem in stems)))
        return self._shapes[word]


def _either(several: list[tuple[int, ...]]) -> tuple[int, ...]:
    first = several[0]
    for numbers in several[1:]:
        if numbers is not NO_NUMBERS:
            first = tuple(map(or_, first, numbers))
    return first


def _both_ways(sequence: Sequence, element: int) -> tuple[tuple[Step, ...], tuple[Step, ...], bool]:
    """What must be found to the left and to the right of a place, nearest first."""
    elements = sequence.elements
    return _steps(reversed(elements[:element])), _steps(elements[element + 1 :]), sequence.at_end


def _steps(elements: Iterable[Element]) -> tuple[Step, ...]:
    steps: list[Step] = []
    gap = 0
    for element in elements:
        if element.free:
            gap += 1
        else:
            steps.append((gap, element.words, element.optional))
            gap = 0
    return tuple(steps)


def _walk(
    steps: tuple[Step, ...],
    step: int,
    more: int,
    position: int,
    way: int,
    forms: Row[frozenset[str]],
    ends: Row[bool] | None,
    covered: Container[int],
) -> tuple[int, ...] | None:
    """The words on one side, nearest first. Gaps are a few words and steps are few, so this cannot run away."""
    gap, words, optional = steps[step]
    gap += more
    last = step + 1 == len(steps)
    start = position
    for _ in range(gap + 1):
        if not 0 <= position < len(forms):
            break
        if not words.isdisjoint(forms[position]) and position not in covered:
            if last:
                if ends is None or ends[position]:
                    return (position,)
            else:
                rest = _walk(steps, step + 1, 0, position + way, way, forms, ends, covered)
                if rest is not None:
                    return (position, *rest)
        position += way
    if optional:
        # The place stays empty; the words of its gap may still stand before the next one.
        return _walk(steps, step + 1, gap, start, way, forms, ends, covered) if not last else ()
    return None
