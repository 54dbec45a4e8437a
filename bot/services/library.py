"""/library: every lesson by stage, by trigger, by technique, saved ones, and a search that forgives spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.model import Outcome, Session
from bot.core.screen import Button, LessonTap, Reply, Rows, Screen
from bot.services.flows import Flows
from bot.services.search import search
from bot.services.turn import Command, Turn

KINDS = {"triggers": "trigger", "techniques": "technique"}
"""Shelves of tags: `/library triggers` lists them, `trigger.late-reply` is one of them."""
FOUND = 5
"""How many lessons a search shows."""


async def view(turn: Turn, command: Command, flows: Flows) -> Reply:
    """The shelf that was asked for; words that name none are looked for."""
    tapped = command.message_id is not None
    asked = command.argument if tapped else command.argument.casefold()
    if asked == "search":
        return await flows.begin(turn, "library")
    done = await turn.tx.records.completions(turn.learner.id)
    away = {item.lesson for item in done if item.outcome is Outcome.NOT_FOR_ME}
    parts = turn.library.curriculum.parts
    kind, _, tag = asked.partition(".")
    if asked == "saved":
        saved = [item.lesson for item in done if item.saved]
        shown = turn.page("library-saved" if saved else "library-none-saved", *_shelf(turn, saved))
    elif asked == "away":
        shown = turn.page("library-away", *_shelf(turn, sorted(away)))
    elif asked in parts:
        lessons = [id_ for id_ in parts[asked].lessons if id_ not in away]
        shown = turn.page("library-stage", *_shelf(turn, lessons), stage=turn.texts(f"stage-{asked}"))
    elif asked in KINDS:
        shown = turn.page(f"library-{asked}", *_tags(turn, KINDS[asked]), *_back(turn))
    elif kind in KINDS.values() and tag:
        lessons = [id_ for id_ in _tagged(turn, kind, tag) if id_ not in away]
        shown = turn.page("library-stage", *_shelf(turn, lessons), stage=tag_name(turn, kind, tag))
    elif asked and not tapped:
        return Reply((results(turn, command.argument, away),))
    else:
        shown = turn.page("library", *_rooms(turn, away=bool(away)))
    return Reply((replace(shown, edit=command.message_id if command.argument else None),))


async def found(turn: Turn, session: Session) -> tuple[Screen, ...]:
    """What was found for the words of a search that asked for them."""
    done = await turn.tx.records.completions(turn.learner.id)
    away = {item.lesson for item in done if item.outcome is Outcome.NOT_FOR_ME}
    return (results(turn, str(session.answers.get("query", "")), away),)


def results(turn: Turn, words: str, away: Iterable[str] = ()) -> Screen:
    """The lessons that fit some words best; those put away are left out."""
    ids = [id_ for id_ in search(turn, words) if id_ not in set(away)][:FOUND]
    if not ids:
        return turn.page("library-nothing", (turn.button("button-search", "library", "search"),), *_back(turn))
    return turn.page("library-found", *_shelf(turn, ids))


def tag_name(turn: Turn, kind: str, tag: str) -> str:
    """A tag in words; one that nobody has named yet is shown as it is."""
    name = f"{kind}-{tag}"
    return turn.texts(name) if turn.texts.has(name) else tag.replace("-", " ").capitalize()


def _rooms(turn: Turn, *, away: bool) -> Rows:
    curriculum = turn.library.curriculum
    units = [turn.button(f"stage-{unit.id}", "library", unit.id) for unit in curriculum.companions]
    return (
        *((turn.button(f"stage-{stage.id}", "library", stage.id),) for stage in curriculum.stages),
        *((unit,) for unit in units),
        (
            turn.button("button-triggers", "library", "triggers"),
            turn.button("button-techniques", "library", "techniques"),
        ),
        (turn.button("button-saved", "library", "saved"), turn.button("button-search", "library", "search")),
        *(((turn.button("button-away", "library", "away"),),) if away else ()),
    )


def _tags(turn: Turn, kind: str) -> Rows:
    tags = sorted({tag for item in turn.content.lessons.values() for tag in item.tags.get(kind, ())})
    named = sorted((tag_name(turn, kind, tag), tag) for tag in tags)
    buttons = [turn.named(name, "library", f"{kind}.{tag}") for name, tag in named]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _tagged(turn: Turn, kind: str, tag: str) -> list[str]:
    order = [id_ for part in turn.library.curriculum.parts.values() for id_ in part.lessons]
    lessons = turn.content.lessons
    return [id_ for id_ in order if id_ in lessons and tag in lessons[id_].tags.get(kind, ())]


def _shelf(turn: Turn, ids: Iterable[str]) -> Rows:
    known = [turn.content.lessons[id_] for id_ in ids if id_ in turn.content.lessons]
    return (*((Button(item.title, LessonTap(item.id, "look")),) for item in known), *_back(turn))


def _back(turn: Turn) -> Rows:
    return ((turn.button("button-back", "library", "stages"), turn.button("button-more-help", "sos")),)
