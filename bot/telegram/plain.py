"""The two calls of every tap as plain JSON, through python-telegram-bot's `do_api_request`.

PTB would build an object for every button, and one for the message that Telegram gives back, to say nothing more than
what is in these dictionaries; `make bench` shows what answering costs beside a bot that does. The lanes, the errors and
everything rarer stay PTB's.
"""

from __future__ import annotations

import json
from typing import Any

from telegram.ext import ExtBot

Markup = dict[str, Any]
"""A `reply_markup` as the Bot API has it."""

# The odd spelling of methods: PTB warns when `do_api_request` is given the name of a method of its own.


async def send_message(
    bot: ExtBot[str],
    chat_id: int,
    text: str,
    markup: Markup | None,
    *,
    silent: bool = False,
    paid: bool = False,
    lane: str | None = None,
) -> int:
    """Send Telegram HTML; gives the message's id.

    Raises TelegramError.
    """
    values = {
        "chat_id": chat_id,
        "text": text,
        "parse_mode": "HTML",
        "reply_markup": _json(markup),
        "disable_notification": silent or None,
        "allow_paid_broadcast": paid or None,
    }
    sent = await bot.do_api_request("send_Message", values, rate_limit_args=lane)
    return int(sent["message_id"])


async def edit_message_text(
    bot: ExtBot[str], chat_id: int, message_id: int, text: str, markup: Markup | None, *, lane: str | None = None
) -> None:
    """Change a message's Telegram HTML and buttons.

    Raises TelegramError.
    """
    values = {
        "chat_id": chat_id,
        "message_id": message_id,
        "text": text,
        "parse_mode": "HTML",
        "reply_markup": _json(markup),
    }
    await bot.do_api_request("edit_Message_Text", values, rate_limit_args=lane)


def _json(markup: Markup | None) -> str | None:
    return None if markup is None else json.dumps(markup, ensure_ascii=False)
