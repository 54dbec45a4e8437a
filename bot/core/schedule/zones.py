"""The wall clock of a place: from a date and a time to a UTC moment, and back. All rules about clock changes are here.

* A wall time that a clock change skips moves to the first real minute after the gap: a person who chose 02:30 gets
  their lesson at 03:00 on that one morning, not never.
* A wall time that a clock change repeats is used once, the first time it comes round.
* The rules are those of the package tzdata, which the lock pins, and not those of the machine: one Keel reads the same
  clock everywhere, and `keel check` can say how old its rules are.
* A zone that those rules do not have (any more) is no zone. Nobody's clock is guessed: they are asked.
"""

from __future__ import annotations

import difflib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones, reset_tzpath

ONE_DAY = timedelta(days=1)

reset_tzpath(to=())  # zoneinfo would ask the machine's own files first, which are as old as the machine


class UnknownZone(ValueError):
    """A name that is no IANA zone; the message names the nearest one that is."""


@lru_cache(maxsize=1024)  # ZoneInfo itself keeps eight; reading one of the others again takes a hundred times longer
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises UnknownZone: tzdata has no such zone (any more).
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        short = name[:60]  # somebody may have pasted a page
        known = {zone.casefold(): zone for zone in sorted(available_timezones())}
        near = difflib.get_close_matches(short.casefold(), known, n=1, cutoff=0)
        raise UnknownZone(f"There is no time zone “{short}”; the nearest name is {known[near[0]]}.") from None


def is_zone(name: str) -> bool:
    """Whether the time zone rules know a zone of this name."""
    try:
        zone_of(name)
    except UnknownZone:
        return False
    return True


def local(now: datetime, zone: str) -> datetime:
    """`now` on the wall clock of `zone`."""
    return aware(now).astimezone(zone_of(zone))


def east_of(moment: datetime, zone: str) -> int:
    """How many minutes the wall clock of `zone` is ahead of UTC at a moment."""
    ahead = local(moment, zone).utcoffset() or timedelta(0)
    return ahead // timedelta(minutes=1)


def at_wall(day: date, clock: time, zone: str) -> datetime:
    """The UTC moment at which the wall clock of `zone` shows `clock` on `day`.

    Skipped by a clock change: the first real minute after the gap. Repeated: the first of the two.
    """
    place = zone_of(zone)
    wall = datetime.combine(day, clock, place).replace(fold=0)
    moment = wall.astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _end_of_gap(wall, place)


def _end_of_gap(wall: datetime, place: ZoneInfo) -> datetime:
    # Inside a gap fold 0 reads with the offset from before the change, fold 1 with the one from after it; so fold 1
    # gives the earlier moment, and the change lies between the two. zoneinfo does not tell when: halve the distance.
    low, high = wall.replace(fold=1).astimezone(UTC), wall.astimezone(UTC)
    offset_before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(place).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def same_day(first: datetime, then: datetime, zone: str) -> bool:
    """Whether two moments lie on one local day of `zone`."""
    return local(first, zone).date() == local(then, zone).date()


def aware(moment: datetime) -> datetime:
    """`moment`, if it is one.

    Raises ValueError: it has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone is not one moment; pass an aware UTC time.")
    return moment
