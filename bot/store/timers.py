"""Queries about due things: set, claim with a lease, settle; and the ledger of lessons sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, func, or_, select, update

from bot.core.lease import latest
from bot.core.model import Delivery, DeliveryState, Lane, Timer
from bot.store.connection import Connection
from bot.store.moment import Moment
from bot.store.prepared import Prepared
from bot.store.tables import delivery, timer


def _again(insertion: Any) -> Any:
    given = {"due_at": insertion.excluded.due_at, "lane": insertion.excluded.lane, "lease_until": None, "attempts": 0}
    return insertion.on_conflict_do_update(index_elements=["learner_id", "kind", "key"], set_=given)


def _once_more(insertion: Any) -> Any:
    given = {"state": insertion.excluded.state, "at": insertion.excluded.at, "message_id": None}
    return insertion.on_conflict_do_update(index_elements=["learner_id", "lesson"], set_=given)


_KIND = (timer.c.learner_id == bindparam("learner")) & (timer.c.kind == bindparam("of"))
_ONE = _KIND & (timer.c.key == bindparam("about"))
_SET = Prepared(lambda insert: _again(insert(timer)), ("learner_id", "kind", "key", "due_at", "lane", "attempts"))
_DROP_ALL = Prepared(lambda _: delete(timer).where(_KIND))
_DROP = Prepared(lambda _: delete(timer).where(_ONE))
_PENDING = Prepared(lambda _: select(timer.c.due_at).where(_ONE))


def _claim() -> Any:
    leased = timer.c.lease_until
    free = or_(leased.is_(None), leased <= bindparam("now"), leased > bindparam("latest"))  # see core.lease
    due = (
        select(timer.c.id)
        .where(timer.c.lane == bindparam("of"), timer.c.due_at <= bindparam("now"), free)
        .order_by(timer.c.due_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)  # left out on SQLite, which has one writer
    )
    taken = {"lease_until": bindparam("until", type_=Moment()), "attempts": timer.c.attempts + 1}
    return update(timer).where(timer.c.id.in_(due.scalar_subquery())).values(taken).returning(*timer.c)


_CLAIM = Prepared(lambda _: _claim())
_SETTLE = Prepared(lambda _: delete(timer).where(timer.c.id == bindparam("which"), timer.c.due_at == bindparam("due")))
_GIVE_BACK = Prepared(lambda _: update(timer).where(timer.c.id == bindparam("which")), ("lease_until", "attempts"))
_PUT_OFF = Prepared(lambda _: update(timer).where(timer.c.id == bindparam("which")), ("due_at", "lease_until"))
_DELIVERIES = Prepared(
    lambda _: (
        select(delivery).where(delivery.c.learner_id == bindparam("learner")).order_by(delivery.c.at, delivery.c.id)
    )
)
_SENT = ("learner_id", "lesson", "state", "at", "message_id", "asked")
_SEND = Prepared(lambda insert: insert(delivery).returning(delivery.c.id), _SENT)
_SEND_AGAIN = Prepared(lambda insert: _once_more(insert(delivery)).returning(delivery.c.id), _SENT)
_END = Prepared(lambda _: update(delivery).where(delivery.c.id == bindparam("which")), ("state", "message_id"))
_CANCEL = Prepared(lambda _: delete(delivery).where(delivery.c.id == bindparam("which")))
_DOUBTFUL = Prepared(
    lambda _: update(delivery).where(
        delivery.c.learner_id == bindparam("learner"), delivery.c.state == DeliveryState.SENDING.value
    ),
    ("state",),
)


@dataclass(frozen=True)
class Timers:
    """Due things and deliveries, in one transaction."""

    connection: Connection

    async def set(self, learner_id: int, kind: str, key: str, due_at: datetime, lane: Lane) -> None:
        """Make `kind` and `key` due at a moment, instead of whenever it was due before."""
        self.connection.later(
            _SET, learner_id=learner_id, kind=kind, key=key, due_at=due_at, lane=lane.value, attempts=0
        )

    async def drop(self, learner_id: int, kind: str, key: str | None = None) -> None:
        """Forget timers of a kind, all of them or one."""
        if key is None:
            self.connection.later(_DROP_ALL, learner=learner_id, of=kind)
        else:
            self.connection.later(_DROP, learner=learner_id, of=kind, about=key)

    async def add_missing(self, kind: str, key: str, lane: Lane, dues: Mapping[int, datetime]) -> int:
        """One timer for each of these people who has none of this kind and key yet; gives how many that were."""
        if not dues:
            return 0
        insertion = self.connection.insert(timer).on_conflict_do_nothing(index_elements=["learner_id", "kind", "key"])
        rows = [
            {"learner_id": id_, "kind": kind, "key": key, "due_at": due, "lane": lane.value, "attempts": 0}
            for id_, due in dues.items()
        ]
        return len((await self.connection.execute(insertion.returning(timer.c.id), rows)).all())

    async def drop_for_all(self, kind: str, key: str) -> int:
        """Forget one thing for everybody; gives for how many people it was due."""
        which = (timer.c.kind == kind) & (timer.c.key == key)
        return (await self.connection.execute(delete(timer).where(which))).rowcount

    async def claim(self, lane: Lane, now: datetime, limit: int, lease: timedelta) -> list[Timer]:
        """Take up to `limit` due timers for `lease`, oldest first; nobody else gets them meanwhile."""
        until, last = now + lease, latest(now, lease)
        rows = await self.connection.run(_CLAIM, of=lane.value, now=now, most=limit, until=until, latest=last)
        return sorted((_timer(row) for row in rows), key=lambda item: item.due_at)

    async def settle(self, claimed: Timer) -> None:
        """A claimed timer is finished; one that was set anew meanwhile stays."""
        self.connection.later(_SETTLE, which=claimed.id, due=claimed.due_at)

    async def give_back(self, claimed: Timer) -> None:
        """A claimed timer was not touched: it is free again at once."""
        self.connection.later(_GIVE_BACK, which=claimed.id, lease_until=None, attempts=claimed.attempts - 1)

    async def put_off(self, claimed: Timer, due_at: datetime) -> None:
        """A claimed timer becomes due again later."""
        self.connection.later(_PUT_OFF, which=claimed.id, due_at=due_at, lease_until=None)

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
        return [_delivery(row) for row in await self.connection.run(_DELIVERIES, learner=learner_id)]

    async def begin_delivery(self, learner_id: int, lesson: str, now: datetime, *, once_more: bool = False) -> int:
        """Write down that a lesson is about to be sent; gives the ledger row's id.

        once_more: the person goes through a stage again; without it a second send of a lesson is refused.
        """
        which = _SEND_AGAIN if once_more else _SEND
        state = DeliveryState.SENDING.value
        rows = await self.connection.run(
            which, learner_id=learner_id, lesson=lesson, state=state, at=now, message_id=None, asked=False
        )
        return int(rows[0].id)

    async def end_delivery(self, id_: int, state: DeliveryState, message_id: int | None = None) -> None:
        """Write down what became of it."""
        self.connection.later(_END, which=id_, state=state.value, message_id=message_id)

    async def mark_asked(self, learner_id: int, lesson: str) -> None:
        """The one question of the day after came."""
        which = (delivery.c.learner_id == learner_id) & (delivery.c.lesson == lesson)
        await self.connection.execute(update(delivery).where(which).values(asked=True))

    async def pending(self, learner_id: int, kind: str, key: str = "") -> datetime | None:
        """When something is due, None when it isn't."""
        rows = await self.connection.run(_PENDING, learner=learner_id, of=kind, about=key)
        return rows[0].due_at if rows else None

    async def cancel_delivery(self, id_: int) -> None:
        """It certainly did not go out, and will be tried again: the ledger forgets it."""
        self.connection.later(_CANCEL, which=id_)

    async def doubtful(self, learner_id: int) -> int:
        """Sends that a crash left half-way become `unknown`, and are never repeated; gives how many."""
        return await self.connection.change(_DOUBTFUL, learner=learner_id, state=DeliveryState.UNKNOWN.value)


def _timer(row: Row[Any]) -> Timer:
    return Timer(row.id, row.learner_id, row.kind, row.key, row.due_at, Lane(row.lane), row.attempts)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(row.id, row.learner_id, row.lesson, DeliveryState(row.state), row.at, row.message_id, row.asked)
