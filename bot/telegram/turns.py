"""Turns: one update at a time in a chat, chats in parallel, bounded.

A chat's queue exists only while it has something in it. How many chats run at once is bounded, how much one chat may
queue is not: its updates are in the inbox anyway, and a chat that floods waits only for itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")

PARALLEL = 64
"""Chats that are answered at the same time."""


class Turns(Generic[Item]):
    """handle: what to do with one item; it must not raise."""

    def __init__(self, handle: Callable[[Item], Awaitable[None]], parallel: int = PARALLEL) -> None:
        self._handle = handle
        self._queues: dict[int, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(parallel)
        self.stopping = False

    def put(self, chat_id: int, item: Item) -> None:
        """Queue an item behind whatever its chat still has. Once it stops, nothing more begins: the inbox has it."""
        if self.stopping:
            return
        queue = self._queues.get(chat_id)
        if queue is not None:
            queue.append(item)
            return
        self._queues[chat_id] = deque([item])
        task = asyncio.create_task(self._run(chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def busy(self, chat_id: int) -> bool:
        """Whether something of this chat is queued or running."""
        return chat_id in self._queues

    @property
    def idle(self) -> bool:
        """Nothing is queued or running."""
        return not self._queues

    @property
    def chats(self) -> int:
        """How many chats have something queued or running."""
        return len(self._queues)

    async def drain(self) -> None:
        """Wait until everything queued was handled."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self, seconds: float) -> None:
        """Let what is being handled finish for up to `seconds`, then break it off; the inbox still has it."""
        self.stopping = True
        tasks = list(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        try:
            while queue:
                async with self._places:
                    if self.stopping:
                        return
                    await self._handle(queue.popleft())
        finally:
            del self._queues[chat_id]
