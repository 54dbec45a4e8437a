"""Sums for /progress: what grew, ratings before and after as medians, what comes up often, where somebody is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.curriculum import Curriculum, tried
from bot.core.insight import FEWEST_PAIRS, Fears, ToolCase, fears, tool_cases
from bot.core.model import Completion, Delivery
from bot.core.monthly import Look
from bot.core.pattern import Pattern
from bot.core.tally import Tally, medians

LINES = ("pauses", "spirals", "held", "lessons", "ratings", "monthly", "tool", "fears", "trigger", "when", "stage")
"""What can be hidden, each by itself, in the order in which it is shown."""


@dataclass(frozen=True)
class Summary:
    """What /progress shows. Counts only rise; medians are None below `FEWEST_PAIRS`.

    before, after: median rating, 0 to 10. pairs: how many runs had both.
    held, let_go: messages held, and of those the ones let go.
    tool: what went before the largest drop, None before three pairs say so. fears: None below five checked ones.
    trigger, when: what comes up too often for an accident, None where nothing does.
    stage: where the next lesson stands, None when the programme is through.
    looks: the newest self-check and the one before, as far as there are any.
    """

    pauses: int
    spirals: int
    practised: int
    met: int
    lessons: int
    pairs: int
    before: float | None
    after: float | None
    held: int
    let_go: int
    tool: ToolCase | None
    fears: Fears | None
    trigger: Pattern | None
    when: Pattern | None
    stage: str | None
    looks: tuple[Look, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing yet."""
        return not (self.pauses or self.spirals or self.met or self.held or self.fears or self.looks)


def summarise(
    curriculum: Curriculum,
    tally: Tally,
    done: Sequence[Completion],
    following: str | None,
    found: Iterable[Pattern] = (),
    looks: Iterable[Look] = (),
) -> Summary:
    """Sum up what somebody did.

    following: id of the lesson that comes next, None when all were met. found: patterns, the least accidental first.
    looks: self-checks, the newest first.
    """
    pairs = tally.pairs()
    count = sum(pairs.values())
    before, after = medians(pairs) if count >= FEWEST_PAIRS else (None, None)
    checked = fears(tally)
    stage = curriculum.stage_of(following) if following else None
    shown = list(found)
    return Summary(
        pauses=tally.kind("pause"),
        spirals=tally.kind("spiral"),
        practised=len(tried(done)),
        met=len({item.lesson for item in done}),
        lessons=len(curriculum.lessons),
        pairs=count,
        before=before,
        after=after,
        held=tally.tag("hold", "hold.held"),
        let_go=tally.tag("hold", "hold.let_go"),
        tool=next((case for case in tool_cases(tally) if case.drop > 0), None),
        fears=checked if checked.enough else None,
        trigger=next((item for item in shown if item.trigger is not None), None),
        when=next((item for item in shown if item.weekday is not None), None),
        stage=stage.id if stage else None,
        looks=tuple(looks)[:2],
    )


def begun(curriculum: Curriculum, done: Iterable[Completion], sent: Iterable[Delivery]) -> Mapping[str, datetime]:
    """The stages that somebody began, in order, each with the earliest moment that is known of it.

    A lesson that came once more keeps its newest moment only, so a stage gone through again begins with that round
    where nothing older is left.
    """
    moments = [(item.lesson, item.at) for item in done] + [(item.lesson, item.at) for item in sent]
    found = {stage.id: [at for lesson, at in moments if lesson in stage.lessons] for stage in curriculum.stages}
    return {stage: min(known) for stage, known in found.items() if known}
