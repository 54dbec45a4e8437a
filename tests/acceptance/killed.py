"""`keel run`, killed by itself (SIGKILL, nothing tidied up) the first time it reaches a named point of an update's way.

The points wrap the real functions from outside; the bot's own code knows nothing of them.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

from bot.dispatch import Dispatcher
from bot.services.conversation import Conversation
from bot.services.due import Due
from bot.store.inbox import Inbox
from bot.store.timers import Timers
from bot.telegram.desk import Desk
from bot.telegram.intake import Intake
from bot.telegram.sender import Sender

POINTS: dict[str, tuple[type, str, str]] = {
    "the batch has come and nothing is written": (Intake, "receive", "before"),
    "the inbox row is written and not committed": (Inbox, "add", "after"),
    "the inbox row is committed": (Intake, "receive", "after"),
    "the update is taken up": (Desk, "handle", "before"),
    "the answer is worked out and not saved": (Conversation, "answer", "after"),
    "the answer is saved and not committed": (Inbox, "keep_reply", "after"),
    "the change is committed and nothing is sent": (Sender, "deliver", "before"),
    "the answer is sent and the row is still there": (Sender, "deliver", "after"),
    "the row is deleted and not committed": (Inbox, "forget", "after"),
    "everything is done": (Desk, "handle", "after"),
}
LESSON_POINTS: dict[str, tuple[type, str, str]] = {
    "the timer is claimed": (Timers, "claim", "after"),
    "the ledger is written and not committed": (Timers, "begin_delivery", "after"),
    "the ledger is committed and nothing is sent": (Sender, "deliver", "before"),
    "the lesson is sent and not settled": (Sender, "deliver", "after"),
    "the verdict is written and not committed": (Due, "settle", "after"),
    "one timer is finished": (Dispatcher, "_one", "after"),
}


def die() -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)


def wrap(owner: type, name: str, when: str) -> None:
    """Kill the process when `owner.name` is called, or when it has returned something."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    async def killing(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die()
        result = await original(*args, **kwargs)
        if name != "claim" or result:  # an empty claim is no point of anybody's way
            die()
        return result

    setattr(owner, name, killing)
