"""Stages and lessons, and the rules about which lesson comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.model import Completion, Outcome


@dataclass(frozen=True)
class Reply:
    """One answer to a lesson's question and what Keel says to it. None of them is wrong."""

    id: str
    label: str
    reply: str


@dataclass(frozen=True)
class Lesson:
    """One idea: a body, a practice, a question, and why it works with its source."""

    id: str
    stage: str
    title: str
    body: str
    practice: str
    minutes: int
    question: str
    replies: tuple[Reply, ...]
    why: str
    source: str
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reviewed_by: str = "none yet"


@dataclass(frozen=True)
class Stage:
    """A part of the programme: its lessons in order. A suggestion, never a lock."""

    id: str
    lessons: tuple[str, ...]


@dataclass(frozen=True)
class Curriculum:
    """The order of everything: stages, then companion units, which come only when asked for or when they fit."""

    stages: tuple[Stage, ...]
    companions: tuple[Stage, ...] = ()

    @property
    def lessons(self) -> tuple[str, ...]:
        """Ids of all lessons of the stages, in order."""
        return tuple(lesson for stage in self.stages for lesson in stage.lessons)

    def stage_of(self, lesson: str) -> Stage | None:
        """The stage or companion unit that holds `lesson`."""
        return next((part for part in (*self.stages, *self.companions) if lesson in part.lessons), None)


def next_lesson(curriculum: Curriculum, done: Iterable[Completion], sent: Iterable[str]) -> str | None:
    """The first lesson in order that was neither sent, tried nor declined; None when all are through.

    A lesson put off ("later today") counts as sent: its own timer brings it back.
    """
    met = set(sent) | {item.lesson for item in done}
    return next((lesson for lesson in curriculum.lessons if lesson not in met), None)


def tried(done: Iterable[Completion]) -> set[str]:
    """Ids of the lessons whose practice was tried."""
    return {item.lesson for item in done if item.outcome is Outcome.TRIED}
