"""Every message that leaves Keel leaves here; Telegram's answers become verdicts (verdict.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from telegram import InputFile
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.core.model import Lane
from bot.core.screen import LOST, Frame, Reply, Screen, holds_lost, without_lost
from bot.library.texts import Texts
from bot.pulse import Pulse
from bot.telegram.beside import beside
from bot.telegram.files import UPLOAD, Files
from bot.telegram.lanes import BULK, ONCE
from bot.telegram.plain import edit_message_text, send_message
from bot.telegram.recent import Recent
from bot.telegram.render import html, keyboard, reply_keyboard
from bot.telegram.verdict import Outcome, Verdict, verdict_of
from bot.tracing import span

log = structlog.get_logger()

REMEMBERED, CHATS_REMEMBERED = 120, 5_000
"""How many messages of how many chats the sender remembers, for somebody who hides them."""
Place = tuple[str, int]
"""A run and its version: another one after the next step."""
FindPlace = Callable[[int], Awaitable[Place | None]]
"""Where the person of a chat stands now."""


class Sender:
    """All sends. Living messages run beside the conversation and end with the next thing somebody does."""

    def __init__(
        self, bot: ExtBot[str], files: Files, pulse: Pulse, *, paid: bool = False, place: FindPlace | None = None
    ) -> None:
        """paid: bulk sends may cost Telegram Stars, and then go faster than Telegram's free rate.

        place: tells where somebody stands, so that a living message ends also where another process took their next
        step; None where all steps are taken here.
        """
        self._place = place
        self.bot = bot
        self.files = files
        self._pulse = pulse
        self.paid = paid
        self._motions: dict[int, asyncio.Task[None]] = {}
        self._recent = Recent(REMEMBERED, CHATS_REMEMBERED)

    async def deliver(
        self,
        chat_id: int,
        reply: Reply,
        texts: Texts,
        lane: Lane = Lane.LIVE,
        *,
        arrived: Callable[[], None] | None = None,
    ) -> Verdict:
        """Everything a reply holds, in order; the verdict is the last screen's, or the first that failed.

        arrived: called after each message that Telegram took.
        """
        with span("deliver", lane=lane.value, screens=len(reply.screens)) as traced:
            verdict = await self._deliver(chat_id, reply, texts, lane, arrived)
            traced.set_attribute("verdict", verdict.outcome.value)
        self._pulse.sent(lane.value, verdict.outcome.value)
        return verdict

    async def _deliver(
        self, chat_id: int, reply: Reply, texts: Texts, lane: Lane, arrived: Callable[[], None] | None
    ) -> Verdict:
        edited = {screen.edit for screen in reply.screens}
        strip = None if reply.strip is None or reply.strip in edited else self._strip(chat_id, reply.strip)
        async with beside(strip):
            return await self._show(chat_id, reply, texts, lane, arrived)

    async def _show(
        self, chat_id: int, reply: Reply, texts: Texts, lane: Lane, arrived: Callable[[], None] | None
    ) -> Verdict:
        living = card = None
        if reply.delete or reply.sweep:
            swept = self._recent.take(chat_id) if reply.sweep else ()
            await self._delete(chat_id, tuple(sorted({*reply.delete, *swept}, reverse=True)))
        for screen in reply.screens:
            verdict = await self.send(chat_id, screen, texts, lane, reply)
            if verdict.outcome is not Outcome.SENT:
                return verdict
            if arrived is not None:
                arrived()
            if screen.card:
                card = verdict.message_id
            else:
                living = verdict.message_id
        if reply.leave:
            await self._quietly(self.bot.leave_chat(chat_id), "leave_chat")
        return Verdict(Outcome.SENT, living, card)

    async def send(self, chat_id: int, screen: Screen, texts: Texts, lane: Lane, of: Reply) -> Verdict:
        """One screen: edited in place where it says so and that is possible, else sent."""
        if holds_lost(screen):
            screen = without_lost(screen, texts("words-lost"))
        try:
            if screen.edit is not None:
                changed = await self._edit(chat_id, screen, screen.edit)
                if changed is not None:
                    self._move(chat_id, changed, screen, of)
                    return Verdict(Outcome.SENT, changed)
            if screen.keepsake is not None:
                played = await self.files.play(chat_id, screen.keepsake)
                if played is not None:
                    self.remember(chat_id, played.message_id)
                    return Verdict(Outcome.SENT, played.message_id)
                lost = screen.keepsake.file_id == LOST
                screen = replace(screen, text=texts("keepsake-lost" if lost else "keepsake-gone"))
            if screen.media is not None:
                shown = await self.files.show(chat_id, screen.media)
                if shown is not None:
                    self.remember(chat_id, shown)
            if screen.document is not None:
                made = await self.files.document(chat_id, screen.document)
                if made is not None:
                    return await self._hand_over(chat_id, screen, screen.document.name, made)
                screen = replace(screen, text=texts("export-nothing"))
            if screen.chart is not None:
                drawn = await self.files.draw(chat_id, screen.chart, html(screen.text), keyboard(screen.rows))
                if drawn is not None:
                    self.remember(chat_id, drawn.message_id)
                    return Verdict(Outcome.SENT, drawn.message_id)
            message_id = await self._send(chat_id, screen, texts, BULK if lane is Lane.BULK else None)
        except TelegramError as error:
            return verdict_of(error)
        self.remember(chat_id, message_id)
        self._move(chat_id, message_id, screen, of)
        if screen.pin:
            pinned = self.bot.pin_chat_message(chat_id, message_id, disable_notification=True)
            await self._quietly(pinned, "pin_chat_message")
        return Verdict(Outcome.SENT, message_id)

    async def acknowledge(self, query_id: str) -> None:
        """Tell Telegram that a tap arrived, so that the button stops spinning; too late is no harm."""
        await self._quietly(self.bot.answer_callback_query(query_id, rate_limit_args=ONCE), "answer_callback_query")

    def remember(self, chat_id: int, message_id: int) -> None:
        """A message stands in a chat, theirs or ours: it goes when somebody hides what is there.

        Kept in memory only, for the newest chats: after a restart the runs in the store say where most of ours are.
        """
        self._recent.add(chat_id, message_id)

    def stand_still(self, chat_id: int) -> None:
        """End a chat's living message: the person moved on."""
        motion = self._motions.pop(chat_id, None)
        if motion is not None:
            motion.cancel()

    async def close(self) -> None:
        """End every living message."""
        motions = list(self._motions.values())
        for chat_id in list(self._motions):
            self.stand_still(chat_id)
        await asyncio.gather(*motions, return_exceptions=True)

    async def _hand_over(self, chat_id: int, screen: Screen, name: str, content: bytes) -> Verdict:
        file, caption = InputFile(content, filename=name, attach=True), html(screen.text)
        message = await self.bot.send_document(
            chat_id, file, caption=caption, parse_mode="HTML", write_timeout=UPLOAD, read_timeout=UPLOAD
        )
        self.remember(chat_id, message.message_id)
        return Verdict(Outcome.SENT, message.message_id)

    async def _send(self, chat_id: int, screen: Screen, texts: Texts, lane: str | None) -> int:
        always = None
        if screen.keyboard:
            always = reply_keyboard(texts("keyboard-spiral"), texts("keyboard-help"), texts("keyboard-hint"))
        markup, paid = always or keyboard(screen.rows), self.paid and lane == BULK
        return await send_message(
            self.bot, chat_id, _html(screen, 0), markup, silent=screen.silent, paid=paid, lane=lane
        )

    async def _edit(self, chat_id: int, screen: Screen, message_id: int) -> int | None:
        try:
            await edit_message_text(self.bot, chat_id, message_id, _html(screen, 0), keyboard(screen.rows))
        except BadRequest as error:
            if "not modified" in error.message.lower():
                return message_id
            if "edit" in error.message.lower() or "message" in error.message.lower():
                return None  # gone or too old: what it should say is sent as a new message
            raise
        return message_id

    def _move(self, chat_id: int, message_id: int, screen: Screen, of: Reply) -> None:
        if screen.card:
            return  # the living message is the other one
        self.stand_still(chat_id)
        if screen.frames:
            motion = asyncio.create_task(self._play(chat_id, message_id, screen, (of.session or "", of.version)))
            self._motions[chat_id] = motion
            motion.add_done_callback(lambda done: self._forget(chat_id, done))

    def _forget(self, chat_id: int, motion: asyncio.Task[None]) -> None:
        if self._motions.get(chat_id) is motion:
            del self._motions[chat_id]

    async def _play(self, chat_id: int, message_id: int, screen: Screen, here: Place) -> None:
        frames: list[Frame | None] = [*screen.frames[1:], None]
        await asyncio.sleep(screen.frames[0].seconds)
        for at, frame in enumerate(frames, start=1):
            if self._place is not None and await self._place(chat_id) != here:
                return  # they moved on, and another process answered
            try:
                text = _html(screen, at if frame else None)
                await edit_message_text(self.bot, chat_id, message_id, text, keyboard(screen.rows), lane=ONCE)
            except TelegramError:
                return  # the words below are complete without the motion
            if frame is not None:
                await asyncio.sleep(frame.seconds)

    async def _strip(self, chat_id: int, message_id: int) -> None:
        call = self.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, rate_limit_args=ONCE)
        await self._quietly(call, "edit_message_reply_markup")

    async def _delete(self, chat_id: int, message_ids: tuple[int, ...]) -> None:
        for message_id in message_ids:
            await self._quietly(self.bot.delete_message(chat_id, message_id, rate_limit_args=ONCE), "delete_message")

    async def _quietly(self, call: object, name: str) -> None:
        try:
            await call  # type: ignore[misc]  # any of the bot's coroutines
        except TelegramError as error:
            log.debug("telegram declined", call=name, error=type(error).__name__)


def _html(screen: Screen, at: int | None) -> str:
    if screen.marked_up:
        return screen.text
    if not screen.frames or at is None:
        return html(screen.text)
    return html(f"{screen.frames[at].say}\n\n{screen.text}")
