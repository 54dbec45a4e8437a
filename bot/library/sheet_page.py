"""A sheet as one web page: self-contained, no script, everything escaped, light and dark, and printable."""

from __future__ import annotations

from html import escape
from pathlib import Path

from bot.core.sheet import Numbered, Section, Sheet, Table, Words

STYLE = Path(__file__).parent / "page" / "sheet.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded, whatever stands in the texts."""
SIZES = {"a4": "A4", "letter": "letter"}


def page(sheet: Sheet) -> str:
    """The page as HTML."""
    style = STYLE.read_text(encoding="utf-8").replace("A4", SIZES[sheet.paper])
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(sheet.title)}</title><style>{style}</style>"
    )
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in sheet.facts)
    about = "".join(f"<p>{escape(line)}</p>" for line in sheet.about)
    top = f"<header><h1>{escape(sheet.title)}</h1><dl>{facts}</dl><div class=about>{about}</div></header>"
    sections = "".join(map(_section, sheet.sections))
    body = f"{top}<main>{sections}</main><footer><p>{escape(sheet.foot)}</p></footer>"
    return f'<!doctype html>\n<html lang="{escape(sheet.locale)}"><head>{head}</head><body>{body}</body></html>\n'


def _section(part: Section) -> str:
    note = f"<p class=note>{escape(part.note)}</p>" if part.note else ""
    return f"<section><h2>{escape(part.title)}</h2>{note}{''.join(map(_block, part.blocks))}</section>"


def _block(item: Table | Words | Numbered) -> str:
    match item:
        case Words(about, text):
            return f"<article><h3>{escape(about)}</h3><blockquote dir=auto>{escape(text)}</blockquote></article>"
        case Numbered(items):
            return f"<ol>{''.join(f'<li dir=auto>{escape(text)}</li>' for text in items)}</ol>"
        case Table():
            return _table(item)


def _table(table: Table) -> str:
    title = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for first, *cells in table.rows
    )
    kind = {2: "two", 3: "three"}.get(len(table.heads), "many")
    return f'<table class="{kind}">{title}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
