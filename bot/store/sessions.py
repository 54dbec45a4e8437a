"""Queries about sessions: the runs of flows. Answers are encrypted, because they may hold somebody's words."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Session, Value
from bot.store.cipher import Cipher
from bot.store.tables import session


class LostRace(Exception):
    """Somebody else saved this session first; load it again."""


@dataclass(frozen=True)
class Sessions:
    """Runs of flows, in one transaction."""

    connection: AsyncConnection
    cipher: Cipher

    async def get(self, id_: str, learner_id: int) -> Session | None:
        """A session of this person by its id."""
        query = select(session).where(session.c.id == id_, session.c.learner_id == learner_id)
        row = (await self.connection.execute(query)).one_or_none()
        return self._session(row) if row else None

    async def current(self, learner_id: int, flow: str | None = None) -> Session | None:
        """The open session touched last, of any flow or of one."""
        query = select(session).where(session.c.learner_id == learner_id, session.c.ended_at.is_(None))
        if flow is not None:
            query = query.where(session.c.flow == flow)
        newest = query.order_by(session.c.touched_at.desc(), session.c.started_at.desc()).limit(1)
        row = (await self.connection.execute(newest)).one_or_none()
        return self._session(row) if row else None

    async def started_since(self, learner_id: int, flow: str, since: datetime) -> int:
        """How many runs of a flow began after `since`."""
        query = select(func.count()).where(
            session.c.learner_id == learner_id, session.c.flow == flow, session.c.started_at > since
        )
        return int((await self.connection.execute(query)).scalar_one())

    async def touched_since(self, learner_id: int, flow: str, since: datetime) -> bool:
        """Whether any run of a flow was used after `since`."""
        query = select(session.c.id).where(
            session.c.learner_id == learner_id, session.c.flow == flow, session.c.touched_at > since
        )
        return (await self.connection.execute(query.limit(1))).first() is not None

    async def stood_at(self, learner_id: int, flow: str, steps: tuple[str, ...]) -> bool:
        """Whether any run of a flow stands or ended at one of these steps."""
        query = select(session.c.id).where(
            session.c.learner_id == learner_id, session.c.flow == flow, session.c.step.in_(steps)
        )
        return (await self.connection.execute(query.limit(1))).first() is not None

    async def count(self, learner_id: int, flow: str) -> int:
        """How many runs of a flow there have been."""
        query = select(func.count()).where(session.c.learner_id == learner_id, session.c.flow == flow)
        return int((await self.connection.execute(query)).scalar_one())

    async def add(self, fresh: Session) -> None:
        """A new run."""
        await self.connection.execute(insert(session).values(id=fresh.id, **self._values(fresh)))

    async def save(self, changed: Session) -> Session:
        """The session with its next version.

        Raises LostRace: it was saved by somebody else since it was loaded.
        """
        saved = replace(changed, version=changed.version + 1)
        done = await self.connection.execute(
            update(session)
            .where(session.c.id == changed.id, session.c.version == changed.version)
            .values(self._values(saved))
        )
        if done.rowcount != 1:
            raise LostRace(changed.id)
        return saved

    async def set_message(self, id_: str, message_id: int | None, card_id: int | None = None) -> None:
        """Which message is the session's living one, and which stays in view beside it; None changes nothing."""
        given = {name: value for name, value in (("message_id", message_id), ("card_id", card_id)) if value is not None}
        if given:
            await self.connection.execute(update(session).where(session.c.id == id_).values(given))

    async def step_back(self, id_: str, touched_at: datetime) -> None:
        """It counts as touched at an earlier moment, so that it does not take the floor from another run."""
        await self.connection.execute(update(session).where(session.c.id == id_).values(touched_at=touched_at))

    async def messages_since(self, learner_id: int, since: datetime) -> list[int]:
        """Messages in the chat that runs touched after a moment are known to have, newest first."""
        query = select(session.c.message_id, session.c.card_id).where(
            session.c.learner_id == learner_id, session.c.touched_at > since
        )
        rows = await self.connection.execute(query)
        return sorted({id_ for row in rows for id_ in row if id_ is not None}, reverse=True)

    async def end(self, id_: str, now: datetime) -> None:
        """Close one run."""
        await self.connection.execute(
            update(session).where(session.c.id == id_).values(ended_at=now, version=session.c.version + 1)
        )

    async def end_all(self, learner_id: int, now: datetime) -> None:
        """Close every open run of a person."""
        await self.connection.execute(
            update(session)
            .where(session.c.learner_id == learner_id, session.c.ended_at.is_(None))
            .values(ended_at=now, version=session.c.version + 1)
        )

    async def all(self, learner_id: int) -> list[Session]:
        """Every run, oldest first, for the export."""
        query = select(session).where(session.c.learner_id == learner_id).order_by(session.c.started_at)
        return [self._session(row) for row in await self.connection.execute(query)]

    def _values(self, item: Session) -> dict[str, Any]:
        answers = json.dumps(item.answers, ensure_ascii=False)
        return {
            "learner_id": item.learner_id,
            "flow": item.flow,
            "step": item.step,
            "answers": self.cipher.encrypt(answers, about=f"session:{item.id}"),
            "ordinal": item.ordinal,
            "version": item.version,
            "message_id": item.message_id,
            "card_id": item.card_id,
            "started_at": item.started_at,
            "touched_at": item.touched_at,
            "ended_at": item.ended_at,
        }

    def _session(self, row: Row[Any]) -> Session:
        answers: dict[str, Any] = json.loads(self.cipher.decrypt(row.answers, about=f"session:{row.id}"))
        return Session(
            id=row.id,
            learner_id=row.learner_id,
            flow=row.flow,
            step=row.step,
            started_at=row.started_at,
            touched_at=row.touched_at,
            answers={name: _value(value) for name, value in answers.items()},
            ordinal=row.ordinal,
            version=row.version,
            message_id=row.message_id,
            card_id=row.card_id,
            ended_at=row.ended_at,
        )


def _value(value: Any) -> Value:
    # JSON has lists where a session has tuples.
    return tuple(value) if isinstance(value, list) else value
