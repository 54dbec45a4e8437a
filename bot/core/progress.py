"""Sums for /progress: what grew, ratings before and after as medians, where somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.curriculum import Curriculum, tried
from bot.core.insight import FEWEST_PAIRS, Fears, ToolCase, fears, tool_cases
from bot.core.model import Completion
from bot.core.tally import Tally, medians


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


def summarise(curriculum: Curriculum, tally: Tally, done: Sequence[Completion], following: str | None) -> Summary:
    """Sum up everything somebody did.

    following: id of the lesson that comes next, None when all were met.
    """
    pairs = tally.pairs()
    count = sum(pairs.values())
    before, after = medians(pairs) if count >= FEWEST_PAIRS else (None, None)
    checked = fears(tally)
    stage = curriculum.stage_of(following) if following else None
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
        stage=stage.id if stage else None,
    )
