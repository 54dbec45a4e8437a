"""/sos: helplines for a chosen country, one tap from every screen. Never guessed from language or zone.

Which lines stand in a safety card comes from here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.screen import Button, CommandTap, Reply, Rows, Screen
from bot.library.helplines import is_old
from bot.library.schema import CountryFile, LineFile
from bot.services.turn import Command, Turn

CHOOSE, MORE = "choose", "more"
ELSEWHERE = "ZZ"
"""A country that is not in the list: said once, so that it is not asked for again."""
FIRST_KINDS = ("suicide_crisis", "emotional_support", "domestic_abuse")
MOST_LINES = 14
CARD_KINDS: Mapping[str, tuple[str, ...]] = {
    "crisis": ("suicide_crisis", "emotional_support"),
    "fear": ("domestic_abuse", "victim_support", "lgbt"),
    "temper": ("perpetrator_help", "suicide_crisis", "emotional_support"),
    "young": ("youth", "suicide_crisis", "emotional_support"),
}
"""Which kinds of lines a card shows, the nearest first."""
MOST_ON_A_CARD = 3
NOT_GROWN = ("under16", "16-17")


async def choose(turn: Turn, command: Command) -> bool:
    """Keep the country that a button named; whether one was."""
    if command.argument not in (*turn.library.helplines.countries, ELSEWHERE):
        return False
    await turn.change(country=command.argument)
    return True


async def sos(turn: Turn, command: Command) -> Reply:
    """The helplines of the person's country; of none, the rule that holds everywhere and the list of countries."""
    country = turn.library.country(turn.learner.country)
    if command.argument in (CHOOSE, MORE) or turn.learner.country is None:
        shown = Screen(turn.texts("sos-no-country"), _countries(turn, more=command.argument == MORE))
    elif country is None:
        shown = Screen(turn.texts("sos-elsewhere"), _below(turn))
    else:
        shown = Screen(_lines(turn, country), _below(turn))
    # Asked for from a card, it stands below the card and does not take its place.
    edit = command.message_id if command.argument and turn.learner.card is None else None
    return Reply((replace(shown, edit=edit, silent=turn.learner.card is not None),))


def card_words(turn: Turn, what: str) -> dict[str, str]:
    """Numbers for a card: the emergency number of the chosen country, the lines that fit, and one of them alone."""
    country = turn.library.country(turn.learner.country)
    if country is None:
        return {
            "emergency": turn.texts("help-emergency-unknown"),
            "lines": turn.texts("help-lines-unknown"),
            "line": turn.texts("help-line-unknown"),
        }
    kinds = CARD_KINDS[what]
    if turn.learner.age_band in NOT_GROWN:
        kinds = ("youth", *(kind for kind in kinds if kind != "youth"))
    fitting = [line for line in country.lines if line.kind in kinds]
    fitting.sort(key=lambda line: (kinds.index(line.kind), is_old(line, turn.now.date()), line.confidence))
    told = [_short(turn, line) for line in fitting[:MOST_ON_A_CARD]]
    anywhere = turn.texts("help-lines-others" if told else "help-lines-unknown")
    return {
        "emergency": turn.texts("help-emergency", number=country.emergency, country=country.name),
        "lines": "\n".join((*told, anywhere)),
        "line": told[0] if told else turn.texts("help-line-unknown"),
    }


def _short(turn: Turn, line: LineFile) -> str:
    ways = [
        turn.texts(f"help-{way}", number=number)
        for way, number in (("call", line.phone), ("text", line.sms), ("whatsapp", line.whatsapp))
        if number
    ]
    ways += [turn.texts("help-chat", address=line.chat)] if line.chat and not line.sms else []
    particulars = ", ".join(part for part in (line.hours, line.cost, line.audience) if part)
    said = f"{line.name}: {', '.join(ways) or line.url}"
    return f"{said} ({particulars})" if particulars else said


def _lines(turn: Turn, country: CountryFile) -> str:
    lines = sorted(country.lines, key=lambda line: _order(turn, line))
    shown = "\n\n".join(_line(turn, line) for line in lines[:MOST_LINES])
    parts = [
        turn.texts("sos-title"),
        turn.texts("sos-emergency", number=country.emergency, country=country.name),
        shown,
        turn.texts("sos-anywhere" if country.lines else "sos-no-lines"),
        turn.texts("sos-honest", date=str(turn.library.helplines.compiled)),
    ]
    return "\n\n".join(part for part in parts if part)


def _order(turn: Turn, line: LineFile) -> tuple[int, str]:
    first = ("youth", *FIRST_KINDS) if turn.learner.age_band in NOT_GROWN else FIRST_KINDS
    place = first.index(line.kind) if line.kind in first else len(first)
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
    if line.say:
        said.append(line.say)
    if line.confirmed is not None:
        said.append(turn.texts("sos-confirmed", date=str(line.confirmed)))
    elif is_old(line, turn.now.date()):
        said.append(turn.texts("sos-old", date=str(line.seen)))
    return "\n".join(said)


def _below(turn: Turn) -> Rows:
    # Beside an open card there is no quiet minute to take, but a way back to it.
    card = turn.learner.card is not None
    onward = turn.button("button-back", "back") if card else turn.button("button-spiral", "spiral")
    return (
        (turn.button("button-country", "sos", CHOOSE), turn.button("button-card", "card")),
        (turn.button("button-plan", "plan"),),
        (onward, turn.button("button-hide", "hide")),
    )


def _countries(turn: Turn, *, more: bool) -> Rows:
    """First the countries with lines; behind a button those of which only the emergency number is known."""
    shown = {code: item for code, item in turn.library.helplines.countries.items() if bool(item.lines) != more}
    named = sorted((item.name, code) for code, item in shown.items())
    buttons = [Button(name, CommandTap("sos", code)) for name, code in named]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    last = (
        turn.button("button-not-listed", "sos", ELSEWHERE)
        if more
        else turn.button("button-more-countries", "sos", MORE)
    )
    return (*rows, (last, turn.button("button-hide", "hide")))
