"""People and years in, differences out; the work is dealt to as many processes as there are processors."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from tests.year import reference, rules
from tests.year.lives import DAY, ZONES, live

IN_A_GROUP = 10
"""Zones whose almanacs one process holds at a time; people move within a group."""


@dataclass
class Outcome:
    """What was compared, and where the two disagree."""

    people: int = 0
    days: int = 0
    came: Counter[str] = field(default_factory=Counter)
    zones: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """One group more."""
        self.people += other.people
        self.days += other.days
        self.came += other.came
        self.zones |= other.zones
        self.differences += other.differences


@dataclass(frozen=True)
class Group:
    """Some people of a year, who live in some zones."""

    year: int
    zones: tuple[str, ...]
    people: range


def groups(people: int, years: tuple[int, ...], zones: tuple[str, ...]) -> Iterator[Group]:
    """Everybody, dealt to years and zones."""
    # Neighbours in the list are neighbours on the map; a stride mixes them, so that people cross the date line.
    parts = -(-len(zones) // IN_A_GROUP)
    mixed = [zones[part::parts] for part in range(parts)]
    count = parts * len(years)
    for number in range(count):
        first, last = people * number // count, people * (number + 1) // count
        yield Group(years[number % len(years)], mixed[number // len(years)], range(first, last))


def compare(group: Group, days: int) -> Outcome:
    """Both ways for each person of a group."""
    lives = [live(number, group.year, group.zones, days) for number in group.people]
    if not lives:
        return Outcome()
    begins, ends = lives[0].begins // DAY * DAY - 12 * DAY, lives[0].ends + 75 * DAY
    almanacs = {zone: reference.Almanac(zone, begins, ends) for zone in group.zones}
    found = Outcome(people=len(lives), days=len(lives) * days, zones=set(group.zones))
    for life in lives:
        wanted = list(reference.Person(life, almanacs).lives())
        came = list(rules.Person(life).lives())
        found.came.update(what for _, what in wanted)
        if wanted != came:
            odd = sorted(set(wanted) ^ set(came))[:2]  # none when only the order differs
            found.differences.append(f"{group.year}, person {life.id} ({life.zone}, {life.pace}): {odd}")
    return found


def compare_all(people: int, years: tuple[int, ...], days: int, zones: tuple[str, ...] = ZONES) -> Outcome:
    """Everybody, on all processors."""
    total = Outcome()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(partial(compare, days=days), groups(people, years, zones)):
            total.add(found)
    return total
