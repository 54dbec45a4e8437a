"""Files that Keel sends: its own animations, uploaded once and then known by Telegram's name for them; and the voice
notes and pictures that people gave it to keep."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from telegram import InlineKeyboardMarkup, InputFile, Message
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.core.chart import Chart
from bot.core.screen import LOST, Document, Keepsake
from bot.services.drawing import draw
from bot.store.store import Store
from bot.telegram.lanes import ONCE
from bot.telegram.plain import Markup

log = structlog.get_logger()

MakeDocument = Callable[[int, Document], Awaitable[bytes | None]]
_DRAWING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
"""One picture at a time: what draws is not made for several threads, and one never takes the whole machine."""
UPLOAD = 120.0
"""Seconds that a large file may take on a slow line."""
PATIENCE = 4.0
"""Seconds that the words below an animation wait for it at most."""


@dataclass(frozen=True)
class Files:
    """folder: where Keel's own animations are. copies: whether people's own are also kept here, sealed.

    document: makes a file about the person of a chat; None where there is nobody.
    """

    bot: ExtBot[str]
    store: Store
    folder: Path
    document: MakeDocument
    copies: bool = False
    _known: dict[str, str] = field(default_factory=dict)

    async def show(self, chat_id: int, name: str) -> int | None:
        """Send one of Keel's animations, silently; gives its message. If it does not go, the words do without it."""
        path = self.folder / f"{name}.gif"
        if not path.is_file():
            return None
        content = path.read_bytes()
        mark = f"file:{self.bot.id}:{name}"
        version = hashlib.sha256(content).hexdigest()[:8]
        try:
            known = await self._name(mark, version)
            if known is not None:
                try:
                    return (await self._animation(chat_id, known)).message_id
                except BadRequest:
                    log.info("telegram forgot a file; sending it anew", file=name)
            message = await self._animation(chat_id, InputFile(content, filename=path.name, attach=True))
            sent = message.animation or message.document
            if sent is not None:
                self._known[mark] = f"{version} {sent.file_id}"
                async with self.store.transaction() as tx:
                    await tx.marks.put(mark, self._known[mark])
            return message.message_id
        except TelegramError as error:
            log.debug("an animation was not sent", file=name, error=type(error).__name__)
            return None

    async def _name(self, mark: str, version: str) -> str | None:
        """Telegram's name for this version of a file, looked up in the store once."""
        if mark not in self._known:
            async with self.store.transaction(reading=True) as tx:
                self._known[mark] = await tx.marks.get(mark) or ""
        found, _, file_id = self._known[mark].partition(" ")
        return file_id if found == version else None

    async def play(self, chat_id: int, kept: Keepsake) -> Message | None:
        """Send somebody their own voice note or picture; from the copy where Telegram does not know it any more."""
        with contextlib.suppress(BadRequest):
            if kept.file_id != LOST:
                return await self._own(chat_id, kept.kind, kept.file_id)
        async with self.store.transaction(reading=True) as tx:
            content = await tx.kept.copy(kept.id)
        if content is None:
            return None
        message = await self._own(chat_id, kept.kind, InputFile(content, filename=kept.kind, attach=True))
        name = message.voice.file_id if message.voice else message.photo[-1].file_id if message.photo else None
        if name is not None:
            async with self.store.transaction() as tx:
                await tx.kept.rename(kept.id, name)
        return message

    async def draw(self, chat_id: int, chart: Chart, caption: str, buttons: Markup | None) -> Message | None:
        """Draw a picture, off the event loop, and send it with its words; None if it cannot be drawn or is refused."""
        try:
            content = await asyncio.get_running_loop().run_in_executor(_DRAWING, draw, chart)
            return await self.bot.send_photo(
                chat_id,
                InputFile(content, filename="picture.png", attach=True),
                caption=caption,
                parse_mode="HTML",
                reply_markup=InlineKeyboardMarkup.de_json(buttons, self.bot) if buttons else None,
                read_timeout=UPLOAD,
                write_timeout=UPLOAD,
            )
        except BadRequest as error:
            if "chat not found" in error.message.lower():
                raise
            log.warning("telegram refused a picture", reason=error.message)
        except (OSError, ValueError, RuntimeError) as error:
            log.error("a picture could not be drawn", error=type(error).__name__)
        return None

    async def copy(self, chat_id: int) -> None:
        """Fetch and seal what this person gave, where the operator keeps copies; failing leaves Telegram's own."""
        if not self.copies:
            return
        async with self.store.transaction(reading=True) as tx:
            learner = await tx.learners.find(chat_id)
            kept = await tx.kept.keepsakes(learner.id) if learner is not None else {}
            missing = [item for item in kept.values() if item.file_id != LOST and await tx.kept.copy(item.id) is None]
        for item in missing:
            try:
                content = bytes(await (await self.bot.get_file(item.file_id)).download_as_bytearray())
            except TelegramError as error:
                log.info("a keepsake could not be copied", error=type(error).__name__)
                continue
            async with self.store.transaction() as tx:
                await tx.kept.keep_copy(item.id, content)

    async def _animation(self, chat_id: int, animation: str | InputFile) -> Message:
        return await self.bot.send_animation(
            chat_id,
            animation,
            disable_notification=True,
            read_timeout=PATIENCE,
            write_timeout=PATIENCE,
            rate_limit_args=ONCE,
        )

    async def _own(self, chat_id: int, kind: str, file: str | InputFile) -> Message:
        if kind == "voice":
            return await self.bot.send_voice(chat_id, file, disable_notification=True)
        return await self.bot.send_photo(chat_id, file, disable_notification=True)
