"""`keel demo`: the real bot, a stand-in for Telegram, and a chat page, in one process on this machine only."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.app import Keel, build, build_bot
from bot.clock import MovableClock
from bot.core.model import Lane
from bot.library.load import Library
from bot.simulator.chatpage import page
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from bot.store.migrate import migrate
from bot.store.store import open_store
from bot.web.serve import serving

NAMES = {
    "lesson": "a lesson",
    "again": "a lesson put off",
    "wait": "a step goes on",
    "look-in": "a look that was asked for",
}


@dataclass
class Demo:
    """One demo: starts and restarts the bot, and is the page's controls."""

    folder: Path
    library: Library
    clock: MovableClock = field(default_factory=MovableClock)
    keel: Keel | None = None
    root: str = ""

    def __post_init__(self) -> None:
        self.telegram = Telegram(self.clock.now)
        self._running: asyncio.Task[None] | None = None
        join(self.telegram, "You")

    async def run(self, port: int, ready: asyncio.Event | None = None) -> None:
        """Serve until cancelled.

        Raises PortInUse: in one sentence.
        """
        async with serving(page(self.telegram, self), port) as self.root:
            await self.start()
            if ready is not None:
                ready.set()
            try:
                await asyncio.Event().wait()
            finally:
                await self.stop()

    async def start(self) -> None:
        """Start the bot over the demo's data."""
        url = f"sqlite+aiosqlite:///{self.folder / 'keel.db'}"
        await migrate(url)
        store = await open_store(url, self.folder / "keel.key")
        bot = build_bot(self.telegram.token, f"{self.root}/bot", f"{self.root}/file/bot", rate=25)
        self.keel = build(bot, store, self.library, self.clock)
        self._running = asyncio.create_task(self.keel.run())

    async def stop(self) -> None:
        """Stop the bot and close its database."""
        if self._running is not None and self.keel is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
            await self.keel.store.close()

    def now(self) -> datetime:
        """The demo's clock."""
        return self.clock.now()

    async def move_to(self, moment: datetime) -> None:
        """Move the clock and let what is due happen at once."""
        self.clock.move_to(moment)
        if self.keel is not None:
            await self.keel.dispatcher.tick(Lane.LIVE, 1)
            await self.keel.dispatcher.tick(Lane.BULK, 1)

    async def due(self) -> list[tuple[datetime, str]]:
        """What is due next."""
        if self.keel is None:
            return []
        async with self.keel.store.transaction(reading=True) as tx:
            return [(timer.due_at, NAMES.get(timer.kind, timer.kind)) for timer in await tx.timers.due(limit=12)]

    async def next_lesson(self) -> datetime | None:
        """When the next lesson comes."""
        return next((at for at, what in await self.due() if what != NAMES["wait"]), None)

    async def restart(self) -> None:
        """Stop and start again."""
        await self.stop()
        await self.start()
