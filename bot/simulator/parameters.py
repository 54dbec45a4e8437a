"""What a Bot API call brings along, checked as Telegram checks it, and what it does to a chat."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.simulator import errors
from bot.simulator.errors import bad
from bot.simulator.markup import parse, units
from bot.simulator.state import Chat, Post

if TYPE_CHECKING:
    from bot.simulator.telegram import Telegram

Params = dict[str, Any]
Files = Mapping[str, tuple[str, bytes]]

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
LONGEST_DATA = 64
LONGEST_COPY = 256
MOST_BUTTONS = 100
LARGEST_UPLOAD = 50 * 1024 * 1024


def chat_of(telegram: Telegram, params: Params, *, to_send: bool = True) -> Chat:
    """The chat a call is about.

    Raises Refused: unknown, left, or one that the bot may not write to.
    """
    chat = telegram.chats.get(number_of(params, "chat_id") or 0)
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


def text_of(params: Params) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities of a call.

    Raises Refused: empty, too long, or not to be parsed.
    """
    text, entities = parse(str(params.get("text") or ""), params.get("parse_mode"))
    if not text:
        raise errors.EMPTY
    if units(text) > LONGEST_TEXT:
        raise errors.TOO_LONG
    return text, entities


def caption_of(params: Params) -> tuple[str, list[dict[str, Any]]]:
    """Caption and entities of a call.

    Raises Refused: too long, or not to be parsed.
    """
    caption, entities = parse(str(params.get("caption") or ""), params.get("parse_mode"))
    if units(caption) > LONGEST_CAPTION:
        raise errors.CAPTION_TOO_LONG
    return caption, entities


def sent(telegram: Telegram, chat: Chat, params: Params, content: dict[str, Any]) -> dict[str, Any]:
    """Put the bot's message into the chat; gives its Bot API form."""
    markup = params.get("reply_markup")
    inline = inline_of(markup) if not isinstance(markup, dict) or "inline_keyboard" in markup else None
    if isinstance(markup, dict) and "keyboard" in markup:
        chat.keyboard = [[label_of(button) for button in row] for row in markup["keyboard"]]
    if isinstance(markup, dict) and markup.get("remove_keyboard"):
        chat.keyboard = []
    chat.action = None
    if inline:
        content = content | {"reply_markup": inline}
    post = telegram.post(chat, content, from_bot=True, silent=is_true(params.get("disable_notification")))
    return post.data


def edited(
    telegram: Telegram, chat: Chat, post: Post, content: dict[str, Any], inline: dict[str, Any] | None
) -> dict[str, Any]:
    """Change the bot's message; gives its Bot API form.

    Raises Refused: nothing would change.
    """
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


def editable(chat: Chat, params: Params) -> Post:
    """The message to edit.

    Raises Refused: gone, or not the bot's.
    """
    post = chat.posts.get(number_of(params, "message_id") or 0)
    if post is None:
        raise errors.EDIT_NOT_FOUND
    if not post.from_bot:
        raise errors.CANT_EDIT
    return post


def inline_of(markup: Any) -> dict[str, Any] | None:
    """An inline keyboard, None when there is none.

    Raises Refused: Telegram would not take it.
    """
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
        if not {"callback_data", "url", "copy_text"} & set(button):
            raise errors.NO_ACTION
        if "copy_text" in button and not 1 <= units(str(button["copy_text"].get("text", ""))) <= LONGEST_COPY:
            raise errors.BUTTON_DATA
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_DATA:
            raise errors.BUTTON_DATA
    return {"inline_keyboard": rows} if buttons else None


def file_of(telegram: Telegram, params: Params, files: Files, kind: str) -> tuple[str, bytes]:
    """Id and content of an uploaded or known file.

    Raises Refused: unknown id, or too large.
    """
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


def file_name_of(params: Params, files: Files, kind: str) -> str:
    """The name under which a file was uploaded."""
    upload = files.get(str(params.get(kind)).removeprefix("attach://")) or files.get(kind)
    return upload[0] if upload else "file"


def label_of(button: Any) -> str:
    """What stands on a reply keyboard's button."""
    return str(button.get("text") if isinstance(button, dict) else button)


def scope_of(params: Params) -> tuple[str, str]:
    """Scope and language of a command menu."""
    scope = params.get("scope")
    return (str(scope.get("type")) if isinstance(scope, dict) else "default", str(params.get("language_code") or ""))


def number_of(params: Params, name: str) -> int | None:
    """A whole number among the parameters, None when there is none."""
    try:
        return int(params[name])
    except (KeyError, TypeError, ValueError):
        return None


def is_true(value: Any) -> bool:
    """Whether a parameter means yes."""
    return value in (True, "true", "True", 1, "1")
