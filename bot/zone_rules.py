"""How old the time zone rules are that Keel reads clocks by. Countries change them, often with a few weeks' notice."""

from __future__ import annotations

import importlib.resources
import re
from datetime import UTC, date, datetime, timedelta

import tzdata

FRESH = timedelta(days=365)
_UPDATED = re.compile(r"^#updated (\d+)", re.MULTILINE)


def newest_date() -> date:
    """The newest date in the package tzdata: its release came then, or some months later. It names no other date.

    Leap seconds are looked at twice a year, and the day of the last look stands in their table.
    """
    table = (importlib.resources.files(tzdata) / "zoneinfo" / "leapseconds").read_text(encoding="ascii")
    stamps = [int(stamp) for stamp in _UPDATED.findall(table)]
    return datetime.fromtimestamp(max(stamps), UTC).date() if stamps else date(int(tzdata.IANA_VERSION[:4]), 1, 1)


def say_rules(today: date) -> tuple[str, str | None]:
    """One line on the rules in use, and one on what is to be mended, if they are older than a year."""
    line = f"time zones: rules {tzdata.IANA_VERSION}, with dates up to {newest_date()}"
    if today - newest_date() <= FRESH:
        return line, None
    return line, (
        f"time zones: the rules {tzdata.IANA_VERSION} may be older than a year, and where a country changed its clocks "
        "since, lessons come an hour off; renew the package tzdata (make lock, make setup)."
    )
