"""Single lines that are little each, and together worth the plain question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

WITHIN = timedelta(days=7)
ENOUGH = 3


def is_due(asked: Iterable[datetime], now: datetime, shown: datetime | None = None) -> bool:
    """Whether enough `ask` signals lie within seven days that the question is due once.

    asked: when a line called for `ask`, whether or not the question was shown then.
    shown: when the question was last shown for this reason; signals up to then are spent.
    """
    since = now - WITHIN if shown is None else max(now - WITHIN, shown)
    return sum(since < moment <= now for moment in asked) >= ENOUGH


def is_due_with_urge(asked: Iterable[datetime], urges: Iterable[int], now: datetime) -> bool:
    """Whether a rising urge score (the last three, each above the one before) comes with one such signal."""
    last = tuple(urges)[-3:]
    rising = len(last) == 3 and last[0] < last[1] < last[2]
    return rising and any(now - WITHIN < moment <= now for moment in asked)
