"""What the shell adds to the choices of a flow: clocks, languages, holds; and which come first or not at all."""

from __future__ import annotations

from bot.core.flow import Flow, Options
from bot.core.insight import best_tools
from bot.core.model import Hold, Session
from bot.services.moments import say_moment
from bot.services.places import Places
from bot.services.turn import Turn

MATERIAL = ("line", "letter", "person")
"""Kinds of notes that can soothe; a voice note and a picture are keepsakes."""


async def options_for(turn: Turn, flow: Flow, session: Session, places: Places) -> Options:
    """Everything that the current step of a session may need; nothing is read that it does not."""
    step = flow.steps.get(session.step)
    wanted = {step.options} if step is not None else set()
    lists: dict[str, tuple[tuple[str, str], ...]] = {}
    if "clocks" in wanted:
        clocks = places.clocks(turn.now, turn.content.places)
        lists["clocks"] = tuple((clock.zone, f"{clock.local} {clock.places}") for clock in clocks)
    if "languages" in wanted:
        lists["languages"] = tuple((code, item.name) for code, item in sorted(turn.library.locales.items()))
    if "holds" in wanted:
        lists["holds"] = tuple((f"h{item.id}", _hold_label(turn, item)) for item in await turn.holds())
    match step.rank if step is not None else None:
        case "tools":
            best = best_tools(await turn.entries())
            return Options(lists, hidden={"tools": turn.learner.hidden_tools}, first={"tools": best})
        case "soothing":
            there = await turn.material()
            missing = frozenset({*MATERIAL, "voice", "photo"} - there)
            best = best_tools(await turn.entries())
            own = tuple(kind for kind in ("line", "letter", "voice", "photo", "person") if kind in there)
            return Options(lists, hidden={"soothing": missing}, first={"soothing": (*own, *best)})
        case "material":
            there = await turn.material()
            absent = {f"drop-{kind}" for kind in {*MATERIAL, "voice", "photo"} - there}
            return Options(lists, hidden={"material": frozenset(absent)})
        case "closing":
            return Options(lists, hidden={"closing": closing_hidden(session)})
        case "lengths":
            # Tomorrow morning needs a clock; without one it is not offered rather than guessed.
            return Options(lists, hidden={"lengths": frozenset() if turn.learner.zone else frozenset({"morning"})})
    return Options(lists)


def closing_hidden(session: Session) -> frozenset[str]:
    """What is not offered at the end of a run: what was done already, and a question about a fear nobody named."""
    answers = session.answers
    feared = bool(answers.get("meanings") or answers.get("meanings_own"))
    hidden = {"plan"} if answers.get("planned") else set()
    return frozenset(hidden | ({"tomorrow"} if answers.get("asks") or not feared else set()))


def _hold_label(turn: Turn, item: Hold) -> str:
    return turn.texts("hold-label", when=say_moment(turn, item.due_at))
