"""Commands: which there are, and the one use case that answers each, whether it was typed or stands behind a button."""

from __future__ import annotations

from bot.core.screen import Reply, Screen
from bot.services import (
    cards,
    forget,
    given,
    hiding,
    lessons,
    library,
    onboarding,
    privacy,
    progress,
    review,
    rough,
    safety,
    safetyplan,
    spiral,
    unasked,
)
from bot.services.flows import Flows
from bot.services.pages import source_text
from bot.services.turn import Command, Turn

FLOW_COMMANDS = (
    *("settings", "pause", "language", "hold", "letter", "journal", "checkin", "plan", "import", "therapist"),
    "monthly",
)
"""Commands that begin the flow of the same name."""
PAGES = ("help", "about", "privacy")
COMMANDS = (
    "spiral",
    "hold",
    "lesson",
    "progress",
    "sos",
    "checkin",
    "journal",
    "letter",
    "plan",
    "library",
    "settings",
    "start",
    "pause",
    "resume",
    "language",
    "export",
    "forget",
    "delete",
    "clean",
    "privacy",
    "about",
    "help",
    "stop",
)
"""Every command a person can type, the five used most first: the order of Telegram's menu."""
UNLISTED = ("import",)
"""Commands that can be typed and are not in Telegram's menu: they are wanted once, if ever."""
BUTTON_COMMANDS = (
    "again",
    "open",
    "stage",
    "after",
    "hide",
    "why",
    "card",
    "tools",
    "goon",
    "back",
    "asks",
    "age",
    "snooze",
    *("therapist", "monthly", "rough"),
)
"""What only buttons mean."""
GROWN_UP = frozenset(("lesson", "library", "open", "stage", "resume", "monthly"))
"""Commands that nobody below sixteen is answered with lessons for."""


async def answer(turn: Turn, flows: Flows, command: Command) -> Reply:
    """What Keel says to a command, typed or behind a button."""
    if command.name in GROWN_UP and turn.learner.age_band == "under16":
        return young(turn)
    match command.name:
        case "spiral":
            return await spiral.begin(turn, flows)
        case "again":
            return await flows.begin(turn, spiral.SPIRAL)
        case "start":
            return await onboarding.start(turn, flows)
        case "lesson":
            return await lessons.on_request(turn, command)
        case "library":
            return await library.view(turn, command, flows)
        case "open":
            return await given.begin(turn, flows, command) or Reply((page(turn, "old-button"),))
        case "snooze":
            return await flows.begin(turn, "snooze", {"lesson": command.argument})
        case "stage":
            return await review.go(turn, command)
        case "after":
            return await unasked.allow_day_after(turn, command)
        case "progress":
            return await progress.answer(turn, command)
        case "rough":
            return await rough.answer(turn, command)
        case "sos":
            chosen = await safety.choose(turn, command)
            card = await cards.again(turn, flows) if chosen else None
            return card if card is not None else await safety.sos(turn, command)
        case "back":
            return await cards.again(turn, flows) or Reply((page(turn, "pick-up"),))
        case "clean":
            return await hiding.clean(turn, command)
        case "goon":
            return await cards.go_on(turn, flows, command)
        case "age":
            return await flows.begin(turn, cards.YOUNG)
        case "asks":
            return await cards.ask_again(turn)
        case "resume":
            return await onboarding.resume(turn)
        case "stop":
            return await onboarding.stop(turn)
        case "export":
            return privacy.export(turn)
        case "forget":
            return await forget.answer(turn, command)
        case "delete":
            return await privacy.delete(turn, command)
        case "hide" if command.message_id is not None:
            return Reply(delete=(command.message_id,))
        case "why":
            return _why(turn, command.argument)
        case "card":
            return safetyplan.card(turn)
        case "tools":
            await turn.change(hidden_tools=frozenset())
            return Reply((page(turn, "tools-shown"),))
        case name if name in FLOW_COMMANDS:
            return await flows.begin(turn, name)
        case name if name in PAGES:
            return Reply((page(turn, name),))
        case _:
            return Reply((page(turn, "unknown-command"),))


def _why(turn: Turn, about: str) -> Reply:
    """Why a way to calm down may work, or what else a step rests on, in plain sentences, with its source."""
    steps = (step for flow in turn.content.flows.values() for step in flow.steps.values())
    step = next((step for step in steps if about == (step.tool or step.id) and step.source), None)
    if step is None or step.source is None:
        return Reply((page(turn, "old-button"),))
    said = source_text(turn, step.why or "", step.source, "why-title" if step.tool else "why-so")
    return Reply((Screen(said, ((turn.button("button-hide", "hide"),),)),))


def young(turn: Turn) -> Reply:
    """Somebody below sixteen asked for what is made for adults."""
    rows = (
        (turn.button("button-spiral", "spiral"), turn.button("button-more-help", "sos")),
        (turn.button("button-age", "age"),),
    )
    return Reply((turn.page("young", *rows),))


def page(turn: Turn, name: str) -> Screen:
    """A small text on a screen of its own, with the ways on."""
    reviewed = [item.reviewed_by for item in turn.content.lessons.values() if item.reviewed_by != "none yet"]
    values: dict[str, str | int] = {"lessons": len(turn.content.lessons), "reviewed": len(reviewed)}
    rows = (
        (turn.button("button-spiral", "spiral"), turn.button("button-more-help", "sos")),
        (turn.button("button-progress", "progress"), turn.button("button-settings", "settings")),
    )
    return turn.page(name, *rows, **values)
