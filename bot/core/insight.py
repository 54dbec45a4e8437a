"""What somebody's own history says: which tool lowered their number most, and how often a fear came true.

Nothing here compares people, and nothing is said before there are enough cases to say it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.tally import Tally, medians

FEWEST_PAIRS = 3
"""Below this many pairs of ratings a median says nothing and is not used."""
FEWEST_FEARS = 5
"""Below this many checked fears no count is shown."""
FEAR, OUTCOME_TAG = "fear", "outcome."


@dataclass(frozen=True)
class ToolCase:
    """What one tool did for this person: median rating before and after (0 to 10), and in how many cases."""

    tool: str
    before: float
    after: float
    cases: int

    @property
    def drop(self) -> float:
        """How far the median fell."""
        return self.before - self.after


@dataclass(frozen=True)
class Fears:
    """Fears that were looked at again the next day. `checked` leaves out "don't know yet"."""

    didnt: int
    partly: int
    did: int

    @property
    def checked(self) -> int:
        """How many had an outcome."""
        return self.didnt + self.partly + self.did

    @property
    def enough(self) -> bool:
        """Whether the count may be shown."""
        return self.checked >= FEWEST_FEARS


def tool_cases(tally: Tally) -> list[ToolCase]:
    """Tools with at least three pairs of ratings, the one after which the number fell furthest first."""
    cases = [
        ToolCase(tool, *medians(pairs), sum(pairs.values()))
        for tool, pairs in tally.tools().items()
        if sum(pairs.values()) >= FEWEST_PAIRS
    ]
    return sorted(cases, key=lambda case: (-case.drop, -case.cases, case.tool))


def best_tools(tally: Tally) -> tuple[str, ...]:
    """Tools after which this person's number fell, the strongest first; none with fewer than three pairs."""
    return tuple(case.tool for case in tool_cases(tally) if case.drop > 0)


def preferred(tally: Tally, favourite: str | None) -> tuple[str, ...]:
    """The tools to offer first: what the numbers say, or, while they say nothing, the one chosen in a lesson."""
    return best_tools(tally) or ((favourite,) if favourite else ())


def fears(tally: Tally) -> Fears:
    """What became of the fears that were checked, those that came true counted too."""
    return Fears(*(tally.tag(FEAR, f"{OUTCOME_TAG}{name}") for name in ("didnt", "partly", "did")))
