"""Screens as Telegram shows them: the content files' small markup as HTML, buttons as keyboards."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from bot.core.screen import LITERAL_END, LITERAL_START, Button, CopyText, Rows
from bot.telegram.payload import encode
from bot.telegram.plain import Markup

LONGEST_MESSAGE = 4096
"""Telegram's limit, in UTF-16 units, after the markup is taken out."""

LONGEST_COPY = 256
"""Telegram's limit for what a button can copy."""

_LITERAL = re.compile(f"{LITERAL_START}([^{LITERAL_END}]*){LITERAL_END}")
_BOLD = re.compile(r"\*\*(?=\S)([^*]+?)(?<=\S)\*\*")
_ITALIC = re.compile(r"(?<![*\w])\*(?=\S)([^*]+?)(?<=\S)\*(?![*\w])")
_SPOILER = re.compile(r"\|\|(?=\S)([^|]+?)(?<=\S)\|\|")
_QUOTE = re.compile(r"(?:^&gt; ?.*(?:\n|$))+", re.MULTILINE)
_ITEM = re.compile(r"^- ", re.MULTILINE)
_HOLE = re.compile("\ue002(\\d+)\ue003")


def html(text: str) -> str:
    """Telegram HTML for a screen's text. Somebody's own words come out exactly as they were written."""
    own: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        own.append(escape(found[1], quote=False))
        return f"\ue002{len(own) - 1}\ue003"

    plain = escape(_LITERAL.sub(set_aside, text), quote=False)
    marked = _QUOTE.sub(_quote, plain)
    marked = _BOLD.sub(r"<b>\1</b>", marked)
    marked = _ITALIC.sub(r"<i>\1</i>", marked)
    marked = _SPOILER.sub(r"<tg-spoiler>\1</tg-spoiler>", marked)
    marked = _ITEM.sub("• ", marked)
    return _HOLE.sub(lambda hole: own[int(hole[1])], marked)


def length(text: str) -> int:
    """How many UTF-16 units a screen's text takes once its markup is gone."""
    bare = re.sub(r"<[^>]+>", "", html(text))
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        bare = bare.replace(name, character)
    return len(bare.encode("utf-16-le")) // 2


def keyboard(rows: Rows) -> Markup | None:
    """Inline buttons, None when there are none."""
    made = [[key for button in row if (key := _key(button)) is not None] for row in rows]
    shown = [row for row in made if row]
    return {"inline_keyboard": shown} if shown else None


def _key(button: Button) -> dict[str, Any] | None:
    if not isinstance(button.tap, CopyText):
        return {"text": button.label, "callback_data": encode(button.tap)}
    if len(button.tap.text.encode("utf-16-le")) // 2 > LONGEST_COPY:
        return None  # the text itself can be copied by hand
    return {"text": button.label, "copy_text": {"text": button.tap.text}}


def reply_keyboard(minute: str, people: str, hint: str) -> Markup:
    """The two buttons that are always there: one starts /spiral, the other shows people to reach."""
    return {
        "keyboard": [[{"text": minute}, {"text": people}]],
        "resize_keyboard": True,
        "is_persistent": True,
        "input_field_placeholder": hint,
    }


def _quote(found: re.Match[str]) -> str:
    lines = [line.removeprefix("&gt;").removeprefix(" ") for line in found[0].rstrip("\n").split("\n")]
    ending = "\n" if found[0].endswith("\n") else ""
    return f"<blockquote>{chr(10).join(lines)}</blockquote>{ending}"
