"""Lessons: on request, by the clock, and what a tap under one does.

One at a time: an unread lesson waits, and its slots pass in silence; after three of them Keel says once that
lessons will wait until asked for. A lesson goes to a person once, unless they ask to see it again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.curriculum import Lesson, next_lesson
from bot.core.model import Completion, DeliveryState, Lane, Outcome
from bot.core.schedule import later_today
from bot.core.screen import Button, LessonTap, Reply, Rows, Screen, literal
from bot.services.turn import Command, Turn

AGAIN = "again"
"""The kind of timer that brings one lesson back ("later today")."""
QUIET_AFTER = 3
"""Slots passed with a lesson unread before Keel goes quiet."""
AFTER_SPIRAL = timedelta(hours=2)


async def on_request(turn: Turn, command: Command) -> Reply:
    """/lesson: the unread one, else the next; with an id, that one again."""
    asked = turn.content.lessons.get(command.argument)
    if asked is None:
        asked = await waiting(turn) or await following(turn)
    if asked is None:
        return Reply((turn.page("lessons-through", (turn.button("button-library", "library"),)),))
    await note_seen(turn, asked.id)
    return Reply((lesson_screen(turn, asked, await completion_of(turn, asked.id)),))


async def following(turn: Turn) -> Lesson | None:
    """The next lesson in order that this person has not met."""
    done = await turn.tx.records.completions(turn.learner.id)
    sent = [item.lesson for item in await turn.tx.timers.deliveries(turn.learner.id)]
    id_ = next_lesson(turn.library.curriculum, done, sent)
    return turn.content.lessons.get(id_) if id_ else None


async def waiting(turn: Turn) -> Lesson | None:
    """The lesson that was delivered and not touched yet, if there is one."""
    sent = await turn.tx.timers.deliveries(turn.learner.id)
    met = {item.lesson for item in await turn.tx.records.completions(turn.learner.id)}
    unread = [item.lesson for item in sent if item.lesson not in met and item.state is DeliveryState.SENT]
    return turn.content.lessons.get(unread[-1]) if unread else None


async def note_seen(turn: Turn, lesson: str) -> None:
    """A lesson was asked for or opened: it counts as met, and quiet ends."""
    if await completion_of(turn, lesson) is None:
        await turn.tx.records.complete(turn.learner.id, Completion(lesson, Outcome.READ, turn.now))
    if turn.learner.unread:
        await turn.change(unread=0)


async def completion_of(turn: Turn, lesson: str) -> Completion | None:
    """What the person made of a lesson so far."""
    done = await turn.tx.records.completions(turn.learner.id)
    return next((item for item in done if item.lesson == lesson), None)


async def tap(turn: Turn, tapped: LessonTap, message_id: int | None) -> Reply | None:
    """A button under a lesson; None when that lesson does not exist any more."""
    lesson = turn.content.lessons.get(tapped.lesson)
    if lesson is None:
        return None
    before = await completion_of(turn, lesson.id) or Completion(lesson.id, Outcome.READ, turn.now)
    if turn.learner.unread:
        await turn.change(unread=0)
    done, view = before, tapped.choice
    match tapped.choice:
        case "tried":
            done = replace(before, outcome=Outcome.TRIED, at=turn.now)
        case "later":
            done = replace(before, outcome=Outcome.LATER, at=turn.now)
            await _put_off(turn, lesson)
        case "no":
            done = replace(before, outcome=Outcome.NOT_FOR_ME, at=turn.now)
            await turn.tx.timers.drop(turn.learner.id, AGAIN, lesson.id)
        case "save" | "unsave":
            done, view = replace(before, saved=tapped.choice == "save"), "open"
        case choice if any(choice == f"r-{item.id}" for item in lesson.replies):
            done, view = replace(before, choice=choice.removeprefix("r-")), "answered"
        case "why" | "open" | "ask":
            pass
        case _:
            view = "open"
    await turn.tx.records.complete(turn.learner.id, done)
    return Reply((replace(lesson_screen(turn, lesson, done, view), edit=message_id),))


async def library(turn: Turn, command: Command) -> Reply:
    """/library: the stages, or the lessons of one."""
    curriculum = turn.library.curriculum
    parts = {part.id: part for part in (*curriculum.stages, *curriculum.companions)}
    if command.argument == "saved":
        saved = [item.lesson for item in await turn.tx.records.completions(turn.learner.id) if item.saved]
        shown = turn.page("library-saved" if saved else "library-none-saved", *_lesson_rows(turn, saved))
    elif command.argument in parts:
        name = turn.texts(f"stage-{command.argument}")
        shown = turn.page("library-stage", *_lesson_rows(turn, parts[command.argument].lessons), stage=name)
    else:
        rows = [(turn.button(f"stage-{id_}", "library", id_),) for id_ in parts]
        shown = turn.page("library", *rows, (turn.button("button-saved", "library", "saved"),))
    return Reply((replace(shown, edit=command.message_id if command.argument else None),))


def lesson_screen(
    turn: Turn, lesson: Lesson, done: Completion | None, view: str = "open", *, unasked: bool = False
) -> Screen:
    """A lesson's message: as it comes, with its question, with the answer, or with why it works."""
    texts = turn.texts
    parts = [
        f"**{lesson.title}**",
        lesson.body,
        texts("lesson-practice", minutes=lesson.minutes, say=lesson.practice),
    ]
    rows: Rows = _open_rows(turn, lesson, done)
    match view:
        case "tried" | "ask":
            parts.append(f"**{lesson.question}**")
            rows = (
                *((_button(item.label, lesson, f"r-{item.id}"),) for item in lesson.replies),
                _why(turn, lesson),
            )
        case "answered":
            chosen = next((item for item in lesson.replies if done and item.id == done.choice), None)
            if chosen is not None:
                parts.append(f"**{lesson.question}**\n> {chosen.label}\n\n{chosen.reply}")
            rows = _closing_rows(turn, lesson, done)
        case "why":
            parts.append(source_text(turn, lesson.why, lesson.source))
            rows = (
                (
                    _button(texts("button-question"), lesson, "ask"),
                    _button(texts("button-back"), lesson, "open"),
                ),
            )
        case "later":
            parts.append(texts("lesson-later"))
            rows = _closing_rows(turn, lesson, done)
        case "no":
            parts.append(texts("lesson-not-for-me"))
            rows = _closing_rows(turn, lesson, done)
        case _:
            pass
    if unasked:
        rows = (*rows, (turn.button("button-change", "settings"), turn.button("button-pause", "pause")))
    return Screen("\n\n".join(parts), rows, silent=unasked)


def _open_rows(turn: Turn, lesson: Lesson, done: Completion | None) -> Rows:
    texts = turn.texts
    save = ("button-unsave", "unsave") if done and done.saved else ("button-save", "save")
    return (
        (_button(texts("button-tried"), lesson, "tried"), _button(texts("button-later"), lesson, "later")),
        (_button(texts(save[0]), lesson, save[1]), _button(texts("button-not-for-me"), lesson, "no")),
        _why(turn, lesson),
    )


def _closing_rows(turn: Turn, lesson: Lesson, done: Completion | None) -> Rows:
    save = ("button-unsave", "unsave") if done and done.saved else ("button-save", "save")
    return (
        (_button(turn.texts(save[0]), lesson, save[1]), _button(turn.texts("button-why"), lesson, "why")),
        (turn.button("button-next-lesson", "lesson"), turn.button("button-progress", "progress")),
    )


def _why(turn: Turn, lesson: Lesson) -> tuple[Button, ...]:
    return (_button(turn.texts("button-why"), lesson, "why"), turn.button("button-more-help", "sos"))


def _button(label: str, lesson: Lesson, choice: str) -> Button:
    return Button(label, LessonTap(lesson.id, choice))


def source_text(turn: Turn, why: str, source_id: str) -> str:
    """Why something works: one sentence, what was found, and where."""
    source = turn.library.sources[source_id]
    work = literal(f"{source.authors} ({source.year}). {source.title}.")
    return f"{turn.texts('why-title')}\n{why}\n\n{source.found}\n> {work}"


def _lesson_rows(turn: Turn, lessons: list[str] | tuple[str, ...]) -> Rows:
    known = [turn.content.lessons[id_] for id_ in lessons if id_ in turn.content.lessons]
    rows: Rows = tuple((Button(item.title, LessonTap(item.id, "open")),) for item in known)
    return (*rows, (turn.button("button-back", "library", "stages"), turn.button("button-more-help", "sos")))


async def _put_off(turn: Turn, lesson: Lesson) -> None:
    plan = turn.learner.plan
    due = later_today(turn.now, plan) if plan else turn.now + timedelta(hours=3)
    await turn.tx.timers.set(turn.learner.id, AGAIN, lesson.id, due, Lane.BULK)
