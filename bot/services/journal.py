"""/checkin and /journal: a ten-second mood by buttons; free writing, kept sealed, read back, deleted one by one."""

from __future__ import annotations

from bot.core.flow import ticks
from bot.core.model import Entry, Note, Session
from bot.services.moments import say_moment
from bot.services.turn import Turn, with_answer

MOODS = ("stormy", "heavy", "middling", "okay", "light")
PAGE = 3000
"""Characters of an entry shown at a time."""


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
    return await _show(turn, with_answer(session, at=0))


async def older(turn: Turn, session: Session) -> Session:
    """The page before."""
    return await _show(turn, with_answer(session, at=_at(session) + 1))


async def newer(turn: Turn, session: Session) -> Session:
    """The page after."""
    return await _show(turn, with_answer(session, at=max(0, _at(session) - 1)))


async def delete_page(turn: Turn, session: Session) -> Session:
    """Erase the entry that is shown."""
    shown = session.answers.get("entry_id")
    if isinstance(shown, int):
        await turn.tx.records.drop_note(turn.learner.id, shown)
    return await _show(turn, with_answer(session, at=0))


async def _show(turn: Turn, session: Session) -> Session:
    entries = await turn.tx.records.notes(turn.learner.id, "journal")
    pages = [(item, at) for item in reversed(entries) for at in range(0, max(1, len(item.text)), PAGE)]
    if not pages:
        return with_answer(session, entries=0, page_text="", page_when="")
    here = min(_at(session), len(pages) - 1)
    item, at = pages[here]
    return with_answer(
        session,
        entries=len(entries),
        at=here,
        entry_id=item.id,
        page_when=_when(turn, item),
        page_text=item.text[at : at + PAGE],
    )


def _when(turn: Turn, item: Note) -> str:
    return say_moment(turn, item.at)


def _at(session: Session) -> int:
    at = session.answers.get("at", 0)
    return at if isinstance(at, int) else 0


ACTIONS = {
    "keep_mood": keep_mood,
    "keep_page": keep_page,
    "open_journal": open_journal,
    "older": older,
    "newer": newer,
    "delete_page": delete_page,
}
