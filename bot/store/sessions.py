"""Queries about sessions: the runs of flows. Answers are encrypted, because they may hold somebody's words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, update

from bot.core.model import Session, Value
from bot.core.screen import LOST
from bot.store.cipher import Cipher
from bot.store.connection import Connection
from bot.store.prepared import Prepared
from bot.store.tables import learner, session

_VALUES = tuple(column.name for column in session.c if column.name != "id")


def _of_learner() -> Select[Any]:
    return select(session).where(session.c.learner_id == bindparam("learner"))


def _newest(query: Select[Any]) -> Select[Any]:
    open_ = query.where(session.c.ended_at.is_(None))
    return open_.order_by(session.c.touched_at.desc(), session.c.started_at.desc()).limit(1)


def _runs() -> ColumnElement[bool]:
    return (session.c.learner_id == bindparam("learner")) & (session.c.flow == bindparam("flow"))


_GET = Prepared(lambda _: _of_learner().where(session.c.id == bindparam("which")))
_PLACE = Prepared(
    lambda _: (
        select(session.c.id, session.c.version)
        .join(learner)
        .where(learner.c.chat_id == bindparam("chat"))
        .order_by(session.c.touched_at.desc())
        .limit(1)
    )
)
_CURRENT = Prepared(lambda _: _newest(_of_learner()))
_CURRENT_OF = Prepared(lambda _: _newest(_of_learner().where(session.c.flow == bindparam("flow"))))
_STARTED_SINCE = Prepared(
    lambda _: select(func.count().label("runs")).where(_runs(), session.c.started_at > bindparam("since"))
)
_TOUCHED_SINCE = Prepared(
    lambda _: select(session.c.id).where(_runs(), session.c.touched_at > bindparam("since")).limit(1)
)
_STEPS = Prepared(lambda _: select(session.c.step).where(_runs()).distinct())
_ADD = Prepared(lambda insert: insert(session), ("id", *_VALUES))
_SAVE = Prepared(
    lambda _: update(session).where(session.c.id == bindparam("which"), session.c.version == bindparam("loaded")),
    _VALUES,
)
_SET_MESSAGE = Prepared(
    lambda _: update(session).where(
        session.c.id == bindparam("which"),
        session.c.message_id.is_distinct_from(bindparam("shown", type_=session.c.message_id.type)),
    ),
    ("message_id",),
)
_SET_CARD = Prepared(lambda _: update(session).where(session.c.id == bindparam("which")), ("card_id",))


class LostRace(Exception):
    """Somebody else saved this session first; load it again."""


@dataclass(frozen=True)
class Sessions:
    """Runs of flows, in one transaction."""

    connection: Connection
    cipher: Cipher
    loaded: dict[str, Session] = field(default_factory=dict)

    async def get(self, id_: str, learner_id: int) -> Session | None:
        """A session of this person by its id."""
        known = self.loaded.pop(id_, None)
        if known is not None and known.learner_id == learner_id:
            return known
        rows = await self.connection.run(_GET, which=id_, learner=learner_id)
        return self._usable(rows)

    def take(self, rows: Sequence[Any]) -> None:
        """What somebody else read: the next `get` has it at hand."""
        run = self._usable(rows)
        self.loaded.update({run.id: run} if run is not None else {})

    async def current(self, learner_id: int, flow: str | None = None) -> Session | None:
        """The open session touched last, of any flow or of one."""
        if flow is None:
            rows = await self.connection.run(_CURRENT, learner=learner_id)
        else:
            rows = await self.connection.run(_CURRENT_OF, learner=learner_id, flow=flow)
        return self._usable(rows)

    async def place(self, chat_id: int) -> tuple[str, int] | None:
        """Which run the person of a chat touched last, and its version: another one after their next step."""
        rows = await self.connection.run(_PLACE, chat=chat_id)
        return (rows[0].id, rows[0].version) if rows else None

    async def started_since(self, learner_id: int, flow: str, since: datetime) -> int:
        """How many runs of a flow began after `since`."""
        rows = await self.connection.run(_STARTED_SINCE, learner=learner_id, flow=flow, since=since)
        return int(rows[0].runs)

    async def touched_since(self, learner_id: int, flow: str, since: datetime) -> bool:
        """Whether any run of a flow was used after `since`."""
        return bool(await self.connection.run(_TOUCHED_SINCE, learner=learner_id, flow=flow, since=since))

    async def steps(self, learner_id: int, flow: str) -> set[str]:
        """At which steps any run of a flow stands or ended."""
        return {row.step for row in await self.connection.run(_STEPS, learner=learner_id, flow=flow)}

    async def count(self, learner_id: int, flow: str) -> int:
        """How many runs of a flow there have been."""
        query = select(func.count()).where(session.c.learner_id == learner_id, session.c.flow == flow)
        return int((await self.connection.execute(query)).scalar_one())

    async def add(self, fresh: Session) -> None:
        """A new run."""
        self.connection.later(_ADD, id=fresh.id, **self._values(fresh))

    async def save(self, changed: Session) -> Session:
        """The session with its next version.

        LostRace is raised where the change is carried out, at the latest with the commit, if somebody else saved the
        session since it was loaded; then nothing of the transaction happened.
        """
        saved = replace(changed, version=changed.version + 1)
        self.loaded.pop(changed.id, None)
        values = self._values(saved)
        self.connection.later(_SAVE, LostRace(changed.id), which=changed.id, loaded=changed.version, **values)
        return saved

    async def set_message(self, id_: str, message_id: int | None, card_id: int | None = None) -> None:
        """Which message is the session's living one, and which stays in view beside it; None changes nothing."""
        if message_id is not None:
            self.connection.later(_SET_MESSAGE, which=id_, message_id=message_id, shown=message_id)
        if card_id is not None:
            self.connection.later(_SET_CARD, which=id_, card_id=card_id)

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

    async def with_words(self, learner_id: int, before: datetime, limit: int) -> list[Session]:
        """Runs last touched before a moment whose words were not taken out yet, oldest first; lost ones are empty."""
        query = select(session).where(
            session.c.learner_id == learner_id, session.c.touched_at < before, session.c.bare.is_(False)
        )
        rows = await self.connection.execute(query.order_by(session.c.touched_at).limit(limit))
        return [self._session(row) for row in rows]

    async def rewrite(self, run: Session, answers: Mapping[str, Value], *, bare: bool) -> None:
        """The run with other answers; when it was touched stays as it was. bare: there are no words in them.

        Raises LostRace: it was saved by somebody else since it was loaded.
        """
        values = self._values(replace(run, answers=answers, version=run.version + 1)) | {"bare": bare}
        if await self.connection.change(_SAVE, which=run.id, loaded=run.version, **values) != 1:
            raise LostRace(run.id)

    async def since(self, learner_id: int, moment: datetime) -> list[Session]:
        """Runs touched at a moment or after it."""
        query = select(session).where(session.c.learner_id == learner_id, session.c.touched_at >= moment)
        return [self._session(row) for row in await self.connection.execute(query)]

    async def newest(self, learner_id: int, flow: str, since: datetime | None, limit: int) -> list[Session]:
        """The newest runs of a flow with words in them, of those touched after a moment if one is given."""
        query = select(session).where(
            session.c.learner_id == learner_id, session.c.flow == flow, session.c.bare.is_(False)
        )
        if since is not None:
            query = query.where(session.c.touched_at >= since)
        rows = await self.connection.execute(query.order_by(session.c.touched_at.desc()).limit(limit))
        return [self._session(row) for row in rows]

    async def all(self, learner_id: int) -> list[Session]:
        """Every run, oldest first, for the export; of one that cannot be opened any more LOST is the only answer."""
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
            "bare": False,
        }

    def _usable(self, rows: Sequence[Row[Any]]) -> Session | None:
        """The one that was found, as if it were gone where its answers cannot be opened any more."""
        run = self._session(rows[0]) if rows else None
        return None if run is None or LOST in run.answers else run

    def _session(self, row: Row[Any]) -> Session:
        opened = self.cipher.read(row.answers, about=f"session:{row.id}")
        answers: dict[str, Any] = {LOST: True} if opened is None else json.loads(opened)
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
