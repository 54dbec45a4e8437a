"""Telegram's part in a webhook, as cheaply as can be: each update to the next of the receivers, in a chat one by one.

Every `keel receive` names an address of its own here, and they are taken in turn, as by a balancer behind one address:
one that does not take an update is passed over. Whatever was not taken is brought again until it is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from typing import Any
from urllib.parse import urlsplit

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
AGAIN_SECONDS = 0.2
PATIENCE = 5.0
"""Seconds that a receiver may take to say that an update is safe."""


class Bringing:
    """brought_again: how often an update was not taken and had to be brought once more."""

    def __init__(self) -> None:
        self.receivers: list[_Receiver] = []
        self.brought_again = 0
        self._turns = itertools.count()
        self._queues: dict[int, deque[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def to(self, url: str, secret: str) -> None:
        """One more address, unless it is known."""
        if all(known.url != url for known in self.receivers):
            self.receivers.append(_Receiver(url, secret))

    def put(self, chat_id: int, update: dict[str, Any]) -> None:
        """Bring this behind whatever else is to be brought of its chat."""
        queue = self._queues.get(chat_id)
        if queue is not None:
            queue.append(json.dumps(update).encode())
            return
        self._queues[chat_id] = deque([json.dumps(update).encode()])
        task = asyncio.create_task(self._bring(chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        while queue:
            if await self._taken(queue[0]):
                queue.popleft()
            else:
                await asyncio.sleep(AGAIN_SECONDS)
        del self._queues[chat_id]

    async def _taken(self, body: bytes) -> bool:
        first = next(self._turns)
        for number in range(len(self.receivers)):
            receiver = self.receivers[(first + number) % len(self.receivers)]
            try:
                async with asyncio.timeout(PATIENCE):
                    status = await receiver.post(body)
            except (OSError, EOFError, TimeoutError):
                status = 0
            if status == 200:
                return True
            self.brought_again += 1
        return False


class _Receiver:
    """Connections that stay open to one address, as many as there are updates on the way."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"{SECRET_HEADER}: {secret}\r\nContent-Length: "
        ).encode()
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, body: bytes) -> int:
        """The status. Raises OSError, EOFError."""
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._free.append((reader, writer))
        return int(lines[0].split()[1])
