"""`make load`: 200 updates a second into two `keel receive`, beside two `keel dispatch` with 100,000 lessons due.

Measured from outside, by the stand-in for Telegram: how long it takes from bringing an update to the first message that
answers it, idle and under load; then under the same load while one receiver after the other is killed. Beside it, what
memory and CPU each process takes. `python -m bench.load MINUTES` for another length than five; writes bench/LOAD.md.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.load_page import Load, Phase, page
from bench.machine import used_by_postgresql, worked
from bench.processes import Api, telegram
from bench.several import Several, fill, have_lessons_due, left_in, several
from bot import log
from tests.postgresql import database, server

PAGE = Path(__file__).parent / "LOAD.md"
PEOPLE = 100_000
LINE = 0.05
A_SECOND = 200.0
PLAN = ("/spiral", "Next", "I've paused", "Skip", *["No reply yet"] * 2, "/help", *["No reply yet"] * 3)
THOUGHT = 5.0
IDLE_NEWCOMERS, IDLE_THOUGHT, IDLE_SECONDS = 0.8, 1.0, 120.0
"""The same people with the same plan, so few that nobody meets anybody; they think faster, so that there are enough
answers to know the slowest of a hundred."""
SETTLE_SECONDS = 60.0
"""Until as many people leave as come, and what is loaded with the first use is there."""
EVERY = 5.0
KILL_EVERY = 30.0
PATIENCE = 100.0
"""Longer than the lease of a killed receiver and the sweep that finds what it left."""


@dataclass
class Watch:
    """Everything that is watched: Keel's processes, the stand-in, PostgreSQL."""

    shared: Several
    api: Api
    port: int
    readings: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU so far, by what they were used for."""
        own = {part.name: part.cpu for part in self.shared.parts}
        busy, there_were = worked()
        shared = {"postgresql": used_by_postgresql(self.port), "stand-in": self.api.measured.cpu}
        return {**own, **shared, "machine": busy, "all": there_were}

    def look(self, seconds: float) -> None:
        """Read everybody's memory once."""
        for part in self.shared.parts:
            self.readings.setdefault(part.name, []).append((seconds, part.running.memory))


def main() -> int:
    """Measure, write the page, and say whether every bar holds."""
    log.configure(level="error")
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    found = load(minutes * 60)
    text = page(found)
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0 if found.holds else 1


def load(seconds: float) -> Load:
    """Idle, under load, and under load with kills."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = stack.enter_context(server())
        url = stack.enter_context(database(place, "keel"))
        fill(url, folder / "keel.key", PEOPLE)
        api = stack.enter_context(telegram(LINE, "bench.crowd"))
        shared = stack.enter_context(several(api, url, folder, 2, 2))
        watch = Watch(shared, api, int(place.rpartition(":")[2]))
        idle = _phase(watch, IDLE_SECONDS, settle=15.0, newcomers=IDLE_NEWCOMERS, thought=IDLE_THOUGHT, plan=PLAN)
        have_lessons_due(url)
        busy: dict[str, Any] = {"newcomers": A_SECOND / len(PLAN), "thought": THOUGHT, "plan": PLAN}
        loaded = _phase(watch, seconds, settle=SETTLE_SECONDS, **busy)
        killed = _phase(watch, seconds, settle=SETTLE_SECONDS, kill_every=KILL_EVERY, **busy)
        left, version = left_in(url, PATIENCE)
        return Load(A_SECOND, PEOPLE, LINE, KILL_EVERY, idle, loaded, killed, left, version)


def _phase(watch: Watch, seconds: float, *, settle: float, kill_every: float = 0.0, **crowd: Any) -> Phase:
    watch.api.post("begin", **crowd)
    time.sleep(settle)
    watch.readings = {}
    kills: list[float] = []
    before, began, began_at = watch.cpu(), time.monotonic(), time.time()
    while (gone := time.monotonic() - began) < seconds:
        watch.look(gone)
        if kill_every and gone // kill_every > len(kills):
            which = watch.shared.receivers[len(kills) % len(watch.shared.receivers)]
            which.kill()
            kills.append(time.time())
            which.start()
        time.sleep(min(EVERY, max(0.0, seconds - (time.monotonic() - began))))
    after, ended_at = watch.cpu(), time.time()
    length = ended_at - began_at
    found = watch.api.post("end", patience=PATIENCE)
    return Phase(
        seconds=length,
        answers=[(at, what, took) for at, what, took in found["answers"] if began_at <= at < ended_at],
        unanswered=found["unanswered"],
        cores={name: (after[name] - before[name]) / length for name in before},
        memory=watch.readings,
        kills=tuple(kills),
        lessons=found["lessons"],
        twice=found["twice"],
        calls=sum(found["callers"].values()),
        brought_again=found["brought_again"],
    )


if __name__ == "__main__":
    sys.exit(main())
