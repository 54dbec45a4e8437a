"""The Bot API methods Keel could use, each with Telegram's own refusals."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.simulator import errors
from bot.simulator.errors import bad
from bot.simulator.markup import parse, units
from bot.simulator.state import Chat, Post

if TYPE_CHECKING:
    from bot.simulator.telegram import Telegram

Params = dict[str, Any]
Files = Mapping[str, tuple[str, bytes]]
Method = Callable[["Telegram", Params, Files], Awaitable[Any]]

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
LONGEST_DATA = 64
MOST_BUTTONS = 100
QUERY_LIVES = timedelta(minutes=15)
DELETABLE = timedelta(hours=48)
LARGEST_UPLOAD = 50 * 1024 * 1024
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
    offset = _number(params, "offset")
    if offset is not None:
        telegram.updates = [item for item in telegram.updates if item["update_id"] >= offset]
    limit = _number(params, "limit") or 100
    telegram.poller += 1
    mine = telegram.poller
    loop = asyncio.get_running_loop()
    ends = loop.time() + float(params.get("timeout") or 0)
    async with telegram.changed:
        telegram.changed.notify_all()
        while telegram.poller == mine and not telegram.updates and (left := ends - loop.time()) > 0:
            try:
                await asyncio.wait_for(telegram.changed.wait(), left)
            except TimeoutError:
                break
    if telegram.poller != mine:
        raise errors.TWO_POLLERS
    allowed = params.get("allowed_updates") or []
    known = [
        item for item in telegram.updates if not allowed or next(key for key in item if key != "update_id") in allowed
    ]
    return known[:limit]


async def send_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """A text."""
    chat = _chat(telegram, params)
    text, entities = _text(params)
    return _sent(telegram, chat, params, {"text": text, **({"entities": entities} if entities else {})})


async def edit_message_text(telegram: Telegram, params: Params, files: Files) -> Any:
    """Another text, other buttons."""
    chat = _chat(telegram, params)
    post = _editable(chat, params)
    if "text" not in post.data:
        raise errors.NO_TEXT_TO_EDIT
    text, entities = _text(params)
    return _edited(telegram, chat, post, {"text": text, "entities": entities}, _inline(params.get("reply_markup")))


async def edit_message_caption(telegram: Telegram, params: Params, files: Files) -> Any:
    """Another caption."""
    chat = _chat(telegram, params)
    post = _editable(chat, params)
    caption, entities = _caption(params)
    content = {"caption": caption, "caption_entities": entities}
    return _edited(telegram, chat, post, content, _inline(params.get("reply_markup")))


async def edit_message_reply_markup(telegram: Telegram, params: Params, files: Files) -> Any:
    """Other buttons."""
    chat = _chat(telegram, params)
    return _edited(telegram, chat, _editable(chat, params), {}, _inline(params.get("reply_markup")))


async def delete_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """A message is gone, on both sides; none older than 48 hours."""
    chat = _chat(telegram, params)
    post = chat.posts.get(_number(params, "message_id") or 0)
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
    query.answered = {"text": params.get("text") or "", "alert": _true(params.get("show_alert"))}
    telegram.touch(telegram.chats[query.chat_id])
    return True


def _send_file(kind: str) -> Method:
    async def send(telegram: Telegram, params: Params, files: Files) -> Any:
        """A file of one kind, uploaded or by its id."""
        chat = _chat(telegram, params)
        name, content = _file(telegram, params, files, kind)
        if kind == "photo" and len(content) > LARGEST_PHOTO:
            raise errors.FILE_TOO_BIG
        caption, entities = _caption(params)
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
                about |= {"file_name": _file_name(params, files, kind)}
        content_: dict[str, Any] = {kind: about}
        if kind == "animation":
            content_["document"] = about
        if caption:
            content_ |= {"caption": caption, "caption_entities": entities}
        return _sent(telegram, chat, params, content_)

    return send


async def send_chat_action(telegram: Telegram, params: Params, files: Files) -> Any:
    """Typing and the like, for five seconds."""
    chat = _chat(telegram, params)
    chat.action = (str(params.get("action")), telegram.now())
    telegram.touch(chat)
    return True


async def pin_chat_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """One message stays on top."""
    chat = _chat(telegram, params)
    post = chat.posts.get(_number(params, "message_id") or 0)
    if post is None:
        raise bad("message to pin not found")
    chat.pinned = post.id
    telegram.touch(chat)
    return True


async def unpin_chat_message(telegram: Telegram, params: Params, files: Files) -> Any:
    """Nothing is pinned."""
    chat = _chat(telegram, params)
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
    telegram.commands[_scope(params)] = commands
    return True


async def get_my_commands(telegram: Telegram, params: Params, files: Files) -> Any:
    """The menu as it was set."""
    return telegram.commands.get(_scope(params), [])


async def delete_my_commands(telegram: Telegram, params: Params, files: Files) -> Any:
    """No menu."""
    telegram.commands.pop(_scope(params), None)
    return True


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
    chat = _chat(telegram, params, to_send=False)
    return chat.as_chat | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": {}}


async def leave_chat(telegram: Telegram, params: Params, files: Files) -> Any:
    """The bot leaves a group."""
    chat = _chat(telegram, params)
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.left = True
    return True


async def set_webhook(telegram: Telegram, params: Params, files: Files) -> Any:
    """Updates go to an address instead."""
    telegram.webhook = str(params.get("url") or "")
    return True


async def delete_webhook(telegram: Telegram, params: Params, files: Files) -> Any:
    """Updates are asked for again."""
    telegram.webhook = ""
    if _true(params.get("drop_pending_updates")):
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
    "deletemycommands": delete_my_commands,
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


def _chat(telegram: Telegram, params: Params, *, to_send: bool = True) -> Chat:
    chat = telegram.chats.get(_number(params, "chat_id") or 0)
    if chat is None:
        raise errors.CHAT_NOT_FOUND
    if chat.left:
        raise errors.KICKED
    if to_send and chat.kind == "private":
        if chat.deactivated:
            raise errors.DEACTIVATED
        if chat.blocked:
            raise errors.BLOCKED
        if not chat.started:
            raise errors.NOT_STARTED
    return chat


def _text(params: Params) -> tuple[str, list[dict[str, Any]]]:
    text, entities = parse(str(params.get("text") or ""), params.get("parse_mode"))
    if not text:
        raise errors.EMPTY
    if units(text) > LONGEST_TEXT:
        raise errors.TOO_LONG
    return text, entities


def _caption(params: Params) -> tuple[str, list[dict[str, Any]]]:
    caption, entities = parse(str(params.get("caption") or ""), params.get("parse_mode"))
    if units(caption) > LONGEST_CAPTION:
        raise errors.CAPTION_TOO_LONG
    return caption, entities


def _sent(telegram: Telegram, chat: Chat, params: Params, content: dict[str, Any]) -> dict[str, Any]:
    markup = params.get("reply_markup")
    inline = _inline(markup) if not isinstance(markup, dict) or "inline_keyboard" in markup else None
    if isinstance(markup, dict) and "keyboard" in markup:
        chat.keyboard = [[_label(button) for button in row] for row in markup["keyboard"]]
    if isinstance(markup, dict) and markup.get("remove_keyboard"):
        chat.keyboard = []
    chat.action = None
    if inline:
        content = content | {"reply_markup": inline}
    post = telegram.post(chat, content, from_bot=True, silent=_true(params.get("disable_notification")))
    return post.data


def _edited(
    telegram: Telegram, chat: Chat, post: Post, content: dict[str, Any], inline: dict[str, Any] | None
) -> dict[str, Any]:
    before = {name: post.data.get(name) or [] for name in content}
    if (
        before == {name: value or [] for name, value in content.items()}
        and (post.data.get("reply_markup") or None) == inline
    ):
        raise errors.NOT_MODIFIED
    post.data = {**post.data, **content, "edit_date": int(telegram.now().timestamp())}
    post.data.pop("reply_markup", None)
    if inline:
        post.data["reply_markup"] = inline
    post.edits += 1
    telegram.touch(chat)
    return post.data


def _editable(chat: Chat, params: Params) -> Post:
    post = chat.posts.get(_number(params, "message_id") or 0)
    if post is None:
        raise errors.EDIT_NOT_FOUND
    if not post.from_bot:
        raise errors.CANT_EDIT
    return post


def _inline(markup: Any) -> dict[str, Any] | None:
    if markup is None or markup in ("", {}):
        return None
    if not isinstance(markup, dict):
        raise errors.MARKUP_SHAPE
    rows = markup.get("inline_keyboard")
    if rows is None:
        raise bad("inline keyboard expected")
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise errors.MARKUP_TOO_LONG
    for button in buttons:
        if not str(button.get("text") or "").strip():
            raise errors.BUTTON_TEXT
        if "callback_data" not in button and "url" not in button:
            raise errors.NO_ACTION
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_DATA:
            raise errors.BUTTON_DATA
    return {"inline_keyboard": rows} if buttons else None


def _file(telegram: Telegram, params: Params, files: Files, kind: str) -> tuple[str, bytes]:
    given = params.get(kind)
    upload = files.get(str(given).removeprefix("attach://")) or files.get(kind)
    if upload is not None:
        content = upload[1]
        if len(content) > LARGEST_UPLOAD:
            raise errors.FILE_TOO_BIG
        id_ = f"{kind}-{hashlib.sha256(content).hexdigest()[:24]}"
        telegram.files[id_] = content
        return id_, content
    if str(given) not in telegram.files:
        raise errors.FILE_ID
    return str(given), telegram.files[str(given)]


def _file_name(params: Params, files: Files, kind: str) -> str:
    upload = files.get(str(params.get(kind)).removeprefix("attach://")) or files.get(kind)
    return upload[0] if upload else "file"


def _label(button: Any) -> str:
    return str(button.get("text") if isinstance(button, dict) else button)


def _scope(params: Params) -> tuple[str, str]:
    scope = params.get("scope")
    return (str(scope.get("type")) if isinstance(scope, dict) else "default", str(params.get("language_code") or ""))


def _number(params: Params, name: str) -> int | None:
    try:
        return int(params[name])
    except (KeyError, TypeError, ValueError):
        return None


def _true(value: Any) -> bool:
    return value in (True, "true", "True", 1, "1")
