"""How long words stay: for good, or so many days. What is older goes at night, counted and never read out.

What somebody made to keep (letter, lines, safety plan, plans and maps, keepsakes) and what is held is not touched here.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import structlog

from bot.core.fading import without_words
from bot.core.model import Lane, Session, Timer
from bot.core.schedule import ONE_DAY, at_wall, local
from bot.services.turn import Turn
from bot.store.sessions import LostRace

log = structlog.get_logger()

RETENTION = "retention"
"""The kind of timer that erases."""
PASSING = ("journal", "checkin", "note", "question")
"""Kinds of notes that were written down in passing."""
CHOICES = {"30": 30, "90": 90}
AT_NIGHT = time(3)
AT_ONCE = 200
"""Runs that lose their words in one transaction, so that no other waits long."""


async def set_keep(turn: Turn, session: Session) -> Session:
    """How long words stay from now on; what is older by then goes tonight."""
    await turn.change(keep_days=CHOICES.get(str(session.answers.get("keep"))))
    if turn.learner.keep_days is None:
        await turn.tx.timers.drop(turn.learner.id, RETENTION)
    else:
        await turn.tx.timers.set(turn.learner.id, RETENTION, "", _tonight(turn), Lane.BULK)
    return session


async def erase_old(turn: Turn, timer: Timer) -> None:
    """Erase what is older than the person chose, and come again the next night; or at once, while more is left."""
    days, person = turn.learner.keep_days, turn.learner
    if days is None:
        await turn.tx.timers.settle(timer)
        return
    before = turn.now - timedelta(days=days)
    notes = await turn.tx.records.drop_notes_before(person.id, PASSING, before)
    aside = await turn.tx.inbox.drop_set_aside(person.chat_id, before)
    runs = await turn.tx.sessions.with_words(person.id, before, AT_ONCE)
    for run in runs:
        await _bare(turn, run)
    if notes or aside or runs:
        log.info("words past their time were erased", notes=notes, runs=len(runs), updates=aside)
    await turn.tx.timers.put_off(timer, turn.now if len(runs) == AT_ONCE else _tonight(turn))


async def _bare(turn: Turn, run: Session) -> None:
    try:
        await turn.tx.sessions.rewrite(run, without_words(turn.content.flows.get(run.flow), run), bare=True)
    except LostRace:
        log.debug("a run is in use; its words wait for another night")


def _tonight(turn: Turn) -> datetime:
    """The next time that it is three in the morning where the person is."""
    zone = turn.learner.zone or "UTC"
    today = local(turn.now, zone).date()
    nights = (at_wall(today + ONE_DAY * ahead, AT_NIGHT, zone) for ahead in range(3))
    return next(night for night in nights if night > turn.now)


ACTIONS = {"set_keep": set_keep}
