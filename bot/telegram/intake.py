"""The way in: getUpdates, inbox, and only then the word to Telegram that they arrived.

python-telegram-bot's own Updater hands updates to memory and confirms them with its next request; a process killed
in between loses somebody's message. So Keel owns this one loop over PTB's Bot: a batch is committed to the inbox
before the offset that confirms it is sent. The highest update id ever written down is kept beside the inbox, so that
a batch which Telegram repeats after a crash is not applied a second time.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from telegram import Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.core.screen import Reply
from bot.store.batch import Part
from bot.store.engine import NOT_NOW
from bot.store.inbox import NUMBERS_HOLD, NotAlone, Received, Waiting
from bot.store.store import Store, Transaction
from bot.telegram.essentials import essentials, is_update
from bot.telegram.stopwatch import Stopwatch
from bot.tracing import span

log = structlog.get_logger()

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
POLL_SECONDS = 25
LINE_SECONDS = 10
"""Beyond the long poll's own length, how long an answer may take."""
LEFT_AT_ONCE = 1000
"""How much of what an earlier run left is read at once."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
REFUSED = "Telegram does not accept this token; get the current one from @BotFather."


class TokenRefused(Exception):
    """Telegram does not know this token (any more)."""


@dataclass(frozen=True)
class Ahead:
    """An answer found in the transaction that writes the update down, and the part of it in which that happened."""

    reply: Reply
    part: Part


FindAhead = Callable[[Transaction, dict[str, Any]], Awaitable[Ahead | None]]
"""None: the ordinary way is to be taken."""


class Line(Protocol):
    """Where updates wait for their turn."""

    def put(self, chat_id: int, item: Waiting) -> None:
        """Queue an update behind whatever its chat still has."""

    def busy(self, chat_id: int) -> bool:
        """Whether something of this chat is, or may be, queued or running."""


class NotOpen(Exception):
    """Keel starts or stops; Telegram is to bring the update again."""


class Intake:
    """turns: where an update waits once it is safe. ahead: answers that are found at once."""

    def __init__(
        self,
        bot: ExtBot[str],
        store: Store,
        clock: Clock,
        turns: Line,
        ahead: FindAhead,
        stopwatch: Stopwatch,
    ) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._turns = turns
        self._ahead = ahead
        self._stopwatch = stopwatch
        self.open = False
        self._mark: str | None = None
        """Up to where updates were asked for, as this process last saw it."""

    async def wait(self, url: str, secret: str) -> None:
        """Have Telegram bring updates to an address, until cancelled; `take` is what takes them there.

        Raises TokenRefused: no waiting will help.
        """
        await self.leftovers()
        async with self._store.transaction(reading=True) as tx:
            self._mark = await tx.inbox.mark()
        self.open = True
        try:
            await self._insist(
                lambda: self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED, max_connections=100)
            )
            log.info("telegram brings updates to the webhook")
            await asyncio.Event().wait()
        finally:
            self.open = False

    async def take(self, update: dict[str, Any]) -> None:
        """Write one update down that Telegram brought, and hand it on; one that was here before is nothing new.

        Raises NotOpen; whatever the store raises: then Telegram brings it again.
        """
        if not self.open:
            raise NotOpen
        since, update = self._stopwatch.now(), essentials(update)
        if "callback_query" in update:
            update["callback_query"]["id"] = ""  # the webhook acknowledges a tap with its 200; we need not
        item = Received(int(update["update_id"]), chat_of(update), json.dumps(update))
        with span("receive", updates=1):
            fresh, found = await self._taken(item, update)
        if fresh:
            self._hand_on(item, found, since)

    async def _taken(self, item: Received, update: dict[str, Any]) -> tuple[bool, Ahead | None]:
        """Whether it is new, and then written down; and the answer if it was found with it."""
        now, alone = self._clock.now(), self._turns.busy(item.chat_id)
        if alone:
            with suppress(NotAlone):
                async with self._store.transaction() as tx:
                    tx.inbox.take_alone(self._bot.id, item, now, self._mark)
                return True, None
        async with self._store.transaction() as tx:
            if alone:  # it was not the mark any more
                self._mark = await tx.inbox.mark()
            fresh = await tx.inbox.take(self._bot.id, item, now)
            return fresh, await self._ahead(tx, update) if fresh and not alone else None

    async def run(self) -> None:
        """Receive until cancelled. Whatever goes wrong on the line: wait a little, with jitter, and go on.

        Raises TokenRefused: no waiting will help.
        """
        await self.leftovers()
        await self._insist(self._end_webhook)
        async with self._store.transaction(reading=True) as tx:
            offset = await tx.inbox.next_offset(self._bot.id, self._clock.now())
        pause = FIRST_PAUSE
        while True:
            try:
                updates = await self._poll(offset)
            except (InvalidToken, EndPointNotFound):
                raise TokenRefused(REFUSED) from None
            except TelegramError as error:
                pause = await self._back_off(error, pause)
                continue
            counted = [item for item in updates if is_update(item)]
            if len(counted) < len(updates):
                log.warning("telegram gave something that is no update", many=len(updates) - len(counted))
                await asyncio.sleep(pause)  # what has no number cannot be confirmed, and may come again at once
            if counted:
                try:
                    await self.receive(counted)
                except NOT_NOW as problem:
                    log.error("updates could not be written down; asking again", error=type(problem).__name__)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                    continue
                offset = max(int(item["update_id"]) for item in counted) + 1
            pause = FIRST_PAUSE

    async def tidy(self) -> None:
        """Forget which updates were brought so long ago that Telegram has forgotten them too."""
        async with self._store.transaction() as tx:
            await tx.inbox.forget_brought(self._clock.now() - NUMBERS_HOLD)

    async def leftovers(self) -> None:
        """What an earlier run received and did not answer comes first."""
        above, found = -1, 0
        while True:
            async with self._store.transaction(reading=True) as tx:
                waiting = await tx.inbox.waiting(LEFT_AT_ONCE, above)
            for item in waiting:
                self._turns.put(item.chat_id, item)
            found += len(waiting)
            if len(waiting) < LEFT_AT_ONCE:
                break
            above = waiting[-1].update_id
        if found:
            log.info("taking up what was left", updates=found)

    async def receive(self, updates: list[dict[str, Any]]) -> None:
        """Write a batch down in one transaction, then hand it on; what is most urgent is answered in it already."""
        since = self._stopwatch.now()
        updates = [essentials(item) for item in updates]
        batch = [Received(int(item["update_id"]), chat_of(item), json.dumps(item)) for item in updates]
        with span("receive", updates=len(updates)):
            fresh, answers = await self._written_down(batch, updates)
        for item in batch:
            if item.update_id in fresh:
                self._hand_on(item, answers.get(item.update_id), since)

    async def _written_down(
        self, batch: list[Received], updates: list[dict[str, Any]]
    ) -> tuple[set[int], dict[int, Ahead | None]]:
        """Which of them were new, and the answers that were found at once."""
        answers: dict[int, Ahead | None] = {}
        async with self._store.transaction() as tx:
            fresh = await tx.inbox.add(self._bot.id, batch, self._clock.now())
            before: set[int] = set()
            for item, update in zip(batch, updates, strict=True):
                # Only for somebody of whom nothing else waits: what came first is answered first.
                if item.update_id in fresh and item.chat_id not in before and not self._turns.busy(item.chat_id):
                    answers[item.update_id] = await self._ahead(tx, update)
                before.add(item.chat_id)
        return fresh, answers

    def _hand_on(self, item: Received, found: Ahead | None, since: float) -> None:
        self._stopwatch.begin(item.update_id, since)
        reply = found.reply if found is not None and found.part.failure is None else None
        self._turns.put(item.chat_id, Waiting(item.update_id, item.chat_id, item.body, 0, reply))

    async def _insist(self, call: Callable[[], Awaitable[object]]) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await call()
                return
            except (InvalidToken, EndPointNotFound):
                raise TokenRefused(REFUSED) from None
            except TelegramError as error:
                pause = await self._back_off(error, pause)

    async def _end_webhook(self) -> None:
        if (await self._bot.get_webhook_info()).url:
            log.warning("telegram brought updates to a webhook; from now on they are asked for")
            await self._bot.delete_webhook()

    async def _poll(self, offset: int | None) -> list[dict[str, Any]]:
        # As plain JSON, not as PTB's objects: one update that this PTB cannot read must not cost the whole batch.
        # (The odd spelling: PTB warns when `do_api_request` is given the name of a method of its own.)
        wanted = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED}
        polled: list[dict[str, Any]] = await self._bot.do_api_request(
            "get_Updates", {name: value for name, value in wanted.items() if value is not None},
            read_timeout=POLL_SECONDS + LINE_SECONDS,
        )  # fmt: skip
        return polled

    async def _back_off(self, error: TelegramError, pause: float) -> float:
        if isinstance(error, TimedOut):
            return FIRST_PAUSE  # a long poll that found nothing in time: simply ask again
        if isinstance(error, RetryAfter):
            after = error.retry_after
            pause = max(pause, float(after if isinstance(after, int | float) else after.total_seconds()))
        elif isinstance(error, Conflict):
            log.warning("another process receives for this bot, or a webhook is set; waiting", error="Conflict")
        elif isinstance(error, NetworkError):
            log.warning("telegram is out of reach; waiting", error=type(error).__name__, seconds=round(pause, 1))
        else:
            log.warning("telegram refused getUpdates; waiting", error=type(error).__name__)
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        return min(pause * 2, LONGEST_PAUSE)


def chat_of(update: dict[str, Any]) -> int:
    """The chat that an update belongs to, in its essentials; 0 for those that belong to none."""
    for kind, content in update.items():
        if kind != "update_id":
            return int((content["message"] if kind == "callback_query" else content)["chat"]["id"])
    return 0


def update_from(body: str, bot: ExtBot[str]) -> Update | None:
    """An update out of the inbox, into which an earlier Keel may have put it as it came."""
    return Update.de_json(essentials(json.loads(body)), bot)
