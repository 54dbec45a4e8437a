"""`keel content send`: one lesson, as the bot really sends it, into one's own chat."""

from __future__ import annotations

import tempfile
from pathlib import Path

from telegram import Update
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.app import build, build_bot
from bot.clock import SystemClock
from bot.core.screen import Reply
from bot.library.load import Library
from bot.services.pages import lesson_screen
from bot.services.turn import Turn
from bot.settings import Settings
from bot.store.migrate import migrate
from bot.store.store import open_store
from bot.telegram.intake import TokenRefused
from bot.telegram.verdict import Outcome


class SendProblem(Exception):
    """The lesson could not be sent; one sentence says why, and how to mend it."""


async def send_lesson(settings: Settings, library: Library, lesson: str, chat: int | None) -> int:
    """Send `lesson` to a chat, or to whoever last wrote /start to this bot; gives the chat.

    A database of its own stands in for the real one, so that nobody's progress changes.
    Raises SendProblem: no such lesson, no such chat, or Telegram refused; TokenRefused.
    """
    content = library.speak(None)
    wanted = content.lessons.get(lesson)
    if wanted is None:
        raise SendProblem(f"There is no lesson “{lesson}”; use an id such as {next(iter(content.lessons))}.")
    bot = build_bot(settings.require_token(), settings.base_url, settings.base_file_url, settings.bulk_rate)
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="keel-send-") as room:
        url = f"sqlite+aiosqlite:///{Path(room) / 'keel.db'}"
        await migrate(url)
        store = await open_store(url, Path(room) / "keel.key")
        keel = build(bot, store, library, clock)
        try:
            await bot.initialize()
            to = chat if chat is not None else await last_chat(bot)
            async with store.transaction() as tx:
                learner = await tx.learners.add(to, content.locale, clock.now())
                screen = await lesson_screen(Turn(tx, learner, library, clock.now()), wanted, None, unasked=True)
            verdict = await keel.sender.deliver(to, Reply((screen,)), content.texts)
        except InvalidToken:
            message = "Telegram does not accept this KEEL_TOKEN; get the current one from @BotFather."
            raise TokenRefused(message) from None
        except TelegramError as error:
            message = f"Telegram does not answer ({type(error).__name__}); check the network and KEEL_API_URL."
            raise SendProblem(message) from None
        finally:
            await keel.sender.close()
            await bot.shutdown()
            await store.close()
    if verdict.outcome is Outcome.BLOCKED:
        raise SendProblem(f"The bot may not write to the chat {to}; write /start to it there first.")
    if verdict.outcome is not Outcome.SENT:
        said = verdict.reason or verdict.outcome.value
        raise SendProblem(f"Telegram did not take the lesson ({said}); check the chat's number and try again.")
    return to


async def last_chat(bot: ExtBot[str]) -> int:
    """The private chat that last wrote /start; nothing is confirmed, so a Keel that runs later hears of it too.

    Raises SendProblem: nobody did lately, or another program receives for this bot.
    """
    way_out = "or give the number of your chat with --chat"
    try:
        updates: tuple[Update, ...] = await bot.get_updates(timeout=0)
    except (BadRequest, Conflict):
        raise SendProblem(f"A running Keel receives for this bot; stop it for a moment, {way_out}.") from None
    started = [
        item.message.chat.id
        for item in updates
        if item.message is not None and item.message.chat.type == "private" and (item.message.text or "") == "/start"
    ]
    if not started:
        raise SendProblem(f"Nobody wrote /start to this bot lately; write it from your own phone now, {way_out}.")
    return started[-1]
