"""What the shell adds to the choices of a flow: clocks, languages, holds; and which come first or not at all."""

from __future__ import annotations

from bot.core.flow import Flow, Options
from bot.core.insight import preferred
from bot.core.model import Hold, Session
from bot.services import monthly, therapist
from bot.services.moments import say_moment
from bot.services.own_words import draft_pages, own_words
from bot.services.places import Places
from bot.services.turn import Turn

MATERIAL = ("line", "letter", "voice", "photo", "person")
"""Kinds of own material that can soothe, in the order in which they are offered."""


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
    if wanted & {"own_words", "questions"}:
        lists |= await therapist.options(turn, session)
    hidden, first = await _ranked(turn, step.rank if step is not None else None, session)
    return Options(lists, hidden, first, await _words(turn, session, step.fill if step is not None else None))


async def _words(turn: Turn, session: Session, fill: str | None) -> dict[str, str]:
    if fill is None:
        return {}
    if fill in therapist.FILLS:
        return await therapist.words(turn, session, fill)
    if fill == monthly.FILL:
        return await monthly.words(turn)
    return await own_words(turn, session, fill)


async def _ranked(
    turn: Turn, rank: str | None, session: Session
) -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """For a list of choices: which are not offered now, and which come first."""
    match rank:
        case "tools":
            return {rank: turn.learner.hidden_tools}, {rank: preferred(await turn.tally(), turn.learner.favourite)}
        case "soothing":
            there = await turn.material()
            own = tuple(kind for kind in MATERIAL if kind in there)
            return {rank: frozenset(MATERIAL) - there}, {
                rank: (*own, *preferred(await turn.tally(), turn.learner.favourite))
            }
        case "material":
            there = await turn.material()
            return {rank: frozenset(f"drop-{kind}" for kind in MATERIAL if kind not in there)}, {}
        case "closing":
            return {rank: closing_hidden(session)}, {}
        case "picking":
            return {rank: await therapist.hidden(turn, session)}, {}
        case "held":
            return {rank: await _held_hidden(turn, session)}, {}
        case "help" | "after":
            return {rank: card_hidden(turn, session)}, {}
        case "lengths":
            # Tomorrow morning needs a clock; without one it is not offered rather than guessed.
            return {rank: frozenset() if turn.learner.zone else frozenset({"morning"})}, {}
    return {}, {}


def closing_hidden(session: Session) -> frozenset[str]:
    """What is not offered at the end of a run: what was done already, and a question about a fear nobody named."""
    answers = session.answers
    feared = bool(answers.get("meanings") or answers.get("meanings_own"))
    hidden = {"plan"} if answers.get("planned") else set()
    return frozenset(hidden | ({"tomorrow"} if answers.get("asks") or not feared else set()))


async def _held_hidden(turn: Turn, session: Session) -> frozenset[str]:
    """A page to turn where there is one only; and the coach, for words that are handed back as they are."""
    hidden = set() if await draft_pages(turn, session) > 1 else {"page"}
    if session.answers.get("plain") or turn.learner.age_band == "under16":
        hidden.add("ask")
    return frozenset(hidden)


def card_hidden(turn: Turn, session: Session) -> frozenset[str]:
    """On a safety card: a country that is chosen, a settled question about the writer, nothing to go on with."""
    answers = session.answers
    hidden = {"country"} if turn.learner.country is not None else set()
    hidden |= set() if answers.get("other") else {"them"}
    hidden |= set() if answers.get("left") else {"go", "stop"}
    return frozenset(hidden | ({"mute"} if answers.get("several") else set()))


def _hold_label(turn: Turn, item: Hold) -> str:
    return turn.texts("hold-label", when=say_moment(turn, item.due_at))
