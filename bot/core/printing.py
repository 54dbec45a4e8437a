"""Text on its way to paper: nothing prints as an empty box, and no word is wider than its line.

Signs that belong together (a letter with its accents, a face with its skin tone) need one font that has them all: the
first one that has the first of them, because that is the one a typesetter takes. What no font has is named in brackets,
as Unicode names it: `[nabla]`; a sign without a name of its own, and one for private use, by its number: `[U+5F20]`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

JOINER, NON_JOINER, BREAK = "\u200d", "\u200c", "\u200b"
PRIVATE = "Co"
"""What every font may draw as it likes, so that it says nothing; PDF/A refuses it."""
KEYCAP = "\u20e3"
"""The frame around a number that stands on a key; the number says as much without it."""
LONGEST_WORD, PIECE = 24, 12
"""A word of more signs than `LONGEST_WORD` may be broken after every `PIECE`."""
_UNUSUAL = re.compile(r"[ -~]?[^ -~\n]+")
"""Everything but plain letters, each with the plain one before it, because an accent may stand on that one. Most text
is plain, and the font for most text has all of it."""
_SKINS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def settled(text: str) -> str:
    """Line ends as one sign, letters and their accents as one where there is one; marks that turn the direction of what
    follows, and controls, taken out."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return unicodedata.normalize("NFC", "".join(_plain(sign) for sign in lines))


def printable(text: str, fonts: Sequence[Set[int]]) -> str:
    """The text with names in brackets for what cannot be shown. fonts: the code points that each font has."""
    return _UNUSUAL.sub(lambda found: _looked_at(found[0], fonts), settled(text))


def breakable(text: str) -> str:
    """The text with invisible places to break in words that are wider than any line."""
    return "".join(_broken(word) if len(word) > LONGEST_WORD else word for word in _words(text))


def reads_from_the_right(text: str) -> bool:
    """Whether the first letter that has a direction belongs to a script that runs from right to left."""
    return next((way != "L" for sign in text if (way := unicodedata.bidirectional(sign)) in ("L", "R", "AL")), False)


def _looked_at(text: str, fonts: Sequence[Set[int]]) -> str:
    parts: list[tuple[str, bool]] = []
    for sign in _signs(text):
        parts += [(sign, True)] if _has(sign, fonts) else _named(sign, fonts)
    return "".join(_joined(parts))


def _plain(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign == "\n" or sign in (JOINER, NON_JOINER):
        return sign
    if kind == "Zs" or sign == "\t":
        return sign if sign == "\u00a0" else " "
    return "" if kind in ("Cc", "Cf") or sign == KEYCAP else sign


def _signs(text: str) -> Iterator[str]:
    """The text in pieces that are shown as one."""
    sign = ""
    for here in text:
        if sign and not _goes_on(sign, here):
            yield sign
            sign = ""
        sign += here
    if sign:
        yield sign


def _goes_on(sign: str, here: str) -> bool:
    if sign == "\n" or here == "\n":
        return False
    one_flag = len(sign) == 1 and ord(sign) in _FLAGS and ord(here) in _FLAGS
    belongs = unicodedata.category(here).startswith("M") or here in (JOINER, NON_JOINER) or ord(here) in _SKINS
    return one_flag or belongs or sign.endswith(JOINER)


def _has(sign: str, fonts: Sequence[Set[int]]) -> bool:
    needed = [ord(one) for one in sign if not _is_silent(one)]
    taken = next((font for font in fonts if needed and needed[0] in font), frozenset[int]())
    return all(code in taken and unicodedata.category(chr(code)) != PRIVATE for code in needed)


def _is_silent(one: str) -> bool:
    return one in ("\n", JOINER, NON_JOINER) or any(ord(one) in some for some in _SELECTORS)


def _named(sign: str, fonts: Sequence[Set[int]]) -> list[tuple[str, bool]]:
    """The pieces of a sign that is in no font as a whole: shown where they can stand alone, else named."""
    parts: list[tuple[str, bool]] = []
    for one in sign:
        alone = not unicodedata.category(one).startswith("M")
        if alone and not _is_silent(one) and _has(one, fonts):
            parts.append((one, True))
        elif not _is_silent(one):
            parts.append((_name(one), False))
    return parts


def _name(one: str) -> str:
    number = f"{ord(one):04X}"
    name = unicodedata.name(one, "")
    return f"U+{number}" if not name or name.endswith(number) else name.lower()


def _joined(parts: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """Names that follow each other share one pair of brackets."""
    shown_before = True
    for part, shown in parts:
        if shown:
            yield part if shown_before else f"]{part}"
        else:
            yield f"[{part}" if shown_before else f", {part}"
        shown_before = shown
    if not shown_before:
        yield "]"


def _words(text: str) -> Iterator[str]:
    """Words and what stands between them, in order."""
    start = 0
    for at, (one, two) in enumerate(pairwise(text), start=1):
        if one.isspace() != two.isspace():
            yield text[start:at]
            start = at
    yield text[start:]


def _broken(word: str) -> str:
    signs = list(_signs(word))
    return BREAK.join("".join(signs[at : at + PIECE]) for at in range(0, len(signs), PIECE))
