"""Steady messages: three times a week, if somebody asked for them, and never beside anything else unasked that day."""

from __future__ import annotations

from bot.core.model import Lane, Session, Status
from bot.core.schedule import in_window
from bot.core.screen import Screen
from bot.core.steady import next_steady, steady_choice
from bot.services.moments import same_day
from bot.services.turn import Turn

STEADY = "steady"
"""The kind of timer that brings one."""


async def schedule(turn: Turn) -> None:
    """Set the timer of the next one, or none."""
    learner = turn.learner
    due = None
    wanted = learner.steady is not None and learner.status in (Status.ACTIVE, Status.NEW)
    if wanted and learner.plan is not None and turn.content.steady:
        due = next_steady(turn.now, learner.plan, learner.id, learner.steady or 0, learner.steady_at)
    if due is None:
        await turn.tx.timers.drop(learner.id, STEADY)
    else:
        await turn.tx.timers.set(learner.id, STEADY, "", due, Lane.BULK)


async def compose(turn: Turn) -> Screen | None:
    """The one for now; None when this day has, or will have, something else."""
    learner, plan = turn.learner, turn.learner.plan
    timer = await turn.tx.timers.pending(learner.id, STEADY)
    lesson = await turn.tx.timers.pending(learner.id, "lesson")
    if learner.steady is None or plan is None or timer is None or not turn.content.steady:
        return None
    if not in_window(turn.now, plan, timer) or same_day(turn, learner.last_unasked) or same_day(turn, lesson):
        return None
    messages = {item.id: item.say for item in turn.content.steady}
    chosen = steady_choice(tuple(messages), learner.id, learner.steady)
    await turn.change(steady=learner.steady + 1, steady_at=turn.now, last_unasked=turn.now)
    rows = ((turn.button("button-change", "settings"), turn.button("button-pause", "pause")),)
    return Screen(messages[chosen], rows, silent=True)


async def set_steady(turn: Turn, session: Session) -> Session:
    """Whether there are to be any. Switched on again, it goes on where it was."""
    if session.answers.get("steady") == "yes":
        await turn.change(steady=turn.learner.steady or 0)
    else:
        await turn.change(steady=None)
    await schedule(turn)
    return session


ACTIONS = {"set_steady": set_steady}
