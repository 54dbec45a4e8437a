"""The next day: did the fear come true? Asked once, if allowed, and never beside another unasked message that day."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.flow import ticks
from bot.core.insight import OUTCOME_TAG
from bot.core.model import Entry, Lane, Session, Status, Timer
from bot.core.schedule import ONE_DAY, at_wall, in_quiet, local
from bot.core.screen import Reply
from bot.core.unasked import AFTER_SPIRAL
from bot.services.flows import Flows
from bot.services.moments import same_day, say_moment
from bot.services.spiral import SPIRAL
from bot.services.turn import Turn, with_answer

FOLLOW_UP = "outcome"
"""The kind of timer that asks, and the flow that goes with it."""
AT_LEAST = timedelta(hours=12)
LATEST = timedelta(days=7)
"""A question asked later than this is about nothing that anybody remembers; then it is not asked."""


async def ask_tomorrow(turn: Turn, session: Session) -> Session:
    """Plan the one question for tomorrow, at the hour that suits this person."""
    due = tomorrow(turn)
    await turn.tx.timers.set(turn.learner.id, FOLLOW_UP, session.id, due, Lane.BULK)
    when = say_moment(turn, due) if turn.learner.zone else turn.texts("tomorrow")
    return with_answer(session, asks=True, when=when)


async def keep_outcome(turn: Turn, session: Session) -> Session:
    """What became of the fear, with the meanings it was made of, as plain tags."""
    outcome = session.answers.get("outcome")
    if isinstance(outcome, str):
        meanings = ticks(session, "meanings")
        tags = (f"{OUTCOME_TAG}{outcome}", *(f"meanings.{item}" for item in meanings))
        await turn.add(Entry("fear", turn.now, tags=tags))
    return session


async def begin(turn: Turn, flows: Flows, timer: Timer) -> Reply | datetime | None:
    """The question; or the moment to which it is put off; or None when it is not to be asked any more."""
    learner = turn.learner
    if learner.status is Status.STOPPED or learner.paused or turn.now - timer.due_at > LATEST:
        return None
    if learner.paused_until is not None and learner.paused_until > turn.now:
        return learner.paused_until + AT_LEAST
    if same_day(turn, learner.last_unasked):
        return tomorrow(turn)
    plan = learner.plan
    if plan is not None and in_quiet(turn.now, plan):
        return turn.now + timedelta(hours=1)
    if await turn.tx.sessions.touched_since(learner.id, SPIRAL, turn.now - AFTER_SPIRAL):
        return turn.now + AFTER_SPIRAL
    run = await turn.tx.sessions.get(timer.key, learner.id)
    meanings = ticks(run, "meanings") if run is not None else ()
    return await flows.begin(turn, FOLLOW_UP, {"meanings": meanings})


def tomorrow(turn: Turn) -> datetime:
    """The next day's beginning of the person's lesson hours, at least twelve hours on; a day on without a clock."""
    learner = turn.learner
    if learner.zone is None:
        return turn.now + ONE_DAY
    earliest = turn.now + AT_LEAST
    here = local(turn.now, learner.zone).date()
    days = (at_wall(here + ONE_DAY * ahead, learner.window_start, learner.zone) for ahead in range(4))
    return next(day for day in days if day >= earliest)


ACTIONS = {"ask_tomorrow": ask_tomorrow, "keep_outcome": keep_outcome}
