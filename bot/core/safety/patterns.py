"""The small language of word patterns. It has no unlimited repeat, so no text can make it crawl.

i {want} to? die        words; {slot} is a list from the lexicon; ? may be missing
kill|hurt* him          one of several words; * is any ending of a word
slap~ me                a verb in all its forms; the lexicon lists those that are irregular
he ..3 hit me           up to three words of any kind between
( end it | stop all )   one of several phrases; )? may be missing
no point$               only where a thought ends
i am done               in what a rule says, am stands for is, are, was and were too
i {want} @gone          any way to put a concept (concepts-*.yaml), which may be several words
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

MOST_SEQUENCES = 700
LONGEST = 26
LONGEST_GAP = 8
BOTH = " & "

_PIECE = re.compile(r"\(|\)\??|\||\.\.\d+|[^\s()|]+")
_BE = frozenset(("am", "is", "are", "was", "were"))
"""What “am” stands for in a pattern: the same words are said of others, and of yesterday."""
_WORD = re.compile(r"[a-z0-9]+[*~]?|\{[a-z_]+\}|@[a-z_]+")


class PatternProblem(ValueError):
    """A pattern that cannot be used; the sentence says why and how to mend it."""


@dataclass(frozen=True)
class Element:
    """One place in a sequence: any of `words` (a star ends a stem), or any word at all when there are none."""

    words: frozenset[str]
    optional: bool = False

    @cached_property
    def free(self) -> bool:
        """Whether any word will do."""
        return not self.words

    @cached_property
    def stems(self) -> bool:
        """Whether there is a stem among the words."""
        return any(word.endswith("*") for word in self.words)


@dataclass(frozen=True)
class Sequence:
    """One straight reading of a pattern."""

    elements: tuple[Element, ...]
    at_end: bool = False


def parse(text: str, slots: Mapping[str, frozenset[str]], *, be: bool = False) -> tuple[Sequence, ...]:
    """Every straight reading of a pattern.

    be: “am” stands for is, are, was and were as well.
    Raises PatternProblem: the pattern is not one, has no limit, or names an unknown slot.
    """
    if text.count(BOTH) == 1:
        one, other = text.split(BOTH)
        either = (f"{one} ..{LONGEST_GAP} {other}", f"{other} ..{LONGEST_GAP} {one}")
        return tuple(sequence for way in either for sequence in parse(way, slots, be=be))
    at_end = text.endswith("$")
    bare = text.removesuffix("$")
    if re.search(r"\.\*|\.\+|(?<![a-z0-9])\*|\+|\)\*|\{\d*,\}", bare):
        raise PatternProblem(f"“{text}” has no limit and could run away; write ..3 for up to three words")
    pieces = _pieces(bare)
    alternatives = list(_phrases(pieces, text, slots, 0))
    if pieces:
        raise PatternProblem(f"“{text}” closes a bracket that it did not open; take it out")
    if len(alternatives) > MOST_SEQUENCES:
        raise PatternProblem(f"“{text}” can be read in more than {MOST_SEQUENCES} ways; split it")
    found: dict[Sequence, None] = {}
    for elements in alternatives:
        trimmed = _trim(elements)
        if not trimmed or all(element.free for element in trimmed):
            raise PatternProblem(f"“{text}” can match nothing at all; give it a word that must be there")
        if len(trimmed) > LONGEST:
            raise PatternProblem(f"“{text}” is longer than {LONGEST} places; shorten it or its gaps")
        found[Sequence(_any_form_of_be(trimmed) if be else trimmed, at_end)] = None
    return tuple(found)


def _pieces(text: str) -> list[str]:
    """The pieces of a pattern; outside brackets, words with strokes between them are one piece."""
    pieces: list[str] = []
    depth = 0
    for piece in _PIECE.findall(text):
        if depth == 0 and pieces and (piece == "|" or pieces[-1].endswith("|")) and not piece.startswith(("(", ")")):
            pieces[-1] += piece
        else:
            pieces.append(piece)
        depth += (piece == "(") - piece.startswith(")")
    return pieces


def _phrases(
    pieces: list[str], text: str, slots: Mapping[str, frozenset[str]], depth: int
) -> Iterator[tuple[Element, ...]]:
    """Read up to the closing bracket (or the end); gives every reading of what stood there."""
    if depth > 3:
        raise PatternProblem(f"“{text}” has brackets within brackets within brackets within brackets; split it")
    branches: list[list[list[tuple[Element, ...]]]] = [[]]
    while pieces and not pieces[0].startswith(")"):
        piece = pieces.pop(0)
        if piece == "|":
            branches.append([])
        elif piece == "(":
            inner = list(_phrases(pieces, text, slots, depth + 1))
            if not pieces:
                raise PatternProblem(f"“{text}” opens a bracket that it does not close; add )")
            branches[-1].append(_merged(inner, optional=pieces.pop(0) == ")?"))
        elif piece.removeprefix("..").isdigit() and piece.startswith(".."):
            branches[-1].append([_gap(piece, text)])
        else:
            branches[-1].append([(_element(piece, text, slots),)])
    for branch in branches:
        if depth == 0:
            _trim_parts(branch)
        if len(branch) == 0:
            raise PatternProblem(f"“{text}” has nothing between its brackets or strokes; write a word there")
        count = 1
        for part in branch:
            count *= len(part)
        if count > MOST_SEQUENCES:
            raise PatternProblem(f"“{text}” can be read in more than {MOST_SEQUENCES} ways; split it")
        for chosen in product(*branch):
            yield tuple(element for part in chosen for element in part)


def _trim_parts(branch: list[list[tuple[Element, ...]]]) -> None:
    """Take away what may be missing at either end: the pattern without it matches wherever the one with it does."""
    for end in (-1, 0):
        while branch and all(element.optional for element in min(branch[end], key=_needed)):
            branch.pop(end)


def _needed(phrase: tuple[Element, ...]) -> int:
    return sum(not element.optional for element in phrase)


def _merged(phrases: list[tuple[Element, ...]], *, optional: bool) -> list[tuple[Element, ...]]:
    """The phrases of a bracket, all the single words among them as one place: fewer readings, the same meaning."""
    words = [phrase[0] for phrase in phrases if len(phrase) == 1 and not phrase[0].free and not phrase[0].optional]
    longer = [phrase for phrase in phrases if len(phrase) != 1 or phrase[0].free or phrase[0].optional]
    if words:
        union = frozenset(word for element in words for word in element.words)
        longer.append((Element(union, optional=optional and not longer),))
    return [*longer, ()] if optional and not (words and len(longer) == 1) else longer


def _gap(piece: str, text: str) -> tuple[Element, ...]:
    length = int(piece[2:])
    if not 1 <= length <= LONGEST_GAP:
        raise PatternProblem(f"“{text}” has a gap of {length} words; write between ..1 and ..{LONGEST_GAP}")
    return (Element(frozenset(), optional=True),) * length


def _element(piece: str, text: str, slots: Mapping[str, frozenset[str]]) -> Element:
    optional = piece.endswith("?")
    words: set[str] = set()
    for part in piece.removesuffix("?").split("|"):
        if not _WORD.fullmatch(part):
            raise PatternProblem(
                f"“{text}” does not compile: “{part}” is no word, {{slot}}, @concept or stem*; use a to z only"
            )
        if part.startswith("{"):
            if part[1:-1] not in slots:
                raise PatternProblem(f"“{text}” names the slot “{part}”, which the lexicon lacks; add it or correct it")
            words |= slots[part[1:-1]]
        elif part.endswith("~"):
            words |= forms_of(part[:-1]) | slots.get(part, frozenset())
        elif part.endswith("*") and len(part) < 4:
            raise PatternProblem(
                f"“{text}” has the stem “{part}”, which fits too many words; write three letters or more"
            )
        else:
            words.add(part)
    return Element(frozenset(words), optional)


def forms_of(verb: str) -> frozenset[str]:
    """A regular verb in all its forms, and some that nobody writes, which do no harm."""
    stem = verb.removesuffix("e")
    out = {verb, f"{verb}s", f"{stem}ing", f"{stem}ed"}
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        out.add(f"{verb}es")
    if verb.endswith("y"):
        out |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    if re.fullmatch(r".*[^aeiou][aeiou][bdglmnprt]", verb):
        out |= {f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing"}
    return frozenset(out)


def _any_form_of_be(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    return tuple(Element(item.words | _BE, item.optional) if "am" in item.words else item for item in elements)


def _trim(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Without places at either end that may be missing: they decide nothing."""
    first, last = 0, len(elements)
    while first < last and elements[first].optional:
        first += 1
    while last > first and elements[last - 1].optional:
        last -= 1
    return elements[first:last]
