"""Queries about an operator's messages to everybody, and the ledger of who got which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from bot.core.model import Broadcast, BroadcastState, DeliveryState
from bot.store.connection import Connection
from bot.store.prepared import Prepared
from bot.store.tables import broadcast, broadcast_delivery, timer

BROADCAST = "broadcast"
"""The kind of timer that brings one; its key is the broadcast's id."""

_OF_ONE = (broadcast_delivery.c.learner_id == bindparam("learner")) & (
    broadcast_delivery.c.broadcast_id == bindparam("of")
)
_THIS = broadcast_delivery.c.id == bindparam("which")
_GET = Prepared(lambda _: select(broadcast).where(broadcast.c.id == bindparam("which")))
_BEGIN = Prepared(
    lambda insert: insert(broadcast_delivery).returning(broadcast_delivery.c.id),
    ("learner_id", "broadcast_id", "state", "at", "message_id"),
)
_END = Prepared(lambda _: update(broadcast_delivery).where(_THIS), ("state", "message_id"))
_CANCEL = Prepared(lambda _: delete(broadcast_delivery).where(_THIS))
_STATE = Prepared(lambda _: select(broadcast_delivery.c.id, broadcast_delivery.c.state).where(_OF_ONE))


@dataclass(frozen=True)
class Progress:
    """One broadcast in counts. waiting: its time has not come, or it is on the wire just now."""

    broadcast: Broadcast
    waiting: int
    sent: int
    unknown: int
    failed: int


@dataclass(frozen=True)
class Broadcasts:
    """Messages to everybody, in one transaction."""

    connection: Connection

    async def get(self, id_: int) -> Broadcast | None:
        """One broadcast, None when there is none with this id."""
        rows = await self.connection.run(_GET, which=id_)
        return _broadcast(rows[0]) if rows else None

    async def newest(self, text: str, since: datetime) -> Broadcast | None:
        """The newest one that says exactly this, if it was made after a moment."""
        query = select(broadcast).where(broadcast.c.text == text, broadcast.c.made_at > since)
        row = (await self.connection.execute(query.order_by(broadcast.c.id.desc()).limit(1))).one_or_none()
        return None if row is None else _broadcast(row)

    async def add(self, text: str, now: datetime) -> Broadcast:
        """A new one, for which nobody's timer is set yet."""
        values = {"text": text, "state": BroadcastState.WRITING.value, "made_at": now}
        added = await self.connection.execute(broadcast.insert().values(values).returning(broadcast.c.id))
        return Broadcast(int(added.scalar_one()), text, BroadcastState.WRITING, now)

    async def turn(self, id_: int, state: BroadcastState) -> None:
        """Another state."""
        await self.connection.execute(update(broadcast).where(broadcast.c.id == id_).values(state=state.value))

    async def reached(self, id_: int, first: int, last: int) -> set[int]:
        """Who of the people from one id to another stands in the ledger of a broadcast."""
        which = broadcast_delivery.c.learner_id.between(first, last) & (broadcast_delivery.c.broadcast_id == id_)
        return set((await self.connection.execute(select(broadcast_delivery.c.learner_id).where(which))).scalars())

    async def progress(self) -> list[Progress]:
        """Every broadcast in counts, newest first."""
        of, state = broadcast_delivery.c.broadcast_id, broadcast_delivery.c.state
        ledger = (await self.connection.execute(select(of, state, func.count()).group_by(of, state))).all()
        due = select(timer.c.key, func.count()).where(timer.c.kind == BROADCAST).group_by(timer.c.key)
        waiting = dict(map(tuple, await self.connection.execute(due)))
        found = await self.connection.execute(select(broadcast).order_by(broadcast.c.id.desc()))
        return [
            _progress(
                _broadcast(row),
                waiting.get(str(row.id), 0),
                {state: count for of, state, count in map(tuple, ledger) if of == row.id},
            )
            for row in found
        ]

    async def begin_delivery(self, learner_id: int, id_: int, now: datetime) -> int:
        """Write down that it is about to be sent to somebody; a second time is refused. Gives the ledger row's id."""
        state = DeliveryState.SENDING.value
        rows = await self.connection.run(
            _BEGIN, learner_id=learner_id, broadcast_id=id_, state=state, at=now, message_id=None
        )
        return int(rows[0].id)

    async def end_delivery(self, id_: int, state: DeliveryState, message_id: int | None = None) -> None:
        """Write down what became of it."""
        self.connection.later(_END, which=id_, state=state.value, message_id=message_id)

    async def cancel_delivery(self, id_: int) -> None:
        """It certainly did not go out, and will be tried again: the ledger forgets it."""
        self.connection.later(_CANCEL, which=id_)

    async def begun(self, learner_id: int, id_: int) -> bool:
        """Whether it was sent to somebody, or may have been: a send that a crash left half-way becomes `unknown`."""
        rows = await self.connection.run(_STATE, learner=learner_id, of=id_)
        if rows and rows[0].state == DeliveryState.SENDING.value:
            await self.end_delivery(rows[0].id, DeliveryState.UNKNOWN)
        return bool(rows)


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(row.id, row.text, BroadcastState(row.state), row.made_at)


def _progress(item: Broadcast, waiting: int, states: Mapping[str, int]) -> Progress:
    # Cancelled while it was on the wire, and then cut off: nobody will come by who could call it unknown.
    lost = max(0, states.get(DeliveryState.SENDING, 0) - waiting)
    unknown = states.get(DeliveryState.UNKNOWN, 0) + lost
    return Progress(item, waiting, states.get(DeliveryState.SENT, 0), unknown, states.get(DeliveryState.FAILED, 0))
