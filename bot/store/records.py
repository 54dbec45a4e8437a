"""Queries about what somebody did and kept: completions, notes, entries that count in /progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from bot.core.model import Completion, Entry, Note, Outcome
from bot.core.screen import LOST
from bot.store.cipher import Cipher
from bot.store.connection import Connection
from bot.store.prepared import Prepared
from bot.store.tables import completion, delivery, entry, note
from bot.store.tallies import Tallies

_COMPLETIONS = Prepared(
    lambda _: select(completion).where(completion.c.learner_id == bindparam("learner")).order_by(completion.c.at)
)
_NOTE_TAGS = Prepared(
    lambda _: select(note.c.tag).where(
        note.c.learner_id == bindparam("learner"), note.c.kind == bindparam("of"), note.c.tag.is_not(None)
    )
)
_ADD_ENTRY = Prepared(
    lambda insert: insert(entry).returning(entry.c.id),
    ("learner_id", "kind", "at", "before", "after", "tool", "tags", "east"),
)


@dataclass(frozen=True)
class Records:
    """What somebody did and kept, in one transaction."""

    connection: Connection
    cipher: Cipher
    tallies: Tallies

    async def complete(self, learner_id: int, done: Completion) -> None:
        """What somebody made of a lesson, instead of what they made of it before."""
        values: dict[str, Any] = {
            "outcome": done.outcome.value,
            "at": done.at,
            "saved": done.saved,
            "choice": done.choice,
            "recalls": done.recalls,
            "recalled_at": done.recalled_at,
        }
        insertion = self.connection.insert(completion)
        added = insertion.values(learner_id=learner_id, lesson=done.lesson, **values)
        unique = [completion.c.learner_id, completion.c.lesson]
        await self.connection.execute(added.on_conflict_do_update(index_elements=unique, set_=values))

    async def completions(self, learner_id: int) -> list[Completion]:
        """Every lesson somebody did something with, oldest first."""
        return [
            Completion(row.lesson, Outcome(row.outcome), row.at, row.saved, row.choice, row.recalls, row.recalled_at)
            for row in await self.connection.run(_COMPLETIONS, learner=learner_id)
        ]

    async def lessons_done(self) -> set[str]:
        """Ids of all lessons that anybody did something with."""
        found: set[str] = set()
        newest: str | None = ""
        while newest is not None:
            # From one id to the next in the index: some ninety steps, however many people did lessons.
            query = select(func.min(completion.c.lesson)).where(completion.c.lesson > newest)
            newest = (await self.connection.execute(query)).scalar_one()
            found |= {newest} if newest is not None else set()
        return found

    async def move_lesson(self, old: str, new: str) -> None:
        """A lesson got another id: progress names the new one; where both were done, the new one's stays."""
        for table in (completion, delivery):
            there = select(table.c.learner_id).where(table.c.lesson == new)
            doubled = (table.c.lesson == old) & table.c.learner_id.in_(there)
            await self.connection.execute(delete(table).where(doubled))
            await self.connection.execute(update(table).where(table.c.lesson == old).values(lesson=new))

    async def add_note(self, learner_id: int, kind: str, text: str, now: datetime, tag: str | None = None) -> int:
        """Keep a text, encrypted; gives its id."""
        # The row's id is part of what is sealed, so it is written first and the text into it.
        empty = insert(note).values(learner_id=learner_id, kind=kind, text=b"", at=now, tag=tag).returning(note.c.id)
        id_ = int((await self.connection.execute(empty)).scalar_one())
        sealed = self.cipher.encrypt(text, about=f"note:{id_}")
        await self.connection.execute(update(note).where(note.c.id == id_).values(text=sealed))
        return id_

    async def notes(self, learner_id: int, kind: str | None = None) -> list[Note]:
        """Texts kept, oldest first, of every kind or of one."""
        query = select(note).where(note.c.learner_id == learner_id).order_by(note.c.at, note.c.id)
        if kind is not None:
            query = query.where(note.c.kind == kind)
        return [
            Note(row.id, row.kind, self._words(row), row.at, row.tag) for row in await self.connection.execute(query)
        ]

    async def note_kinds(self, learner_id: int) -> set[str]:
        """Of which kinds there are texts; none is opened."""
        query = select(note.c.kind).where(note.c.learner_id == learner_id).distinct()
        return set((await self.connection.execute(query)).scalars())

    async def note_tags(self, learner_id: int, kind: str) -> set[str]:
        """What the texts of a kind are about; none is opened."""
        return {row.tag for row in await self.connection.run(_NOTE_TAGS, learner=learner_id, of=kind)}

    async def drop_notes(self, learner_id: int, kind: str, tag: str | None = None) -> None:
        """Erase every text of a kind, or of a kind about one thing."""
        which = [note.c.learner_id == learner_id, note.c.kind == kind]
        if tag is not None:
            which.append(note.c.tag == tag)
        await self.connection.execute(delete(note).where(*which))

    async def drop_notes_before(self, learner_id: int, kinds: Sequence[str], before: datetime) -> int:
        """Erase texts of some kinds that are older than a moment; gives how many."""
        which = (note.c.learner_id == learner_id) & note.c.kind.in_(kinds) & (note.c.at < before)
        return (await self.connection.execute(delete(note).where(which))).rowcount

    async def drop_note(self, learner_id: int, id_: int) -> None:
        """Erase one text."""
        await self.connection.execute(delete(note).where(note.c.learner_id == learner_id, note.c.id == id_))

    async def add_entry(self, learner_id: int, item: Entry) -> int:
        """Something that counts in /progress; gives its id."""
        row = asdict(item) | {"tags": " ".join(item.tags)}
        added = await self.connection.run(_ADD_ENTRY, learner_id=learner_id, **row)
        await self.tallies.add(learner_id, item)
        return int(added[0].id)

    async def rate_entry(self, learner_id: int, id_: int, after: int) -> None:
        """The second rating, given once the entry was written."""
        which = (entry.c.learner_id == learner_id) & (entry.c.id == id_)
        row = (await self.connection.execute(select(entry).where(which))).one_or_none()
        if row is None or row.after is not None:
            return
        await self.connection.execute(update(entry).where(which).values(after=after))
        if row.before is not None:
            self.tallies.rate(learner_id, _entry(row), row.before, after)

    async def drop_entry(self, learner_id: int, id_: int) -> None:
        """Erase something that counts, and take it out of every counter that it raised."""
        which = (entry.c.learner_id == learner_id) & (entry.c.id == id_)
        row = (await self.connection.execute(delete(entry).where(which).returning(*entry.c))).one_or_none()
        if row is not None:
            await self.tallies.take_back(learner_id, _entry(row))

    async def entries(self, learner_id: int) -> list[Entry]:
        """Everything that counts, oldest first."""
        query = select(entry).where(entry.c.learner_id == learner_id).order_by(entry.c.at, entry.c.id)
        return [_entry(row) for row in await self.connection.execute(query)]

    async def numbered(self, learner_id: int, kind: str | None = None) -> list[tuple[int, Entry]]:
        """Everything that counts, or that of one kind, each with its id; oldest first."""
        query = select(entry).where(entry.c.learner_id == learner_id).order_by(entry.c.at, entry.c.id)
        if kind is not None:
            query = query.where(entry.c.kind == kind)
        return [(row.id, _entry(row)) for row in await self.connection.execute(query)]

    async def newest(self, learner_id: int, kind: str, limit: int) -> list[Entry]:
        """The newest entries of a kind, the newest first."""
        query = select(entry).where(entry.c.learner_id == learner_id, entry.c.kind == kind)
        query = query.order_by(entry.c.at.desc(), entry.c.id.desc()).limit(limit)
        return [_entry(row) for row in await self.connection.execute(query)]

    async def ratings(self, learner_id: int, kind: str, limit: int) -> list[int]:
        """The first ratings of the newest entries of a kind that have one, the oldest of them first."""
        query = (
            select(entry.c.before)
            .where(entry.c.learner_id == learner_id, entry.c.kind == kind, entry.c.before.is_not(None))
            .order_by(entry.c.at.desc(), entry.c.id.desc())
            .limit(limit)
        )
        return list((await self.connection.execute(query)).scalars())[::-1]

    def _words(self, row: Row[Any]) -> str:
        words = self.cipher.read(row.text, about=f"note:{row.id}")
        return LOST if words is None else words


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.kind, row.at, row.before, row.after, row.tool, tuple(row.tags.split()), row.east)
