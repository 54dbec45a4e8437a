"""`make bench`: runs every benchmark and writes bench/RESULTS.md, results.json and a chart a result.

With names (`python -m bench answers queues`) only those are measured anew, and the others stay as they were.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import answers, lateness, queues, receivers, scale
from bench.processes import PEERS, ROOT
from bench.results import RUNS, Comparison, Report
from bot import log

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
LIBRARIES = ("python-telegram-bot", "SQLAlchemy", "aiosqlite", "asyncpg", "aiohttp", "APScheduler")
THEIRS = ("python-telegram-bot", "aiogram", "procrastinate", "apscheduler")
ALL: dict[str, Callable[[], Report]] = {
    "answers": answers.report,
    "queues": queues.report,
    "receivers": receivers.report,
    "scale": scale.report,
}
RED, PLAIN = "\033[31m", "\033[0m"


def main() -> int:
    """Measure, write, and say whether every bar holds and what got worse."""
    log.configure(level="error")
    before: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"parts": {}}
    parts = dict(before["parts"])
    for name in sys.argv[1:] or ALL:
        parts[name] = _part(ALL[name]())
        RESULTS.write_text(json.dumps({**before, "parts": parts}, indent=1) + "\n")  # what is measured is kept
    comparisons = [_comparison(item) for name in ALL if name in parts for item in parts[name]["comparisons"]]
    old = {item["name"] + item["peer_name"]: _comparison(item).ratio
           for part in before["parts"].values() for item in part["comparisons"]}  # fmt: skip
    late = lateness.computed(parts["answers"]["rate"] if "answers" in parts else 23.75)
    found = {"comparisons": [{**asdict(item), "id": _id(item)} for item in comparisons], "parts": parts}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    (FOLDER / "charts").mkdir(exist_ok=True)
    minutes = json.dumps([round(seconds / 60, 3) for seconds in late.late])
    subprocess.run([str(PEERS), "-m", "bench.chart"], input=minutes, text=True, check=True, cwd=ROOT)
    text = _page(comparisons, [note for part in parts.values() for note in part["notes"]], late)
    (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    worse = [item for item in comparisons if (ratio := old.get(item.name + item.peer_name)) and item.worse_than(ratio)]
    for item in worse:
        sys.stdout.write(f"{RED}worse by more than a quarter than the committed ratio: {item.name}{PLAIN}\n")
    return 0 if all(item.holds for item in comparisons) and not worse else 1


def _part(report: Report) -> dict[str, Any]:
    return {"comparisons": [asdict(item) for item in report.comparisons], "notes": report.notes, "rate": report.rate}


def _comparison(item: dict[str, Any]) -> Comparison:
    lists = {name: tuple(item[name]) for name in ("keel", "peer")}
    return Comparison(**{name: value for name, value in {**item, **lists}.items() if name != "id"})


def _id(item: Comparison) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{item.name} {item.peer_name}".lower()).strip("-")[:60]


def _page(comparisons: list[Comparison], notes: list[str], late: lateness.Lateness) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    charts = "\n".join(f"![{item.name} beside {item.peer_name}](charts/{_id(item)}.svg)" for item in comparisons)
    slowest = max(late.late) / 60
    return (
        "# Benchmarks\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, {versions}. Peers: {_peers()}.\n\n"
        f"`make bench` measures all of it anew, each figure and its peer by turns in the same run, {RUNS} times. "
        "A figure stands as median (least to most). What counts is the ratio, not the machine.\n\n"
        "| what | Keel | peer | ratio | bar | |\n|---|---|---|---|---|---|\n"
        + "\n".join(item.row for item in comparisons)
        + "\n\n"
        + "\n\n".join(notes)
        + "\n\n## Lateness\n\n100,000 people share one window of 75 minutes, each with their own offset; the lane "
        f"sends at the pace measured above. The last goes out {late.last / 60:.1f} minutes after the window "
        f"began ({'inside' if late.inside else '**outside**'} it), the latest {slowest:.1f} minutes behind its slot. "
        "Computed from the real offsets and that pace, not waited for.\n\n![Lateness](charts/lateness.svg)\n\n"
        f"## Charts\n\n{charts}\n"
    )


def _peers() -> str:
    said = subprocess.run([str(PEERS), "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    lines = [line.partition("==") for line in said.splitlines()]
    return ", ".join(f"{name} {number}" for name, _, number in lines if name.lower() in THEIRS)


if __name__ == "__main__":
    sys.exit(main())
