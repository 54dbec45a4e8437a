"""Queries about people: find, add, save, erase, and everything that is stored about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, func, select, update

from bot.core.model import Learner, Status
from bot.core.schedule import Pace, is_zone
from bot.store.cipher import Cipher
from bot.store.connection import Connection
from bot.store.prepared import Prepared
from bot.store.tables import delivery, entry, inbox, learner, metadata

_COLUMNS = tuple(column.name for column in learner.c if column.name != "id")
_FIND = Prepared(lambda _: select(learner).where(learner.c.chat_id == bindparam("chat")))
_GET = Prepared(lambda _: select(learner).where(learner.c.id == bindparam("which")))
_GET_ALONE = Prepared(lambda _: select(learner).where(learner.c.id == bindparam("which")).with_for_update())
_PAGE = Prepared(
    lambda _: (
        select(learner)
        .where(learner.c.id > bindparam("after"))
        .order_by(learner.c.id)
        .limit(bindparam("most", type_=Integer))
    )
)
_ADD = Prepared(lambda insert: insert(learner).returning(learner.c.id), _COLUMNS)
_SAVE = Prepared(lambda _: update(learner).where(learner.c.id == bindparam("which")), _COLUMNS)


@dataclass(frozen=True)
class Learners:
    """People, in one transaction."""

    connection: Connection
    cipher: Cipher

    async def find(self, chat_id: int) -> Learner | None:
        """The person of a chat, None when Keel does not know them."""
        rows = await self.connection.run(_FIND, chat=chat_id)
        return learner_of(rows[0]) if rows else None

    async def get(self, learner_id: int, *, alone: bool = False) -> Learner | None:
        """The person with an id, None when they have been erased.

        alone: until this transaction ends nobody else reads them so; two timers of one person queue.
        """
        rows = await self.connection.run(_GET_ALONE if alone else _GET, which=learner_id)
        return learner_of(rows[0]) if rows else None

    async def page(self, after: int, most: int) -> list[Learner]:
        """The next people after an id, in the order of their ids."""
        return [learner_of(row) for row in await self.connection.run(_PAGE, after=after, most=most)]

    async def add(self, chat_id: int, locale: str, now: datetime) -> Learner:
        """A new person, with nothing but a chat."""
        fresh = Learner(id=0, chat_id=chat_id, created_at=now, locale=locale)
        added = await self.connection.run(_ADD, **values_of(fresh))
        return replace(fresh, id=added[0].id)

    async def save(self, person: Learner) -> None:
        """Everything about a person's wishes."""
        self.connection.later(_SAVE, which=person.id, **values_of(person))

    async def erase(self, person: Learner) -> None:
        """The person, every row of theirs in every table, and the updates of their chat that were set aside.

        Updates that wait are not touched: the one that asks for this is among them, and those after it are answered.
        """
        for table in metadata.sorted_tables:
            if "learner_id" in table.c:
                await self.connection.execute(delete(table).where(table.c.learner_id == person.id))
        await self.connection.execute(delete(learner).where(learner.c.id == person.id))
        aside = inbox.c.set_aside_at.is_not(None)
        await self.connection.execute(delete(inbox).where(inbox.c.chat_id == person.chat_id, aside))

    async def plans(self) -> dict[tuple[str, int, frozenset[int]], int]:
        """Every zone with a length of the window and weekdays, as stored, and how many people have that."""
        columns = (learner.c.zone, learner.c.window_minutes, learner.c.weekdays)
        query = select(*columns, func.count()).where(learner.c.zone.is_not(None)).group_by(*columns).order_by(*columns)
        found: Sequence[Any] = (await self.connection.execute(query)).all()
        return {(zone, minutes, _days(weekdays)): people for zone, minutes, weekdays, people in found}

    async def newest(self) -> datetime | None:
        """The latest moment that a running Keel wrote down; a clock before it is wrong.

        Rows are only ever appended, so the newest one is the last: no table is read through, however many people
        there are.
        """
        moments = [
            (await self.connection.execute(select(column).order_by(id_.desc()).limit(1))).scalar_one_or_none()
            for column, id_ in (
                (delivery.c.at, delivery.c.id),
                (entry.c.at, entry.c.id),
                (inbox.c.received_at, inbox.c.update_id),
                (learner.c.created_at, learner.c.id),
            )
        ]
        return max((moment for moment in moments if moment is not None), default=None)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _days(bits: int) -> frozenset[int]:
    return frozenset(day for day in range(7) if bits & (1 << day))


def values_of(person: Learner) -> dict[str, Any]:
    """A person as a row."""
    return {
        "chat_id": person.chat_id,
        "created_at": person.created_at,
        "locale": person.locale,
        "zone": person.zone,
        "window_start": _minutes(person.window_start),
        "window_minutes": person.window_minutes,
        "weekdays": sum(1 << day for day in person.weekdays),
        "pace": person.pace.value,
        "quiet_start": _minutes(person.quiet_start),
        "quiet_end": _minutes(person.quiet_end),
        "paused": person.paused,
        "paused_until": person.paused_until,
        "status": person.status.value,
        "country": person.country,
        "unread": person.unread,
        "last_slot": person.last_slot,
        "welcomed": person.welcomed,
        "hidden_tools": " ".join(sorted(person.hidden_tools)),
        "last_unasked": person.last_unasked,
        "slow": person.slow,
        "around": person.around,
        "around_since": person.around_since,
        "offered": " ".join(person.offered),
        "asks_after": person.asks_after,
        "steady": person.steady,
        "steady_at": person.steady_at,
        "favourite": person.favourite,
        "card": person.card,
        "card_at": person.card_at,
        "rests_until": person.rests_until,
        "signalled_at": person.signalled_at,
        "idioms": " ".join(sorted(person.idioms)),
        "age_band": person.age_band,
        "keep_days": person.keep_days,
        "hidden_lines": " ".join(sorted(person.hidden_lines)),
        "rough": person.rough,
    }


def learner_of(row: Row[Any]) -> Learner:
    """A person from a row with all columns of their table."""
    return Learner(
        id=row.id,
        chat_id=row.chat_id,
        created_at=row.created_at,
        locale=row.locale,
        zone=row.zone if row.zone is not None and is_zone(row.zone) else None,
        window_start=_clock(row.window_start),
        window_minutes=row.window_minutes,
        weekdays=_days(row.weekdays),
        pace=Pace(row.pace),
        quiet_start=_clock(row.quiet_start),
        quiet_end=_clock(row.quiet_end),
        paused=row.paused,
        paused_until=row.paused_until,
        status=Status(row.status),
        country=row.country,
        unread=row.unread,
        last_slot=row.last_slot,
        welcomed=row.welcomed,
        hidden_tools=frozenset(row.hidden_tools.split()),
        last_unasked=row.last_unasked,
        slow=row.slow,
        around=row.around,
        around_since=row.around_since,
        offered=tuple(row.offered.split()),
        asks_after=row.asks_after,
        steady=row.steady,
        steady_at=row.steady_at,
        favourite=row.favourite,
        card=row.card,
        card_at=row.card_at,
        rests_until=row.rests_until,
        signalled_at=row.signalled_at,
        idioms=frozenset(row.idioms.split()),
        age_band=row.age_band,
        keep_days=row.keep_days,
        hidden_lines=frozenset(row.hidden_lines.split()),
        rough=row.rough,
    )
