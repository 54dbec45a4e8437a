"""What lessons give to the hard minute: lines, an if-then plan, a map of one trigger, a favourite tool.

Each is kept under the lesson or the trigger it is about, so that doing the lesson again edits it.
"""

from __future__ import annotations

from bot.core.model import Session
from bot.core.screen import Reply
from bot.core.words import in_a_sentence
from bot.services.flows import Flows
from bot.services.turn import Command, Turn, with_answer

OWN = "own"
"""The tag of what is about none of the triggers that have a name."""
BOXES = ("event", "meaning", "body", "urge")


async def begin(turn: Turn, flows: Flows, command: Command) -> Reply | None:
    """What a lesson opens, at its step; None when that lesson opens nothing (any more)."""
    lesson = turn.content.lessons.get(command.argument)
    flow, _, step = ((lesson.opens if lesson else None) or "").partition(":")
    if lesson is None or flow not in turn.content.flows or step not in turn.content.flows[flow].steps:
        return None
    return await flows.begin(turn, flow, {"lesson": lesson.id}, step=step)


async def look_for_line(turn: Turn, session: Session) -> Session:
    """Whether a line was written in this lesson before."""
    tags = await turn.tx.records.note_tags(turn.learner.id, "line")
    return with_answer(session, there=session.answers.get("lesson") in tags)


async def keep_own_line(turn: Turn, session: Session) -> Session:
    """The line, instead of what was written in this lesson before."""
    lesson, line = session.answers.get("lesson"), _label(turn, session, "own_line")
    if line and isinstance(lesson, str):
        await turn.keep_only("line", line, lesson)
    return with_answer(session, own_line="")


async def keep_own_plan(turn: Turn, session: Session) -> Session:
    """One if-then plan for one trigger."""
    flow, about = turn.content.flows[session.flow], _tag(turn, session, "plan_if")
    when, then = (in_a_sentence(flow, session, name) for name in ("plan_if", "plan_then"))
    await turn.keep_only("plan", turn.texts("plan-line", when=when, then=then), about)
    return with_answer(session, about=about, plan_if="", plan_then="")


async def keep_map(turn: Turn, session: Session) -> Session:
    """Event, meaning, body and urge of one moment, kept for its trigger."""
    about = _tag(turn, session, "event")
    text = turn.texts("map-text", **{box: _label(turn, session, box) for box in BOXES})
    await turn.keep_only("map", text, about)
    return with_answer(session, about=about, **dict.fromkeys(BOXES, ""))


async def keep_favourite(turn: Turn, session: Session) -> Session:
    """The tool that comes first until there are numbers that say otherwise."""
    tool = session.answers.get("favourite")
    if isinstance(tool, str):
        await turn.change(favourite=tool, hidden_tools=turn.learner.hidden_tools - {tool})
    return session


def _label(turn: Turn, session: Session, name: str) -> str:
    """An answer as it was tapped or written, capitals and all."""
    value = str(session.answers.get(name, ""))
    steps = turn.content.flows[session.flow].steps.values()
    labels = {choice.id: choice.label for step in steps if step.name == name for choice in step.choices}
    return labels.get(value, value)


def _tag(turn: Turn, session: Session, name: str) -> str:
    """The trigger that was tapped; own words have none of those names."""
    value = session.answers.get(name)
    steps = turn.content.flows[session.flow].steps.values()
    known = {choice.id for step in steps if step.name == name for choice in step.choices}
    return value if isinstance(value, str) and value in known else OWN


ACTIONS = {
    "look_for_line": look_for_line,
    "keep_own_line": keep_own_line,
    "keep_own_plan": keep_own_plan,
    "keep_map": keep_map,
    "keep_favourite": keep_favourite,
}
