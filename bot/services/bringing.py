"""/import: somebody sends the file that /export gave them in another Keel. It comes in whole, or nothing changes."""

from __future__ import annotations

from dataclasses import replace

from bot.core.fading import words_of
from bot.core.model import Learner, Session, Status
from bot.core.screen import Reply
from bot.services.arrival import NotBroughtIn, bring_in
from bot.services.onboarding import schedule
from bot.services.turn import Handed, Turn, with_answer

LARGEST_FETCHED = 20 * 1024 * 1024
"""Bytes of a file that a bot can fetch from Telegram."""
LARGEST_UNPACKED = 32 * 1024 * 1024
"""Bytes of everything in it: anybody can send one, so it is less than what an operator brings in by hand."""


async def look_at_own(turn: Turn, session: Session) -> Session:
    """Whether something of the person's is here, with which a file is not mixed."""
    return with_answer(session, own=await _has_own(turn))


async def bring(turn: Turn, handed: Handed) -> Reply | str:
    """Write all of it down in place of what little Keel knew of the person; or why not, and nothing is changed."""
    if handed.luggage is None:
        return handed.problem
    if await _has_own(turn):
        return "full"
    luggage = replace(handed.luggage, person=_here(handed.luggage.person, turn.learner.chat_id))
    try:
        async with turn.tx.part():
            await turn.tx.learners.erase(turn.learner)
            await bring_in(turn.tx, turn.library, luggage)
            brought = await turn.tx.learners.find(turn.learner.chat_id)  # and what still waited is carried out here
    except NotBroughtIn as problem:
        return problem.reason
    assert brought is not None  # it was written just now
    turn.learner = brought
    await schedule(turn)
    rows = (
        (turn.button("button-spiral", "spiral"), turn.button("button-more-help", "sos")),
        (turn.button("button-progress", "progress"), turn.button("button-settings", "settings")),
    )
    return Reply((turn.page("imported", *rows),), delete=(handed.message_id,))


async def _has_own(turn: Turn) -> bool:
    tx, id_ = turn.tx, turn.learner.id
    if await tx.records.note_kinds(id_) or await tx.records.entries(id_) or await tx.records.completions(id_):
        return True
    if await tx.kept.holds(id_, undecided=False) or await tx.kept.kept_at(id_):
        return True
    runs = await tx.sessions.all(id_)
    return any(words_of(turn.content.flows.get(run.flow), run.answers) for run in runs)


def _here(person: Learner, chat_id: int) -> Learner:
    """Whoever the file is about, as whoever sent it: they write, so they have not blocked this bot."""
    back = Status.ACTIVE if person.zone else Status.NEW
    return replace(person, chat_id=chat_id, status=back if person.status is Status.BLOCKED else person.status)


ACTIONS = {"look_at_own": look_at_own}
