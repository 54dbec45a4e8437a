"""A sheet as a PDF to print and to keep: tagged for screen readers, fonts inside, made in memory.

Typst sets it, outside Python's lock, so that others are answered meanwhile. It is asked for PDF/UA-1 and PDF/A-2a at
once; for both it refuses to leave a sign without a letter shape, so that an empty box is an error and never on paper.
"""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import typst
from fontTools.ttLib import TTFont

from bot.core.printing import breakable, printable, reads_from_the_right, settled
from bot.core.sheet import Numbered, Sheet, Table, Words, rewritten

FORM = Path(__file__).parent / "page" / "sheet.typ"
STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
FIRST_FONT = "NotoSans-Regular"
ENDINGS = ("*.ttf", "*.otf")
TYPSTS_OWN, LATIN = "Libertinus Serif", frozenset((*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "–—‘’“”…")))


class NotPrinted(Exception):
    """The document could not be set; its words are left out of the message."""


def press(sheet: Sheet, folder: Path, made: date) -> bytes:
    """The PDF. folder: where every font is that may be used. made: the day it says it was made on; at which
    hour is nobody's business.

    Raises NotPrinted: Typst refused it twice, the second time with everything named that the first font lacks.
    """
    fonts = _fonts(folder)
    try:
        return _set(sheet, fonts, made)
    except typst.TypstError:
        pass  # fonts that cannot share a sign after all: then with the letters of the first one only
    try:
        return _set(sheet, replace(fonts, families=fonts.families[:1], signs=fonts.signs[:1]), made)
    except typst.TypstError as problem:
        raise NotPrinted(type(problem).__name__) from None


@dataclass(frozen=True)
class Fonts:
    """Fonts in the order in which they are tried: their names, the code points of each, and the fonts themselves."""

    families: tuple[str, ...]
    signs: tuple[Set[int], ...]
    loaded: typst.Fonts


@lru_cache(maxsize=2)
def _fonts(folder: Path) -> Fonts:
    found = [path for ending in ENDINGS for path in folder.glob(ending)]
    families, signs = [], []
    for path in sorted(found, key=lambda path: (path.stem != FIRST_FONT, path.name)):
        with TTFont(path, lazy=True) as font:
            families.append(str(font["name"].getBestFamilyName()))
            signs.append(frozenset(font.getBestCmap()))
    if not families:  # a content folder of somebody's own, without fonts: Typst brings one for Latin letters
        own = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        return Fonts((TYPSTS_OWN,), (LATIN,), own)
    # Only these, and none of the machine's: the same document is to come out the same everywhere.
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return Fonts(tuple(families), tuple(signs), loaded)


def _set(sheet: Sheet, fonts: Fonts, made: date) -> bytes:
    shown = {**_plain(_shown(sheet, fonts.signs)), "fonts": list(dict.fromkeys(fonts.families))}
    compiler = typst.Compiler(FORM.read_bytes(), font_paths=fonts.loaded, sys_inputs={"sheet": json.dumps(shown)})
    day = datetime.combine(made, time(0), UTC)
    written = compiler.compile(format="pdf", pdf_standards=[*STANDARDS], timestamp=day)
    if not isinstance(written, bytes):
        raise NotPrinted("no document")
    return written


def _shown(sheet: Sheet, signs: tuple[Set[int], ...]) -> Sheet:
    """The sheet with nothing in it that no font has; where something was named, it says so."""
    named = rewritten(sheet, partial(printable, fonts=signs))
    return replace(rewritten(named, breakable), missing=sheet.missing if named != rewritten(sheet, settled) else "")


def _plain(sheet: Sheet) -> dict[str, Any]:
    sections = [
        {"title": part.title, "note": part.note, "blocks": [_block(item) for item in part.blocks]}
        for part in sheet.sections
    ]
    return {
        "locale": sheet.locale,
        "title": sheet.title,
        "facts": sheet.facts,
        "about": sheet.about,
        "sections": sections,
        "foot": sheet.foot,
        "page": sheet.page,
        "paper": sheet.paper,
        "missing": sheet.missing,
    }


def _block(item: Table | Words | Numbered) -> dict[str, Any]:
    match item:
        case Table(title, heads, rows):
            return {"kind": "table", "title": title, "heads": heads, "rows": rows}
        case Words(about, text):
            return {"kind": "words", "about": about, **_own(text)}
        case Numbered(items):
            return {"kind": "numbered", "items": [_own(text) for text in items]}


def _own(text: str) -> dict[str, Any]:
    """Line by line, because each runs the way its own script does."""
    lines = [{"text": line, "rtl": reads_from_the_right(line)} for line in text.strip("\n").split("\n")]
    return {"lines": lines, "rtl": lines[0]["rtl"]}
