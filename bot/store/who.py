"""The person of a chat and the run they tapped in, in one statement: every tap begins with it."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import and_, bindparam, select

from bot.core.model import Learner
from bot.store.learners import Learners, learner_of
from bot.store.prepared import Prepared
from bot.store.sessions import Sessions
from bot.store.tables import learner, session

_WHO = Prepared(
    lambda _: (
        select(*learner.c, *(column.label(f"run_{column.name}") for column in session.c))
        .outerjoin(session, and_(session.c.learner_id == learner.c.id, session.c.id == bindparam("run")))
        .where(learner.c.chat_id == bindparam("chat"))
    )
)
_RUN = tuple(column.name for column in session.c)


async def who(learners: Learners, sessions: Sessions, chat_id: int, session_id: str) -> Learner | None:
    """The person; their run is at hand for the next `sessions.get`."""
    rows = await learners.connection.run(_WHO, chat=chat_id, run=session_id)
    if not rows:
        return None
    run = SimpleNamespace(**dict(zip(_RUN, rows[0][len(learner.c) :], strict=True)))
    sessions.take([] if run.id is None else [run])
    return learner_of(rows[0])
