"""Fetches the file that somebody sends after /import, and looks it over, before their turn begins."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog
from telegram import Document
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.library.load import Library
from bot.services.arrival import NotBroughtIn, unpack
from bot.services.bringing import LARGEST_FETCHED, LARGEST_UNPACKED
from bot.services.flows import Flows
from bot.services.turn import Handed, Turn
from bot.store.store import Store

log = structlog.get_logger()

AT_ONCE = 2
"""Files that are unpacked at the same time, so that many of them do not fill the memory."""


@dataclass
class Porter:
    """Nothing is fetched that was not asked for."""

    bot: ExtBot[str]
    store: Store
    library: Library
    clock: Clock
    flows: Flows
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def take(self, chat_id: int, document: Document, message_id: int, words: str) -> Handed | None:
        """The file as it was unpacked, or what is wrong with it; None where no file is waited for."""
        if not await self._waited_for(chat_id):
            return None
        if (document.file_size or 0) > LARGEST_FETCHED:
            return Handed(message_id, problem="large", words=words)
        async with self._places:
            try:
                file = await self.bot.get_file(document.file_id)
                content = bytes(await file.download_as_bytearray())
                luggage = await asyncio.to_thread(unpack, content, chat_id, LARGEST_UNPACKED)
            except TelegramError as error:
                log.info("a file could not be fetched", error=type(error).__name__)
                return Handed(message_id, problem="unreachable", words=words)
            except NotBroughtIn as problem:
                return Handed(message_id, problem=problem.reason, words=words)
        return Handed(message_id, luggage, words=words)

    async def _waited_for(self, chat_id: int) -> bool:
        async with self.store.transaction(reading=True) as tx:
            learner = await tx.learners.find(chat_id)
            if learner is None:
                return False
            current = await tx.sessions.current(learner.id)
            step = self.flows.listening(Turn(tx, learner, self.library, self.clock.now()), current)
            return step is not None and step.ask == "file"
