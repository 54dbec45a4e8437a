"""The list of handlers, in order. Order matters: the first that fits an update answers it.

A handler is three lines: decode, call, and the desk sends.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import ChatMember, Message, Update
from telegram.constants import ChatType
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.services.turn import Command, Gave, Other, Pressed, Shared, Wrote
from bot.telegram.desk import Desk
from bot.telegram.payload import decode
from bot.telegram.porter import Porter

Context = ContextTypes.DEFAULT_TYPE
KINDS = {
    "edited": filters.UpdateType.EDITED,
    "voice": filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE,
    "picture": filters.PHOTO | filters.VIDEO | filters.ANIMATION | filters.Sticker.ALL,
    "poll": filters.POLL,
    "file": filters.Document.ALL,
}
"""What Keel says something of its own about; anything else gets the general line."""


class _FromBots(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        return message.from_user is not None and message.from_user.is_bot


def _words(update: Update) -> str:
    """Whatever can be read in a message: its text, the words below a picture, what a poll asks."""
    message = update.effective_message
    if message is None:
        return ""
    poll = message.poll
    asked = [poll.question, *(option.text for option in poll.options)] if poll is not None else []
    return "\n".join(part for part in (message.text, message.caption, *asked) if part)


def register(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk, porter: Porter) -> None:
    """Add every handler, and note failures so that the inbox can count them."""
    application.add_handlers(handlers(desk, porter))

    async def note(update: object, context: Context) -> None:
        if isinstance(update, Update) and context.error is not None:
            desk.failures[update.update_id] = context.error

    application.add_error_handler(note)
    desk.serve(application)


Handle = Callable[[Update, Context], Coroutine[Any, Any, None]]


def _on_file(desk: Desk, porter: Porter, otherwise: Handle) -> Handle:
    async def on_file(update: Update, context: Context) -> None:
        message = update.effective_message
        handed = None
        if message is not None and message.document is not None:
            handed = await porter.take(message.chat.id, message.document, message.message_id, _words(update))
        await (otherwise(update, context) if handed is None else desk.answer(update, handed))

    return on_file


def handlers(desk: Desk, porter: Porter) -> list[BaseHandler[Any, Any, Any]]:
    """All handlers."""
    private = filters.ChatType.PRIVATE

    async def on_other_bot(update: Update, _: Context) -> None:
        """Another bot: silence, or two machines would talk for ever."""

    async def on_membership(update: Update, _: Context) -> None:
        change = update.my_chat_member
        if change is None:
            return
        gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
        if change.chat.type == ChatType.PRIVATE:
            if gone:
                await desk.blocked(change.chat.id)
        elif not gone:
            await desk.say_once(update, "group", leave=True)

    async def on_group(update: Update, _: Context) -> None:
        await desk.say_once(update, "group", leave=True)

    async def on_command(update: Update, _: Context) -> None:
        text = (update.effective_message.text if update.effective_message else None) or "/"
        name, *rest = text[1:].split(maxsplit=1) or [""]
        words = "".join(rest).strip()
        await desk.answer(update, Command(name.split("@")[0].lower()[:32], words[:64], words=words))

    async def on_tap(update: Update, _: Context) -> None:
        query = update.callback_query
        message = query.message if query else None
        tap = decode(query.data) if query and query.data else None
        await desk.answer(update, Pressed(tap, message.message_id if message else None))

    async def on_location(update: Update, _: Context) -> None:
        place = update.effective_message.location if update.effective_message else None
        if place is not None:
            await desk.answer(update, Shared(place.latitude, place.longitude))

    async def on_text(update: Update, _: Context) -> None:
        message = update.effective_message
        if message is not None:
            forwarded = message.forward_origin is not None
            await desk.answer(update, Wrote(message.text or "", message.message_id, forwarded))

    async def on_voice(update: Update, _: Context) -> None:
        voice = update.effective_message.voice if update.effective_message else None
        if voice is not None:
            await desk.answer(update, Gave("voice", voice.file_id, voice.file_size or 0, _words(update)))

    async def on_photo(update: Update, _: Context) -> None:
        sizes = update.effective_message.photo if update.effective_message else ()
        if sizes:
            await desk.answer(update, Gave("photo", sizes[-1].file_id, sizes[-1].file_size or 0, _words(update)))

    async def on_other(update: Update, _: Context) -> None:
        kind = next((name for name, fits in KINDS.items() if fits.check_update(update)), "")
        message = update.effective_message
        forwarded = message is not None and message.forward_origin is not None
        await desk.answer(update, Other(kind, _words(update), forwarded))

    return [
        ChatMemberHandler(on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(_FromBots(), on_other_bot),
        MessageHandler(~private & filters.UpdateType.MESSAGE, on_group),
        CallbackQueryHandler(on_tap),
        MessageHandler(private & filters.UpdateType.MESSAGE & filters.COMMAND, on_command),
        MessageHandler(private & filters.UpdateType.MESSAGE & filters.LOCATION, on_location),
        MessageHandler(private & filters.UpdateType.MESSAGE & filters.TEXT, on_text),
        MessageHandler(private & filters.UpdateType.MESSAGE & filters.VOICE, on_voice),
        MessageHandler(private & filters.UpdateType.MESSAGE & filters.PHOTO, on_photo),
        MessageHandler(private & filters.UpdateType.MESSAGE & filters.Document.ALL, _on_file(desk, porter, on_other)),
        MessageHandler(private & ~filters.StatusUpdate.ALL, on_other),
    ]
