"""The same bare bot on aiogram: the same two calls a tap, nothing kept."""

from __future__ import annotations

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.peers.bare import LABELS, TEXT

KEYS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=f"s:abcdefgh:facts:{n}")]
                                             for n, label in enumerate(LABELS)])  # fmt: skip


async def start(message: Message) -> None:
    """A message with buttons."""
    await message.answer(TEXT, reply_markup=KEYS, parse_mode="HTML")


async def tap(query: CallbackQuery) -> None:
    """Answer and edit."""
    await query.answer()
    await query.message.edit_text(TEXT, reply_markup=KEYS, parse_mode="HTML")


async def main() -> None:
    """Poll until killed."""
    server = TelegramAPIServer.from_base(os.environ["KEEL_API_URL"])
    bot = Bot("4000000000:bench", session=AiohttpSession(api=server))
    dispatcher = Dispatcher()
    dispatcher.message.register(start, Command("spiral"))
    dispatcher.callback_query.register(tap)
    await dispatcher.start_polling(bot, handle_signals=False)


if __name__ == "__main__":
    asyncio.run(main())
