"""A real `keel run` in a process of its own, talking to the stand-in over HTTP; it can be killed."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock

from bot.clock import MovableClock
from bot.simulator.person import Person, join
from bot.simulator.server import api
from bot.simulator.telegram import Telegram
from bot.web.serve import serving

ROOT = Path(__file__).parent.parent.parent
LONGEST_WAIT = 12.0
JUMPS = "jumps"
"""The file in which stands how far the clock of a running bot has jumped."""
_asking = Lock()


@lru_cache(maxsize=1)
def nursery() -> subprocess.Popen[str]:
    """The process that forks bots; one for all tests of this process."""
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.nursery"], cwd=ROOT, text=True, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    atexit.register(_close, made)
    return made


def _close(made: subprocess.Popen[str]) -> None:
    made.kill()
    made.communicate()


def _ask(order: str) -> str:
    place = nursery()
    assert place.stdin is not None
    assert place.stdout is not None
    with _asking:
        place.stdin.write(order + "\n")
        place.stdin.flush()
        return place.stdout.readline().strip()


@dataclass
class Running:
    """One bot process after another over the same data."""

    telegram: Telegram
    clock: MovableClock
    root: str
    folder: Path
    child: int | None = None
    process: asyncio.subprocess.Process | None = None
    settings: dict[str, str] = field(default_factory=dict)
    leases: float = 0.0
    """Seconds that leases last, where a test cannot wait for the real ones."""
    waits: float = 0.0
    """Seconds after which a call is given up, and that the bulk lane rests, where the real ones are too long."""
    speed: float = 0.0
    """How fast the bot's clock runs, where it is not the world's speed."""
    patience: float = LONGEST_WAIT
    """Seconds after which `until` gives up."""

    async def start(self, killed_at: str = "", *, from_scratch: bool = False, command: str = "run") -> None:
        """Start the bot; `killed_at` names a point of the way through at which it kills itself.

        from_scratch: by its command line, imports and all; otherwise forked where they are done already.
        command: another command than `run`.
        """
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "KEEL_TOKEN": self.telegram.token,
            "KEEL_API_URL": self.root,
            "KEEL_DATA_DIR": str(self.folder),
            "KEEL_NOW": (self.clock.now() - self._jumped).isoformat(),
            "KEEL_LOG_LEVEL": "info",
            **self.settings,
        }
        if from_scratch:
            with (self.folder / "log").open("ab") as log:
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", "run", env=environment, cwd=ROOT, stderr=log
                )
            return
        order = {
            "environment": environment,
            "log": str(self.folder / "log"),
            "killed_at": killed_at,
            "command": command,
            "leases": self.leases,
            "waits": self.waits,
            "speed": self.speed,
            "jumps": str(self.folder / JUMPS),
        }
        self.child = int(await asyncio.to_thread(_ask, json.dumps(order)))

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.send(signal.SIGKILL)
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.dead()

    def jump(self, by: timedelta) -> None:
        """The clock of the bot's machine, and the stand-in's, are so much further on from now on (or back)."""
        written = self.folder / f"{JUMPS}.new"
        written.write_text(str((self._jumped + by).total_seconds()))
        written.replace(self.folder / JUMPS)
        self.clock.move_to(self.clock.now() + by)

    @property
    def _jumped(self) -> timedelta:
        file = self.folder / JUMPS
        return timedelta(seconds=float(file.read_text())) if file.exists() else timedelta()

    def send(self, number: signal.Signals) -> None:
        """A signal to the forked bot, if it runs."""
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, number)

    async def dead(self) -> None:
        """Wait until the process has ended by itself or by a signal."""
        async with asyncio.timeout(LONGEST_WAIT):
            while self.child is not None:
                try:
                    os.kill(self.child, 0)
                    await asyncio.sleep(0.01)
                except ProcessLookupError:
                    self.child = None
            if self.process is not None:
                await self.process.wait()
                self.process = None

    async def ticked(self) -> None:
        """Wait until the bot receives and its first ticks, which come at once, are over."""
        polls = self.telegram.poller
        await self.until(lambda: self.telegram.poller > polls, "a first poll")
        await asyncio.sleep(1.5)

    async def until(self, holds: object, what: str) -> None:
        """Wait until `holds()` is true."""
        assert callable(holds)
        try:
            async with asyncio.timeout(self.patience):
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
