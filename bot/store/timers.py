"""Queries about due things: set, claim with a lease, settle; and the ledger of lessons sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Delivery, DeliveryState, Lane, Timer
from bot.store.tables import delivery, timer


@dataclass(frozen=True)
class Timers:
    """Due things and deliveries, in one transaction."""

    connection: AsyncConnection

    async def set(self, learner_id: int, kind: str, key: str, due_at: datetime, lane: Lane) -> None:
        """Make `kind` and `key` due at a moment, instead of whenever it was due before."""
        values = {"due_at": due_at, "lane": lane.value, "lease_until": None, "attempts": 0}
        insertion = (sqlite if self.connection.dialect.name == "sqlite" else postgresql).insert(timer)
        added = insertion.values(learner_id=learner_id, kind=kind, key=key, **values)
        unique = [timer.c.learner_id, timer.c.kind, timer.c.key]
        await self.connection.execute(added.on_conflict_do_update(index_elements=unique, set_=values))

    async def drop(self, learner_id: int, kind: str, key: str | None = None) -> None:
        """Forget timers of a kind, all of them or one."""
        which = [timer.c.learner_id == learner_id, timer.c.kind == kind]
        if key is not None:
            which.append(timer.c.key == key)
        await self.connection.execute(delete(timer).where(*which))

    async def claim(self, lane: Lane, now: datetime, limit: int, lease: timedelta) -> list[Timer]:
        """Take up to `limit` due timers for `lease`, oldest first; nobody else gets them meanwhile."""
        free = or_(timer.c.lease_until.is_(None), timer.c.lease_until <= now)
        due = (
            select(timer.c.id)
            .where(timer.c.lane == lane.value, timer.c.due_at <= now, free)
            .order_by(timer.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)  # left out on SQLite, which has one writer
        )
        claim = (
            update(timer)
            .where(timer.c.id.in_(due.scalar_subquery()))
            .values(lease_until=now + lease, attempts=timer.c.attempts + 1)
            .returning(*timer.c)
        )
        rows = (await self.connection.execute(claim)).all()
        return sorted((_timer(row) for row in rows), key=lambda item: item.due_at)

    async def settle(self, claimed: Timer) -> None:
        """A claimed timer is finished; one that was set anew meanwhile stays."""
        await self.connection.execute(delete(timer).where(timer.c.id == claimed.id, timer.c.due_at == claimed.due_at))

    async def put_off(self, claimed: Timer, due_at: datetime) -> None:
        """A claimed timer becomes due again later."""
        await self.connection.execute(
            update(timer).where(timer.c.id == claimed.id).values(due_at=due_at, lease_until=None)
        )

    async def due(self, learner_id: int | None = None, limit: int = 50) -> list[Timer]:
        """What is due next, soonest first."""
        query = select(timer).order_by(timer.c.due_at).limit(limit)
        if learner_id is not None:
            query = query.where(timer.c.learner_id == learner_id)
        return [_timer(row) for row in await self.connection.execute(query)]

    async def count_due(self, lane: Lane, now: datetime) -> int:
        """How many timers of a lane are due by now."""
        query = select(func.count()).where(timer.c.lane == lane.value, timer.c.due_at <= now)
        return int((await self.connection.execute(query)).scalar_one())

    async def deliveries(self, learner_id: int) -> list[Delivery]:
        """Lessons sent or tried to send, oldest first."""
        query = select(delivery).where(delivery.c.learner_id == learner_id).order_by(delivery.c.at, delivery.c.id)
        return [_delivery(row) for row in await self.connection.execute(query)]

    async def begin_delivery(self, learner_id: int, lesson: str, now: datetime, *, once_more: bool = False) -> int:
        """Write down that a lesson is about to be sent; gives the ledger row's id.

        once_more: the person goes through a stage again; without it a second send of a lesson is refused.
        """
        values = {"state": DeliveryState.SENDING.value, "at": now, "message_id": None}
        insertion = (sqlite if self.connection.dialect.name == "sqlite" else postgresql).insert(delivery)
        row = insertion.values(learner_id=learner_id, lesson=lesson, **values)
        if once_more:
            unique = [delivery.c.learner_id, delivery.c.lesson]
            row = row.on_conflict_do_update(index_elements=unique, set_=values)
        return int((await self.connection.execute(row.returning(delivery.c.id))).scalar_one())

    async def end_delivery(self, id_: int, state: DeliveryState, message_id: int | None = None) -> None:
        """Write down what became of it."""
        await self._end(delivery.c.id == id_, state=state.value, message_id=message_id)

    async def mark_asked(self, learner_id: int, lesson: str) -> None:
        """The one question of the day after came."""
        await self._end((delivery.c.learner_id == learner_id) & (delivery.c.lesson == lesson), asked=True)

    async def pending(self, learner_id: int, kind: str, key: str = "") -> datetime | None:
        """When something is due, None when it isn't."""
        query = select(timer.c.due_at).where(timer.c.learner_id == learner_id, timer.c.kind == kind, timer.c.key == key)
        found: datetime | None = (await self.connection.execute(query)).scalar_one_or_none()
        return found

    async def cancel_delivery(self, id_: int) -> None:
        """It certainly did not go out, and will be tried again: the ledger forgets it."""
        await self.connection.execute(delete(delivery).where(delivery.c.id == id_))

    async def doubtful(self, learner_id: int) -> int:
        """Sends that a crash left half-way become `unknown`, and are never repeated; gives how many."""
        return await self._end(
            (delivery.c.learner_id == learner_id) & (delivery.c.state == DeliveryState.SENDING.value),
            state=DeliveryState.UNKNOWN.value,
        )

    async def _end(self, which: ColumnElement[bool], **values: Any) -> int:
        return (await self.connection.execute(update(delivery).where(which).values(**values))).rowcount


def _timer(row: Row[Any]) -> Timer:
    return Timer(row.id, row.learner_id, row.kind, row.key, row.due_at, Lane(row.lane), row.attempts)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(row.id, row.learner_id, row.lesson, DeliveryState(row.state), row.at, row.message_id, row.asked)
