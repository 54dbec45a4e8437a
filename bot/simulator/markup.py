"""Telegram's HTML parse mode: text and entities out, or the refusal that Telegram would give."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from bot.simulator.errors import PARSE_MODE, Refused, bad

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_HREF = re.compile(r'href="([^"]*)"')


def units(text: str) -> int:
    """Length in UTF-16 units, which is how Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def parse(text: str, mode: str | None) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities.

    Raises Refused: an unknown parse mode, or HTML that Telegram cannot parse.
    """
    if not mode:
        return text.strip(), []
    if mode.lower() != "html":
        raise PARSE_MODE
    return _html(text)


def _html(text: str) -> tuple[str, list[dict[str, Any]]]:
    out, entities = "", []
    opened: list[tuple[str, int, str]] = []
    at = 0
    while at < len(text):
        if text[at] == "&" and (found := _ENTITY.match(text, at)):
            out += unescape(found[0])
            at = found.end()
        elif text[at] == "<":
            end = text.find(">", at)
            if end < 0:
                raise _cannot(f"Unclosed start tag at byte offset {_bytes(text, at)}")
            tag = text[at + 1 : end]
            if tag.startswith("/"):
                entities += _close(tag[1:].strip().lower(), opened, out, _bytes(text, at))
            else:
                name = re.split(r"[\s/]", tag, maxsplit=1)[0].lower()
                if name not in TAGS or (name == "span" and 'class="tg-spoiler"' not in tag):
                    raise _cannot(f'Unsupported start tag "{name}" at byte offset {_bytes(text, at)}')
                opened.append((name, units(out), tag))
            at = end + 1
        else:
            out += text[at]
            at += 1
    if opened:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    leading = units(out) - units(out.lstrip())
    stripped = out.strip()
    kept = [entity | {"offset": max(0, entity["offset"] - leading)} for entity in entities if entity["length"] > 0]
    return stripped, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _close(name: str, opened: list[tuple[str, int, str]], out: str, offset: int) -> list[dict[str, Any]]:
    if not opened:
        raise _cannot(f"Unexpected end tag at byte offset {offset}")
    start, begin, tag = opened.pop()
    if name != start:
        raise _cannot(f'Unmatched end tag at byte offset {offset}, expected "</{start}>", found "</{name}>"')
    entity: dict[str, Any] = {"type": TAGS[start], "offset": begin, "length": units(out) - begin}
    if start == "blockquote" and "expandable" in tag:
        entity["type"] = "expandable_blockquote"
    if start == "a":
        found = _HREF.search(tag)
        entity["url"] = found[1] if found else ""
    return [entity]


def _bytes(text: str, at: int) -> int:
    return len(text[:at].encode())


def _cannot(why: str) -> Refused:
    return bad(f"can't parse entities: {why}")
