"""A document to print, as plain values: what stands on it, before anybody decides how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Table:
    """Rows below heads; the first column names the row, every other holds numbers or short words."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Words:
    """Somebody's own words: about what and when, and the words as they were written."""

    about: str
    text: str


@dataclass(frozen=True)
class Numbered:
    """Somebody's own questions, in order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A part of the document. note: what has to be known to read it, empty where nothing has."""

    title: str
    note: str
    blocks: tuple[Table | Words | Numbered, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole document.

    locale: its language, as an IETF tag. facts: names and values at the top; an empty value is a line to write on.
    about: what this document is and is not. paper: `a4` or `letter`. page: what stands at the foot of each page, with
    {page} and {pages} in it. missing: what is said where signs had to be named, because no font has them.
    """

    locale: str
    title: str
    facts: tuple[tuple[str, str], ...]
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: str
    page: str
    paper: str = "a4"
    missing: str = ""


def rewritten(sheet: Sheet, change: Callable[[str], str]) -> Sheet:
    """The same document with every text of its sections changed: the only place where somebody's own words stand."""

    def block(item: Table | Words | Numbered) -> Table | Words | Numbered:
        match item:
            case Words(about, text):
                return Words(change(about), change(text))
            case Numbered(items):
                return Numbered(tuple(map(change, items)))
            case Table(title, heads, rows):
                changed = tuple(tuple(map(change, row)) for row in rows)
                return Table(change(title), tuple(map(change, heads)), changed)

    sections = tuple(
        Section(change(part.title), change(part.note), tuple(map(block, part.blocks))) for part in sheet.sections
    )
    return replace(sheet, sections=sections)
