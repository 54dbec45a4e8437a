"""Sums for /progress: what grew, ratings before and after as medians, where somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bot.core.curriculum import Curriculum, tried
from bot.core.insight import FEWEST_PAIRS, Fears, ToolCase, fears, tool_cases
from bot.core.model import Completion, Entry


@dataclass(frozen=True)
class Summary:
    """What /progress shows. Counts only rise; medians are None below `FEWEST_PAIRS`.

    before, after: median rating, 0 to 10. pairs: how many runs had both.
    held, let_go: messages held, and of those the ones let go.
    tool: what went before the largest drop, None before three pairs say so. fears: None below five checked ones.
    stage: where the next lesson stands, None when the programme is through.
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
    stage: str | None

    @property
    def empty(self) -> bool:
        """Nothing yet."""
        return not (self.pauses or self.spirals or self.met or self.held)


def summarise(
    curriculum: Curriculum, entries: Sequence[Entry], done: Sequence[Completion], following: str | None
) -> Summary:
    """Sum up everything somebody did.

    following: id of the lesson that comes next, None when all were met.
    """
    pairs = [(e.before, e.after) for e in entries if e.before is not None and e.after is not None]
    enough = len(pairs) >= FEWEST_PAIRS
    stage = curriculum.stage_of(following) if following else None
    return Summary(
        pauses=sum(1 for e in entries if e.kind == "pause"),
        spirals=sum(1 for e in entries if e.kind == "spiral"),
        practised=len(tried(done)),
        met=len({item.lesson for item in done}),
        lessons=len(curriculum.lessons),
        pairs=len(pairs),
        before=median(before for before, _ in pairs) if enough else None,
        after=median(after for _, after in pairs) if enough else None,
        held=sum("hold.held" in item.tags for item in entries),
        let_go=sum("hold.let_go" in item.tags for item in entries),
        tool=next((case for case in tool_cases(entries) if case.drop > 0), None),
        fears=checked if (checked := fears(entries)).enough else None,
        stage=stage.id if stage else None,
    )
