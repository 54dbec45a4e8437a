"""Setting up: time zone, pace, time of day, pauses; and the actions of those flows."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as clock_time

from bot.core.model import Lane, Session, Status
from bot.core.safety.cards import LOOK_IN
from bot.core.schedule import Pace, Passed, TooFar, local, pause_for, pause_until
from bot.core.screen import Reply, Screen
from bot.core.unasked import lost_clock, next_lesson_at
from bot.services import lessons, rough, steady
from bot.services.flows import Flows
from bot.services.hold import rezone
from bot.services.moments import say_moment
from bot.services.turn import Turn, with_answer

LESSON = "lesson"
"""The kind of timer that brings the next lesson."""


async def start(turn: Turn, flows: Flows) -> Reply:
    """/start: the welcome once, and a warm 'pick up anywhere' afterwards. The reply keyboard comes with it."""
    hello = Screen(turn.texts("hello" if not turn.learner.welcomed else "hello-again"), keyboard=True)
    if turn.learner.status in (Status.STOPPED, Status.BLOCKED):
        await lessons.leave_behind(turn)
        await turn.change(status=Status.ACTIVE if turn.learner.zone else Status.NEW)
        await schedule(turn)
    if turn.learner.welcomed:
        rows = (
            (turn.button("button-spiral", "spiral"), turn.button("button-lesson", "lesson")),
            (turn.button("button-progress", "progress"), turn.button("button-settings", "settings")),
        )
        return Reply((hello, turn.page("pick-up", *rows)))
    await turn.change(welcomed=True)
    setup = await flows.begin(turn, "setup")
    return Reply((hello, *setup.screens), session=setup.session, version=setup.version)


async def schedule(turn: Turn) -> datetime | None:
    """Set the timer of the next lesson from the person's plan; gives its moment, None when none will come."""
    learner = turn.learner
    due = next_lesson_at(learner, turn.now)
    if due is None and not lost_clock(learner):
        await turn.tx.timers.drop(learner.id, LESSON)
    if due is not None:
        await turn.tx.timers.set(learner.id, LESSON, "", due, Lane.BULK)
    await steady.schedule(turn)
    if learner.rough is not None:
        await rough.schedule(turn)
    return due


async def set_zone(turn: Turn, session: Session) -> Session:
    """The zone from a tapped clock, a typed city or a location."""
    zone = session.answers.get("zone")
    if isinstance(zone, str):
        await turn.change(zone=zone)
        await schedule(turn)
        await rezone(turn)
    return _facts(turn, session)


async def set_pace(turn: Turn, session: Session) -> Session:
    """How often lessons come."""
    pace = session.answers.get("pace")
    if isinstance(pace, str):
        await turn.change(pace=Pace(pace), slow=False)
        await schedule(turn)
    return _facts(turn, session)


async def set_time(turn: Turn, session: Session) -> Session:
    """From when on lessons may come: "0800" from a button, "08:00" when typed."""
    at = session.answers.get("time")
    if isinstance(at, str):
        digits = at.replace(":", "")
        await turn.change(window_start=clock_time(int(digits[:2]), int(digits[2:])))
        await schedule(turn)
    return _facts(turn, session)


async def set_days(turn: Turn, session: Session) -> Session:
    """On which weekdays lessons may come; none ticked means all of them."""
    days = session.answers.get("days")
    if isinstance(days, tuple) and days:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        await turn.change(weekdays=frozenset(names.index(day) for day in days))
        await schedule(turn)
    return _facts(turn, session)


async def set_locale(turn: Turn, session: Session) -> Session:
    """The language Keel answers in."""
    locale = session.answers.get("language")
    if isinstance(locale, str):
        await turn.change(locale=locale)
    return _facts(turn, session)


async def finish(turn: Turn, session: Session) -> Session:
    """Set-up is done: from now on lessons come by themselves, if a time and a pace were chosen."""
    adult = turn.learner.age_band != "under16"
    if adult and turn.learner.zone is not None and turn.learner.pace is not Pace.on_request:
        await turn.change(status=Status.ACTIVE, unread=0)
    due = await schedule(turn)
    facts = _facts(turn, session)
    if due is None or turn.learner.zone is None:
        return with_answer(facts, comes=False)
    return with_answer(facts, comes=True, first_lesson=say_moment(turn, due))


async def set_after(turn: Turn, session: Session) -> Session:
    """Whether the question of the day after may come."""
    await turn.change(asks_after=session.answers.get("asks_after") == "yes")
    return _facts(turn, session)


async def describe(turn: Turn, session: Session) -> Session:
    """What is set now, for the screens that show it."""
    return _facts(turn, session)


async def pause(turn: Turn, session: Session) -> Session:
    """No unasked message for some days, until a date, or until /resume."""
    choice = session.answers.get("length")
    try:
        until = None if choice in (None, "open") else _pause_end(turn, str(choice))
    except Passed:
        return with_answer(session, past=True, far=False)
    except TooFar:
        return with_answer(session, past=False, far=True)
    await turn.change(paused=until is None, paused_until=until)
    await schedule(turn)
    words = say_moment(turn, until, day_only=True) if until else ""
    return with_answer(session, past=False, far=False, open_end=until is None, until=words)


async def resume(turn: Turn) -> Reply:
    """/resume: messages come again from the next slot on, one at a time."""
    status = Status.ACTIVE if turn.learner.zone else Status.NEW
    if turn.learner.status is Status.STOPPED:
        await lessons.leave_behind(turn)
    await turn.change(paused=False, paused_until=None, unread=0, status=status)
    due = await schedule(turn)
    await lessons.bring_back(turn, due)
    if due is None:
        return Reply((turn.page("resumed-on-request", (turn.button("button-settings", "settings"),)),))
    rows = (turn.button("button-lesson", "lesson"), turn.button("button-settings", "settings"))
    return Reply((turn.page("resumed", rows, when=say_moment(turn, due)),))


async def stop(turn: Turn) -> Reply:
    """/stop: every running flow ends and nothing comes unasked any more."""
    await turn.tx.sessions.end_all(turn.learner.id, turn.now)
    await turn.change(status=Status.STOPPED, card=None, card_at=None)
    await turn.tx.timers.drop(turn.learner.id, LOOK_IN)
    await schedule(turn)
    rows = (turn.button("button-resume", "resume"), turn.button("button-delete", "delete"))
    return Reply((turn.page("stopped", rows),))


def _pause_end(turn: Turn, choice: str) -> datetime:
    zone = turn.learner.zone or "UTC"
    if choice.isdigit():
        return pause_for(turn.now, int(choice), zone)
    return pause_until(turn.now, date.fromisoformat(choice), zone)


def _facts(turn: Turn, session: Session) -> Session:
    learner = turn.learner
    days = learner.weekdays
    names = [turn.texts(f"weekday-{day}") for day in sorted(days)]
    return with_answer(
        session,
        now=local(turn.now, learner.zone).strftime("%H:%M") if learner.zone else turn.texts("not-set"),
        zone_name=learner.zone.split("/")[-1].replace("_", " ") if learner.zone else turn.texts("not-set"),
        pace_name=turn.texts(f"pace-{learner.pace.value.replace('_', '-')}"),
        time_name=learner.window_start.strftime("%H:%M"),
        days_name=turn.texts("every-day") if len(days) == 7 else ", ".join(names),
        steady_name=turn.texts("off" if learner.steady is None else "three-times-a-week"),
        keep_name=turn.texts("keep-name", days=learner.keep_days or 0),
        after_name=turn.texts("on" if learner.asks_after else "off"),
        rough_name=turn.texts("off")
        if learner.rough is None
        else " ".join(rough.say_minute(turn, learner.rough).values()),
        rests=learner.paused or (learner.paused_until is not None and learner.paused_until > turn.now),
    )


ACTIONS = {
    "set_zone": set_zone,
    "set_pace": set_pace,
    "set_time": set_time,
    "set_days": set_days,
    "set_locale": set_locale,
    "set_after": set_after,
    "finish_setup": finish,
    "describe": describe,
    "pause": pause,
}
