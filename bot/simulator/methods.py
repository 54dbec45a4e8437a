"""The Bot API methods Keel could use, each with Telegram's own refusals."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.simulator import errors
from bot.simulator.errors import bad
from bot.simulator.markup import units
from bot.simulator.parameters import (
    Files,
    Params,
    caption_of,
    chat_of,
    editable,
    edited,
    file_name_of,
    file_of,
    inline_of,
    is_true,
    number_of,
    scope_of,
    sent,
    text_of,
)

if TYPE_CHECKING:
    from bot.simulator.telegram import Telegram

Method = Callable[["Telegram", Params, Files], Awaitable[Any]]

QUERY_LIVES = timedelta(minutes=15)
DELETABLE = timedelta(hours=48)
LARGEST_PHOTO = 10 * 1024 * 1024
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


async def get_me(telegram: Telegram, params: Params, files: Files) -> Any:
    """Who the bot is."""
    more = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return telegram.me | more


async def get_updates(telegram: Telegram, params: Params, files: Files) -> Any:
    """Updates not confirmed yet; waits for one. A second poller ends the first."""
    if telegram.webhook:
        raise errors.WEBHOOK_ACTIVE
    offset = number_of(params, "offset")
    if offset is not None:
        telegram.updates = [item for item in telegram.updates if (number_of(item, "update_id") or 0) >= offset]
    limit = number_of(params, "limit") or 100
    telegram.poller += 1
    mine = telegram.poller
    loop = asyncio.get_running_loop()
    ends = loop.time() + float(params.get("timeout") or 0)
    async with telegram.changed:
        telegram.changed.notify_all()
        while telegram.poller == mine and not telegram.updates and (left := ends - loop.time()) > 0:
            try:
                # Not wait_for: in Python 3.11 it can swallow a cancellation that comes together with a result.
                async with asyncio.timeout(left):
                    await telegram.changed.wait()
            except TimeoutError:
                break
    if telegram.poller != mine:
        raise errors.TWO_POLLERS
    allowed = [] if telegram.any_kind else params.get("allowed_updates") or []
    known = [item for item in telegram.updates if not allowed or item.keys() & set(allowed)]
    return known[:limit]


async def send_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """A text."""
    chat = chat_of(telegram, params)
    text, entities = text_of(params)
    return sent(telegram, chat, params, {"text": text, **({"entities": entities} if entities else {})})


async def edit_message_text(telegram: Telegram, params: Params, files: Files) -> Any:
    """Another text, other buttons."""
    chat = chat_of(telegram, params)
    post = editable(chat, params)
    if "text" not in post.data:
        raise errors.NO_TEXT_TO_EDIT
    text, entities = text_of(params)
    return edited(telegram, chat, post, {"text": text, "entities": entities}, inline_of(params.get("reply_markup")))


async def edit_message_caption(telegram: Telegram, params: Params, files: Files) -> Any:
    """Another caption."""
    chat = chat_of(telegram, params)
    post = editable(chat, params)
    caption, entities = caption_of(params)
    content = {"caption": caption, "caption_entities": entities}
    return edited(telegram, chat, post, content, inline_of(params.get("reply_markup")))


async def edit_message_reply_markup(telegram: Telegram, params: Params, files: Files) -> Any:
    """Other buttons."""
    chat = chat_of(telegram, params)
    return edited(telegram, chat, editable(chat, params), {}, inline_of(params.get("reply_markup")))


async def delete_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """A message is gone, on both sides; none older than 48 hours."""
    chat = chat_of(telegram, params)
    post = chat.posts.get(number_of(params, "message_id") or 0)
    if post is None:
        raise errors.DELETE_NOT_FOUND
    if telegram.now() - post.at > DELETABLE:
        raise errors.CANT_DELETE
    del chat.posts[post.id]
    telegram.touch(chat)
    return True


async def answer_callback_query(telegram: Telegram, params: Params, files: Files) -> Any:
    """The button stops spinning; once, and in time."""
    query = telegram.queries.get(str(params.get("callback_query_id")))
    if query is None or query.answered is not None or telegram.now() - query.at > QUERY_LIVES:
        raise errors.QUERY_TOO_OLD
    if units(str(params.get("text") or "")) > 200:
        raise errors.QUERY_TEXT
    query.answered = {"text": params.get("text") or "", "alert": is_true(params.get("show_alert"))}
    telegram.touch(telegram.chats[query.chat_id])
    return True


def _send_file(kind: str) -> Method:
    async def send(telegram: Telegram, params: Params, files: Files) -> Any:
        """A file of one kind, uploaded or by its id."""
        chat = chat_of(telegram, params)
        name, content = file_of(telegram, params, files, kind)
        if kind == "photo" and len(content) > LARGEST_PHOTO:
            raise errors.FILE_TOO_BIG
        caption, entities = caption_of(params)
        about: Any = {
            "file_id": name,
            "file_unique_id": hashlib.sha256(content).hexdigest()[:16],
            "file_size": len(content),
        }
        match kind:
            case "photo":
                about = [about | {"width": 800, "height": 600}]
            case "voice":
                about |= {"duration": 1, "mime_type": "audio/ogg"}
            case "animation":
                about |= {"width": 400, "height": 400, "duration": 10}
            case _:
                about |= {"file_name": file_name_of(params, files, kind)}
        content_: dict[str, Any] = {kind: about}
        if kind == "animation":
            content_["document"] = about
        if caption:
            content_ |= {"caption": caption, "caption_entities": entities}
        return sent(telegram, chat, params, content_)

    return send


async def send_chat_action(telegram: Telegram, params: Params, files: Files) -> Any:
    """Typing and the like, for five seconds."""
    chat = chat_of(telegram, params)
    chat.action = (str(params.get("action")), telegram.now())
    telegram.touch(chat)
    return True


async def pin_chat_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """One message stays on top."""
    chat = chat_of(telegram, params)
    post = chat.posts.get(number_of(params, "message_id") or 0)
    if post is None:
        raise bad("message to pin not found")
    chat.pinned = post.id
    telegram.touch(chat)
    return True


async def unpin_chat_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """Nothing is pinned."""
    chat = chat_of(telegram, params)
    chat.pinned = None
    telegram.touch(chat)
    return True


async def set_my_commands(telegram: Telegram, params: Params, files: Files) -> Any:
    """The menu of commands, for a language."""
    commands = params.get("commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands JSON object")
    if len(commands) > 100:
        raise errors.COMMANDS_TOO_MUCH
    for item in commands:
        if not _COMMAND.fullmatch(str(item.get("command", ""))):
            raise errors.COMMAND
        if not 1 <= units(str(item.get("description", ""))) <= 256:
            raise errors.COMMAND_DESCRIPTION
    telegram.commands[scope_of(params)] = commands
    return True


async def get_my_commands(telegram: Telegram, params: Params, files: Files) -> Any:
    """The menu as it was set."""
    return telegram.commands.get(scope_of(params), [])


async def get_file(telegram: Telegram, params: Params, files: Files) -> Any:
    """Where a file can be fetched."""
    id_ = str(params.get("file_id"))
    if id_ not in telegram.files:
        raise errors.FILE_ID
    if len(telegram.files[id_]) > 20 * 1024 * 1024:
        raise errors.FILE_TOO_BIG
    return {
        "file_id": id_,
        "file_unique_id": id_[:16],
        "file_size": len(telegram.files[id_]),
        "file_path": f"files/{id_}",
    }


async def get_chat(telegram: Telegram, params: Params, files: Files) -> Any:
    """What is known of a chat."""
    chat = chat_of(telegram, params, to_send=False)
    return chat.as_chat | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": {}}


async def leave_chat(telegram: Telegram, params: Params, files: Files) -> Any:
    """The bot leaves a group."""
    chat = chat_of(telegram, params)
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.left = True
    return True


async def set_webhook(telegram: Telegram, params: Params, files: Files) -> Any:
    """Updates go to an address instead."""
    telegram.webhook = str(params.get("url") or "")
    telegram.webhook_secret = str(params.get("secret_token") or "")
    return True


async def delete_webhook(telegram: Telegram, params: Params, files: Files) -> Any:
    """Updates are asked for again."""
    telegram.webhook = ""
    if is_true(params.get("drop_pending_updates")):
        telegram.updates = []
    return True


async def get_webhook_info(telegram: Telegram, params: Params, files: Files) -> Any:
    """Where updates go."""
    return {"url": telegram.webhook, "has_custom_certificate": False, "pending_update_count": len(telegram.updates)}


async def accept(telegram: Telegram, params: Params, files: Files) -> Any:
    """Taken, and of no consequence here (names, descriptions, the menu button)."""
    return True


METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendphoto": _send_file("photo"),
    "sendvoice": _send_file("voice"),
    "sendanimation": _send_file("animation"),
    "senddocument": _send_file("document"),
    "sendchataction": send_chat_action,
    "pinchatmessage": pin_chat_message,
    "unpinchatmessage": unpin_chat_message,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "getfile": get_file,
    "getchat": get_chat,
    "leavechat": leave_chat,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "setmydescription": accept,
    "setmyshortdescription": accept,
    "setmyname": accept,
    "setchatmenubutton": accept,
    "logout": accept,
    "close": accept,
}
