"""What is left of a run once its words are taken out: numbers, yes or no, and the ids of what was tapped.

What may stay is listed and everything else goes, so that a new kind of answer is erased until somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.flow import OWN, TOOLS, Flow
from bot.core.model import Session, Value
from bot.core.screen import LOST

BLUE = "text"
"""The answer with words that came out of the blue."""
COPIED = ("plan_line", "map_line", "planned", "ask_text")
"""Answers made of somebody's words: they may outlive the note that they were copied from or into."""


def without_words(flow: Flow | None, session: Session) -> dict[str, Value]:
    """The answers of a run without a word that anybody typed. flow: None where its file is gone."""
    bare = {name: _bare(flow, name, value) for name, value in session.answers.items() if name != LOST}
    return {name: value for name, value in bare.items() if value not in (None, ())}


def words_of(flow: Flow | None, answers: Mapping[str, Value]) -> tuple[str, ...]:
    """What was typed in a run, in order, and copies of it; what Keel itself noted down beside it is not among it."""
    asked = {step.own_name for step in flow.steps.values() if step.ask} if flow is not None else set()
    asked |= {step.spill for step in flow.steps.values() if step.spill} if flow is not None else set()
    found: list[str] = []
    for name, value in answers.items():
        if name in asked or name in (BLUE, *COPIED) or name.endswith(OWN):
            kept = set() if flow is None else _ids(flow, name)
            lines = value if isinstance(value, tuple) else (value,)
            found += [line for line in lines if isinstance(line, str) and line and line not in kept]
    return tuple(found)


def _bare(flow: Flow | None, name: str, value: Value) -> Value | None:
    if isinstance(value, bool | int | float):
        return value
    known = _ids(flow, name) if flow is not None and not name.endswith(OWN) else frozenset[str]()
    if isinstance(value, tuple):
        return tuple(item for item in value if item in known)
    return value if value in known else None


def _ids(flow: Flow, name: str) -> frozenset[str]:
    """The ids that an answer of this name can be made of."""
    if name == TOOLS:
        return frozenset(step.tool for step in flow.steps.values() if step.tool is not None)
    return frozenset(choice.id for step in flow.steps.values() if step.name == name for choice in step.choices)
