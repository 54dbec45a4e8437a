"""Whether something may come by itself now: the decision alone. Reading, sending and noting is the services' part.

* A lesson's slot is over when the last send is in doubt, when its window has ended, or when something else came by
  itself on that local day. Within two hours of a hard moment it waits, half an hour at a time, while its window lasts.
* Nothing comes to somebody who stopped, blocked Keel, or has no clock; a pause silences everything until it ends.
* Somebody whose zone is gone from the time zone rules is asked for their clock at the next slot, once.
* An unread lesson waits: its slots pass, and at the third Keel says once that lessons wait until asked for, and stops.
* Whoever goes slowly gets a new lesson in every second slot.
* A lesson that was put off comes back once. On the day it was put off it was asked for; on a later day it is that day's
  one message, or waits for the next day.
* The weekly pause at a rough hour was asked for at its very minute. So it comes in quiet hours too, and beside whatever
  else comes that day: it neither waits for it nor takes its place. It stays away from whoever stopped or blocked Keel,
  in a pause, while a safety card is open and in the rest after danger was said plainly, within two hours of a hard
  moment, and when it would be an hour late. What stayed away is not made up for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model import Learner, Status
from bot.core.rough import next_pause
from bot.core.schedule import in_window, may_come_back, next_opening, next_slot, same_day, tomorrow

QUIET_AFTER = 3
"""Slots passed with a lesson unread before Keel goes quiet."""
AFTER_SPIRAL = timedelta(hours=2)
SPIRAL_STEP = AFTER_SPIRAL / 4
PATIENCE = timedelta(hours=1)
"""A pause that would be so late stays away."""


class Slot(StrEnum):
    """What a lesson's slot is good for at a moment."""

    OPEN = "open"  # something may come in it
    LATER = "later"  # the same slot, a little later
    OVER = "over"  # the next one is set
    NONE = "none"  # no slots for this person, until they do something


class Unread(StrEnum):
    """What a slot does while a lesson waits unread."""

    PASSES = "passes"
    GOES_QUIET = "goes quiet"


@dataclass(frozen=True)
class Back:
    """Whether something put off comes back now; else when it is tried again, or that it does not come by itself."""

    now: bool
    later: datetime | None = None


def next_lesson_at(learner: Learner, now: datetime) -> datetime | None:
    """The next slot of a person, None when none will come."""
    plan = learner.plan
    if learner.status is not Status.ACTIVE or plan is None:
        return None
    return next_slot(now, plan, learner.id, learner.last_slot)


def at_slot(learner: Learner, due: datetime, now: datetime, *, spiral: bool, doubtful: bool = False) -> Slot:
    """What the slot `due` is good for at `now`.

    spiral: there was a hard moment lately. doubtful: a crash left a send half-way, which may have arrived.
    """
    plan = learner.plan
    if doubtful:
        return Slot.OVER
    if learner.status is not Status.ACTIVE or plan is None:
        return Slot.NONE
    if not in_window(now, plan, due) or came_today(learner, now):
        return Slot.OVER
    if spiral:
        return Slot.LATER if in_window(now + SPIRAL_STEP, plan, due) else Slot.OVER
    return Slot.OPEN


def unread_slot(learner: Learner) -> Unread:
    """What an open slot does while a lesson waits unread."""
    return Unread.PASSES if learner.unread + 1 < QUIET_AFTER else Unread.GOES_QUIET


def rests(learner: Learner, newest: datetime | None) -> bool:
    """Whether an open slot stays without a new lesson, because the slot before it brought one (`newest`)."""
    return learner.slow and newest is not None and learner.last_slot is not None and newest >= learner.last_slot


def comes_back(learner: Learner, due: datetime, now: datetime, put_off: datetime, *, spiral: bool) -> Back:
    """Whether a lesson put off at `put_off` until `due` comes back now."""
    plan, until = learner.plan, learner.paused_until
    if learner.status in (Status.STOPPED, Status.BLOCKED) or learner.paused:
        return Back(now=False)
    if until is not None and until > now:
        return Back(now=False, later=until if plan is None else next_opening(until - timedelta(microseconds=1), plan))
    if spiral:
        return Back(now=False, later=now + AFTER_SPIRAL)
    if came_today(learner, now) and not same_day(put_off, now, _zone(learner)):
        return Back(now=False, later=now + timedelta(days=1) if plan is None else tomorrow(now, plan))
    if plan is not None and not may_come_back(now, due, plan):
        return Back(now=False, later=next_opening(now, plan))
    return Back(now=True)


def pause_comes(learner: Learner, now: datetime, *, spiral: bool, rests: bool = False) -> bool:
    """Whether the weekly pause comes now. rests: nothing comes for the sake of safety."""
    if learner.rough is None or learner.zone is None or learner.status in (Status.STOPPED, Status.BLOCKED):
        return False
    if learner.paused or (learner.paused_until is not None and learner.paused_until > now) or spiral or rests:
        return False
    return next_pause(now - PATIENCE, learner.zone, learner.rough) <= now


def lost_clock(learner: Learner) -> bool:
    """Whether lessons were to come, but the clock they were to come by is gone: its zone is in the rules no more."""
    return learner.status is Status.ACTIVE and learner.zone is None


def came_today(learner: Learner, now: datetime) -> bool:
    """Whether something came by itself on this local day."""
    return learner.last_unasked is not None and same_day(learner.last_unasked, now, _zone(learner))


def _zone(learner: Learner) -> str:
    return learner.zone or "UTC"
