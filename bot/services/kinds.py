"""What the kinds of texts are called that Keel keeps for somebody."""

from __future__ import annotations

from bot.core.model import Note
from bot.services.turn import Turn

PLAN_KIND = "safe_"
"""Parts of the safety plan are notes; their kinds begin with this."""


def kind_name(turn: Turn, note: Note) -> str:
    """What a kept text is, in words."""
    if note.kind.startswith(PLAN_KIND):
        part = turn.texts(f"data-{note.kind.replace('_', '-')}")
        return f"{turn.texts('data-kind-safe')}: {part}"
    name = f"data-kind-{note.kind}"
    return turn.texts(name if turn.texts.has(name) else "data-kind-note")
