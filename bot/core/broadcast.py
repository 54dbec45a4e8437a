"""When an operator's message to everybody may come to one person: the decision alone.

* Not at all to somebody who stopped, blocked Keel, or pauses. Whoever pauses while it waits is left out too.
* Not in quiet hours, and not during a hard moment or within two hours of one: it waits.
* It is the day's one message that comes by itself. Where something came already, it waits for the next morning.
* Whoever never gave a clock is taken to live by UTC, with the quiet hours that everybody begins with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model import Learner, Status
from bot.core.schedule import after_quiet, in_quiet, morning_after
from bot.core.unasked import SPIRAL_STEP, came_today

SAME_FOR = timedelta(days=30)
"""How long the same text is the same broadcast, so that a command that was cut off goes on and nobody gets two."""


class LeftOut(StrEnum):
    """Why a broadcast does not come to somebody."""

    PAUSED = "paused"
    STOPPED = "stopped"
    BLOCKED = "blocked"


class Waits(StrEnum):
    """Why a broadcast does not come yet."""

    QUIET = "quiet hours"
    SPIRAL = "a hard moment"
    DAY_TAKEN = "something came today"


@dataclass(frozen=True)
class Wait:
    """It comes later: it is looked at again at `until`."""

    why: Waits
    until: datetime


def comes(learner: Learner, now: datetime, *, spiral: bool = False) -> LeftOut | Wait | None:
    """What keeps a broadcast from coming to somebody now; None when it may come.

    spiral: there was a hard moment lately.
    """
    left = left_out(learner, now)
    if left is not None:
        return left
    plan = replace(learner, zone=learner.zone or "UTC").plan
    assert plan is not None  # it has a zone
    if in_quiet(now, plan):
        return Wait(Waits.QUIET, after_quiet(now, plan))
    if came_today(learner, now):
        return Wait(Waits.DAY_TAKEN, morning_after(now, plan))
    return Wait(Waits.SPIRAL, now + SPIRAL_STEP) if spiral else None


def left_out(learner: Learner, now: datetime) -> LeftOut | None:
    """Whether somebody wants nothing unasked at all at present."""
    if learner.status is Status.BLOCKED:
        return LeftOut.BLOCKED
    if learner.status is Status.STOPPED:
        return LeftOut.STOPPED
    rests = learner.paused_until is not None and learner.paused_until > now
    return LeftOut.PAUSED if learner.paused or rests else None
