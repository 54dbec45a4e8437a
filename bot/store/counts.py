"""Queries that count and name nobody: people by what they chose, what waits, and how long first answers took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from bot.core.model import DeliveryState, Learner
from bot.store.connection import Connection
from bot.store.learners import learner_of
from bot.store.tables import answer_time, delivery, inbox, learner, timer


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
