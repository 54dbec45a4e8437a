"""/spiral: starting it at once, whatever else is going on, and what its steps do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.core.model import Entry, Session
from bot.core.schedule import is_night
from bot.core.screen import Reply
from bot.services.flows import RESUMABLE, Flows
from bot.services.turn import Turn

SPIRAL = "spiral"
SOON_AGAIN = timedelta(hours=1)


async def begin(turn: Turn, flows: Flows) -> Reply:
    """The first screen; or, for somebody who left less than 30 minutes ago, 'continue or start again'."""
    open_run = await turn.tx.sessions.current(turn.learner.id, SPIRAL)
    flow = turn.content.flows[SPIRAL]
    if open_run is not None and turn.now - open_run.touched_at <= RESUMABLE and open_run.step != flow.start:
        return await flows.resume(turn, open_run)
    return await begin_anew(turn, flows)


async def begin_anew(turn: Turn, flows: Flows) -> Reply:
    """A new run, with what the flow's forks need to know about the hour and the last hour."""
    before = await turn.tx.sessions.started_since(turn.learner.id, SPIRAL, turn.now - SOON_AGAIN)
    night = turn.learner.zone is not None and is_night(turn.now, turn.learner.zone)
    return await flows.begin(turn, SPIRAL, night=night, nth=before + 1)


async def count_pause(turn: Turn, session: Session) -> Session:
    """A pause was taken: that alone counts, whatever comes after it."""
    await turn.tx.records.add_entry(turn.learner.id, Entry("pause", turn.now))
    return session


async def close(turn: Turn, session: Session) -> Session:
    """The run is through: ratings as they were given, never invented, and plain tags."""
    answers = session.answers
    ticked: list[str] = []
    for name in ("facts", "meanings", "unknown"):
        value = answers.get(name)
        ticked += [f"{name}.{item}" for item in value] if isinstance(value, tuple) else []
    item = Entry(
        kind=SPIRAL,
        at=turn.now,
        before=_rating(session, "before"),
        after=_rating(session, "after"),
        tool=str(answers["tool"]) if "tool" in answers else None,
        tags=tuple(ticked),
    )
    await turn.tx.records.add_entry(turn.learner.id, item)
    return session


def sounds_like_it(text: str, phrases: Sequence[str]) -> bool:
    """Whether free text asks for the spiral in words ("I'm about to text them")."""
    plain = re.sub(r"[^\w ]+", "", text.lower().replace("’", "'").replace("'", ""))
    said = f" {' '.join(plain.split())} "
    return len(said) < 200 and any(f" {phrase.lower().replace(chr(39), '')} " in said for phrase in phrases)


def _rating(session: Session, name: str) -> int | None:
    value = session.answers.get(name)
    return value if isinstance(value, int) else None


ACTIONS = {"count_pause": count_pause, "close_spiral": close}
