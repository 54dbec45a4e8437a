"""Real `keel receive` and `keel dispatch` on one PostgreSQL, behind a balancer, with the stand-in over HTTP."""

from __future__ import annotations

import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.clock import MovableClock
from bot.simulator.bringing import bringing
from bot.simulator.server import api
from bot.simulator.telegram import Telegram
from bot.web.serve import serving
from tests.acceptance.process import Running

PATH = "/telegram"
PATIENCE = 40.0
"""Seconds that somebody waits for an answer at most: while processes die, and on a machine that has other work."""
TRIED_SECONDS = 5.0
"""How long the balancer waits for one receiver before it tries the next."""


@dataclass
class Shared:
    """Everybody who shares one database."""

    telegram: Telegram
    clock: MovableClock
    url: str
    receivers: list[Running]
    dispatchers: list[Running]

    @property
    def everybody(self) -> list[Running]:
        """All processes."""
        return self.receivers + self.dispatchers

    async def start(self, *which: Running) -> None:
        """Start these, or all."""
        for bot in which or self.everybody:
            await bot.start(command="receive" if bot in self.receivers else "dispatch")


@asynccontextmanager
async def sharing(
    folder: Path, url: str, now: datetime, *, leases: float = 0.0, rate: float = 25.0, each: int = 2
) -> AsyncIterator[Shared]:
    """A stand-in, a balancer, and so many receivers and dispatchers, none of them started yet."""
    clock = MovableClock(now)
    telegram = Telegram(clock.now)
    ports = free_ports(each)
    async with (
        serving(api(telegram), 0) as root,
        _balancing([f"http://127.0.0.1:{port}{PATH}" for port in ports]) as address,
        bringing(telegram),
    ):
        settings = {"KEEL_DATABASE_URL": url, "KEEL_BULK_RATE": str(rate)}
        one = Running(telegram, clock, root, folder, settings=settings, leases=leases, patience=PATIENCE)
        receivers = [
            replace(one, settings={**settings, "KEEL_WEBHOOK_URL": address, "KEEL_LISTEN": f"127.0.0.1:{port}"})
            for port in ports
        ]
        shared = Shared(telegram, clock, url, receivers, [replace(one) for _ in range(each)])
        try:
            yield shared
        finally:
            for bot in shared.everybody:
                await bot.kill()


@asynccontextmanager
async def _balancing(receivers: list[str]) -> AsyncIterator[str]:
    """What stands between Telegram and the receivers: each in turn, and the next one where one doesn't take it."""
    turns = itertools.count()

    async def hand_on(request: web.Request) -> web.Response:
        body, first = await request.read(), next(turns)
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-")}
        for number in range(len(receivers)):
            address = receivers[(first + number) % len(receivers)]
            try:
                async with session.post(address, data=body, headers=headers) as answer:
                    if answer.status != 503:
                        return web.Response(status=answer.status)
            except (aiohttp.ClientError, TimeoutError):
                continue
        return web.Response(status=502)

    app = web.Application()
    app.router.add_post(PATH, hand_on)
    runner = web.AppRunner(app, access_log=None)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TRIED_SECONDS)) as session:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        finally:
            await runner.cleanup()


def free_ports(number: int) -> list[int]:
    """Ports on which nothing listens just now."""
    held = [socket.socket() for _ in range(number)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports
