"""`keel move`: everything into another database."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack
from dataclasses import replace

import click

from bot import log
from bot.runner import only_one
from bot.settings import Settings
from bot.store.move import folders_of, place_of
from bot.store.move import move as move_database


@click.command()
@click.argument("to")
@click.option("--from", "source", help="What to copy, if it isn't the database that Keel is set to use.")
def move(to: str, source: str | None) -> None:
    """Copy everything to the database TO: from SQLite to PostgreSQL, or back. Keel must be stopped.

    Broken off, the same command goes on where it was. Passwords can stand in PGPASSWORD or ~/.pgpass.
    """
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    source = source or settings.database_url
    with ExitStack() as held:
        for folder in sorted({settings.data_dir, *folders_of(source, to)}):
            held.enter_context(only_one(replace(settings, data_dir=folder)))
        rows = asyncio.run(move_database(source, to, _tell))
    click.echo(f"{rows:,} rows, each compared. Now set KEEL_DATABASE_URL to {place_of(to)} and start Keel.")
    click.echo("The key file stays the same. The old database is as it was: do not start a Keel on it again.")


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"{table:<20}{rows:>12,}")
