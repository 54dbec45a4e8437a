"""Reading what somebody typed as the answer to a question: text, a 0 to 10 rating, a time of day, a date, how long.

Every reader gives None when the words cannot be that kind of answer; the step then says what would work and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from bot.core.model import Value

LONGEST_TEXT = 4096
"""Telegram's own limit for one message, in characters."""

LONGEST_HOLD_MINUTES = 7 * 24 * 60
"""A message can be held for a week at most."""

_LENGTH = re.compile(r"^(\d{1,4}) ?(m|min|mins|minutes?|h|hours?)?$")
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_CLOCK = re.compile(r"^(?:at )?(\d{1,2})(?:[:.h ]?(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?$")
_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_SEEN = re.compile(r"\w")


def read_text(text: str) -> Value | None:
    """Somebody's own words; None when there is not one letter or digit in them (an emoji alone, spaces)."""
    bare = text.strip()
    return bare[:LONGEST_TEXT] if _SEEN.search(bare) else None


def read_message(text: str) -> Value | None:
    """A message to be held: anything that can be seen, an emoji alone too; None for spaces and invisible marks."""
    return text if any(not unicodedata.category(sign).startswith(("Z", "C")) for sign in text) else None


def read_duration(text: str) -> Value | None:
    """How long to wait: minutes as "45" (an hour, 2h, 90 min), "morning", or a time of day as "21:30" (until 9pm)."""
    word = " ".join(text.strip().lower().rstrip(".!").split())
    word = word.removeprefix("for ").removeprefix("in ").strip()
    if word in ("tomorrow", "tomorrow morning", "in the morning", "the morning", "morning"):
        return "morning"
    word = {"half an hour": "30 min", "half hour": "30 min", "an hour": "60 min", "one hour": "60 min"}.get(word, word)
    found = _LENGTH.match(word)
    if found:
        minutes = int(found[1]) * (60 if (found[2] or "m").startswith("h") else 1)
        return str(minutes) if 1 <= minutes <= LONGEST_HOLD_MINUTES else None
    return read_time(word.removeprefix("until ").removeprefix("till "))


def read_scale(text: str) -> Value | None:
    """A whole number from 0 to 10, in digits or as a word."""
    word = text.strip().lower().rstrip(".!").removesuffix("/10").strip()
    if word in _NUMBERS:
        return _NUMBERS.index(word)
    return int(word) if word.isascii() and word.isdigit() and int(word) <= 10 else None


def read_time(text: str) -> Value | None:
    """A time of day as "HH:MM": 8, 8:30, 8.30pm, 20h15, noon."""
    word = text.strip().lower()
    word = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}.get(word, word)
    found = _CLOCK.match(word)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def read_date(text: str) -> Value | None:
    """A calendar date as "YYYY-MM-DD"."""
    found = _DATE.match(text.strip())
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return None


READERS: dict[str, Callable[[str], Value | None]] = {
    "text": read_text,
    "scale": read_scale,
    "time": read_time,
    "date": read_date,
    "message": read_message,
    "duration": read_duration,
}
"""Question kinds that need nothing but the words; `place` is read by the shell, which knows the cities."""
HANDED = ("voice", "photo", "file")
"""Question kinds that are answered with something other than words."""
ASKS = (*READERS, "place", *HANDED)
