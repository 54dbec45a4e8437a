"""`keel import`: somebody comes from another Keel with the file of /export."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from bot import log
from bot.runner import library_of, only_one, opened
from bot.services.arrival import LARGEST, NotBroughtIn, bring_in, unpack
from bot.settings import Settings
from bot.store.arrivals import Luggage
from bot.store.migrate import migrate


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--chat", type=int, help="The id of the chat it becomes, where that is another one than before.")
def import_(file: Path, chat: int | None) -> None:
    """Take in the FILE that another Keel's /export gave somebody. Stop this Keel first."""
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    luggage = luggage_in(file, chat)
    asyncio.run(bring_luggage_in(settings, luggage))
    click.echo("Everything in it is here now. Delete the file when it is not needed any more; it isn't locked.")


def luggage_in(path: Path, chat_id: int | None) -> Luggage:
    """What the file holds that another Keel's /export gave.

    Raises NotBroughtIn: in one sentence, why nothing of it is brought in.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise NotBroughtIn(f"{path} is larger than any file that Keel makes; bring the one that /export gave.")
        return unpack(path.read_bytes(), chat_id)
    except OSError as problem:
        raise NotBroughtIn(f"{path} cannot be read ({problem.strerror}); check the path.") from None


async def bring_luggage_in(settings: Settings, luggage: Luggage) -> None:
    """Write it all, while no other Keel uses the data.

    Raises NotBroughtIn: it does not fit here; nothing was changed.
    """
    library = library_of(settings)
    with only_one(settings):
        await migrate(settings.database_url)
        async with opened(settings) as store, store.transaction() as tx:
            await bring_in(tx, library, luggage)
