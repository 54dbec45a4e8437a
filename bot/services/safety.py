"""/sos: helplines for a chosen country, one tap from every screen. Never guessed from language or zone."""

from __future__ import annotations

from dataclasses import replace

from bot.core.screen import Button, CommandTap, Reply, Rows, Screen
from bot.library.schema import CountryFile, LineFile
from bot.services.turn import Command, Turn

CHOOSE = "choose"
FIRST_KINDS = ("suicide_crisis", "emotional_support", "domestic_abuse")
MOST_LINES = 14


async def sos(turn: Turn, command: Command) -> Reply:
    """The helplines of the person's country; of none, the rule that holds everywhere and the list of countries."""
    chosen = command.argument if command.argument in turn.library.helplines.countries else None
    if chosen is not None:
        await turn.change(country=chosen)
    country = turn.library.country(turn.learner.country)
    if country is None or command.argument == CHOOSE:
        shown = Screen(turn.texts("sos-no-country"), _countries(turn))
    else:
        shown = Screen(_lines(turn, country), _below(turn))
    return Reply((replace(shown, edit=command.message_id if command.argument else None),))


def _lines(turn: Turn, country: CountryFile) -> str:
    lines = sorted(country.lines, key=_order)
    shown = "\n\n".join(_line(turn, line) for line in lines[:MOST_LINES])
    parts = [
        turn.texts("sos-title"),
        turn.texts("sos-emergency", number=country.emergency, country=country.name),
        shown,
        turn.texts("sos-anywhere"),
        turn.texts("sos-honest", date=str(turn.library.helplines.compiled)),
    ]
    return "\n\n".join(part for part in parts if part)


def _order(line: LineFile) -> tuple[int, str]:
    place = FIRST_KINDS.index(line.kind) if line.kind in FIRST_KINDS else len(FIRST_KINDS)
    return place, line.confidence


def _line(turn: Turn, line: LineFile) -> str:
    said = [f"**{line.name}**"]
    if line.audience:
        said.append(line.audience)
    if line.phone:
        said.append(turn.texts("sos-call", number=line.phone))
    if line.sms:
        said.append(turn.texts("sos-text", number=line.sms))
    if line.whatsapp:
        said.append(turn.texts("sos-whatsapp", number=line.whatsapp))
    if line.chat or line.url:
        said.append(str(line.chat or line.url))
    particulars = [part for part in (line.hours, line.cost) if part]
    if particulars:
        said.append(", ".join(particulars))
    return "\n".join(said)


def _below(turn: Turn) -> Rows:
    return (
        (turn.button("button-country", "sos", CHOOSE), turn.button("button-card", "card")),
        (turn.button("button-plan", "plan"),),
        (turn.button("button-spiral", "spiral"), turn.button("button-hide", "hide")),
    )


def _countries(turn: Turn) -> Rows:
    named = sorted((item.name, code) for code, item in turn.library.helplines.countries.items())
    buttons = [Button(name, CommandTap("sos", code)) for name, code in named]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    return (*rows, (turn.button("button-hide", "hide"),))
