"""What became of a send, as Telegram's answer says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram.request import NeverArrived


class Outcome(StrEnum):
    """What Telegram said to a send."""

    SENT = "sent"
    BLOCKED = "blocked"  # the person blocked the bot or is gone
    LATER = "later"  # 429: try again after some seconds
    UNKNOWN = "unknown"  # it may have arrived
    REJECTED = "rejected"  # Telegram will never take this
    DOWN = "down"  # it certainly did not arrive


@dataclass(frozen=True)
class Verdict:
    """What became of a send; `seconds` goes with `later`, `message_id` with `sent`, `reason` with `rejected`.

    card_id: the message that stays in view beside the last one, if one was sent.
    """

    outcome: Outcome
    message_id: int | None = None
    card_id: int | None = None
    seconds: float = 0.0
    reason: str = ""


def verdict_of(error: TelegramError) -> Verdict:
    """The verdict on a call that raised this."""
    match error:
        case RetryAfter():
            after = error.retry_after
            return Verdict(
                Outcome.LATER, seconds=float(after if isinstance(after, int | float) else after.total_seconds())
            )
        case Forbidden():
            return Verdict(Outcome.BLOCKED)
        case TimedOut():
            return Verdict(Outcome.UNKNOWN)
        case BadRequest() if "chat not found" in error.message.lower():
            return Verdict(Outcome.BLOCKED)
        case BadRequest():
            return Verdict(Outcome.REJECTED, reason=_unquoted(error.message))
        case NeverArrived():
            return Verdict(Outcome.DOWN)
        case NetworkError():  # a connection that broke, or a page of a 5xx, may have come after the fact
            return Verdict(Outcome.UNKNOWN)
        case _ if type(error) is TelegramError:  # an answer that cannot be read says nothing of what was done
            return Verdict(Outcome.UNKNOWN)
        case _:
            return Verdict(Outcome.REJECTED, reason=_unquoted(error.message))


def _unquoted(said: str) -> str:
    """What Telegram said, up to where it begins to quote what it was sent."""
    return re.split(r'["“:]', said, maxsplit=1)[0].strip()[:80]
