"""Turns where several processes share one database: whoever leases a chat answers it, one update after another.

The lease lies on the chat's oldest waiting update (`store/chats.py`). An update that reaches this process while another
one answers that chat is left to the other, which looks for more before it lets go. What nobody answers, because a
process died, is found by a sweep once its lease is over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.store.inbox import Waiting
from bot.store.store import Store
from bot.telegram.turns import Turns

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 20.0
SWEEP_SECONDS = 5.0
LEFT_ALONE = timedelta(seconds=5)
"""An update that waits this long with nobody at its chat is taken up by a sweep."""
SWEPT = 200
"""Chats taken up by one sweep at most; the next one takes more."""


class Claims:
    """handle: what to do with one update; it must not raise."""

    def __init__(self, store: Store, clock: Clock, handle: Callable[[Waiting], Awaitable[None]]) -> None:
        self._store = store
        self._clock = clock
        self._handle = handle
        self._turns: Turns[int] = Turns(self._work)
        self._held: set[int] = set()

    def put(self, chat_id: int, _item: Waiting) -> None:
        """Something new waits for this chat."""
        self._turns.put(chat_id, chat_id)

    def busy(self, _chat_id: int) -> bool:
        """Nobody here knows what another process does, so every chat counts as busy."""
        return True

    @property
    def idle(self) -> bool:
        """This process answers nobody just now."""
        return self._turns.idle

    @property
    def chats(self) -> int:
        """How many chats this process took up and has not answered."""
        return self._turns.chats

    async def drain(self) -> None:
        """Wait until everything that this process took up is answered."""
        await self._turns.drain()

    async def sweep(self) -> int:
        """Take up what nobody answers; gives how many chats that were."""
        now = self._clock.now()
        try:
            async with self._store.transaction(reading=True) as tx:
                alone = await tx.chats.left_alone(now, now - LEFT_ALONE, LEASE, SWEPT)
        except Exception as problem:
            log.error("the store does not answer", error=type(problem).__name__)
            return 0
        for chat_id in alone:
            if not self._turns.busy(chat_id):
                self._turns.put(chat_id, chat_id)
        return len(alone)

    async def renew(self) -> None:
        """Hold on to what is being answered: Telegram may make it wait for longer than a lease lasts."""
        await self._lease(self._clock.now() + LEASE)

    async def stop(self, seconds: float) -> None:
        """Let running turns finish for up to `seconds`; what is broken off goes to another process at once."""
        await self._turns.stop(seconds)
        await self._lease(None)

    async def _lease(self, until: datetime | None) -> None:
        if not self._held:
            return
        try:
            async with self._store.transaction() as tx:
                await tx.chats.lease(self._held, until)
        except Exception as problem:
            log.error("the store does not answer", error=type(problem).__name__)

    async def _work(self, chat_id: int) -> None:
        try:
            item = None if self._turns.stopping else await self._claim(chat_id)
            while item is not None:
                self._held.add(item.update_id)
                await self._handle(item)
                self._held.discard(item.update_id)
                # Whoever wrote something down meanwhile found this chat taken, and left it to us.
                item = None if self._turns.stopping else await self._claim(chat_id)
        except Exception as problem:
            log.error("the store does not answer", error=type(problem).__name__)  # a sweep takes it up again

    async def _claim(self, chat_id: int) -> Waiting | None:
        now = self._clock.now()
        async with self._store.transaction(repeatable=True, single=True) as tx:
            return await tx.chats.claim(chat_id, now, now + LEASE)
