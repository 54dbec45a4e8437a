"""/clean and every Hide button: taking messages out of the chat, and the truth about what stays elsewhere."""

from __future__ import annotations

from datetime import timedelta

from bot.core.safety.cards import LOOK_IN
from bot.core.screen import Reply
from bot.services.turn import Command, Turn

DELETABLE = timedelta(hours=48)
"""Telegram lets bots delete messages that are younger than this, on both sides of a private chat."""


async def clean(turn: Turn, command: Command) -> Reply:
    """Everything recent goes, whatever card is open closes, and what cannot be taken back is said without naming it."""
    known = await turn.tx.sessions.messages_since(turn.learner.id, turn.now - DELETABLE)
    if turn.learner.card is not None:
        await turn.tx.sessions.end(turn.learner.card, turn.now)
        await turn.change(card=None, card_at=None)
    await turn.tx.timers.drop(turn.learner.id, LOOK_IN)  # somebody else may hold the phone by then
    own = (command.message_id,) if command.message_id is not None else ()
    rows = ((turn.button("button-delete", "delete"), turn.button("button-more-help", "sos")),)
    return Reply((turn.page("cleaned", *rows),), delete=tuple(dict.fromkeys((*own, *known))), sweep=True)
