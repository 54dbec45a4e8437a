"""What Telegram shows of a bot before anybody writes to it: its commands and its description."""

from __future__ import annotations

import structlog
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.library.load import DEFAULT_LOCALE, Library
from bot.services.commands import COMMANDS

log = structlog.get_logger()


async def introduce(bot: Bot, library: Library) -> None:
    """Tell Telegram the commands and the description in every language; failing is no reason not to start."""
    for locale, content in library.locales.items():
        language = None if locale == DEFAULT_LOCALE else locale
        commands = [BotCommand(name, content.texts(f"command-{name}")) for name in COMMANDS]
        try:
            await bot.set_my_commands(commands, language_code=language)
            await bot.set_my_description(content.texts("bot-description"), language_code=language)
            await bot.set_my_short_description(content.texts("bot-short-description"), language_code=language)
        except TelegramError as error:
            log.warning("the command menu could not be set", language=locale, error=type(error).__name__)
