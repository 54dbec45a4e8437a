"""Companion units: offered once, as a button under a lesson, when they fit; never as a message of their own."""

from __future__ import annotations

from collections import Counter

from bot.core.curriculum import fitting
from bot.core.model import Completion
from bot.core.screen import Rows
from bot.services.turn import Turn

SPIRAL, UNSAFE = "spiral", {"unsafe", "unsafe-end"}
"""The flow, and the steps of it, at which somebody says that they don't feel safe."""


async def offer(turn: Turn, lesson: str, done: list[Completion]) -> None:
    """Note that the first fitting unit that was not offered yet goes with this lesson."""
    offered = {item.partition(":")[0] for item in turn.learner.offered}
    met = {item.lesson for item in done}
    units = [
        unit
        for unit in turn.library.curriculum.companions
        if unit.when and unit.id not in offered and not met.issuperset(unit.lessons)
    ]
    if not units or any(item.endswith(f":{lesson}") for item in turn.learner.offered):
        return
    fits = fitting(units, await _tags(turn, done))
    if fits:
        await turn.change(offered=(*turn.learner.offered, f"{fits[0]}:{lesson}"))


def rows(turn: Turn, lesson: str) -> Rows:
    """The button of the unit that was offered with a lesson; it stays there."""
    units = [item.partition(":")[0] for item in turn.learner.offered if item.endswith(f":{lesson}")]
    return tuple((turn.button(f"stage-{unit}", "library", unit),) for unit in units)


async def _tags(turn: Turn, done: list[Completion]) -> Counter[str]:
    """How often each tag was met: tapped in a hard moment, mapped, or carried by a lesson that was saved."""
    tally = await turn.tally()
    met: Counter[str] = Counter({**tally.tags(SPIRAL), "spirals": tally.kind(SPIRAL)})
    met.update(f"facts.{tag}" for tag in await turn.tx.records.note_tags(turn.learner.id, "map"))
    for saved in done:
        if saved.saved and saved.lesson in turn.content.lessons:
            met.update(turn.content.lessons[saved.lesson].tags.get("trigger", ()))
    if UNSAFE & await turn.tx.sessions.steps(turn.learner.id, SPIRAL):
        met["unsafe"] += 1
    return met
