"""Somebody's rows from another Keel, written as they were there."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Integer, SmallInteger, String, Table, insert, select
from sqlalchemy.exc import IntegrityError

from bot.core.days import day_counters
from bot.core.model import Completion, Delivery, Entry, Hold, Learner, Note, Notice, Session, Timer
from bot.core.screen import Keepsake
from bot.core.tally import Tally
from bot.store.cipher import Cipher
from bot.store.connection import Connection
from bot.store.learners import values_of
from bot.store.tables import (
    completion,
    day_tally,
    delivery,
    entry,
    hold,
    keepsake,
    learner,
    note,
    notice,
    session,
    tally,
    timer,
)

BITS = {SmallInteger: 15, Integer: 31, BigInteger: 63}

LARGEST_ID = 2**40
"""So that ids that Keel gives afterwards do not run out."""


class DoesNotFit(Exception):
    """A value is larger than its place in the database, or stands there twice."""


@dataclass(frozen=True)
class Luggage:
    """Everything that somebody brings. entries: each with its id. copies: the files of keepsakes, by kind."""

    person: Learner
    notes: Sequence[Note]
    entries: Sequence[tuple[int, Entry]]
    lessons: Sequence[Completion]
    lessons_sent: Sequence[Delivery]
    holds: Sequence[Hold]
    keepsakes: Sequence[tuple[Keepsake, Any]]
    sessions: Sequence[Session]
    timers: Sequence[Timer]
    noticed: Sequence[Notice]
    copies: Mapping[str, bytes]


@dataclass(frozen=True)
class Arrivals:
    """People who come from another Keel, in one transaction."""

    connection: Connection
    cipher: Cipher

    async def sessions_known(self, ids: Sequence[str]) -> bool:
        """Whether any of these runs is here already."""
        found = [await self._taken(session, id_) for id_ in ids]
        return any(found)

    async def bring(self, luggage: Luggage) -> None:
        """Write everything. An id stays what it was, unless somebody else here has it: then what names it follows.

        Raises DoesNotFit: something is larger than its place; nothing is to be kept then.
        """
        person = await self._add(learner, luggage.person.id, values_of(luggage.person))
        for item in luggage.notes:
            row = {"learner_id": person, "kind": item.kind, "at": item.at, "tag": item.tag}
            await self._add(note, item.id, row, self._sealing("text", "note", item.text))
        entries = {}
        for id_, thing in luggage.entries:
            entries[id_] = await self._add(
                entry, id_, {"learner_id": person, **asdict(thing), "tags": " ".join(thing.tags)}
            )
        counts = Tally.of(thing for _, thing in luggage.entries).counts
        for name, count in counts.items():
            await self._insert(tally, {"learner_id": person, "name": name, "count": count})
        for counter in day_counters(thing for _, thing in luggage.entries):
            await self._insert(day_tally, {"learner_id": person, **asdict(counter)})
        for done in luggage.lessons:
            await self._insert(completion, {"learner_id": person, **asdict(done), "outcome": done.outcome.value})
        for sent in luggage.lessons_sent:
            await self._add(delivery, sent.id, {**asdict(sent), "learner_id": person, "state": sent.state.value})
        holds = {}
        for held in luggage.holds:
            row = {**asdict(held), "learner_id": person, "state": held.state.value}
            seal = self._sealing("text", "hold", held.text) if held.text else _nothing
            holds[held.id] = await self._add(hold, held.id, {**row, "text": b""}, seal)
        for kept, at in luggage.keepsakes:
            await self._keepsake(person, kept, at, luggage.copies.get(kept.kind))
        moved = {"hold": holds, "_entry": entries}
        for run in luggage.sessions:
            await self._session(person, _moved(run, moved))
        for due in luggage.timers:
            key = str(holds.get(int(due.key), due.key)) if due.kind == "hold" and due.key.isdecimal() else due.key
            row = {"learner_id": person, "kind": due.kind, "key": key, "lane": due.lane.value, "due_at": due.due_at}
            await self._add(timer, due.id, {**row, "attempts": due.attempts})
        for seen in luggage.noticed:
            row = {**asdict(seen), "rules": " ".join(seen.rules), "pressed": " ".join(seen.pressed)}
            await self._insert(notice, {"learner_id": person, **row})
        await self.connection.count_on(learner, note, entry, delivery, hold, keepsake, timer)

    async def _keepsake(self, person: int, kept: Keepsake, at: Any, content: bytes | None) -> None:
        named = self._sealing("file_id", "keepsake", kept.file_id)

        def seal(id_: int) -> dict[str, Any]:
            if content is None:
                return named(id_)
            return named(id_) | self._sealing("content", "copy", base64.b64encode(content).decode())(id_)

        await self._add(keepsake, kept.id, {"learner_id": person, "kind": kept.kind, "at": at}, seal)

    async def _session(self, person: int, run: Session) -> None:
        sealed = self.cipher.encrypt(json.dumps(run.answers, ensure_ascii=False), about=f"session:{run.id}")
        await self._insert(session, {**asdict(run), "learner_id": person, "answers": sealed})

    def _sealing(self, column: str, about: str, text: str) -> Callable[[int], dict[str, Any]]:
        return lambda id_: {column: self.cipher.encrypt(text, about=f"{about}:{id_}")}

    async def _add(
        self, table: Table, id_: int, row: dict[str, Any], seal: Callable[[int], dict[str, Any]] | None = None
    ) -> int:
        """A row under its own id if that is free; gives the id that it got."""
        if id_ < 1 or await self._taken(table, id_):
            newest = select(table.c.id).order_by(table.c.id.desc()).limit(1)
            id_ = int((await self.connection.execute(newest)).scalar_one_or_none() or 0) + 1
        await self._insert(table, {**row, "id": id_, **(seal(id_) if seal is not None else {})})
        return id_

    async def _taken(self, table: Table, id_: int | str) -> bool:
        if isinstance(id_, int) and id_ >= LARGEST_ID:
            raise DoesNotFit(f"{table.name}.id")
        query = select(table.c.id).where(table.c.id == id_)
        return (await self.connection.execute(query)).scalar_one_or_none() is not None

    async def _insert(self, table: Table, row: dict[str, Any]) -> None:
        for name, value in row.items():
            kind = table.c[name].type
            longest = kind.length if isinstance(kind, String) else None
            bits = next((size for type_, size in BITS.items() if type(kind) is type_), 63)
            if isinstance(value, str) and longest is not None and len(value) > longest:
                raise DoesNotFit(f"{table.name}.{name}")
            if isinstance(value, int) and abs(value) >= 2**bits:
                raise DoesNotFit(f"{table.name}.{name}")
        try:
            await self.connection.execute(insert(table).values(row))
        except IntegrityError:
            raise DoesNotFit(table.name) from None  # the same thing twice


def _moved(run: Session, moved: Mapping[str, Mapping[int, int]]) -> Session:
    """The run naming what it is about by the ids that this has here."""
    there = {name: ids[id_] for name, ids in moved.items() if (id_ := run.answers.get(name)) in ids}  # type: ignore[index]
    return replace(run, answers={**run.answers, **there})


def _nothing(_: int) -> dict[str, Any]:
    return {}
