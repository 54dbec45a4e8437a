"""Stages and lessons, and the rules about which lesson comes next, waits, or comes back as a small question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.model import Completion, Delivery, DeliveryState, Outcome

RECALL_GAPS = (timedelta(days=3), timedelta(days=7), timedelta(days=14))
"""How long after a lesson, and after each look back at it, the next one may come."""
LESSONS_BETWEEN = 3
"""How many lessons come between one look back and the next."""
REVIEW = "review"
"""What a lesson `opens` at the end of a stage: the look back over it, and the choice of where to go."""


@dataclass(frozen=True)
class Reply:
    """One answer to a lesson's question and what Keel says to it. None of them is wrong."""

    id: str
    label: str
    reply: str


@dataclass(frozen=True)
class Lesson:
    """One idea: a body, a practice, a question, and why it works with its source.

    opens: what a button under it begins: a step of a flow (`lessons:line`), or `review` at the end of a stage.
    """

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
    opens: str | None = None


@dataclass(frozen=True)
class Stage:
    """A part of the programme: its lessons in order. A suggestion, never a lock.

    when: tags for which a companion unit is offered, once they were met `often` times.
    """

    id: str
    lessons: tuple[str, ...]
    when: tuple[str, ...] = ()
    often: int = 1


@dataclass(frozen=True)
class Curriculum:
    """The order of everything: stages, then companion units, which come only when asked for or when they fit.

    moved: ids that lessons had before, and the ids they have now.
    """

    stages: tuple[Stage, ...]
    companions: tuple[Stage, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def lessons(self) -> tuple[str, ...]:
        """Ids of all lessons of the stages, in order."""
        return tuple(lesson for stage in self.stages for lesson in stage.lessons)

    @property
    def parts(self) -> Mapping[str, Stage]:
        """Stages and companion units by id, in order."""
        return {part.id: part for part in (*self.stages, *self.companions)}

    def stage_of(self, lesson: str) -> Stage | None:
        """The stage or companion unit that holds `lesson`."""
        return next((part for part in (*self.stages, *self.companions) if lesson in part.lessons), None)

    def before(self, stage: str) -> tuple[Stage, ...]:
        """The stages that come before one."""
        ids = [item.id for item in self.stages]
        return self.stages[: ids.index(stage)] if stage in ids else ()


def next_lesson(curriculum: Curriculum, done: Iterable[Completion], sent: Iterable[str]) -> str | None:
    """The first lesson in order that was neither sent, tried nor declined; None when all are through.

    A lesson put off ("later today") counts as sent: its own timer brings it back.
    """
    met = set(sent) | {item.lesson for item in done}
    return next((lesson for lesson in curriculum.lessons if lesson not in met), None)


def next_again(stage: Stage, since: datetime, done: Sequence[Completion], sent: Sequence[Delivery]) -> str | None:
    """The next lesson for somebody who goes through a stage once more; None when that round is through.

    What was declined stays away.
    """
    touched = {item.lesson for item in done if item.at > since} | {item.lesson for item in sent if item.at > since}
    declined = {item.lesson for item in done if item.outcome is Outcome.NOT_FOR_ME}
    return next((lesson for lesson in stage.lessons if lesson not in touched | declined), None)


def unread(done: Sequence[Completion], sent: Sequence[Delivery]) -> str | None:
    """The lesson that waits: it came and nothing was done with it, or it was put off and nothing was done since."""
    met = {item.lesson: item for item in done}
    arrived = [item for item in sent if item.state is DeliveryState.SENT]
    waiting = [item.lesson for item in arrived if item.lesson not in met or met[item.lesson].at < item.at]
    if waiting:
        return waiting[-1]
    newest = max(done, key=lambda item: item.at, default=None)
    return newest.lesson if newest is not None and newest.outcome is Outcome.LATER else None


def due_recall(
    curriculum: Curriculum, done: Sequence[Completion], sent: Sequence[Delivery], now: datetime
) -> Completion | None:
    """The earlier lesson to look back at in this slot, if it is time for one.

    One that came back before goes first, so that its gaps grow; else the one whose time came last.
    """
    newest = max((item.recalled_at for item in done if item.recalled_at is not None), default=None)
    if sum(newest is None or item.at > newest for item in sent) < LESSONS_BETWEEN:
        return None
    last = {stage.lessons[-1] for stage in curriculum.stages if stage.lessons}
    due = {
        item: (item.recalled_at or item.at) + RECALL_GAPS[item.recalls]
        for item in done
        if item.outcome in (Outcome.READ, Outcome.TRIED)
        and item.recalls < len(RECALL_GAPS)
        and item.lesson not in last
        and curriculum.stage_of(item.lesson) is not None
    }
    ready = [item for item in due if due[item] <= now]
    return max(ready, key=lambda item: (item.recalls, due[item]), default=None)


def fitting(companions: Iterable[Stage], met: Mapping[str, int]) -> list[str]:
    """The companion units whose tags were met often enough."""
    return [unit.id for unit in companions if unit.when and sum(met.get(tag, 0) for tag in unit.when) >= unit.often]


def tried(done: Iterable[Completion]) -> set[str]:
    """Ids of the lessons whose practice was tried."""
    return {item.lesson for item in done if item.outcome is Outcome.TRIED}
