"""The two files for a therapist: what was chosen is read when they are sent, and no copy of them waits anywhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.core.fading import words_of
from bot.core.handout import Chosen, Own, Wish, beginning, wish_of
from bot.core.model import Note
from bot.core.schedule import local
from bot.library.handout import sheet_of
from bot.library.load import Content
from bot.library.sheet_page import page
from bot.library.sheet_print import press
from bot.services.kinds import kind_name
from bot.services.retention import PASSING
from bot.services.turn import Turn

QUESTION = "question"
"""The kind of note that holds a question somebody wants to raise."""
FILES = ("notes.pdf", "notes.html")
"""Names that say nothing to somebody who looks over a shoulder."""
NOT_OFFERED = ("person_words", QUESTION)
HARD_MOMENT = "spiral"
"""The flow of a hard moment; `services.spiral` stands above this module."""
MOST_RUNS = 100
"""Of so many of the newest hard moments the words can be chosen."""


async def gather(turn: Turn, run: str) -> Chosen | None:
    """Read what was chosen in a run of the conversation; None when there is no such run of this person's."""
    session = await turn.tx.sessions.get(run, turn.learner.id)
    if session is None:
        return None
    wish, zone = wish_of(session.answers), turn.learner.zone or "UTC"
    since = beginning(wish, turn.now, zone)
    entries = await turn.tx.records.entries(turn.learner.id)
    return Chosen(
        wish=wish,
        zone=zone,
        began=turn.learner.created_at,
        now=turn.now,
        entries=tuple(item for item in entries if since is None or item.at >= since),
        done=tuple(await turn.tx.records.completions(turn.learner.id)),
        words=tuple(item for item in await own_words(turn, wish) if item.key in wish.words) if wish.words else (),
        questions=tuple(item.text for item in await questions(turn) if item.id in wish.questions),
    )


def write(content: Content, chosen: Chosen, name: str, folder: Path) -> bytes:
    """One of the two files, by its name. folder: the content folder, where the fonts are.

    Raises NotPrinted: the PDF could not be made.
    """
    sheet = sheet_of(content, chosen)
    if name.endswith(".html"):
        return page(sheet).encode()
    return press(sheet, folder / "fonts", local(chosen.now, chosen.zone).date())


async def own_words(turn: Turn, wish: Wish) -> list[Own]:
    """Everything the person wrote that can be chosen, the newest first.

    What was written in passing is offered for the chosen days, what was made to keep always.
    """
    since = beginning(wish, turn.now, turn.learner.zone or "UTC")
    notes = await turn.tx.records.notes(turn.learner.id)
    found = [_own(turn, note) for note in notes if note.kind not in NOT_OFFERED and _is_in(note, since)]
    for run in await turn.tx.sessions.newest(turn.learner.id, HARD_MOMENT, since, MOST_RUNS):
        lines = words_of(turn.content.flows.get(run.flow), run.answers)
        if lines:
            found.append(Own(f"r{run.id}", turn.texts("handout-run"), run.started_at, "\n".join(lines)))
    return sorted(found, key=lambda item: (item.at, item.key), reverse=True)


async def questions(turn: Turn) -> list[Note]:
    """The questions somebody wants to raise, in the order in which they were written."""
    return await turn.tx.records.notes(turn.learner.id, QUESTION)


def _is_in(note: Note, since: datetime | None) -> bool:
    return since is None or note.at >= since or note.kind not in PASSING


def _own(turn: Turn, note: Note) -> Own:
    return Own(f"n{note.id}", kind_name(turn, note), note.at, note.text, plan=note.kind in ("plan", "map"))
