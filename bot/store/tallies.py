"""Queries about the counters that stand beside the entries: of all time, and by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, bindparam, delete, func, select, update

from bot.core.days import DayCounter, Days, raised_on_its_day
from bot.core.model import Entry
from bot.core.pattern import Counted
from bot.core.tally import SPIRAL, SQUARES, Tally, day_of, raised, rated, squared
from bot.store.connection import Connection
from bot.store.prepared import Prepared
from bot.store.tables import day_tally, entry, tally


def _adding(insertion: Any, table: Table, *unique: str) -> Any:
    more = table.c["count"] + insertion.excluded["count"]
    return insertion.on_conflict_do_update(index_elements=["learner_id", *unique], set_={"count": more})


_TALLY = Prepared(lambda _: select(tally.c.name, tally.c.count).where(tally.c.learner_id == bindparam("learner")))
_RAISE = Prepared(lambda insert: _adding(insert(tally), tally, "name"), ("learner_id", "name", "count"))
_RAISE_DAY = Prepared(
    lambda insert: _adding(insert(day_tally), day_tally, "day", "name"), ("learner_id", "day", "name", "count")
)
_ON_A_DAY = Prepared(
    lambda _: select(day_tally.c.name, day_tally.c.count).where(
        day_tally.c.learner_id == bindparam("learner"), day_tally.c.day == bindparam("which", type_=Date)
    )
)
_SINCE = Prepared(
    lambda _: (
        select(
            day_tally.c.name,
            func.sum(day_tally.c.count).label("total"),
            func.sum(day_tally.c.count * day_tally.c.count).label("squares"),
            func.min(day_tally.c.day).label("first"),
        )
        .where(day_tally.c.learner_id == bindparam("learner"), day_tally.c.day >= bindparam("since", type_=Date))
        .group_by(day_tally.c.name)
    )
)
_FIRST = Prepared(
    lambda _: (
        select(entry)
        .where(entry.c.learner_id == bindparam("learner"), entry.c.kind == SPIRAL)
        .order_by(entry.c.at)
        .limit(1)
    )
)


@dataclass(frozen=True)
class Tallies:
    """Counters, in one transaction. Whoever writes or erases an entry says so here."""

    connection: Connection

    async def add(self, learner_id: int, item: Entry) -> None:
        """An entry is there now."""
        day = day_of(item)
        self._raise(learner_id, Counter(raised(item)) + await self._squares(learner_id, item))
        self._raise_day(learner_id, day, raised_on_its_day(item))

    def rate(self, learner_id: int, item: Entry, before: int, after: int) -> None:
        """An entry got its second rating."""
        names = rated(item, before, after)
        self._raise(learner_id, Counter(names))
        self._raise_day(learner_id, day_of(item), names)

    async def take_back(self, learner_id: int, item: Entry) -> None:
        """An entry is gone: it goes out of every counter that it raised."""
        squares = await self._squares(learner_id, item, back=True)
        await self._lower(tally, tally.c.learner_id == learner_id, Counter(raised(item)) + squares)
        its_day = (day_tally.c.learner_id == learner_id) & (day_tally.c.day == day_of(item))
        await self._lower(day_tally, its_day, Counter(raised_on_its_day(item)))

    async def tally(self, learner_id: int) -> Tally:
        """The counters of all time."""
        rows = await self.connection.run(_TALLY, learner=learner_id)
        return Tally({row.name: row.count for row in rows})

    async def all_days(self, learner_id: int, counted: Tally, today: date) -> Days:
        """All days as one stretch; counted: the counters of all time."""
        rows = await self.connection.run(_FIRST, learner=learner_id) if counted.kind(SPIRAL) else []
        first = day_of(Entry(SPIRAL, rows[0].at, east=rows[0].east)) if rows else today
        return Days.all_of(counted, max(1, (today - first).days + 1))

    async def days(self, learner_id: int, since: date, today: date) -> Days:
        """The counters of all days from one on, summed up by the database."""
        rows = await self.connection.run(_SINCE, learner=learner_id, since=since)
        first = next((row.first for row in rows if row.name == SPIRAL), today)
        counters = {row.name: Counted(int(row.total), int(row.squares)) for row in rows}
        return Days(counters, max(1, (today - first).days + 1))

    async def by_day(self, learner_id: int, kinds: Sequence[str], since: date) -> dict[date, int]:
        """On which days from one on there were entries of some kinds, and how many."""
        which = (day_tally.c.learner_id == learner_id) & (day_tally.c.day >= since) & day_tally.c.name.in_(kinds)
        query = select(day_tally.c.day, func.sum(day_tally.c.count)).where(which).group_by(day_tally.c.day)
        return {day: int(count) for day, count in map(tuple, await self.connection.execute(query))}

    async def day_counters(self, learner_id: int) -> list[DayCounter]:
        """Every counter of every day, the oldest first."""
        columns = (day_tally.c.day, day_tally.c.name, day_tally.c["count"])
        query = select(*columns).where(day_tally.c.learner_id == learner_id).order_by(day_tally.c.day, day_tally.c.name)
        return [DayCounter(*tuple(row)) for row in await self.connection.execute(query)]

    async def _squares(self, learner_id: int, item: Entry, *, back: bool = False) -> Counter[str]:
        """By how much the squares of its day change: from n * n to one more or, when it goes back, to one less."""
        changed: Counter[str] = Counter()
        names = squared(item)
        rows = await self.connection.run(_ON_A_DAY, learner=learner_id, which=day_of(item)) if names else []
        there = Counter({row.name: row.count for row in rows})
        for name in names:
            there[name] -= int(back)
            changed[SQUARES + name] += 2 * there[name] + 1
            there[name] += int(not back)
        return changed

    def _raise(self, learner_id: int, more: Counter[str]) -> None:
        for name, count in more.items():
            self.connection.later(_RAISE, learner_id=learner_id, name=name, count=count)

    def _raise_day(self, learner_id: int, day: date, names: Iterable[str]) -> None:
        for name, count in Counter(names).items():
            self.connection.later(_RAISE_DAY, learner_id=learner_id, day=day, name=name, count=count)

    async def _lower(self, table: Table, which: ColumnElement[bool], less: Counter[str]) -> None:
        for name, count in less.items():
            counter = update(table).where(which, table.c.name == name)
            await self.connection.execute(counter.values(count=table.c["count"] - count))
        await self.connection.execute(delete(table).where(which, table.c["count"] < 1))
