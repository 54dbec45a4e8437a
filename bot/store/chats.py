"""Queries about which process answers which chat, where several share one database.

Whoever takes a chat up leases its oldest waiting update; what follows in that chat waits until it is done. So a chat's
order is kept across processes, and what a dead process held is free again when the lease ends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update

from bot.core.lease import latest
from bot.store.connection import Connection
from bot.store.inbox import Inbox, Waiting
from bot.store.prepared import Prepared
from bot.store.tables import inbox

_OF_CHAT = (inbox.c.chat_id == bindparam("chat")) & inbox.c.set_aside_at.is_(None)
_OLDEST = select(inbox.c.update_id).where(_OF_CHAT).order_by(inbox.c.update_id).limit(1).scalar_subquery()
_FREE = or_(
    inbox.c.lease_until.is_(None), inbox.c.lease_until <= bindparam("now"), inbox.c.lease_until > bindparam("latest")
)
_CLAIM = Prepared(
    lambda _: update(inbox).where(inbox.c.update_id == _OLDEST, _FREE).returning(*inbox.c), ("lease_until",)
)


@dataclass(frozen=True)
class Chats:
    """Leases on chats, in one transaction."""

    connection: Connection
    inbox: Inbox

    async def claim(self, chat_id: int, now: datetime, until: datetime) -> Waiting | None:
        """Lease a chat's oldest waiting update; None: there is none, or somebody answers this chat just now."""
        # In one statement: of two who claim at once, the second waits for the row and then finds it leased.
        rows = await self.connection.run(
            _CLAIM, chat=chat_id, now=now, latest=latest(now, until - now), lease_until=until
        )
        return self.inbox.waiting_of(rows[0]) if rows else None

    async def left_alone(self, now: datetime, since: datetime, lease: timedelta, limit: int) -> list[int]:
        """Chats in which something waits since a moment or longer, and that nobody answers.

        What was received later than now was received before the clock was set back.
        """
        last = latest(now, lease)
        free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now, inbox.c.lease_until > last)
        waited = or_(inbox.c.received_at <= since, inbox.c.received_at > last)
        query = select(inbox.c.chat_id).where(inbox.c.set_aside_at.is_(None), free, waited)
        return [int(row.chat_id) for row in await self.connection.execute(query.distinct().limit(limit))]

    async def lease(self, update_ids: Collection[int], until: datetime | None) -> None:
        """Hold these longer, or with None let them go."""
        if update_ids:
            held = update(inbox).where(inbox.c.update_id.in_(sorted(update_ids)))
            await self.connection.execute(held.values(lease_until=until))
