"""Charts of the figures in results.json, drawn with matplotlib from the peers' environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "keel"  # the same figures give the same file
from matplotlib import pyplot as plt  # noqa: E402  # after the backend was chosen

FOLDER = Path(__file__).parent
OURS, THEIRS = "#2a6f7f", "#b8b3a7"


def bars(result: dict[str, object], path: Path) -> None:
    """Keel beside the peer: the median as a bar, least and most as a line."""
    figure, axes = plt.subplots(figsize=(7, 1.9))
    for place, (name, values, colour) in enumerate(
        ((result["peer_name"], result["peer"], THEIRS), ("Keel", result["keel"], OURS))
    ):
        middle = sorted(values)[len(values) // 2]
        axes.barh(place, middle, color=colour, xerr=[[middle - min(values)], [max(values) - middle]], height=0.6)
        axes.text(max(values), place, f"  {middle:,.3g} {result['unit']}", va="center", fontsize=9)
        axes.text(0, place + 0.36, str(name), fontsize=9, va="bottom")
    axes.set_xlim(0, max(*result["peer"], *result["keel"]) * 1.3)
    axes.set_ylim(-0.5, 1.8)
    axes.set_yticks([])
    axes.set_title(
        f"{result['name']} ({result['unit']}, {'more' if result['more'] else 'less'} is better)", fontsize=10
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def lateness(minutes: list[float], path: Path) -> None:
    """How many lessons are how late."""
    figure, axes = plt.subplots(figsize=(7, 2.6))
    axes.hist(minutes, bins=60, color=OURS)
    axes.set_xlabel("minutes after the person's own slot")
    axes.set_ylabel("lessons")
    axes.set_title("100,000 lessons in one window of 75 minutes", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Read results.json, write one SVG a result."""
    found = json.loads((FOLDER / "results.json").read_text())
    for result in found["comparisons"]:
        bars(result, FOLDER / "charts" / f"{result['id']}.svg")
    lateness(json.loads(sys.stdin.read()), FOLDER / "charts" / "lateness.svg")


if __name__ == "__main__":
    main()
