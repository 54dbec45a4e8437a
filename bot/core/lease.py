"""Leases, by a clock that may be set."""

from __future__ import annotations

from datetime import datetime, timedelta


def holds(until: datetime, now: datetime, length: timedelta) -> bool:
    """Whether somebody still has what was taken up for a length of time, until a moment.

    A lease that ends later than any can was given by a clock that has been set back since, and counts as over: it would
    last for as long as the clock was wrong. Twice the length, because two machines' clocks may differ a little.
    """
    return now < until <= latest(now, length)


def latest(now: datetime, length: timedelta) -> datetime:
    """When a lease ends at the latest."""
    return now + 2 * length
