"""A bare bot on python-telegram-bot as it comes: the same two calls a tap, nothing kept."""

from __future__ import annotations

import os
import sys

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes

LABELS = ("No reply yet", "Seen, no reply", "Short reply", "Plans changed", "Tone changed", "Was online",
          "I don't feel safe with them", "That's all", "Stop here", "More help")  # fmt: skip
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"s:abcdefgh:facts:{n}")]
                             for n, label in enumerate(LABELS)])  # fmt: skip
TEXT = (
    "Let's sort it. What would a camera have seen?\nTap all that fits, or write it. Tap your own words to take them back."
)


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A message with buttons."""
    await context.bot.send_message(update.effective_chat.id, TEXT, reply_markup=KEYS, parse_mode="HTML")


async def tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer and edit."""
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(TEXT, reply_markup=KEYS, parse_mode="HTML")


def main() -> None:
    """Poll until killed; `concurrent` handles updates side by side."""
    root = os.environ["KEEL_API_URL"]
    builder = ApplicationBuilder().token("4000000000:bench").base_url(f"{root}/bot")
    if "concurrent" in sys.argv:
        builder = builder.concurrent_updates(True)
    application = builder.build()
    application.add_handler(CommandHandler("spiral", start))
    application.add_handler(CallbackQueryHandler(tap))
    application.run_polling(allowed_updates=["message", "callback_query"])


if __name__ == "__main__":
    main()
