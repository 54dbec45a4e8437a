"""The bare bot with PTB's own AIORateLimiter, and so many lessons in its queue."""

from __future__ import annotations

import asyncio
import os
import sys

from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, CallbackQueryHandler, CommandHandler

from bench.peers.bare import start, tap

FIRST = 1_000_000

LESSON = "A lesson. " * 60
_sending: set[asyncio.Task[object]] = set()


async def send(application: Application) -> None:  # type: ignore[type-arg]
    """All lessons at once: the limiter paces them."""
    for number in range(int(sys.argv[1])):
        task = asyncio.create_task(application.bot.send_message(FIRST + number, LESSON))
        _sending.add(task)
        task.add_done_callback(_sending.discard)


def main() -> None:
    """Poll until killed."""
    builder = ApplicationBuilder().token("4000000000:bench").base_url(f"{os.environ['KEEL_API_URL']}/bot")
    application = builder.rate_limiter(AIORateLimiter(max_retries=5)).post_init(send).build()
    application.add_handler(CommandHandler("spiral", start))
    application.add_handler(CallbackQueryHandler(tap))
    application.run_polling(allowed_updates=["message", "callback_query"])


if __name__ == "__main__":
    main()
