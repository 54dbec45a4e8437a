"""What the chat page's panel can do to the bot behind it; the demo supplies it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Controls(Protocol):
    """Clock, what is due, restart."""

    def now(self) -> datetime:
        """The time on the demo's clock."""
        ...

    async def move_to(self, moment: datetime) -> None:
        """Set the demo's clock; what becomes due happens."""
        ...

    async def due(self) -> list[tuple[datetime, str]]:
        """What is due next, soonest first."""
        ...

    async def next_lesson(self) -> datetime | None:
        """When the next lesson comes, None when none will."""
        ...

    async def restart(self) -> None:
        """Stop the bot hard and start it again over the same data."""
        ...
