"""From one update to its answer: apply it once, keep the answer until it is sent, then forget the update.

Three transactions at most: the inbox row (written by intake), the change together with the answer it leads to, and
the row's end together with the id of the living message. Killed in between, an update is either applied once from
the start, or only its answer is sent again: here a double is better than silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from telegram import Update
from telegram.ext import Application

from bot.clock import Clock
from bot.core.model import Status
from bot.core.screen import Reply, Screen, StepTap
from bot.library.load import Library
from bot.services.conversation import Conversation
from bot.services.onboarding import schedule
from bot.services.turn import Command, Gave, Incoming, Pressed, Turn
from bot.store.erased import write_down
from bot.store.inbox import AppliedAlready, Waiting
from bot.store.sessions import LostRace
from bot.store.store import Store, Transaction
from bot.telegram.beside import beside
from bot.telegram.files import Files
from bot.telegram.intake import Ahead, update_from
from bot.telegram.sender import Sender
from bot.telegram.stopwatch import Stopwatch
from bot.telegram.verdict import Outcome, Verdict
from bot.tracing import span

log = structlog.get_logger()

MOST_ATTEMPTS = 3
FIRST_REPEAT = 0.5
LONGEST_REPEAT = 20.0


@dataclass
class Desk:
    """Answers updates. `process` is PTB's own `Application.process_update`; its handlers call `answer`."""

    store: Store
    library: Library
    clock: Clock
    conversation: Conversation
    sender: Sender
    files: Files
    stopwatch: Stopwatch

    def __post_init__(self) -> None:
        self.process: Callable[[Update], Awaitable[None]] | None = None
        self.failures: dict[int, BaseException] = {}
        self._finished: set[int] = set()

    def serve(self, application: Application) -> None:  # type: ignore[type-arg]  # six parameters nobody reads
        """Use this application's handlers."""
        self.process = application.process_update

    async def handle(self, item: Waiting) -> None:
        """One row of the inbox, to its end. Never raises, and never blocks what its chat sends next."""
        try:
            with span("handle", attempts=item.attempts):
                await self._to_its_end(item)
        finally:
            self.stopwatch.drop(item.update_id)

    async def _to_its_end(self, item: Waiting) -> None:
        pause = FIRST_REPEAT
        with structlog.contextvars.bound_contextvars(update=item.update_id):
            while True:
                try:
                    await self._once(item)
                    return
                except asyncio.CancelledError:
                    raise
                except AppliedAlready:
                    log.warning("an update was applied already; at most its answer is missing")
                except Exception as error:
                    if await self._given_up(item, error):
                        return
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_REPEAT)
                known = await self._reload(item)
                if known is None:
                    return
                item = known

    async def answer(self, update: Update, incoming: Incoming) -> None:
        """Apply what came in, once, then send the answer."""
        chat_id = update.effective_chat.id if update.effective_chat else 0
        self.sender.stand_still(chat_id)
        if update.message is not None:
            self.sender.remember(chat_id, update.message.message_id)
        query = update.callback_query
        async with beside(self.sender.acknowledge(query.id) if query is not None and query.id else None):
            try:
                reply = await self._change(update, chat_id, incoming)
            except LostRace:  # a second process was faster: what the person sees now is what holds
                reply = await self._change(update, chat_id, incoming)
            await self._finish(update.update_id, chat_id, reply)
            if isinstance(incoming, Gave):
                await self.files.copy(chat_id)

    async def _change(self, update: Update, chat_id: int, incoming: Incoming) -> Reply:
        user = update.effective_user
        spoken = user.language_code if user else None

        async def work(tx: Transaction) -> Reply:
            with structlog.contextvars.bound_contextvars(update=update.update_id):
                reply = await self._apply(tx, chat_id, spoken, incoming)
                await tx.inbox.keep_reply(update.update_id, reply)
                return reply

        return await self.store.change(work)

    async def ahead(self, tx: Transaction, update: dict[str, Any]) -> Ahead | None:
        """The answer to /spiral, found in the very transaction that writes the update down, so that nothing is waited
        for twice; None for everything else."""
        match update.get("message"):
            case {"chat": {"id": int(chat_id), "type": "private"}, "message_id": int(message_id), "text": str(text),
                  "from": {**author}}:  # fmt: skip
                pass
            case _:
                return None
        if author.get("is_bot"):
            return None  # another bot: silence, or two machines would talk for ever
        spoken = author.get("language_code")
        spoken = spoken if isinstance(spoken, str) else None
        if text.strip() not in ("/spiral", self.library.speak(_language(spoken)).texts("keyboard-spiral")):
            return None
        self.sender.remember(chat_id, message_id)
        try:
            async with tx.part() as part:
                reply = await self._apply(tx, chat_id, spoken, Command("spiral"))
                await tx.inbox.keep_reply(int(update["update_id"]), reply)
            return Ahead(reply, part)
        except Exception as error:
            log.warning("an answer could not be found ahead", error=type(error).__name__)
            return None  # the ordinary way tries again, and counts its failures

    async def _apply(self, tx: Transaction, chat_id: int, spoken: str | None, incoming: Incoming) -> Reply:
        now = self.clock.now()
        tapped = incoming.tap.session if isinstance(incoming, Pressed) and isinstance(incoming.tap, StepTap) else None
        learner = await tx.who(chat_id, tapped)
        if learner is None:
            learner = await tx.learners.add(chat_id, self.library.speak(_language(spoken)).locale, now)
        turn = Turn(tx, learner, self.library, now)
        if learner.status is Status.BLOCKED:  # they write again, so they are back
            await turn.change(status=Status.ACTIVE if learner.zone else Status.NEW)
            await schedule(turn)
        reply = await self.conversation.answer(turn, incoming)
        return replace(reply, locale=turn.learner.locale)

    async def say_once(self, update: Update, name: str, *, leave: bool = False) -> None:
        """A fixed text to a chat of which nothing is stored (a group)."""
        if update.effective_chat is not None:
            reply = Reply((Screen(self.library.speak(None).texts(name)),), leave=leave)
            await self.sender.deliver(update.effective_chat.id, reply, self.library.speak(None).texts)

    async def blocked(self, chat_id: int) -> None:
        """The person blocked the bot: nothing is sent any more, timers go, what they wrote stays theirs."""
        async with self.store.transaction() as tx:
            learner = await tx.learners.find(chat_id)
            if learner is not None:
                turn = Turn(tx, learner, self.library, self.clock.now())
                await turn.change(status=Status.BLOCKED)
                await schedule(turn)

    async def _once(self, item: Waiting) -> None:
        if item.lost:
            sorry = Screen(self.library.speak(None).texts("update-lost"))
            await self._finish(item.update_id, item.chat_id, Reply((sorry,)))
            return
        if item.reply is not None:
            self.sender.stand_still(item.chat_id)
            await self._finish(item.update_id, item.chat_id, item.reply)
            self._finished.discard(item.update_id)
            return
        update = update_from(item.body, self.sender.bot)
        if update is not None and self.process is not None:
            await self.process(update)
            failure = self.failures.pop(item.update_id, None)
            if failure is not None:
                raise failure
        if item.update_id in self._finished:
            self._finished.discard(item.update_id)
            return
        await self.store.change(lambda tx: tx.inbox.forget(item.update_id))  # nothing was to be said to it

    async def _reload(self, item: Waiting) -> Waiting | None:
        # It may have been applied before it failed: then only its answer is missing, or not even that.
        try:
            async with self.store.transaction(reading=True) as tx:
                return await tx.inbox.get(item.update_id)
        except Exception as problem:
            log.error("the store does not answer", error=type(problem).__name__)
            return item

    async def _finish(self, update_id: int, chat_id: int, reply: Reply) -> None:
        if reply.wiped:
            await self._erased(chat_id)
            await self.store.wipe()  # before it is said that nothing is left
        verdict = await self._deliver(update_id, chat_id, reply)
        if verdict.outcome is Outcome.BLOCKED:
            await self.blocked(chat_id)
        if verdict.outcome is Outcome.REJECTED:
            log.error("telegram rejected a screen", reason=verdict.reason)
            raise Rejected(verdict.reason)

        async def end(tx: Transaction) -> None:
            await tx.inbox.forget(update_id)
            if reply.session is not None:
                await tx.sessions.set_message(reply.session, verdict.message_id, verdict.card_id)

        await self.store.change(end)
        self._finished.add(update_id)
        if reply.wiped:
            await self.store.wipe()  # and the update that asked for it

    async def _erased(self, chat_id: int) -> None:
        """Write down that this chat is not to come back with a backup. A folder that is full is no reason not to go."""
        if self.store.erased is None:
            return
        try:
            now = self.clock.now()
            await asyncio.to_thread(write_down, self.store.erased, self.store.cipher, chat_id, now)
        except OSError as problem:
            log.error("a /delete could not be written down for backups", error=type(problem).__name__)

    async def _deliver(self, update_id: int, chat_id: int, reply: Reply) -> Verdict:
        texts = self.library.speak(reply.locale).texts
        pause = FIRST_REPEAT
        while True:
            arrived = partial(self.stopwatch.answered, update_id)
            verdict = await self.sender.deliver(chat_id, reply, texts, arrived=arrived)
            if verdict.outcome not in (Outcome.LATER, Outcome.UNKNOWN, Outcome.DOWN):
                return verdict
            await asyncio.sleep(max(pause, verdict.seconds))
            pause = min(pause * 2, LONGEST_REPEAT)

    async def _given_up(self, item: Waiting, error: Exception) -> bool:
        """Whether it was set aside now; while the store fails too, it is not the update's fault, and nothing counts."""
        log.error("an update could not be handled", error=type(error).__name__)
        try:
            async with self.store.transaction() as tx:
                attempt = await tx.inbox.fail(item.update_id)
                if attempt >= MOST_ATTEMPTS:
                    await tx.inbox.set_aside(item.update_id, self.clock.now())
                    log.error("an update was set aside", set_aside=await tx.inbox.count_set_aside())
        except Exception as problem:
            log.error("the store does not answer", error=type(problem).__name__)
            return False
        if attempt >= MOST_ATTEMPTS:
            texts = self.library.speak(None).texts
            await self.sender.deliver(item.chat_id, Reply((Screen(texts("went-wrong")),)), texts)
        return attempt >= MOST_ATTEMPTS


def _language(spoken: str | None) -> str:
    return (spoken or "en").split("-")[0]


class Rejected(Exception):
    """Telegram will never take this screen; its words are left out of the message."""
