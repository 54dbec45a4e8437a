"""Queries about what was noticed in free text: rules, cards and buttons. No word of any text comes here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.core.model import Notice
from bot.core.safety.cards import Due
from bot.store.connection import Connection
from bot.store.tables import notice

MOST_RULES = 40
MOST_PRESSED = 400


@dataclass(frozen=True)
class Notices:
    """What was noticed, in one transaction."""

    connection: Connection

    async def add(self, learner_id: int, now: datetime, noticed: Due, card: str | None) -> None:
        """Something was noticed. card: the session of the card that is shown for it, None where none is."""
        rules = " ".join(noticed.rules[:MOST_RULES])
        row = {"category": noticed.category, "tier": noticed.tier, "immediate": noticed.immediate, "rules": rules}
        await self.connection.execute(
            insert(notice).values(learner_id=learner_id, at=now, card=card, pressed="", **row)
        )

    async def since(self, learner_id: int, since: datetime) -> list[Notice]:
        """What was noticed after a moment, or put away after it; oldest first."""
        recent = (notice.c.at > since) | (notice.c.put_away_at > since)
        query = select(notice).where(notice.c.learner_id == learner_id, recent).order_by(notice.c.at, notice.c.id)
        return [_notice(row) for row in await self.connection.execute(query)]

    async def all(self, learner_id: int) -> list[Notice]:
        """Everything that was noticed, oldest first, for the export."""
        query = select(notice).where(notice.c.learner_id == learner_id).order_by(notice.c.at, notice.c.id)
        return [_notice(row) for row in await self.connection.execute(query)]

    async def press(self, learner_id: int, card: str, choice: str, now: datetime) -> None:
        """A button of a card was pressed."""
        which = (notice.c.learner_id == learner_id) & (notice.c.card == card)
        before = (await self.connection.execute(select(notice.c.pressed).where(which).limit(1))).scalar_one_or_none()
        pressed = f"{before or ''} {choice}".strip()[:MOST_PRESSED]
        await self.connection.execute(update(notice).where(which).values(pressed=pressed, pressed_at=now))

    async def put_away(self, learner_id: int, card: str, now: datetime) -> None:
        """A card was put away with “I'm safe”."""
        which = (notice.c.learner_id == learner_id) & (notice.c.card == card)
        await self.connection.execute(update(notice).where(which).values(put_away_at=now))

    async def everybody(self) -> list[tuple[int, Notice]]:
        """Everything with whose it is, for the operator's counts."""
        rows = await self.connection.execute(select(notice).order_by(notice.c.id))
        return [(row.learner_id, _notice(row)) for row in rows]


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        at=row.at,
        category=row.category,
        tier=row.tier,
        immediate=row.immediate,
        rules=tuple(row.rules.split()),
        card=row.card,
        pressed=tuple(row.pressed.split()),
        pressed_at=row.pressed_at,
        put_away_at=row.put_away_at,
    )
