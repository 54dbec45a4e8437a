"""`keel receive` and `keel dispatch`: the work of `keel run` shared by several processes on one PostgreSQL.

Receivers take what Telegram brings to the webhook and answer it; dispatchers send what is due. Each can be started as
often as is useful, and none of them knows of the others: what they share is rows and leases in the database.
"""

from __future__ import annotations

from bot.app import nothing
from bot.runner import (
    beside,
    built,
    clock_of,
    library_of,
    refuse_old_clock,
    until_stopped,
    watch_for_danger,
    webhook_of,
)
from bot.settings import Settings, SettingsProblem


async def run_receiver(settings: Settings) -> None:
    """Take updates from the webhook and answer them, until SIGTERM or SIGINT.

    Raises SettingsProblem: there is no PostgreSQL, or no webhook.
    """
    if settings.webhook_url is None:
        raise SettingsProblem("keel receive takes updates from a webhook; set KEEL_WEBHOOK_URL and KEEL_LISTEN.")
    await _run(settings, "receive")


async def run_dispatcher(settings: Settings) -> None:
    """Send what is due, until SIGTERM or SIGINT.

    Raises SettingsProblem: there is no PostgreSQL.
    """
    await _run(settings, "dispatch")


async def _run(settings: Settings, command: str) -> None:
    token = settings.require_token()
    if settings.database_url.startswith("sqlite"):
        raise SettingsProblem(
            f"keel {command} shares a database with other processes, and SQLite is for one; "
            "set KEEL_DATABASE_URL to postgresql+asyncpg://…, or use `keel run`."
        )
    library, clock = library_of(settings), clock_of(settings)
    watch_for_danger(settings)
    async with beside(settings) as store:
        await refuse_old_clock(store, clock)
        keel = built(settings, token, store, library, clock, several=True)
        receive = webhook_of(keel, settings, token) if command == "receive" else nothing
        await until_stopped(keel, settings, receive=receive, dispatch=command == "dispatch")
