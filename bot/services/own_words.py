"""The person's own words where a screen shows them: looked up when it is drawn, never copied into a session."""

from __future__ import annotations

from bot.core.model import HoldState, Session
from bot.services.kinds import PLAN_KIND
from bot.services.moments import say_moment
from bot.services.safety import card_words
from bot.services.turn import Turn

PAGE = 3000
"""Characters of a journal entry or a held message on one screen."""
PLAN_PARTS = ("signs", "helps", "places", "people", "professionals", "safer", "reasons")
UNDECIDED = (HoldState.HELD, HoldState.READY)


async def own_words(turn: Turn, session: Session, what: str) -> dict[str, str]:
    """The placeholders of one kind of screen, filled."""
    match what:
        case "page":
            return await _journal_page(turn, session)
        case "draft":
            return {"words": await _draft_page(turn, session)}
        case "line":
            lines = await turn.tx.records.notes(turn.learner.id, "line")
            return {"own_line": lines[session.ordinal % len(lines)].text if lines else ""}
        case "person":
            return {"person": await turn.note("person") or ""}
        case "plan":
            notes = {note.kind: note.text for note in await turn.tx.records.notes(turn.learner.id)}
            empty = turn.texts("plan-part-empty")
            return {f"the_{part}": notes.get(PLAN_KIND + part, empty) for part in PLAN_PARTS}
        case "crisis" | "fear" | "temper" | "young":
            return card_words(turn, what)
        case "given":
            return await _given(turn, session)
    return {}


async def journal_pages(turn: Turn) -> list[tuple[int, str, str]]:
    """Every page of the journal, the newest first: the entry's id, when it was written, the page's words."""
    entries = await turn.tx.records.notes(turn.learner.id, "journal")
    return [
        (item.id, say_moment(turn, item.at), item.text[at : at + PAGE])
        for item in reversed(entries)
        for at in range(0, max(1, len(item.text)), PAGE)
    ]


async def _journal_page(turn: Turn, session: Session) -> dict[str, str]:
    pages = await journal_pages(turn)
    if not pages:
        return {"page_when": turn.texts("today"), "page_text": turn.texts("words-gone")}
    _, when, text = pages[min(number(session, "at"), len(pages) - 1)]
    return {"page_when": when, "page_text": text}


async def _given(turn: Turn, session: Session) -> dict[str, str]:
    """What was written in a lesson before: its line, and the plan and map of the trigger it is about."""
    lesson, about = session.answers.get("lesson"), session.answers.get("about")
    notes = {(note.kind, note.tag): note.text for note in await turn.tx.records.notes(turn.learner.id)}
    tags = {"line": lesson, "plan": about, "map": about}
    return {kind: notes.get((kind, tag), "") for kind, tag in tags.items() if tag is None or isinstance(tag, str)}


async def draft_pages(turn: Turn, session: Session) -> int:
    """On how many screens the session's held message is read."""
    return len(await _draft(turn, session))


async def _draft_page(turn: Turn, session: Session) -> str:
    pages = await _draft(turn, session)
    return pages[number(session, "turned") % len(pages)] or turn.texts("words-gone")


async def _draft(turn: Turn, session: Session) -> list[str]:
    held = await turn.tx.kept.hold(turn.learner.id, number(session, "hold"))
    if held is None or held.state not in UNDECIDED:
        return [""]
    return [held.text[at : at + PAGE] for at in range(0, len(held.text), PAGE)] or [""]


def number(session: Session, name: str) -> int:
    """An answer that is a whole number; 0 when there is none."""
    value = session.answers.get(name, 0)
    return value if isinstance(value, int) else 0
