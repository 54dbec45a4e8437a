"""How late lessons are when 100,000 people share one window, and whether all of them are inside it.

Computed, not run (the window lasts 75 minutes): everybody's own offset is the real one (`core.schedule.offset`), and
the lane sends what is due at the pace that was measured in this run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from bot.core.schedule import Window, offset

PEOPLE = 100_000
WINDOW = Window(time(8), 75)


@dataclass(frozen=True)
class Lateness:
    """Seconds from each person's own slot to the send, and from the window's begin to the last send."""

    late: tuple[float, ...]
    last: float

    @property
    def inside(self) -> bool:
        """Everybody got theirs before the window ended."""
        return self.last < WINDOW.minutes * 60


def computed(rate: float) -> Lateness:
    """With so many sends a second."""
    slots = sorted(offset(person, WINDOW).total_seconds() for person in range(1, PEOPLE + 1))
    free, late = 0.0, []
    for slot in slots:
        free = max(free, slot) + 1 / rate
        late.append(free - slot)
    return Lateness(tuple(late), free)
