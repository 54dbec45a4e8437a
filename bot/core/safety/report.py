"""Counts about what was noticed, for maintainers: groups of five people or more, and never one person's story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.model import Notice

FEWEST_PEOPLE = 5
"""A group with fewer people is not shown: it could be about somebody."""


@dataclass(frozen=True)
class Group:
    """One line of the report."""

    name: str
    times: int
    people: int


@dataclass(frozen=True)
class Section:
    """One part of the report. hidden: whether there were groups too small to be shown."""

    title: str
    groups: tuple[Group, ...]
    hidden: bool


def report(rows: Iterable[tuple[int, Notice]]) -> tuple[Section, ...]:
    """What was noticed, by category, by rule, and by what was pressed first. rows: whose it is, and what."""
    told = list(rows)
    return (
        _section("noticed", ((who, f"{item.category}, {item.tier}") for who, item in told)),
        _section("danger now", ((who, item.category) for who, item in told if item.immediate)),
        _section("rules", ((who, rule) for who, item in told for rule in item.rules)),
        _section("pressed first", ((who, f"{item.category}: {_first(item)}") for who, item in told if item.card)),
    )


def _first(item: Notice) -> str:
    return item.pressed[0] if item.pressed else "nothing"


def _section(title: str, named: Iterable[tuple[int, str]]) -> Section:
    times: dict[str, int] = defaultdict(int)
    people: dict[str, set[int]] = defaultdict(set)
    for who, name in named:
        times[name] += 1
        people[name].add(who)
    groups = [Group(name, times[name], len(people[name])) for name in times]
    shown = sorted(
        (group for group in groups if group.people >= FEWEST_PEOPLE), key=lambda item: (-item.times, item.name)
    )
    return Section(title, tuple(shown), hidden=len(shown) < len(groups))
