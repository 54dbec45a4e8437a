"""An operator's text to everybody: Telegram's HTML, read as Telegram reads it and checked before the first send.

A text that Telegram refuses would be refused once for each person, and one that it mends in silence would look
otherwise than it was meant. So the check is stricter than Telegram: what it would drop (an unknown attribute, a link in
a link) is named as well. Each fault is one sentence with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from bot.telegram.render import LONGEST_MESSAGE

SAME = {"strong": "b", "em": "i", "ins": "u", "strike": "s", "del": "s", "span": "tg-spoiler"}
"""Tags that mean what another one means."""
TAGS = frozenset({"b", "i", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler", *SAME})
ALONE = frozenset({"code", "pre"})
"""Nothing else may stand inside these."""
INSTEAD = {
    "br": "begin a new line instead",
    "p": "leave an empty line instead",
    "div": "leave an empty line instead",
    "h1": "use <b> instead",
    "h2": "use <b> instead",
    "h3": "use <b> instead",
    "ul": "write “• ” before each line instead",
    "ol": "write “1. ” before each line instead",
    "li": "write “• ” before the line instead",
    "img": "send words only",
    "tg-emoji": "use a plain emoji instead",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*)>")
_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z][\w-]*)(?:\s*=\s*("[^"]*"|'[^']*'))?""")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_NAMED = re.compile(r"&#?\w{1,31};")
_LANGUAGE = re.compile(r"language-[\w+#.-]+")


@dataclass(frozen=True)
class Run:
    """A piece of the text that looks alike: its words, the tags it stands in, and where it links to."""

    words: str
    tags: frozenset[str] = frozenset()
    link: str | None = None


@dataclass(frozen=True)
class BroadcastText:
    """What was read: the pieces as people will see them, and what is wrong, in the order of the text."""

    runs: tuple[Run, ...]
    faults: tuple[str, ...]

    @property
    def words(self) -> str:
        """The text without its markup."""
        return "".join(run.words for run in self.runs)


@dataclass(frozen=True)
class _Opened:
    name: str
    at: int
    link: str | None = None


@dataclass
class _Reading:
    text: str
    opened: list[_Opened] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Tags that were refused when they began, whose ends are no second fault."""

    def fault(self, at: int, what: str) -> None:
        self.faults.append((at, f"{_place(self.text, at)}: {what}"))

    def say(self, words: str) -> None:
        link = next((item.link for item in reversed(self.opened) if item.link), None)
        self.runs.append(Run(words, frozenset(SAME.get(item.name, item.name) for item in self.opened), link))


def read(text: str) -> BroadcastText:
    """Read a text; it may be sent if `faults` is empty."""
    reading = _Reading(text)
    at = 0
    while at < len(text):
        at = _next(reading, at)
    for left in reading.opened:
        reading.fault(left.at, f"<{left.name}> is never closed; write </{left.name}> where it ends.")
    faults = [sentence for _, sentence in sorted(reading.faults)]
    faults += _whole("".join(run.words for run in reading.runs), text)
    return BroadcastText(tuple(reading.runs), tuple(faults))


def _next(reading: _Reading, at: int) -> int:
    text = reading.text
    if text[at] == "&":
        return _entity(reading, at)
    if text[at] != "<":
        end = next((place for place in range(at, len(text)) if text[place] in "<&"), len(text))
        for offset, character in enumerate(text[at:end]):
            if "\ud800" <= character <= "\udfff":
                reading.fault(at + offset, "these bytes are not UTF-8; save or paste the text as UTF-8.")
        reading.say(text[at:end].encode(errors="replace").decode())
        return end
    tag = _TAG.match(text, at)
    if tag is None:
        reading.fault(at, "“<” begins no complete tag; write &lt; for the sign itself, or end the tag with “>”.")
        reading.say("<")
        return at + 1
    if tag[1]:
        _close(reading, tag)
    else:
        _open(reading, tag)
    return tag.end()


def _entity(reading: _Reading, at: int) -> int:
    found = _ENTITY.match(reading.text, at)
    meant = unescape(found[0]) if found else ""
    if found is not None and meant not in ("", "�"):
        reading.say(meant)
        return found.end()
    named = _NAMED.match(reading.text, at)
    if named is None:
        reading.fault(at, "“&” stands alone; write &amp; for the sign itself.")
    else:
        reading.fault(
            at, f"Telegram does not know {named[0]}; write the character itself (known are &lt; &gt; &amp; &quot;)."
        )
    reading.say("&")
    return at + 1


def _open(reading: _Reading, tag: re.Match[str]) -> None:
    name, at = tag[2].lower(), tag.start()
    if name not in TAGS:
        instead = INSTEAD.get(name, f"write &lt;{name}&gt; for the words themselves, or leave it out")
        reading.fault(at, f"Telegram knows no tag <{name}>; {instead}.")
        reading.ignored.append(name)
        return
    inside = [item.name for item in reading.opened]
    around = next((outer for outer in inside if outer in ALONE), None)
    if around is not None and not (name == "code" and inside[-1] == "pre"):
        reading.fault(at, f"<{name}> stands in <{around}>, which takes no other tags; close <{around}> before it.")
    elif name in ("a", "blockquote") and name in inside:
        reading.fault(at, f"<{name}> stands in another <{name}>; close the first one before it.")
    link = None
    given = {}
    for label, value in _attributes(tag[3]):
        if label is None:
            reading.fault(at, f'the attributes of <{name}> cannot be read; write them as name="value".')
            break
        given[label] = value
    else:
        link = _check_attributes(reading, name, given, at, inside)
    reading.opened.append(_Opened(name, at, link))


def _attributes(text: str) -> Iterator[tuple[str | None, str | None]]:
    rest = text.rstrip()
    while rest:
        found = _ATTRIBUTE.match(rest)
        if found is None:
            yield None, None
            return
        yield found[1].lower(), None if found[2] is None else unescape(found[2].strip("\"'"))
        rest = rest[found.end() :]


def _check_attributes(
    reading: _Reading, name: str, given: dict[str, str | None], at: int, inside: list[str]
) -> str | None:
    """Names what is wrong with them; gives where a link goes."""
    allowed = {"a": "href", "span": "class", "code": "class", "blockquote": "expandable"}.get(name)
    for other in sorted(set(given) - {allowed}):
        reading.fault(at, f"<{name}> takes no attribute “{other}”; leave it out.")
    value = given.get(allowed) if allowed is not None else None
    if name == "span" and value != "tg-spoiler":
        reading.fault(at, '<span> is only known as <span class="tg-spoiler">; write it so, or leave it out.')
    if name == "code" and "class" in given and not (inside[-1:] == ["pre"] and _LANGUAGE.fullmatch(value or "")):
        reading.fault(at, '<code> takes a class only as <pre><code class="language-…">; leave the class out.')
    if name != "a":
        return None
    if not value:
        reading.fault(at, '<a> says not where it leads; write <a href="https://…">.')
    elif not _leads(value):
        reading.fault(at, "this link leads nowhere; write a whole address that begins with https://, http:// or tg://.")
    return value


def _leads(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if re.search(r"\s", address):
        return False
    return parts.scheme in ("http", "https", "tg") and bool(parts.netloc)


def _close(reading: _Reading, tag: re.Match[str]) -> None:
    name, at = tag[2].lower(), tag.start()
    if name in reading.ignored:
        reading.ignored.remove(name)
        return
    if not any(item.name == name for item in reading.opened):
        begin = f"write <{name}> where it begins, or leave it out"
        reading.fault(at, f"</{name}> closes nothing; {begin if name in TAGS else 'leave it out'}.")
        return
    if tag[3].strip():
        reading.fault(at, f"</{name}> takes nothing beside its name; write it so.")
    if reading.opened[-1].name != name:
        last = reading.opened[-1].name
        reading.fault(at, f"</{name}> comes while <{last}> is still open; write </{last}> before it.")
        while reading.opened[-1].name != name:
            reading.opened.pop()
    reading.opened.pop()


def _whole(words: str, text: str) -> Iterator[str]:
    length = len(words.encode("utf-16-le", errors="replace")) // 2
    if not words.strip():
        bare = "has markup and no words" if text.strip() else "is empty"
        yield f"The text {bare}; say what everybody is to read."
    if length > LONGEST_MESSAGE:
        yield (
            f"The text has {length:,} characters as Telegram counts them, and a message holds {LONGEST_MESSAGE:,}; "
            f"take out {length - LONGEST_MESSAGE:,}."
        )


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"line {line}, character {at - (text.rfind(chr(10), 0, at) + 1) + 1}"
