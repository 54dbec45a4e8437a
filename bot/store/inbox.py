"""Queries about updates received and not yet answered.

A row is written before Telegram is told that the update arrived, and goes when its answer was sent. In between it
may hold the answer itself: applying an update and writing down what it leads to are one transaction, so an update
that was cut off is either applied once more from the start, or only its answer is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, func, select, update

from bot.core.screen import Reply
from bot.store.cipher import Cipher
from bot.store.connection import Connection
from bot.store.marks import PUT
from bot.store.prepared import Prepared
from bot.store.tables import arrived, inbox, setting

SEEN = "seen"
NUMBERS_HOLD = timedelta(days=3)
"""Update ids rise for at least this long. Telegram keeps an update for a day, and may begin again at any number
after a week without one, so an older mark says nothing."""

_ADD = Prepared(
    lambda insert: insert(inbox).on_conflict_do_nothing(index_elements=["update_id"]),
    ("update_id", "chat_id", "body", "received_at", "attempts"),
)
_SEEN = Prepared(lambda _: select(setting.c.value).where(setting.c.name == SEEN))
_MARK = select(setting.c.value).where(setting.c.name == SEEN).scalar_subquery()
_KEEP_REPLY = Prepared(
    lambda _: update(inbox).where(inbox.c.update_id == bindparam("which"), inbox.c.reply.is_(None)), ("reply",)
)
_BRING = Prepared(
    lambda insert: insert(arrived).on_conflict_do_nothing(index_elements=["update_id"]), ("update_id", "at")
)
_BRING_AT = Prepared(
    lambda insert: (
        insert(arrived)
        .from_select(
            ["update_id", "at"],
            select(
                bindparam("update_id", type_=arrived.c.update_id.type), bindparam("at", type_=arrived.c.at.type)
            ).where(func.coalesce(_MARK, "") == bindparam("mark", type_=setting.c.value.type)),
        )
        .on_conflict_do_nothing(index_elements=["update_id"])
    )
)
"""`_BRING`, if the mark is still what it was."""
_BROUGHT = Prepared(
    lambda _: select(arrived.c.update_id).where(arrived.c.update_id.between(bindparam("first"), bindparam("last")))
)
_FORGET = Prepared(lambda _: delete(inbox).where(inbox.c.update_id == bindparam("which")))

_replies: TypeAdapter[Reply] = TypeAdapter(Reply)


class NotAlone(Exception):
    """An update was here before, or more is to be looked at to know it."""


class AppliedAlready(Exception):
    """An update was applied before, by another process or by a try whose end was not heard of."""


@dataclass(frozen=True)
class Received:
    """One update as it came: its id, its chat, its JSON."""

    update_id: int
    chat_id: int
    body: str


@dataclass(frozen=True)
class Waiting:
    """A row of the inbox: `reply` is there when the update was applied and only its answer is missing.

    lost: what it says cannot be opened any more; `body` is empty then.
    """

    update_id: int
    chat_id: int
    body: str
    attempts: int
    reply: Reply | None
    lost: bool = False


@dataclass(frozen=True)
class Inbox:
    """Updates received, in one transaction."""

    connection: Connection
    cipher: Cipher

    async def add(self, bot_id: int, batch: Sequence[Received], now: datetime) -> set[int]:
        """Write down a batch that was asked for; gives the update ids that were new: none is taken twice."""
        seen_up_to = _seen(await self.mark(), bot_id, now)
        brought = {row.update_id for row in await self.connection.run(_BROUGHT, **_ends(batch))} if batch else set()
        new = [
            item
            for item in batch
            if (seen_up_to is None or item.update_id > seen_up_to) and item.update_id not in brought
        ]
        if not new:
            return set()
        self._write(new, now)
        self.connection.later(PUT, name=SEEN, value=f"{bot_id} {new[-1].update_id} {now.isoformat()}")
        return {item.update_id for item in new}

    async def take(self, bot_id: int, item: Received, now: datetime) -> bool:
        """Write down an update that Telegram brought by itself; False: it was here before.

        Such updates come side by side and in no order, so every id is kept until Telegram has forgotten it too.
        """
        if _asked_for(await self.mark(), bot_id, item, now):
            return False
        if await self.connection.change(_BRING, update_id=item.update_id, at=now) != 1:
            return False
        self._write([item], now)
        return True

    def take_alone(self, bot_id: int, item: Received, now: datetime, mark: str | None) -> None:
        """`take` in one statement, where nothing else is done in the transaction and this is the mark as it last was.

        Raises NotAlone, with the commit at the latest: it was here before, or may have been; `take` knows.
        """
        if _asked_for(mark, bot_id, item, now):
            raise NotAlone
        self.connection.later(_BRING_AT, must=NotAlone(), update_id=item.update_id, at=now, mark=mark or "")
        self._write([item], now)

    async def mark(self) -> str | None:
        """Up to where updates were asked for, as it is kept."""
        rows = await self.connection.run(_SEEN)
        return rows[0].value if rows else None

    async def forget_brought(self, before: datetime) -> int:
        """Erase the ids of updates brought before a moment; gives how many."""
        return (await self.connection.execute(delete(arrived).where(arrived.c.at < before))).rowcount

    def _write(self, new: Sequence[Received], now: datetime) -> None:
        for item in new:
            body = self.cipher.encrypt(item.body, about=f"inbox:{item.update_id}")
            self.connection.later(
                _ADD, update_id=item.update_id, chat_id=item.chat_id, body=body, received_at=now, attempts=0
            )

    async def next_offset(self, bot_id: int, now: datetime) -> int | None:
        """The offset to ask Telegram for first; None to take whatever it has."""
        seen_up_to = _seen(await self.mark(), bot_id, now)
        return None if seen_up_to is None else seen_up_to + 1

    async def waiting(self, limit: int = 1000, above: int = -1) -> list[Waiting]:
        """What is to be handled, oldest first; of those whose ids are above a number."""
        query = select(inbox).where(inbox.c.set_aside_at.is_(None), inbox.c.update_id > above)
        query = query.order_by(inbox.c.update_id).limit(limit)
        return [self.waiting_of(row) for row in await self.connection.execute(query)]

    async def get(self, update_id: int) -> Waiting | None:
        """One row as it stands now."""
        row = (await self.connection.execute(select(inbox).where(inbox.c.update_id == update_id))).one_or_none()
        return self.waiting_of(row) if row else None

    async def keep_reply(self, update_id: int, reply: Reply) -> None:
        """The update is applied; this is what it leads to.

        Whoever was stopped for longer than its lease may come second: AppliedAlready is raised then, at the commit at
        the latest, and nothing of the second time happens.
        """
        sealed = self.cipher.encrypt(_replies.dump_json(reply).decode(), about=f"reply:{update_id}")
        self.connection.later(_KEEP_REPLY, must=AppliedAlready(), which=update_id, reply=sealed)

    async def fail(self, update_id: int) -> int:
        """Handling it failed once more; gives how often by now."""
        failed = (
            update(inbox)
            .where(inbox.c.update_id == update_id)
            .values(attempts=inbox.c.attempts + 1)
            .returning(inbox.c.attempts)
        )
        return int((await self.connection.execute(failed)).scalar_one_or_none() or 0)

    async def set_aside(self, update_id: int, now: datetime) -> None:
        """A poison row: kept out of the way, so that its chat goes on."""
        await self.connection.execute(update(inbox).where(inbox.c.update_id == update_id).values(set_aside_at=now))

    async def count_set_aside(self) -> int:
        """How many poison rows there are."""
        query = select(func.count()).where(inbox.c.set_aside_at.is_not(None))
        return int((await self.connection.execute(query)).scalar_one())

    async def drop_set_aside(self, chat_id: int, before: datetime) -> int:
        """Erase a chat's poison rows that are older than a moment; gives how many."""
        which = (inbox.c.chat_id == chat_id) & (inbox.c.set_aside_at < before)
        return (await self.connection.execute(delete(inbox).where(which))).rowcount

    async def forget(self, update_id: int) -> None:
        """Handled and answered."""
        self.connection.later(_FORGET, which=update_id)

    def waiting_of(self, row: Row[Any]) -> Waiting:
        """A row, opened."""
        body = self.cipher.read(row.body, about=f"inbox:{row.update_id}")
        reply = self.cipher.read(row.reply, about=f"reply:{row.update_id}") if row.reply is not None else ""
        if body is None or reply is None:
            return Waiting(row.update_id, row.chat_id, "", row.attempts, None, lost=True)
        opened = _replies.validate_json(reply) if reply else None
        return Waiting(row.update_id, row.chat_id, body, row.attempts, opened)


def _seen(mark: str | None, bot_id: int, now: datetime) -> int | None:
    """The newest update that was asked for, if the mark still says something about what comes now."""
    if mark is None:
        return None
    bot, update_id, at = mark.split()
    fresh = abs(now - datetime.fromisoformat(at)) < NUMBERS_HOLD
    return int(update_id) if int(bot) == bot_id and fresh else None


def _asked_for(mark: str | None, bot_id: int, item: Received, now: datetime) -> bool:
    seen_up_to = _seen(mark, bot_id, now)
    return seen_up_to is not None and item.update_id <= seen_up_to


def _ends(batch: Sequence[Received]) -> dict[str, int]:
    ids = [item.update_id for item in batch]
    return {"first": min(ids), "last": max(ids)}
