"""The end of a stage: what there was in it, and where to go. On, slower, once more, or back; nobody is graded."""

from __future__ import annotations

from dataclasses import replace

from bot.core.curriculum import REVIEW, Lesson, Stage, tried
from bot.core.screen import Button, LessonTap, Reply, Rows
from bot.services.turn import Command, Turn

OWN_WORDS = ("line", "letter", "plan", "map")
"""Kinds of notes that the lessons of a stage lead to."""
ON, STAY, REPEAT, BACK = "on", "stay", "repeat", "back"
"""Ids of the answers to a review lesson's question that decide something."""


def is_review(lesson: Lesson) -> bool:
    """Whether a lesson ends its stage."""
    return lesson.opens == REVIEW


async def summary(turn: Turn, lesson: Lesson) -> str:
    """What somebody met, tried and wrote in the stage that this lesson ends."""
    stage = turn.library.curriculum.stage_of(lesson.id)
    if stage is None:
        return ""
    done = await turn.tx.records.completions(turn.learner.id)
    met = {item.lesson for item in done} & set(stage.lessons)
    kinds = await turn.tx.records.note_kinds(turn.learner.id)
    wrote = [turn.texts(f"own-{kind}") for kind in OWN_WORDS if kind in kinds]
    lines = [
        turn.texts("review-title", stage=turn.texts(f"stage-{stage.id}")),
        "- " + turn.texts("progress-lessons", count=len(met), of=len(stage.lessons)),
        "- " + turn.texts("progress-practised", count=len(tried(done) & set(stage.lessons))),
        "- " + turn.texts("review-own", own=", ".join(wrote) or turn.texts("material-none")),
    ]
    return "\n".join(lines)


async def choose(turn: Turn, lesson: Lesson, choice: str) -> None:
    """Carry out where somebody wants to go from here."""
    stage = turn.library.curriculum.stage_of(lesson.id)
    match choice:
        case "on":
            await turn.change(slow=False, around=None, around_since=None)
        case "stay":
            await turn.change(slow=True)
        case "repeat" if stage is not None:
            await _go_round(turn, stage)


def after(turn: Turn, lesson: Lesson, choice: str | None) -> tuple[str, Rows]:
    """What a choice means for what comes, and the buttons that go with it."""
    stages = turn.library.curriculum.before(lesson.stage)
    match choice:
        case "stay":
            return turn.texts("review-stay"), ((turn.button("button-usual-pace", "stage", ON),),)
        case "repeat":
            return turn.texts("review-repeat"), (_begin(turn),)
        case "back":
            rows = tuple((turn.button(f"stage-{stage.id}", "stage", stage.id),) for stage in stages)
            return turn.texts("review-back"), rows
    return "", ()


async def go(turn: Turn, command: Command) -> Reply:
    """A stage was picked to go through again, or the usual pace."""
    stage = turn.library.curriculum.parts.get(command.argument)
    if stage is None or stage in turn.library.curriculum.companions:
        await turn.change(slow=False, around=None, around_since=None)
        shown = turn.page("review-on", _begin(turn))
    else:
        await _go_round(turn, stage)
        shown = turn.page("review-round", _begin(turn), stage=turn.texts(f"stage-{stage.id}"))
    return Reply((replace(shown, edit=None),))


def _begin(turn: Turn) -> tuple[Button, ...]:
    return (turn.button("button-next-lesson", "lesson"), turn.button("button-library", "library"))


async def _go_round(turn: Turn, stage: Stage) -> None:
    await turn.change(around=stage.id, around_since=turn.now, slow=False)


def button(turn: Turn, lesson: Lesson) -> Button:
    """What a review lesson offers instead of a practice that was tried."""
    return Button(turn.texts("button-review"), LessonTap(lesson.id, "ask"))
