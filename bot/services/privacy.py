"""One's own data: /export hands over everything as JSON, /delete erases everything after one confirmation."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime, time
from typing import Any

from bot.core.screen import Document, Reply, Screen
from bot.services.turn import Command, Turn

EXPORT_VERSION = 1


async def export(turn: Turn) -> Reply:
    """A JSON document with everything stored about the person, under a neutral name."""
    tx, learner = turn.tx, turn.learner
    everything = {
        "keel_export": EXPORT_VERSION,
        "made_at": turn.now,
        "settings": asdict(learner),
        "sessions": [asdict(item) for item in await tx.sessions.all(learner.id)],
        "timers": [asdict(item) for item in await tx.timers.due(learner.id, limit=1000)],
        "lessons_sent": [asdict(item) for item in await tx.timers.deliveries(learner.id)],
        "lessons": [asdict(item) for item in await tx.records.completions(learner.id)],
        "notes": [asdict(item) for item in await tx.records.notes(learner.id)],
        "holds": [asdict(item) for item in await tx.kept.holds(learner.id, undecided=False)],
        "keepsakes": sorted(await tx.kept.keepsakes(learner.id)),
        "noticed": [asdict(item) for item in await tx.notices.all(learner.id)],
        "entries": [asdict(item) for item in await tx.records.entries(learner.id)],
    }
    content = json.dumps(everything, ensure_ascii=False, indent=2, default=_plain)
    document = Document(f"notes-{turn.now:%Y-%m-%d}.json", content)
    return Reply((Screen(turn.texts("export-caption"), document=document),))


async def delete(turn: Turn, command: Command) -> Reply:
    """Say what goes; erase it when the one confirmation is tapped."""
    match command.argument:
        case "yes":
            await turn.tx.learners.erase(turn.learner)
            done = turn.page("deleted", (turn.button("button-start", "start"),))
            return Reply((replace(done, edit=command.message_id),))
        case "no":
            kept = turn.page("delete-kept", (turn.button("button-progress", "progress"),))
            return Reply((replace(kept, edit=command.message_id),))
        case _:
            rows = (
                (turn.button("button-export", "export"),),
                (
                    turn.button("button-delete-yes", "delete", "yes"),
                    turn.button("button-delete-no", "delete", "no"),
                ),
            )
            return Reply((turn.page("delete-ask", *rows),))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)
