"""/forget: erase one thing. A short list by kind and moment, one question, and it is gone wherever it stood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.fading import without_words, words_of
from bot.core.model import Note, Session, Value
from bot.core.monthly import MONTHLY
from bot.core.screen import LOST, Button, Reply, Screen, literal
from bot.services.hold import HOLD
from bot.services.kinds import kind_name
from bot.services.moments import say_moment
from bot.services.spiral import SPIRAL
from bot.services.turn import Command, Turn

ON_A_PAGE = 6
FIRST_WORDS = 60
"""Characters of a text that are shown when somebody asks for its first words."""
COUNTED = ("checkin", MONTHLY)
"""Kinds of entries that somebody answered, each of which can be erased by itself."""
SOON = timedelta(minutes=1)
MOST_RUNS = 100_000
PLAN_ANSWERS = ("plan_if", "plan_then", "planned")
"""Where a plan stands once more in the run of /spiral that it was made in."""


@dataclass(frozen=True)
class Item:
    """Something that can be erased.

    key: `n` a note, `e` an entry that counts, `h` a held message, `s` what was typed in a run; and its id.
    """

    key: str
    kind: str
    at: datetime
    text: str = ""


async def answer(turn: Turn, command: Command) -> Reply:
    """The list (`p0` a page, `w0` with the first words), the question (`n12`), or the deed (`yn12`)."""
    action, rest = command.argument[:1], command.argument[1:]
    if action in ("p", "w") and rest.isdecimal() and len(rest) < 6:
        return await _list(turn, command, int(rest), words=action == "w")
    deed = action == "y" and command.message_id is not None
    if not command.argument or (action == "y" and not deed):
        return await _list(turn, command, 0)
    key = rest if deed else command.argument
    item = next((item for item in await _items(turn) if item.key == key), None)
    if item is None:
        return await _list(turn, command, 0, before="forget-already")
    if not deed:
        return _ask(turn, command, item)
    await _erase(turn, item)
    return await _list(turn, command, 0, before="forget-gone")


async def _items(turn: Turn) -> list[Item]:
    """Everything that can be erased, the newest first."""
    tx, learner = turn.tx, turn.learner
    notes = [note for note in await tx.records.notes(learner.id) if note.kind != "person_words"]
    found = [Item(f"n{note.id}", kind_name(turn, note), note.at, note.text) for note in notes]
    for kind in COUNTED:
        name = turn.texts(f"data-entry-{kind}")
        found += [Item(f"e{id_}", name, item.at) for id_, item in await tx.records.numbered(learner.id, kind)]
    held = turn.texts("forget-held")
    found += [Item(f"h{item.id}", held, item.made_at, item.text) for item in await turn.holds()]
    elsewhere = {note.text for note in notes}
    for run in await tx.sessions.with_words(learner.id, turn.now + SOON, limit=MOST_RUNS):
        words = [LOST] if LOST in run.answers else words_of(turn.content.flows.get(run.flow), run.answers)
        if own := [line for line in words if line not in elsewhere]:
            found.append(Item(f"s{run.id}", _run(turn, run), run.started_at, " / ".join(own)))
    return sorted(found, key=lambda item: (item.at, item.key), reverse=True)


def _run(turn: Turn, run: Session) -> str:
    typed = turn.texts.has(f"command-{run.flow}")  # others begin by themselves, and have no name that anybody knows
    return turn.texts("forget-run", command=run.flow) if typed else turn.texts("forget-words")


async def _list(turn: Turn, command: Command, page: int, *, words: bool = False, before: str | None = None) -> Reply:
    items = await _items(turn)
    last = max(0, (len(items) - 1) // ON_A_PAGE)
    page = min(page, last)
    shown = items[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    said = [turn.texts(before)] if before is not None else []
    said.append(turn.texts("forget-list" if items else "forget-empty"))
    if words:
        said.append("\n".join(f"- {_name(turn, item)}: {literal(_first(item))}" for item in shown if item.text))
    way = "w" if words else "p"
    around = [turn.button("button-after", "forget", f"{way}{page - 1}")] if page > 0 else []
    around += [turn.button("button-previous", "forget", f"{way}{page + 1}")] if page < last else []
    rows: list[tuple[Button, ...]] = [(turn.named(_name(turn, item), "forget", item.key),) for item in shown]
    if any(item.text for item in shown):
        rows.append((_words_button(turn, page, words=words),))
    rows += [tuple(around)] if around else []
    rows.append((turn.button("button-hide", "hide"),))
    return _reply(command, Screen("\n\n".join(part for part in said if part), tuple(rows)))


def _words_button(turn: Turn, page: int, *, words: bool) -> Button:
    if words:
        return turn.button("button-forget-hide", "forget", f"p{page}")
    return turn.button("button-forget-words", "forget", f"w{page}")


def _ask(turn: Turn, command: Command, item: Item) -> Reply:
    row = (
        turn.button("button-forget-yes", "forget", f"y{item.key}"),
        turn.button("button-forget-no", "forget", "p0"),
    )
    return _reply(command, turn.page("forget-ask", row, item=_name(turn, item)))


def _reply(command: Command, screen: Screen) -> Reply:
    return Reply((replace(screen, edit=command.message_id),))


def _name(turn: Turn, item: Item) -> str:
    return turn.texts("forget-item", kind=item.kind, when=say_moment(turn, item.at))


def _first(item: Item) -> str:
    words = " ".join(item.text.split())
    return words if len(words) <= FIRST_WORDS else f"{words[:FIRST_WORDS].rstrip()}…"


async def _erase(turn: Turn, item: Item) -> None:
    learner = turn.learner
    if item.key[0] == "s":
        runs = await turn.tx.sessions.since(learner.id, item.at)
        await _bare(turn, next(run for run in runs if run.id == item.key[1:]))
        return
    id_ = int(item.key[1:])
    match item.key[0]:
        case "e":
            await turn.take_back(id_)
        case "h":
            await turn.tx.kept.drop_hold(learner.id, id_)
            await turn.tx.timers.drop(learner.id, HOLD, str(id_))
            for run in await turn.tx.sessions.since(learner.id, item.at):
                if run.answers.get("hold") == id_:
                    await _bare(turn, run)
        case _:
            notes = {note.id: note for note in await turn.tx.records.notes(learner.id)}
            await turn.tx.records.drop_note(learner.id, id_)
            if notes[id_].kind == "person":
                await turn.tx.records.drop_notes(learner.id, "person_words")
            for run in await turn.tx.sessions.since(learner.id, item.at):
                await _forget_in(turn, run, notes[id_])


async def _forget_in(turn: Turn, run: Session, note: Note) -> None:
    """The note's words in a run: the one it was written in, or one that they were shown in."""
    here = run.flow == SPIRAL and run.started_at <= note.at
    written = PLAN_ANSWERS if here and note.kind == "plan" else ()
    left = {name: value for name, value in run.answers.items() if name not in written and not _says(value, note.text)}
    if len(left) < len(run.answers):
        await turn.tx.sessions.rewrite(run, left, bare=False)


async def _bare(turn: Turn, run: Session) -> None:
    left = without_words(turn.content.flows.get(run.flow), run)
    await turn.tx.sessions.rewrite(run, left, bare=True)


def _says(value: Value, text: str) -> bool:
    return text in value if isinstance(value, tuple) else value == text
