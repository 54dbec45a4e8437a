"""Telegram's own part in a webhook: it brings each update to the address until that says 200, several side by side.

Those of one chat and one kind come one after another, as Telegram's own server does it; a tap may overtake a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.simulator.telegram import Broken, Telegram

SIDE_BY_SIDE = 8
AGAIN_SECONDS = 0.2
"""After how long an update is brought again; Telegram waits longer, and longer each time."""
Queue = tuple[str, int]
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name


@asynccontextmanager
async def bringing(telegram: Telegram) -> AsyncIterator[None]:
    """Bring updates to whatever webhook is set, while the block runs."""
    on_the_way: set[Queue] = set()
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def bring(update: dict[str, Any]) -> None:
        async with places:
            while telegram.webhook and update in telegram.updates:
                if not telegram.faults.down and await _brought(session, telegram, update):
                    if update in telegram.updates:
                        telegram.updates.remove(update)
                    break
                await asyncio.sleep(AGAIN_SECONDS)
        on_the_way.discard(_queue_of(update))
        async with telegram.changed:
            telegram.changed.notify_all()

    async def watch() -> None:
        tasks: set[asyncio.Task[None]] = set()
        while True:
            for update in list(telegram.updates) if telegram.webhook else []:
                if _queue_of(update) not in on_the_way:
                    on_the_way.add(_queue_of(update))
                    task = asyncio.create_task(bring(update))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
            async with telegram.changed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(telegram.changed.wait(), AGAIN_SECONDS)

    async with aiohttp.ClientSession() as session:
        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _brought(session: aiohttp.ClientSession, telegram: Telegram, update: dict[str, Any]) -> bool:
    headers = {SECRET_HEADER: telegram.webhook_secret} if telegram.webhook_secret else {}
    try:
        async with session.post(telegram.webhook, json=update, headers=headers) as answer:
            if answer.status == 200:
                await _carry_out(telegram, await answer.read())
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _carry_out(telegram: Telegram, said: bytes) -> None:
    """The one call that may come with the answer; nobody hears what became of it."""
    if said:
        call = json.loads(said)
        with contextlib.suppress(Broken):
            await telegram.call(call.pop("method"), call, {})


def _queue_of(update: dict[str, Any]) -> Queue:
    kind, content = next((name, content) for name, content in update.items() if name != "update_id")
    return kind, int((content.get("message") or content)["chat"]["id"])
