"""A lesson's message: as it comes, with its question, with the answer, or with why it works."""

from __future__ import annotations

from bot.core.curriculum import Lesson
from bot.core.model import Completion
from bot.core.screen import Button, CommandTap, LessonTap, Rows, Screen, literal
from bot.services import companions, review
from bot.services.turn import Turn


async def lesson_screen(
    turn: Turn, lesson: Lesson, done: Completion | None, view: str = "open", *, unasked: bool = False
) -> Screen:
    """The message of a lesson.

    view: what of it is shown; `look` is a lesson opened from the library.
    unasked: it comes by itself, without a sound, with the buttons to change that.
    """
    texts = turn.texts
    parts = [f"**{lesson.title}**", lesson.body, texts("lesson-practice", minutes=lesson.minutes, say=lesson.practice)]
    rows: Rows = _open_rows(turn, lesson, done)
    match view:
        case "tried" | "ask":
            if review.is_review(lesson):
                parts = [await review.summary(turn, lesson)]
            parts.append(f"**{lesson.question}**")
            rows = (*((_button(item.label, lesson, f"r-{item.id}"),) for item in lesson.replies), _why(turn, lesson))
        case "answered":
            chosen = next((item for item in lesson.replies if done and item.id == done.choice), None)
            if chosen is not None:
                parts.append(f"**{lesson.question}**\n> {chosen.label}\n\n{chosen.reply}")
            rows = _closing_rows(turn, lesson, done)
            if review.is_review(lesson):
                meaning, ways = review.after(turn, lesson, done.choice if done else None)
                parts, rows = [*parts[3:], meaning], (*ways, *rows)
        case "why":
            parts.append(source_text(turn, lesson.why, lesson.source))
            rows = (
                (
                    _button(texts("button-question"), lesson, "ask"),
                    _button(texts("button-back"), lesson, "open"),
                ),
            )
        case "later" | "later-ask" | "tomorrow" | "waits" | "not-yet" | "no":
            parts.append(texts(f"lesson-{view}"))
            rows = _closing_rows(turn, lesson, done)
            if view in ("later", "later-ask") and turn.learner.plan is not None:
                rows = (_other_times(turn, lesson), *rows)
            if view == "later-ask":
                rows = ((Button(texts("button-ask-after"), CommandTap("after", f"on-{lesson.id}")),), *rows)
        case "look":
            rows = (*rows, _neighbours(turn, lesson))
        case _:
            pass
    rows = (*rows, *companions.rows(turn, lesson.id))
    if unasked:
        rows = (*rows, (turn.button("button-change", "settings"), turn.button("button-pause", "pause")))
    return Screen("\n\n".join(part for part in parts if part), rows, silent=unasked)


def source_text(turn: Turn, why: str, source_id: str, title: str = "why-title") -> str:
    """Why something works: one sentence, what was found, and where. title: the small text above it."""
    source = turn.library.sources[source_id]
    work = literal(f"{source.authors} ({source.year}). {source.title}.")
    return f"{turn.texts(title)}\n{why}\n\n{source.found}\n> {work}"


def _open_rows(turn: Turn, lesson: Lesson, done: Completion | None) -> Rows:
    texts = turn.texts
    save = ("button-unsave", "unsave") if done and done.saved else ("button-save", "save")
    tried = _button(texts("button-tried"), lesson, "tried")
    first = review.button(turn, lesson) if review.is_review(lesson) else tried
    return (
        *_opens(turn, lesson),
        (first, _button(texts("button-later"), lesson, "later")),
        (_button(texts(save[0]), lesson, save[1]), _button(texts("button-not-for-me"), lesson, "no")),
        _why(turn, lesson),
    )


def _opens(turn: Turn, lesson: Lesson) -> Rows:
    """The button that begins what a lesson gives to the hard minute."""
    if lesson.opens is None or review.is_review(lesson):
        return ()
    step = lesson.opens.partition(":")[2]
    name = f"button-opens-{step}" if turn.texts.has(f"button-opens-{step}") else "button-opens"
    return ((turn.button(name, "open", lesson.id),),)


def _other_times(turn: Turn, lesson: Lesson) -> tuple[Button, ...]:
    """For whom today does not suit, or only at a certain hour."""
    return (
        _button(turn.texts("button-tomorrow"), lesson, "tomorrow"),
        turn.button("button-at-a-time", "snooze", lesson.id),
    )


def _closing_rows(turn: Turn, lesson: Lesson, done: Completion | None) -> Rows:
    save = ("button-unsave", "unsave") if done and done.saved else ("button-save", "save")
    return (
        *_opens(turn, lesson),
        (_button(turn.texts(save[0]), lesson, save[1]), _button(turn.texts("button-why"), lesson, "why")),
        (turn.button("button-next-lesson", "lesson"), turn.button("button-progress", "progress")),
    )


def _why(turn: Turn, lesson: Lesson) -> tuple[Button, ...]:
    return (_button(turn.texts("button-why"), lesson, "why"), turn.button("button-more-help", "sos"))


def _neighbours(turn: Turn, lesson: Lesson) -> tuple[Button, ...]:
    """The lessons before and after in the same part, and the way back to its list."""
    part = turn.library.curriculum.stage_of(lesson.id)
    if part is None:
        return (turn.button("button-library", "library"),)
    known = [id_ for id_ in part.lessons if id_ in turn.content.lessons]
    at = known.index(lesson.id)
    before = [Button(turn.texts("button-previous"), LessonTap(known[at - 1], "look"))] if at else []
    after = [Button(turn.texts("button-after"), LessonTap(id_, "look")) for id_ in known[at + 1 : at + 2]]
    return (*before, turn.button("button-back", "library", part.id), *after)


def _button(label: str, lesson: Lesson, choice: str) -> Button:
    return Button(label, LessonTap(lesson.id, choice))
