"""Made-up lives: what people choose, and what they and the machine do in a year. All of it follows from one number."""

from __future__ import annotations

import calendar
import random
from dataclasses import dataclass

ZONES = (
    *("Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Johannesburg", "Africa/Juba", "Africa/Tripoli"),
    *("America/Asuncion", "America/Caracas", "America/Havana", "America/Los_Angeles", "America/Mexico_City"),
    *("America/New_York", "America/Nuuk", "America/Port-au-Prince", "America/Santiago", "America/Sao_Paulo"),
    *("America/Scoresbysund", "America/St_Johns", "Antarctica/Casey", "Antarctica/Troll", "Asia/Almaty"),
    *("Asia/Amman", "Asia/Beirut", "Asia/Damascus", "Asia/Gaza", "Asia/Kabul", "Asia/Kathmandu", "Asia/Kolkata"),
    *("Asia/Pyongyang", "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo", "Asia/Ulaanbaatar", "Asia/Yangon"),
    *("Australia/Eucla", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Berlin", "Europe/Dublin"),
    *("Europe/Istanbul", "Europe/London", "Europe/Moscow", "Europe/Volgograd", "Pacific/Apia", "Pacific/Auckland"),
    *("Pacific/Chatham", "Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Marquesas", "Pacific/Norfolk"),
)
YEARS = (2011, 2016, 2023, 2026)
"""2011: Samoa skips a day, Russia and Egypt stop changing clocks. 2016: Caracas, Turkey, Pyongyang's half hour.
2023: Nuuk, Cairo, Beirut's two clocks, Gaza's two summers. 2026: the rules as they are now."""
PACES = ("daily", "weekdays", "every_other_day", "twice_a_week", "weekly", "on_request")
MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Happening:
    """Something that a person does at a moment (seconds since 1970)."""

    at: int
    what: str
    value: int | str | tuple[int, ...] = 0


@dataclass(frozen=True)
class Reaction:
    """What a person does with a lesson, so many seconds after it came. clock: for "at", the minute of the day."""

    after: int
    what: str
    clock: int = 0


@dataclass(frozen=True)
class Life:
    """Everything that is chosen and done; times of day in minutes, weekdays from 0 (Monday).

    quiet: beginning and end; equal ones mean none. rough: the minute of the week at which they want a pause offered.
    """

    id: int
    zone: str
    pace: str
    start: int
    minutes: int
    weekdays: tuple[int, ...]
    quiet: tuple[int, int]
    begins: int
    ends: int
    happenings: tuple[Happening, ...]
    reactions: tuple[Reaction, ...]
    outages: tuple[tuple[int, int], ...]
    rough: int | None = None


def outages_of(year: int, begins: int, ends: int) -> tuple[tuple[int, int], ...]:
    """When the machine is down in a year: short ones, and some of up to three days."""
    dice = random.Random(f"outages {year}")
    found: list[tuple[int, int]] = []
    at = begins
    while True:
        at += dice.randrange(DAY, 45 * DAY)
        length = dice.choice((5 * MINUTE, 40 * MINUTE, 3 * HOUR, 11 * HOUR, DAY, dice.randrange(3 * DAY)))
        if at + length >= ends:
            return tuple(found)
        found.append((at, at + length + 1))
        at += length


def live(number: int, year: int, zones: tuple[str, ...], days: int = 365) -> Life:
    """The life of one person in a year, in and between some zones."""
    dice = random.Random(f"life {year} {number}")
    begins = calendar.timegm((year, 1, 1, 12, 0, 0)) + dice.randrange(DAY)
    ends = calendar.timegm((year, 1, 1, 12, 0, 0)) + days * DAY
    # Clocks change between eleven in the evening and four in the morning: many begin there.
    start = dice.choice((8 * 60, 7 * 60, 510, 750, 20 * 60, dice.randrange(1440), *(_night(dice) for _ in range(4))))
    minutes = dice.choice((60, 60, 60, 1, 15, 180, 12 * 60))
    quiet = dice.choice(
        ((1320, 420), (1320, 420), (0, 0), (1410, 360), (60, 300), (180, 420), (dice.randrange(1440), 420))
    )
    return Life(
        id=number,
        zone=dice.choice(zones),
        pace=dice.choice(PACES[:5]) if dice.random() < 0.97 else "on_request",
        start=start,
        minutes=minutes,
        weekdays=_weekdays(dice),
        quiet=quiet,
        begins=begins,
        ends=ends,
        happenings=tuple(_happenings(dice, begins, ends, zones)),
        reactions=tuple(_reaction(dice) for _ in range(400)),
        outages=outages_of(year, begins, ends),
        rough=_rough(random.Random(f"rough {year} {number}")),
    )


def _rough(dice: random.Random) -> int | None:
    if dice.random() < 0.5:
        return None
    return dice.randrange(7) * 1440 + dice.choice((1305, _night(dice), _night(dice), dice.randrange(1440)))


def _night(dice: random.Random) -> int:
    return dice.choice((0, 120, 150, 1410, (23 * 60 + dice.randrange(300)) % 1440))


def _weekdays(dice: random.Random) -> tuple[int, ...]:
    if dice.random() < 0.6:
        return tuple(range(7))
    return tuple(sorted(dice.sample(range(7), dice.randrange(1, 7))))


def _happenings(dice: random.Random, begins: int, ends: int, zones: tuple[str, ...]) -> list[Happening]:
    found: list[Happening] = []
    at = begins
    while True:
        at += dice.randrange(HOUR, 40 * DAY)
        if at >= ends:
            return found
        what = dice.choice(
            ("zone", "zone", "pace", "time", "days", "pause", "pause", "pause-date", "pause-open", "block", "spiral")
        )
        value: int | str | tuple[int, ...] = 0
        match what:
            case "zone":
                value = dice.choice(zones)
            case "pace":
                value = dice.choice(PACES[:5])
            case "time":
                value = dice.choice((_night(dice), dice.randrange(1440)))
            case "days":
                value = _weekdays(dice)
            case "pause":
                value = dice.choice((3, 7, 30))
            case "pause-date":
                value = dice.randrange(-3, 40)  # days from today
        found.append(Happening(at, what, value))
        if what in ("pause-open", "block") or dice.random() < 0.3:
            at += dice.randrange(MINUTE, 20 * DAY)
            if at >= ends:
                return found
            found.append(Happening(at, "back" if what == "block" else "resume"))


def _reaction(dice: random.Random) -> Reaction:
    after = dice.choice((*(dice.randrange(30, HOUR),) * 4, dice.randrange(HOUR, 12 * HOUR), dice.randrange(3 * DAY)))
    what = dice.choices(("tried", "nothing", "later", "tomorrow", "at"), (85, 2, 5, 4, 4))[0]
    return Reaction(after, what, dice.randrange(1440))
