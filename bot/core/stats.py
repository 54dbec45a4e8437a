"""What an operator may see of the people: groups of five and more, in steps of five.

Rounding is there for what two numbers say together: with exact ones, all people less those with a daily pace would be
the one person without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_GROUP = 5


@dataclass(frozen=True)
class Group:
    """How many there are of something. `shown` is None for fewer than five, and else rounded down to fives."""

    shown: int | None

    @classmethod
    def of(cls, count: int) -> Group:
        """A count, made coarse."""
        return cls(None if count < SMALLEST_GROUP else count - count % SMALLEST_GROUP)

    def __str__(self) -> str:
        """For people to read."""
        return "fewer than five" if self.shown is None else f"{self.shown:,}"


def groups(names: tuple[str, ...], counts: Mapping[str, int]) -> dict[str, Group]:
    """A group for each name, also for those that nobody is in."""
    return {name: Group.of(counts.get(name, 0)) for name in names}
