"""For my therapist: choosing what two files hold, entry by entry. Only the counts are in unless somebody says more."""

from __future__ import annotations

from bot.core.flow import ticks
from bot.core.handout import AT_FIRST, Own, wish_of
from bot.core.model import Note, Session
from bot.core.screen import Document, Screen
from bot.core.words import LONGEST_LABEL, TICKED, UNTICKED
from bot.services.handout import FILES, QUESTION, own_words, questions
from bot.services.moments import say_moment
from bot.services.turn import Turn, with_answer

ON_A_PAGE = 6
FIRST_WORDS = 80
"""Characters of a text that are shown when somebody asks for its first words."""
FILLS = ("picking", "question", "handout")
"""Kinds of screens whose words come from here."""


async def open_therapist(turn: Turn, session: Session) -> Session:
    """Nothing but counts is ticked."""
    return with_answer(session, parts=AT_FIRST, own_words=(), asked=(), page=0, shown=False)


async def open_words(turn: Turn, session: Session) -> Session:
    """The newest of somebody's own words; what was ticked stays ticked where it is still offered."""
    there = {item.key for item in await own_words(turn, wish_of(session.answers))}
    kept = tuple(key for key in ticks(session, "own_words") if key in there)
    return with_answer(session, entries=len(there), own_words=kept, page=0)


async def words_older(turn: Turn, session: Session) -> Session:
    """The page before."""
    return with_answer(session, page=_number(session, "page") + 1)


async def words_newer(turn: Turn, session: Session) -> Session:
    """The page after."""
    return with_answer(session, page=max(0, _number(session, "page") - 1))


async def show_words(turn: Turn, session: Session) -> Session:
    """The first words of each entry are shown from now on."""
    return with_answer(session, shown=True)


async def hide_words(turn: Turn, session: Session) -> Session:
    """They are hidden again."""
    return with_answer(session, shown=False)


async def take_question(turn: Turn, session: Session) -> Session:
    """One of the questions was tapped, or a new one written: that one is in, because it was written for this."""
    written, tapped = session.answers.get("question_own"), str(session.answers.get("question", ""))
    session = with_answer(session, question_own="", question="", opened=False)
    if isinstance(written, str) and written:
        id_ = await turn.tx.records.add_note(turn.learner.id, QUESTION, written, turn.now)
        return with_answer(session, asked=(*ticks(session, "asked"), f"q{id_}"))
    there = tapped[1:].isdecimal() and await _question(turn, int(tapped[1:])) is not None
    return with_answer(session, at=int(tapped[1:]), opened=True) if there else session


async def put_question(turn: Turn, session: Session) -> Session:
    """The question that is shown is in."""
    others = _others(session)
    return with_answer(session, asked=(*others, _key(session)))


async def leave_question(turn: Turn, session: Session) -> Session:
    """The question that is shown is not in; it is kept."""
    return with_answer(session, asked=_others(session))


async def change_question(turn: Turn, session: Session) -> Session:
    """Other words for the question that is shown, instead of those before; it is in."""
    anew = session.answers.get("anew")
    if not isinstance(anew, str) or not anew:
        return session
    await turn.tx.records.drop_note(turn.learner.id, _number(session, "at"))
    id_ = await turn.tx.records.add_note(turn.learner.id, QUESTION, anew, turn.now)
    return with_answer(session, asked=(*_others(session), f"q{id_}"), at=id_, anew="")


async def erase_question(turn: Turn, session: Session) -> Session:
    """The question that is shown is gone for good."""
    await turn.tx.records.drop_note(turn.learner.id, _number(session, "at"))
    return with_answer(session, asked=_others(session))


async def options(turn: Turn, session: Session) -> dict[str, tuple[tuple[str, str], ...]]:
    """The entries of the current page, and the questions: what the shell adds to the choices."""
    if session.step == "words":
        shown = (await _pages(turn, session))[2]
        return {"own_words": tuple((item.key, f"{item.about} · {say_moment(turn, item.at)}") for item in shown)}
    asked = ticks(session, "asked")
    found = await questions(turn)
    return {"questions": tuple((f"q{item.id}", _label(item, on=f"q{item.id}" in asked)) for item in found)}


async def hidden(turn: Turn, session: Session) -> frozenset[str]:
    """Ways that lead nowhere now: a page that is not there, what is shown already, a question that is in already."""
    if session.step == "question":
        return frozenset({"put"} if _key(session) in ticks(session, "asked") else {"leave"})
    at, pages, _ = await _pages(turn, session)
    ways = {"show"} if session.answers.get("shown") else {"hide"}
    return frozenset(ways | (set() if at > 0 else {"newer"}) | (set() if at < pages - 1 else {"older"}))


async def words(turn: Turn, session: Session, fill: str) -> dict[str, str]:
    """The placeholders of one kind of screen, filled; nothing of it is copied into the session."""
    match fill:
        case "picking":
            at, pages, shown = await _pages(turn, session)
            first = [f"{item.about}, {say_moment(turn, item.at)}: {_first(item.text)}" for item in shown]
            said = "\n\n".join(first) if session.answers.get("shown") else turn.texts("handout-hidden")
            ticked = str(len(ticks(session, "own_words")))
            return {"page_now": str(at + 1), "pages": str(pages), "ticked": ticked, "first_words": said}
        case "question":
            found = await _question(turn, _number(session, "at"))
            return {"question_text": found.text if found is not None else turn.texts("words-gone")}
        case _:
            return {"handout": await _summary(turn, session)}


def documents(turn: Turn, session: Session) -> tuple[Screen, ...]:
    """The two files, made when they are sent."""
    captions = (turn.texts("handout-print"), turn.texts("handout-page"))
    return tuple(Screen(said, document=Document(name, session.id)) for name, said in zip(FILES, captions, strict=True))


async def _summary(turn: Turn, session: Session) -> str:
    wish = wish_of(session.answers)
    step = turn.content.flows[session.flow].steps["parts"]
    parts = [choice.label for choice in step.choices if choice.id in wish.parts]
    lines = (
        turn.texts("handout-says-days", days=wish.days or 0),
        turn.texts(f"handout-says-{wish.paper}"),
        turn.texts("handout-says-parts", parts=", ".join(parts) or turn.texts("material-none")),
        turn.texts("handout-says-words", count=len(wish.words)),
        turn.texts("handout-says-questions", count=len(wish.questions)),
    )
    return "\n".join(lines)


async def _pages(turn: Turn, session: Session) -> tuple[int, int, list[Own]]:
    """Which page is shown, of how many, and what stands on it."""
    items = await own_words(turn, wish_of(session.answers))
    pages = max(1, -(-len(items) // ON_A_PAGE))
    at = min(_number(session, "page"), pages - 1)
    return at, pages, items[at * ON_A_PAGE : (at + 1) * ON_A_PAGE]


async def _question(turn: Turn, id_: int) -> Note | None:
    return next((item for item in await questions(turn) if item.id == id_), None)


def _label(item: Note, *, on: bool) -> str:
    return (TICKED if on else UNTICKED) + _first(item.text, LONGEST_LABEL)


def _first(text: str, most: int = FIRST_WORDS) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= most else f"{bare[: most - 1].rstrip()}…"


def _key(session: Session) -> str:
    return f"q{_number(session, 'at')}"


def _others(session: Session) -> tuple[str, ...]:
    return tuple(key for key in ticks(session, "asked") if key != _key(session))


def _number(session: Session, name: str) -> int:
    value = session.answers.get(name, 0)
    return value if isinstance(value, int) else 0


ACTIONS = {
    "open_therapist": open_therapist,
    "open_words": open_words,
    "words_older": words_older,
    "words_newer": words_newer,
    "show_words": show_words,
    "hide_words": hide_words,
    "take_question": take_question,
    "put_question": put_question,
    "leave_question": leave_question,
    "change_question": change_question,
    "erase_question": erase_question,
}
