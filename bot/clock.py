"""What time it is: the system's clock, and one that can be moved for demos, tests and rehearsals."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware and UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)


class MovableClock:
    """Starts at a chosen moment, runs at real speed, and can be moved."""

    def __init__(self, start: datetime | None = None) -> None:
        self.move_to(start or datetime.now(UTC))

    def now(self) -> datetime:
        """The present moment on this clock."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)

    def move_to(self, moment: datetime) -> None:
        """Go to a moment, and run on from there.

        Raises ValueError: the moment is naive.
        """
        if moment.tzinfo is None:
            raise ValueError("A clock needs a moment with a time zone.")
        self._start = moment.astimezone(UTC)
        self._since = time.monotonic()
