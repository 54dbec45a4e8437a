"""How often the detector is right on labelled lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.safety.detector import Detector
from bot.core.safety.model import CATEGORIES, Assessment, Source

LABELS = (*CATEGORIES, "ask", "none")
"""What a line may be labelled: a category, “ask” (deserves the plain question), or none."""


@dataclass(frozen=True)
class Line:
    """One labelled line and where it stands in its file."""

    text: str
    label: str
    source: Source
    number: int
    tier: str = ""
    """What it deserves, where its file says so; a line of a category that deserves only the question counts as “ask”
    too."""


@dataclass(frozen=True)
class Missed:
    """A line that was answered otherwise than it deserves."""

    line: Line
    got: Assessment
    why: str


@dataclass(frozen=True)
class Figures:
    """Counts over all lines; shares are None where there is no line to count."""

    lines: Mapping[str, int]
    tiers: Mapping[tuple[str, str], int]
    """How many lines of a label got a tier."""
    named: Mapping[tuple[str, str], int]
    """How many lines of a label got a category (or “nothing”)."""
    missed: tuple[Missed, ...] = field(default=())

    def share(self, label: str, *tiers: str) -> float | None:
        """The share of a label's lines that got one of `tiers`."""
        total = self.lines.get(label, 0)
        return sum(self.tiers.get((label, tier), 0) for tier in tiers) / total if total else None

    def named_share(self, label: str) -> float | None:
        """The share of a label's lines whose own category was among those found."""
        total = self.lines.get(label, 0)
        return self.named.get((label, label), 0) / total if total else None


def measure(detector: Detector, lines: Iterable[Line]) -> Figures:
    """Assess every line and count."""
    count: Counter[str] = Counter()
    tiers: Counter[tuple[str, str]] = Counter()
    named: Counter[tuple[str, str]] = Counter()
    missed: list[Missed] = []
    for line in lines:
        got = detector.assess(line.text, source=line.source)
        for label in {line.label, "ask"} if line.tier == "ask" else {line.label}:
            count[label] += 1
            tiers[label, got.tier] += 1
        named.update((line.label, category) for category in got.categories or ("nothing",))
        if line.label == "none" and got.tier != "none":
            missed.append(Missed(line, got, f"false alarm ({got.tier})"))
        elif line.label != "none" and got.tier == "none":
            missed.append(Missed(line, got, "not noticed"))
        elif "ask" in (line.label, line.tier) and got.tier == "act":
            missed.append(Missed(line, got, "act where ask is enough"))
        elif line.label in CATEGORIES and line.label not in got.categories:
            missed.append(Missed(line, got, f"noticed as {', '.join(got.categories)}"))
    return Figures(dict(count), dict(tiers), dict(named), tuple(missed))
