"""Many short changes in one transaction: what waits at the same time goes to the database together.

Each is a part that can fail alone, and its caller hears of it once the whole is committed. So a change that nobody
else waits with costs what it did before, and with two hundred people answering at once the database is asked once a
change instead of five times.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.store.batch import Part

MOST = 32
"""Changes in one transaction at most: what comes next to write has waited long enough."""

Result = TypeVar("Result")


class Dividable(Protocol):
    """A transaction."""

    def part(self) -> AbstractAsyncContextManager[Part]:
        """A part of it that can fail alone."""


Tx = TypeVar("Tx", bound=Dividable)


@dataclass
class _Change:
    work: Callable[[Any], Awaitable[Any]]
    outcome: asyncio.Future[Any]
    part: Part | None = None
    result: Any = None


class Together:
    """begin: opens a transaction for all of them."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Dividable]]) -> None:
        self._begin = begin
        self._waiting: deque[_Change] = deque()
        self._leader: asyncio.Task[None] | None = None

    async def change(self, work: Callable[[Any], Awaitable[Result]]) -> Result:
        """Do this in a transaction that it may share; gives what it gave, once it is committed.

        Whoever is cancelled meanwhile cannot take it back any more. Raises what the work raised, and what the database
        says.
        """
        change = _Change(work, asyncio.get_running_loop().create_future())
        self._waiting.append(change)
        if self._leader is None:
            self._leader = asyncio.create_task(self._lead())
        result: Result = await change.outcome
        return result

    async def rest(self) -> None:
        """Wait until everything is written that somebody asked for."""
        if self._leader is not None:
            await self._leader

    async def _lead(self) -> None:
        try:
            while self._waiting:
                await self._one_transaction()
        finally:
            self._leader = None

    async def _one_transaction(self) -> None:
        group: list[_Change] = []
        try:
            async with self._begin() as tx:  # others join while this waits for whoever writes
                while self._waiting and len(group) < MOST:
                    change = self._waiting.popleft()
                    if not change.outcome.done():
                        group.append(change)
                        await _carry_out(change, tx)
        except Exception as error:
            concerned = group or [self._waiting.popleft()]
            for change in concerned:
                _settle(change, error)
        else:
            for change in group:
                _settle(change, change.part.failure if change.part is not None else None)


async def _carry_out(change: _Change, tx: Dividable) -> None:
    try:
        async with tx.part() as change.part:
            change.result = await change.work(tx)
    except Exception as error:
        _settle(change, error)


def _settle(change: _Change, error: Exception | None) -> None:
    if change.outcome.done():
        return
    if error is not None:
        change.outcome.set_exception(error)
    else:
        change.outcome.set_result(change.result)
