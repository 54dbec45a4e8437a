"""What a benchmark found, as a table, a chart and a verdict."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

RUNS = 5
WORSE = 1.25
"""A ratio that is worse than the last committed one by more than this is named."""


@dataclass(frozen=True)
class Comparison:
    """One figure of Keel's beside one of a peer's, measured in the same run, as often as there were runs.

    keel, peer: a figure a run. more: a larger figure is better (a rate); else a smaller one (a time, memory).
    bar: what the ratio keel / peer has to keep: at least with `more`, else at most.
    """

    name: str
    unit: str
    keel: tuple[float, ...]
    peer: tuple[float, ...]
    peer_name: str
    bar: float
    more: bool = False
    note: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """keel / peer, run by run."""
        return tuple(ours / theirs for ours, theirs in zip(self.keel, self.peer, strict=True))

    @property
    def ratio(self) -> float:
        """The median of them."""
        return statistics.median(self.ratios)

    @property
    def holds(self) -> bool:
        """Whether the bar is kept."""
        return self.ratio >= self.bar if self.more else self.ratio <= self.bar

    def worse_than(self, before: float) -> bool:
        """Whether it got worse by more than a quarter since `before`."""
        return self.ratio * WORSE < before if self.more else self.ratio > before * WORSE

    @property
    def row(self) -> str:
        """A line of the table."""
        bar = f"{'at least' if self.more else 'at most'} {self.bar:g}"
        low, high = min(self.ratios), max(self.ratios)
        return (
            f"| {self.name} | {_three(self.keel)} {self.unit} | {self.peer_name}: {_three(self.peer)} {self.unit} | "
            f"{self.ratio:.2f} ({low:.2f} to {high:.2f}) | {bar} | {'holds' if self.holds else '**missed**'} |"
        )


@dataclass(frozen=True)
class Report:
    """Everything one benchmark found.

    rate: lessons a second that went out at the default rate, where that was measured.
    """

    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()
    rate: float | None = None


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100)[98]


def _three(values: Sequence[float]) -> str:
    """Median, and in brackets the least and the most."""
    return f"{_short(statistics.median(values))} ({_short(min(values))} to {_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
