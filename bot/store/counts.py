"""Queries that count and name nobody: people by what they chose, what waits, and how long first answers took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select

from bot.core.model import DeliveryState, Lane, Learner
from bot.store.connection import Connection
from bot.store.learners import learner_of
from bot.store.tables import answer_time, delivery, inbox, learner, timer

MOST = 10_000
"""What is watched is counted up to here, so that looking costs the same however much waits."""


@dataclass(frozen=True)
class Queue:
    """How much waits, how much of it for too long, and since when the oldest does (None: nothing waits)."""

    waiting: int
    late: int
    oldest: datetime | None


@dataclass(frozen=True)
class Counts:
    """Counts, in one transaction."""

    connection: Connection

    async def statuses(self, now: datetime) -> Counter[tuple[str, bool]]:
        """How many people there are by status, and by whether they pause."""
        rests = or_(learner.c.paused, func.coalesce(learner.c.paused_until > now, False))
        query = select(learner.c.status, rests, func.count()).group_by(learner.c.status, rests)
        found = (await self.connection.execute(query)).all()
        return Counter({(status, bool(pauses)): count for status, pauses, count in map(tuple, found)})

    async def paces(self) -> Counter[str]:
        """How many people chose which pace."""
        query = select(learner.c.pace, func.count()).group_by(learner.c.pace)
        return Counter(dict(map(tuple, await self.connection.execute(query))))

    async def due(self, kind: str, now: datetime) -> list[tuple[datetime, Learner]]:
        """When things of a kind that are due came due, and for whom."""
        joined = select(timer.c.due_at, learner).join(learner, learner.c.id == timer.c.learner_id)
        query = joined.where(timer.c.kind == kind, timer.c.due_at <= now)
        return [(row.due_at, learner_of(row)) for row in await self.connection.execute(query)]

    async def lessons_since(self, since: datetime) -> Counter[DeliveryState]:
        """How many lessons were sent after a moment, by what became of them."""
        query = select(delivery.c.state, func.count()).where(delivery.c.at > since).group_by(delivery.c.state)
        found = (await self.connection.execute(query)).all()
        return Counter({DeliveryState(state): count for state, count in map(tuple, found)})

    async def inbox(self) -> tuple[int, int]:
        """How many updates wait for their answer, and how many were set aside."""
        query = select(func.count(), func.count(inbox.c.set_aside_at))
        every, aside = map(int, tuple((await self.connection.execute(query)).one()))
        return every - aside, aside

    async def queue(self, lane: Lane, now: datetime, late: datetime) -> Queue:
        """What is due in a lane by now, and what was so before `late` already; each counted up to MOST."""
        due = select(timer.c.due_at).where(timer.c.lane == lane.value, timer.c.due_at <= now)
        return Queue(
            await self._most(due),
            await self._most(due.where(timer.c.due_at <= late)),
            (await self.connection.execute(due.order_by(timer.c.due_at).limit(1))).scalar_one_or_none(),
        )

    async def arrivals(self, late: datetime) -> tuple[Queue, int]:
        """Updates that wait for their answer, and how many were set aside; each counted up to MOST."""
        waiting = select(inbox.c.received_at).where(inbox.c.set_aside_at.is_(None))
        oldest = waiting.order_by(inbox.c.update_id).limit(1)
        queue = Queue(
            await self._most(waiting),
            await self._most(waiting.where(inbox.c.received_at <= late)),
            (await self.connection.execute(oldest)).scalar_one_or_none(),
        )
        return queue, await self._most(select(inbox.c.update_id).where(inbox.c.set_aside_at.is_not(None)))

    async def _most(self, rows: Select[Any]) -> int:
        counted = select(func.count()).select_from(rows.limit(MOST).subquery())
        return int((await self.connection.execute(counted)).scalar_one())

    async def add_answer_times(self, counts: Mapping[tuple[datetime, int], int]) -> None:
        """More first answers, by hour and bucket."""
        insertion = self.connection.insert(answer_time)
        more = insertion.on_conflict_do_update(
            index_elements=["hour", "bucket"], set_={"count": answer_time.c["count"] + insertion.excluded["count"]}
        )
        rows = [{"hour": hour, "bucket": bucket, "count": count} for (hour, bucket), count in counts.items()]
        await self.connection.execute(more, rows)

    async def forget_answer_times(self, before: datetime) -> None:
        """What is older goes."""
        await self.connection.execute(delete(answer_time).where(answer_time.c.hour < before))

    async def answer_times(self, since: datetime) -> Counter[int]:
        """First answers since a moment, by bucket."""
        total = func.sum(answer_time.c["count"])
        query = select(answer_time.c.bucket, total).where(answer_time.c.hour >= since).group_by(answer_time.c.bucket)
        return Counter({bucket: int(count) for bucket, count in map(tuple, await self.connection.execute(query))})
