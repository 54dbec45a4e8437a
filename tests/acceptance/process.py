"""A real `keel run` in a process of its own, talking to the stand-in over HTTP; it can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import MovableClock
from bot.simulator.person import Person, join
from bot.simulator.server import api
from bot.simulator.telegram import Telegram
from bot.web.serve import serving

ROOT = Path(__file__).parent.parent.parent
LONGEST_WAIT = 12.0


@dataclass
class Running:
    """One bot process after another over the same data."""

    telegram: Telegram
    clock: MovableClock
    root: str
    folder: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self, killed_at: str = "") -> None:
        """Start the bot; `killed_at` names a point of the way through at which it kills itself."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "KEEL_TOKEN": self.telegram.token,
            "KEEL_API_URL": self.root,
            "KEEL_DATA_DIR": str(self.folder),
            "KEEL_NOW": self.clock.now().isoformat(),
            "KEEL_LOG_LEVEL": "info",
        }
        module = ["-m", "bot", "run"] if not killed_at else ["-m", "tests.acceptance.killed", killed_at]
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *module, env=environment, cwd=ROOT, stderr=log
            )

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.dead()

    async def dead(self) -> None:
        """Wait until the process has ended by itself or by a signal."""
        if self.process is not None:
            async with asyncio.timeout(LONGEST_WAIT):
                await self.process.wait()

    async def ticked(self) -> None:
        """Wait until the bot receives and its first ticks, which come at once, are over."""
        polls = self.telegram.poller
        await self.until(lambda: self.telegram.poller > polls, "a first poll")
        await asyncio.sleep(1.5)

    async def until(self, holds: object, what: str) -> None:
        """Wait until `holds()` is true."""
        assert callable(holds)
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                while not holds():
                    async with self.telegram.changed:
                        try:
                            await asyncio.wait_for(self.telegram.changed.wait(), 0.2)
                        except TimeoutError:
                            continue
        except TimeoutError:
            said = [post.data.get("text") for chat in self.telegram.chats.values() for post in chat.posts.values()]
            log = (self.folder / "log").read_text()[-3000:]
            raise AssertionError(f"waited in vain: {what}\n{said[-4:]}\n{log}") from None


@asynccontextmanager
async def running(folder: Path, now: datetime) -> AsyncIterator[tuple[Running, Person]]:
    """A stand-in over HTTP with one person, and no bot yet."""
    clock = MovableClock(now)
    telegram = Telegram(clock.now)
    async with serving(api(telegram), 0) as root:
        bot = Running(telegram, clock, root, folder)
        try:
            yield bot, join(telegram, "Anna")
        finally:
            await bot.kill()
