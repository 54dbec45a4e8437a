"""What a person chose about when lessons come: pace, weekdays, window, quiet hours, pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from bot.core.schedule.zones import aware

LONGEST_WINDOW = 12 * 60


class Pace(StrEnum):
    """How often lessons come."""

    daily = "daily"
    weekdays = "weekdays"
    every_other_day = "every_other_day"
    twice_a_week = "twice_a_week"
    weekly = "weekly"
    on_request = "on_request"


@dataclass(frozen=True)
class Window:
    """Hours in which a lesson may come: wall-clock start, and length in minutes. It may cross midnight."""

    start: time
    minutes: int

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= LONGEST_WINDOW:
            raise ValueError(f"A window of {self.minutes} minutes is not possible; choose 1 to {LONGEST_WINDOW}.")


@dataclass(frozen=True)
class Quiet:
    """Hours without anything unasked, on the wall clock; they may cross midnight. Equal times mean none."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Whether `clock` is inside; the start is, the end is not."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True)
class Plan:
    """Everything a person chose about when lessons come. Weekdays: 0 is Monday.

    paused: until further notice. paused_until: the moment from which lessons come again.
    """

    zone: str
    window: Window
    weekdays: frozenset[int]
    pace: Pace
    quiet: Quiet | None = None
    paused_until: datetime | None = None
    paused: bool = False

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("A plan needs at least one weekday, from 0 (Monday) to 6 (Sunday).")
        if self.paused_until is not None:
            aware(self.paused_until)
