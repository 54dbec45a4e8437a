"""One pace for the bulk messages of all processes, kept by the database and its clock. PostgreSQL only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.core.model import Lane
from bot.store.connection import Connection

if TYPE_CHECKING:
    from bot.store.store import Store

# The machines' clocks may differ; the database's is one. Each call takes room for some messages behind all before it.
_TAKE = text(
    """
    INSERT INTO pace (lane, free_at) VALUES (:lane, clock_timestamp() + :length * interval '1 second')
    ON CONFLICT (lane) DO UPDATE
        SET free_at = greatest(pace.free_at, clock_timestamp()) + :length * interval '1 second'
    RETURNING extract(epoch FROM free_at - clock_timestamp()) - :length AS seconds
    """
)
_HOLD = text(
    """
    INSERT INTO pace (lane, free_at) VALUES (:lane, clock_timestamp() + :length * interval '1 second')
    ON CONFLICT (lane) DO UPDATE
        SET free_at = greatest(pace.free_at, clock_timestamp() + :length * interval '1 second')
    """
)


@dataclass(frozen=True)
class Paces:
    """The lanes' paces, in one transaction."""

    connection: Connection

    async def take(self, lane: str, length: float) -> float:
        """Room in a lane for so many seconds of messages; gives after how many seconds it begins (0 or less: now)."""
        return float((await self.connection.execute(_TAKE.bindparams(lane=lane, length=length))).scalar_one())

    async def hold(self, lane: str, seconds: float) -> None:
        """Nothing of the lane goes for so many seconds: Telegram asked for that."""
        await self.connection.execute(_HOLD.bindparams(lane=lane, length=seconds))


class SharedPace:
    """The bulk lane's pace, each time in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, seconds: float) -> float:
        """Room for so many seconds of messages; gives after how many seconds it begins."""
        async with self._store.transaction(repeatable=True) as tx:
            return await tx.paces.take(Lane.BULK.value, seconds)

    async def hold(self, seconds: float) -> None:
        """Nothing of the lane goes for so many seconds."""
        async with self._store.transaction(repeatable=True) as tx:
            await tx.paces.hold(Lane.BULK.value, seconds)
