"""/checkin and /journal: a ten-second mood by buttons; free writing, kept sealed, read back, deleted one by one."""

from __future__ import annotations

from bot.core.flow import ticks
from bot.core.model import Entry, Session
from bot.services.own_words import journal_pages, number
from bot.services.turn import Turn, with_answer

MOODS = ("stormy", "heavy", "middling", "okay", "light")


async def keep_mood(turn: Turn, session: Session) -> Session:
    """The mood as a number from 0 (stormy) to 4 (light), only ever compared with the same person's."""
    mood = session.answers.get("mood")
    if mood in MOODS:
        await turn.add(Entry("checkin", turn.now, before=MOODS.index(str(mood)), tags=(f"mood.{mood}",)))
    return session


async def keep_page(turn: Turn, session: Session) -> Session:
    """What was written, out of however many messages it came in."""
    pieces = ticks(session, "entry_own")
    if pieces:
        await turn.tx.records.add_note(turn.learner.id, "journal", "\n\n".join(pieces), turn.now)
    return with_answer(session, entry_own=(), wrote=bool(pieces))


async def open_journal(turn: Turn, session: Session) -> Session:
    """The newest page."""
    return await _turn_to(turn, session, 0)


async def older(turn: Turn, session: Session) -> Session:
    """The page before."""
    return await _turn_to(turn, session, number(session, "at") + 1)


async def newer(turn: Turn, session: Session) -> Session:
    """The page after."""
    return await _turn_to(turn, session, number(session, "at") - 1)


async def delete_page(turn: Turn, session: Session) -> Session:
    """Erase the entry that is shown."""
    await turn.tx.records.drop_note(turn.learner.id, number(session, "entry_id"))
    return await _turn_to(turn, session, 0)


async def _turn_to(turn: Turn, session: Session, at: int) -> Session:
    pages = await journal_pages(turn)
    here = max(0, min(at, len(pages) - 1))
    return with_answer(session, entries=len(pages), at=here, entry_id=pages[here][0] if pages else 0)


ACTIONS = {
    "keep_mood": keep_mood,
    "keep_page": keep_page,
    "open_journal": open_journal,
    "older": older,
    "newer": newer,
    "delete_page": delete_page,
}
