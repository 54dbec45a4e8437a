"""Small looks back at earlier lessons, in a lesson's place now and then: what stayed? No answer is wrong."""

from __future__ import annotations

from dataclasses import replace

from bot.core.curriculum import Lesson, due_recall
from bot.core.model import Completion, Delivery, Outcome
from bot.core.screen import Button, LessonTap, Screen
from bot.services.turn import Turn

PREFIX = "k-"
"""How the choices under a look back begin: `k-use`, `k-bit`, `k-no`."""


async def due(turn: Turn, done: list[Completion], sent: list[Delivery]) -> Screen | None:
    """The look back for this slot, already written down as come; None when it is not time for one."""
    found = due_recall(turn.library.curriculum, done, sent, turn.now)
    lesson = turn.content.lessons.get(found.lesson) if found is not None else None
    if found is None or lesson is None:
        return None
    await turn.tx.records.complete(turn.learner.id, replace(found, recalls=found.recalls + 1, recalled_at=turn.now))
    rows = (
        tuple(_button(turn, lesson, name) for name in ("use", "bit", "no")),
        (Button(turn.texts("button-show-again"), LessonTap(lesson.id, "open")),),
        (turn.button("button-change", "settings"), turn.button("button-pause", "pause")),
    )
    return Screen(turn.texts("recall", title=lesson.title, question=lesson.question), rows, silent=True)


def answered(turn: Turn, lesson: Lesson, done: Completion, choice: str) -> tuple[Completion, Screen]:
    """What somebody says stayed, and what Keel says to it. Using it counts as having tried it."""
    name = choice.removeprefix(PREFIX)
    name = name if turn.texts.has(f"recall-{name}") else "bit"
    if name == "use" and done.outcome is Outcome.READ:
        done = replace(done, outcome=Outcome.TRIED)
    rows = (
        (Button(turn.texts("button-show-again"), LessonTap(lesson.id, "open")),),
        (turn.button("button-next-lesson", "lesson"), turn.button("button-more-help", "sos")),
    )
    return done, Screen(f"**{lesson.title}**\n\n{turn.texts(f'recall-{name}')}", rows)


def _button(turn: Turn, lesson: Lesson, name: str) -> Button:
    return Button(turn.texts(f"button-recall-{name}"), LessonTap(lesson.id, PREFIX + name))
