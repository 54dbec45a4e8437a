"""Everything that comes by itself: a lesson or a look back in its slot, one put off, the question of the day after.

At most one of them in a local day, over all features. What is sent is written down before it is sent: here a miss is
better than a double.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core.model import Lane, Learner, Outcome, Status, Timer
from bot.core.schedule import ONE_DAY, in_quiet
from bot.core.screen import Button, LessonTap, Reply, Screen
from bot.core.unasked import (
    AFTER_SPIRAL,
    SPIRAL_STEP,
    Slot,
    Unread,
    at_slot,
    came_today,
    comes_back,
    lost_clock,
    pause_comes,
    rests,
    unread_slot,
)
from bot.services import companions, followup, lessons, recall, rough, steady
from bot.services.onboarding import schedule
from bot.services.pages import lesson_screen
from bot.services.spiral import SPIRAL
from bot.services.turn import Command, Turn

AFTER = "after"
"""The kind of timer that asks, the day after a lesson, whether somebody got to try it."""
LATEST = timedelta(days=2)


@dataclass(frozen=True)
class Prepared:
    """Something to send for a due timer.

    delivery: the ledger row, for a lesson or a broadcast. about: what many people get alike: the lesson's id, or the
        broadcast. before: the person as they were, for when it turns out that nothing went.
    """

    timer: Timer
    chat_id: int
    locale: str
    reply: Reply
    delivery: int | None = None
    about: str | None = None
    before: Learner | None = None


async def slot(turn: Turn, timer: Timer, stopped: frozenset[str] = frozenset()) -> Prepared | None:
    """A lesson's slot has come: the next lesson, a look back, or nothing."""
    before = turn.learner
    doubtful = bool(await turn.tx.timers.doubtful(before.id))
    # A look at the sessions is only worth its read where everything else is in order.
    match at_slot(before, timer.due_at, turn.now, spiral=False, doubtful=doubtful):
        case Slot.NONE:
            return await _no_slots(turn, timer)
        case Slot.OVER:
            await pass_on(turn, timer)
            return None
    match at_slot(before, timer.due_at, turn.now, spiral=await _spiral_lately(turn)):
        case Slot.LATER:
            await turn.tx.timers.put_off(timer, turn.now + SPIRAL_STEP)
            return None
        case Slot.OVER:
            await pass_on(turn, timer)
            return None
    done = await turn.tx.records.completions(turn.learner.id)
    sent = await turn.tx.timers.deliveries(turn.learner.id)
    if lessons.waiting(turn, done, sent) is not None:
        return await _unread(turn, timer)
    back = await recall.due(turn, done, sent)
    if back is not None:
        await turn.change(last_unasked=turn.now)
        return _prepared(turn, timer, back, before=before)
    newest = max((item.at for item in sent), default=None)
    if rests(turn.learner, newest):
        await pass_on(turn, timer)
        return None
    lesson = await lessons.following(turn, done, sent)
    if lesson is None:
        await turn.tx.timers.settle(timer)
        return None
    if lesson.id in stopped:
        await pass_on(turn, timer)  # its turn comes again once it can be sent
        return None
    known = any(item.lesson == lesson.id for item in sent)
    ledger = await turn.tx.timers.begin_delivery(turn.learner.id, lesson.id, turn.now, once_more=known)
    await companions.offer(turn, lesson.id, done)
    await turn.change(unread=1, last_unasked=turn.now)
    if turn.learner.asks_after:
        await turn.tx.timers.set(turn.learner.id, AFTER, lesson.id, followup.tomorrow(turn), Lane.BULK)
    shown = await lesson_screen(turn, lesson, None, unasked=True)
    return replace(_prepared(turn, timer, shown, before=before), delivery=ledger, about=lesson.id)


async def _no_slots(turn: Turn, timer: Timer) -> Prepared | None:
    """Nothing is to come by itself. But whoever lost their clock to new time zone rules is asked for it, once."""
    before = turn.learner
    if not lost_clock(before):
        await turn.tx.timers.settle(timer)
        return None
    if came_today(before, turn.now):
        await turn.tx.timers.put_off(timer, turn.now + ONE_DAY)
        return None
    await turn.change(last_unasked=turn.now)
    rows = (turn.button("button-settings", "settings"), turn.button("button-lesson", "lesson"))
    return _prepared(turn, timer, replace(turn.page("clock-lost", rows), silent=True), before=before)


async def pass_on(turn: Turn, timer: Timer) -> None:
    """This slot is over; the next one is set."""
    await turn.change(last_slot=timer.due_at)
    if await schedule(turn) is None:
        await turn.tx.timers.settle(timer)


async def again(turn: Turn, timer: Timer) -> Prepared | None:
    """A lesson that was put off comes back, now or when it next may."""
    await turn.tx.timers.settle(timer)
    lesson = turn.content.lessons.get(timer.key)
    done = await lessons.completion_of(turn, timer.key)
    if lesson is None or done is None or done.outcome is not Outcome.LATER:
        return None
    back = comes_back(turn.learner, timer.due_at, turn.now, done.at, spiral=await _spiral_lately(turn))
    if back.later is not None:
        await turn.tx.timers.set(turn.learner.id, lessons.AGAIN, timer.key, back.later, timer.lane)
    if not back.now:
        return None
    await turn.change(last_unasked=turn.now)
    return _prepared(turn, timer, await lesson_screen(turn, lesson, done, unasked=True))


async def day_after(turn: Turn, timer: Timer) -> Prepared | None:
    """Did you get to try it? Once a lesson at most, and only where nothing was said about it yet."""
    await turn.tx.timers.settle(timer)
    learner, plan = turn.learner, turn.learner.plan
    lesson = turn.content.lessons.get(timer.key)
    sent = {item.lesson: item for item in await turn.tx.timers.deliveries(learner.id)}
    done = await lessons.completion_of(turn, timer.key)
    if lesson is None or plan is None or not learner.asks_after or _silent(turn):
        return None
    if timer.key not in sent or sent[timer.key].asked or turn.now - timer.due_at > LATEST:
        return None
    if done is not None and done.outcome in (Outcome.TRIED, Outcome.NOT_FOR_ME):
        return None
    if came_today(learner, turn.now) or in_quiet(turn.now, plan) or await _spiral_lately(turn):
        return None
    await turn.tx.timers.mark_asked(learner.id, lesson.id)
    await turn.change(last_unasked=turn.now)
    rows = (
        (
            Button(turn.texts("button-tried"), LessonTap(lesson.id, "tried")),
            Button(turn.texts("button-not-yet"), LessonTap(lesson.id, "not-yet")),
        ),
        (
            Button(turn.texts("button-show-again"), LessonTap(lesson.id, "open")),
            Button(turn.texts("button-not-for-me"), LessonTap(lesson.id, "no")),
        ),
        (turn.button("button-ask-no-more", AFTER, "off"), turn.button("button-pause", "pause")),
    )
    return _prepared(turn, timer, Screen(turn.texts("day-after", title=lesson.title), rows, silent=True))


async def allow_day_after(turn: Turn, command: Command) -> Reply:
    """Whether the question of the day after may come: `on-a4` from under a lesson, `off` from under the question."""
    answer, _, lesson = command.argument.partition("-")
    await turn.change(asks_after=answer == "on")
    sent = {item.lesson for item in await turn.tx.timers.deliveries(turn.learner.id)}
    if answer == "on" and lesson in sent and turn.learner.plan is not None:
        await turn.tx.timers.set(turn.learner.id, AFTER, lesson, followup.tomorrow(turn), Lane.BULK)
    if answer != "on":
        await turn.tx.timers.drop(turn.learner.id, AFTER)
    rows = ((turn.button("button-lesson", "lesson"), turn.button("button-settings", "settings")),)
    return Reply((turn.page("after-on" if answer == "on" else "after-off", *rows),))


async def steady_message(turn: Turn, timer: Timer) -> Prepared | None:
    """A steady message, where the day has room for one; the next is planned before this one goes."""
    screen = None if _silent(turn) or await _spiral_lately(turn) else await steady.compose(turn)
    await turn.tx.timers.settle(timer)
    await steady.schedule(turn)
    return None if screen is None else _prepared(turn, timer, screen)


async def weekly_pause(turn: Turn, timer: Timer, *, rests: bool) -> Prepared | None:
    """The pause that somebody wanted at this hour; the next one is set before this one goes, so it comes once."""
    comes = pause_comes(turn.learner, turn.now, spiral=await _spiral_lately(turn), rests=rests)
    await rough.pass_on(turn)
    return _prepared(turn, timer, rough.offer(turn)) if comes else None


async def _unread(turn: Turn, timer: Timer) -> Prepared | None:
    """A lesson waits unread: this slot passes; after the third, say once that lessons wait until asked for."""
    before = turn.learner
    if unread_slot(before) is Unread.PASSES:
        await turn.change(unread=before.unread + 1)
        await pass_on(turn, timer)
        return None
    await turn.change(unread=0, status=Status.STOPPED, last_unasked=turn.now)
    await turn.tx.timers.settle(timer)
    rows = (turn.button("button-lesson", "lesson"), turn.button("button-resume", "resume"))
    quiet = replace(turn.page("lessons-quiet", rows), silent=True)
    return _prepared(turn, replace(timer, kind="quiet"), quiet, before=before)


async def _spiral_lately(turn: Turn) -> bool:
    return await turn.tx.sessions.touched_since(turn.learner.id, SPIRAL, turn.now - AFTER_SPIRAL)


def _silent(turn: Turn) -> bool:
    learner = turn.learner
    rests = learner.paused_until is not None and learner.paused_until > turn.now
    return learner.paused or rests or learner.status is Status.STOPPED


def _prepared(turn: Turn, timer: Timer, screen: Screen, *, before: Learner | None = None) -> Prepared:
    return Prepared(timer, turn.learner.chat_id, turn.learner.locale, Reply((screen,)), before=before)
