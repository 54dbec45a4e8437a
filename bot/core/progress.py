"""Sums for /progress: what grew, ratings before and after as medians, where somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bot.core.curriculum import Curriculum, tried
from bot.core.model import Completion, Entry

FEWEST_PAIRS = 3
"""Below this many pairs of ratings a median says nothing and is not shown."""


@dataclass(frozen=True)
class Summary:
    """What /progress shows. Counts only rise; medians are None below `FEWEST_PAIRS`.

    before, after: median rating, 0 to 10. pairs: how many runs had both.
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
    stage: str | None

    @property
    def empty(self) -> bool:
        """Nothing yet."""
        return not (self.pauses or self.spirals or self.met)


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
        stage=stage.id if stage else None,
    )
