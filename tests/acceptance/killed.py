"""`keel run` (or `keel keys rotate`), killed by itself (SIGKILL, nothing tidied up) when it reaches a named point.

The points wrap the real functions from outside; the bot's own code knows nothing of them.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot import app, dispatch, keys_commands
from bot.core import trouble
from bot.dispatch import Dispatcher
from bot.services.conversation import Conversation
from bot.services.due import Due
from bot.store import key_file, keys, move
from bot.store.inbox import Inbox
from bot.store.learners import Learners
from bot.store.store import Store
from bot.store.timers import Timers
from bot.telegram import claims, desk, intake, request
from bot.telegram.desk import Desk
from bot.telegram.intake import Intake
from bot.telegram.sender import Sender

Point = tuple[object, str, str] | tuple[object, str, str, int]
"""Whose function, its name, before or after, and at which call."""
POINTS: dict[str, Point] = {
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
LESSON_POINTS: dict[str, Point] = {
    "the timer is claimed": (Timers, "claim", "after"),
    "the ledger is written and not committed": (Timers, "begin_delivery", "after"),
    "the ledger is committed and nothing is sent": (Sender, "deliver", "before"),
    "the lesson is sent and not settled": (Sender, "deliver", "after"),
    "the verdict is written and not committed": (Due, "settle", "after"),
    "one timer is finished": (Dispatcher, "_one", "after"),
}

DELETE_POINTS: dict[str, Point] = POINTS | {
    "the rows are erased and not committed": (Learners, "erase", "after"),
    "the rows are erased and still in the log": (Store, "wipe", "before", 2),  # the first one is at the start
    "the log is emptied and nothing is said": (Store, "wipe", "after", 2),
    "the update is still in the log": (Store, "wipe", "before", 3),
}
ROTATION_POINTS: dict[str, Point] = {
    "no key is made yet": (key_file, "add", "before"),
    "the new file is written beside the old one": (key_file, "_fill", "after"),
    "the new file stands in its place, and its name may be lost": (key_file, "_settle", "before"),
    "the key is there and the running Keel does not know": (keys_commands, "_taken_up", "before"),
    "the running Keel seals with it": (keys_commands, "_taken_up", "after"),
    "a first batch is sealed and not committed": (keys, "_write", "after"),
    "a later batch is sealed and not committed": (keys, "_write", "after", 3),
    "some tables are done": (keys, "_batch", "before", 4),
    "everything is done but the canary": (keys, "_canary_anew", "before"),
    "the old pages are in the log": (Store, "wipe", "before"),
    "the old key is still in the file": (key_file, "retire", "before"),
    "the old key is out and the transaction is not over": (key_file, "retire", "after"),
}
MOVE_POINTS: dict[str, Point] = {
    "a first batch is written and not committed": (move, "_write", "after"),
    "some tables are copied": (move, "_copy", "after", 4),
    "a table is half copied": (move, "_write", "before", 12),
    "everything is copied and nothing compared": (move, "_compared", "before"),
    "everything is done and not committed": (move, "_end", "before"),
}

CRASH_POINTS: dict[str, Point] = {
    "a batch cannot be taken, and nobody catches it": (Intake, "receive", "raise"),
    "an answer cannot be found": (Conversation, "answer", "raise"),
    "an answer cannot be sent": (Sender, "deliver", "raise"),
    "a row cannot be written": (Inbox, "add", "raise"),
    "something in the background fails": (Sender, "acknowledge", "raise"),
}
"""Here it is not killed: the function complains, and quotes all that it was given."""
ALL_POINTS = CRASH_POINTS | DELETE_POINTS | LESSON_POINTS | MOVE_POINTS | ROTATION_POINTS


def die() -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)


def shorten_leases(seconds: float) -> None:
    """What a dead process held is free again after so many seconds: a test cannot wait for minutes."""
    claims.LEASE = dispatch.LEASE = timedelta(seconds=seconds)
    claims.LEFT_ALONE = timedelta(seconds=1)
    vars(app).update(RENEW_SECONDS=seconds / 3, SWEEP_SECONDS=1.0)


def shorten_waits(seconds: float) -> None:
    """A call is given up after so many seconds, and the bulk lane rests no longer: a test cannot wait for minutes."""
    vars(request).update(READ_SECONDS=seconds)
    vars(intake).update(POLL_SECONDS=1, LINE_SECONDS=seconds, LONGEST_PAUSE=seconds)
    vars(desk).update(LONGEST_REPEAT=seconds)
    vars(trouble).update(REST=timedelta(seconds=seconds))


def wrap(owner: object, name: str, when: str, nth: int = 1) -> None:
    """Kill the process when `owner.name` is called for the nth time, or when it has returned something."""
    original: Callable[..., Any] = getattr(owner, name)
    calls = itertools.count(1)

    @functools.wraps(original)
    async def killing(*args: Any, **kwargs: Any) -> Any:
        now = next(calls) >= nth
        if when == "raise":
            raise RuntimeError(f"cannot make sense of {args!r} {kwargs!r}")
        if when == "before" and now:
            die()
        result = await original(*args, **kwargs)
        if now and (name != "claim" or result):  # an empty claim is no point of anybody's way
            die()
        return result

    @functools.wraps(original)
    def killing_at_once(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die()
        original(*args, **kwargs)
        die()

    setattr(owner, name, killing if inspect.iscoroutinefunction(original) else killing_at_once)
