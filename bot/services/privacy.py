"""One's own data: /export hands over everything as a file, /delete erases everything after one confirmation."""

from __future__ import annotations

from dataclasses import replace

from bot.core.screen import Document, Reply, Screen
from bot.services.turn import Command, Turn

FILE = "notes.zip"
"""A name that says nothing to somebody who looks over a shoulder."""


def export(turn: Turn) -> Reply:
    """Everything stored about the person. The file is made when it is sent, so that no copy of it waits anywhere."""
    return Reply((Screen(turn.texts("export-caption"), document=Document(FILE)),))


async def delete(turn: Turn, command: Command) -> Reply:
    """Say what goes; erase it when the one confirmation is tapped."""
    match command.argument:
        case "yes":
            await turn.tx.learners.erase(turn.learner)
            done = turn.page("deleted", (turn.button("button-start", "start"),))
            return Reply((replace(done, edit=command.message_id),), wiped=True)
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
