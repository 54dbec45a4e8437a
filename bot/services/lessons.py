"""Lessons: on request, by the clock, and what a tap under one does.

One at a time: an unread lesson waits, and its slots pass in silence; after three of them Keel says once that
lessons will wait until asked for. A lesson goes to a person once, unless they ask to see it again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.core.curriculum import Lesson, next_again, next_lesson, unread
from bot.core.model import Completion, Delivery, Lane, Outcome, Session
from bot.core.schedule import Passed, later_today, today_at, tomorrow
from bot.core.screen import LessonTap, Reply
from bot.services import companions, recall, review
from bot.services.moments import say_moment
from bot.services.pages import lesson_screen
from bot.services.turn import Command, Turn, with_answer

AGAIN = "again"
"""The kind of timer that brings one lesson back ("later today")."""


async def on_request(turn: Turn, command: Command) -> Reply:
    """/lesson: the unread one, else the next; with an id, that one again."""
    asked = turn.content.lessons.get(command.argument)
    done = await turn.tx.records.completions(turn.learner.id)
    if asked is None:
        sent = await turn.tx.timers.deliveries(turn.learner.id)
        asked = waiting(turn, done, sent)
        if asked is None or await turn.tx.timers.pending(turn.learner.id, AGAIN, asked.id):
            asked = await following(turn, done, sent) or asked
    if asked is None:
        return Reply((turn.page("lessons-through", (turn.button("button-library", "library"),)),))
    seen = await note_seen(turn, asked.id)
    await companions.offer(turn, asked.id, done)
    return Reply((await lesson_screen(turn, asked, seen),))


async def following(turn: Turn, done: list[Completion], sent: list[Delivery]) -> Lesson | None:
    """The next lesson of a stage that is gone through once more, else the next that this person has not met."""
    curriculum, learner = turn.library.curriculum, turn.learner
    again = curriculum.parts.get(learner.around or "")
    id_ = None
    if again is not None and learner.around_since is not None:
        id_ = next_again(again, learner.around_since, done, sent)
    if id_ is None and learner.around is not None:
        await turn.change(around=None, around_since=None)  # that round is through
    id_ = id_ or next_lesson(curriculum, done, [item.lesson for item in sent])
    return turn.content.lessons.get(id_) if id_ else None


def waiting(turn: Turn, done: list[Completion], sent: list[Delivery]) -> Lesson | None:
    """The lesson that came and was not touched yet, or was put off, if there is one."""
    id_ = unread(done, sent)
    return turn.content.lessons.get(id_) if id_ else None


async def note_seen(turn: Turn, lesson: str) -> Completion:
    """A lesson was asked for: it counts as met, and quiet ends."""
    before = await completion_of(turn, lesson) or Completion(lesson, Outcome.READ, turn.now)
    outcome = Outcome.READ if before.outcome is Outcome.LATER else before.outcome
    seen = replace(before, outcome=outcome, at=turn.now)
    await turn.tx.records.complete(turn.learner.id, seen)
    await turn.tx.timers.drop(turn.learner.id, AGAIN, lesson)
    if turn.learner.unread:
        await turn.change(unread=0)
    return seen


async def leave_behind(turn: Turn) -> None:
    """Somebody who was quiet begins again: what waited unread stays in the library, and the next one comes."""
    done = await turn.tx.records.completions(turn.learner.id)
    lesson = waiting(turn, done, await turn.tx.timers.deliveries(turn.learner.id))
    if lesson is not None:
        await note_seen(turn, lesson.id)


async def bring_back(turn: Turn, slot: datetime | None) -> None:
    """A pause is over: a lesson put off before it, whose time went by meanwhile, comes in the first slot after it."""
    done = await turn.tx.records.completions(turn.learner.id)
    newest = max(done, key=lambda item: item.at, default=None)
    if slot is None or newest is None or newest.outcome is not Outcome.LATER:
        return
    if await turn.tx.timers.pending(turn.learner.id, AGAIN, newest.lesson) is None:
        await turn.tx.timers.set(turn.learner.id, AGAIN, newest.lesson, slot, Lane.BULK)


async def completion_of(turn: Turn, lesson: str) -> Completion | None:
    """What the person made of a lesson so far."""
    done = await turn.tx.records.completions(turn.learner.id)
    return next((item for item in done if item.lesson == lesson), None)


async def tap(turn: Turn, tapped: LessonTap, message_id: int | None) -> Reply | None:
    """A button under a lesson; None when that lesson does not exist any more."""
    lesson = turn.content.lessons.get(tapped.lesson)
    if lesson is None:
        return None
    found = await completion_of(turn, lesson.id)
    before = found or Completion(lesson.id, Outcome.READ, turn.now)
    view = tapped.choice
    done = replace(before, at=turn.now) if await _came_since(turn, before) else before
    if turn.learner.unread and tapped.choice not in ("later", "tomorrow"):
        await turn.change(unread=0)
    match tapped.choice:
        case "tried":
            done = replace(done, outcome=Outcome.TRIED, at=turn.now)
        case "later":
            done = replace(done, outcome=Outcome.LATER, at=turn.now)
            view = await _put_off(turn, lesson, before)
        case "tomorrow" if turn.learner.plan is not None:
            done = replace(done, outcome=Outcome.LATER, at=turn.now)
            due = tomorrow(turn.now, turn.learner.plan)
            await turn.tx.timers.set(turn.learner.id, AGAIN, lesson.id, due, Lane.BULK)
        case "no":
            done = replace(done, outcome=Outcome.NOT_FOR_ME, at=turn.now)
            await turn.tx.timers.drop(turn.learner.id, AGAIN, lesson.id)
        case "save" | "unsave":
            done, view = replace(done, saved=tapped.choice == "save"), "open"
        case choice if any(choice == f"r-{item.id}" for item in lesson.replies):
            done, view = replace(_opened(done), choice=choice.removeprefix("r-")), "answered"
            if review.is_review(lesson):
                done = replace(done, outcome=Outcome.TRIED)
                await turn.tx.records.complete(turn.learner.id, done)
                await review.choose(turn, lesson, done.choice or "")
        case choice if choice.startswith(recall.PREFIX):
            done, shown = recall.answered(turn, lesson, done, choice)
            await turn.tx.records.complete(turn.learner.id, done)
            return Reply((replace(shown, edit=message_id),))
        case "why" | "look" | "ask" | "not-yet":
            done = _opened(done)
        case _:
            done, view = _opened(done), "open"
    await turn.tx.records.complete(turn.learner.id, done)
    return Reply((replace(await lesson_screen(turn, lesson, done, view), edit=message_id),))


async def _came_since(turn: Turn, before: Completion) -> bool:
    """Whether the lesson was sent after it was touched last: then this is the first touch."""
    sent = await turn.tx.timers.deliveries(turn.learner.id)
    return any(item.lesson == before.lesson and item.at > before.at for item in sent)


def _opened(done: Completion) -> Completion:
    """A lesson that was put off is put off no more once somebody does something else with it."""
    return replace(done, outcome=Outcome.READ) if done.outcome is Outcome.LATER else done


async def _put_off(turn: Turn, lesson: Lesson, before: Completion) -> str:
    """It comes back once, today or when the next window begins; put off again, it waits to be asked for."""
    pending = await turn.tx.timers.pending(turn.learner.id, AGAIN, lesson.id)
    if before.outcome is Outcome.LATER and pending is None:
        return "waits"
    plan = turn.learner.plan
    due = later_today(turn.now, plan) if plan else turn.now + timedelta(hours=3)
    await turn.tx.timers.set(turn.learner.id, AGAIN, lesson.id, due, Lane.BULK)
    if turn.learner.asks_after is None and plan is not None:
        await turn.change(asks_after=False)  # asked once, here; a yes is a tap
        return "later-ask"
    return "later"


async def snooze(turn: Turn, session: Session) -> Session:
    """A lesson comes back at a time of today ("1830" from a button, "18:30" when typed), or tomorrow."""
    lesson, at, plan = session.answers.get("lesson"), str(session.answers.get("at", "")), turn.learner.plan
    if not isinstance(lesson, str) or lesson not in turn.content.lessons or plan is None:
        return with_answer(session, past=False, no_clock=plan is None, when="")
    if at == "tomorrow":
        due = tomorrow(turn.now, plan)
    else:
        digits = at.replace(":", "")
        clock = time(int(digits[:2]), int(digits[2:]))
        try:
            due = today_at(turn.now, clock, plan.zone)
        except Passed:
            return with_answer(session, past=True, no_clock=False, time_name=f"{clock:%H:%M}")
    before = await completion_of(turn, lesson) or Completion(lesson, Outcome.LATER, turn.now)
    await turn.tx.records.complete(turn.learner.id, replace(before, outcome=Outcome.LATER, at=turn.now))
    await turn.tx.timers.set(turn.learner.id, AGAIN, lesson, due, Lane.BULK)
    return with_answer(session, past=False, no_clock=False, when=say_moment(turn, due))


ACTIONS = {"snooze_lesson": snooze}
