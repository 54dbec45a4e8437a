"""A person's own material for a hard day: lines, a letter, a voice note, a picture, somebody safe."""

from __future__ import annotations

from bot.core.flow import ticks
from bot.core.model import Session
from bot.core.screen import Screen, literal
from bot.services import library, therapist
from bot.services.turn import Turn, with_answer

PAGE = 3500
"""Characters of a letter in one message: with its quotation marks it stays below Telegram's 4,096."""


async def look_at_material(turn: Turn, session: Session) -> Session:
    """What there is already, in words."""
    there = await turn.material()
    names = [turn.texts(f"material-{kind}") for kind in ("line", "letter", "voice", "photo", "person") if kind in there]
    return with_answer(session, there=", ".join(names) or turn.texts("material-none"))


async def keep_letter(turn: Turn, session: Session) -> Session:
    """The letter, out of however many messages it came in; instead of the one before."""
    pieces = ticks(session, "letter_own")
    if pieces:
        await turn.keep_only("letter", "\n\n".join(pieces))
    return with_answer(session, letter_own=(), empty_letter=not pieces)


async def keep_line(turn: Turn, session: Session) -> Session:
    """One more line of the person's own."""
    line = session.answers.get("new_line")
    if isinstance(line, str):
        await turn.tx.records.add_note(turn.learner.id, "line", line, turn.now)
    return with_answer(session, new_line="")


async def keep_person(turn: Turn, session: Session) -> Session:
    """Somebody safe: a name, and what to say to them."""
    name, words = session.answers.get("person_name"), session.answers.get("person_words")
    if isinstance(name, str):
        await turn.keep_only("person", name)
        await turn.keep_only("person_words", words if isinstance(words, str) else turn.texts("person-words"))
    return with_answer(session, person_name="", person_words="")


async def keep_voice(turn: Turn, session: Session) -> Session:
    """A voice note, instead of the one before."""
    return await _keep(turn, session, "voice")


async def keep_photo(turn: Turn, session: Session) -> Session:
    """A picture, instead of the one before."""
    return await _keep(turn, session, "photo")


async def drop_material(turn: Turn, session: Session) -> Session:
    """Erase what was chosen."""
    kind = str(session.answers.get("drop", "")).removeprefix("drop-")
    if kind in ("voice", "photo"):
        await turn.tx.kept.drop(turn.learner.id, kind)
    elif kind in ("line", "letter", "person"):
        await turn.tx.records.drop_notes(turn.learner.id, kind)
        if kind == "person":
            await turn.tx.records.drop_notes(turn.learner.id, "person_words")
    return session


async def play(turn: Turn, session: Session, what: str) -> tuple[Screen, ...]:
    """The screens of one's own material; nothing where there is none."""
    match what:
        case "letter":
            letter = await turn.note("letter") or ""
            pages = [letter[at : at + PAGE] for at in range(0, len(letter), PAGE)]
            return tuple(Screen(literal(page), silent=True) for page in pages)
        case "voice" | "photo":
            kept = (await turn.tx.kept.keepsakes(turn.learner.id)).get(what)
            return (Screen("", keepsake=kept, silent=True),) if kept is not None else ()
        case "handout":
            return therapist.documents(turn, session)
        case "found":
            return await library.found(turn, session)
        case "person":
            words = await turn.note("person_words")
            return (Screen(literal(words), silent=True),) if words else ()
    return ()


async def _keep(turn: Turn, session: Session, kind: str) -> Session:
    given = session.answers.get(kind)
    if isinstance(given, str) and given:
        await turn.tx.kept.keep(turn.learner.id, kind, given, turn.now)
    return with_answer(session, **{kind: ""})


ACTIONS = {
    "look_at_material": look_at_material,
    "keep_letter": keep_letter,
    "keep_line": keep_line,
    "keep_person": keep_person,
    "keep_voice": keep_voice,
    "keep_photo": keep_photo,
    "drop_material": drop_material,
}
