"""`keel backup` beside a running Keel, and `keel restore` while none runs."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import click

from bot import log
from bot.restoring import back_up, told
from bot.restoring import restore as put_back
from bot.runner import clock_of
from bot.settings import Settings
from bot.store.backup import forget_old


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--days", type=click.IntRange(1, 90), help="Then erase backups in that folder that are older.")
def backup(folder: Path | None, days: int | None) -> None:
    """Copy the database into FOLDER (by default `backups` in the data folder), beside a running Keel.

    The key is not in it. Keep a copy of the key file elsewhere, and the folder `erased` with it.
    """
    settings = _settings()
    folder = (folder or settings.data_dir / "backups").absolute()
    file = asyncio.run(back_up(settings, folder))
    click.echo(f"{file} ({file.stat().st_size:,} bytes). The key is not in it: {settings.key_file} goes elsewhere.")
    if days is not None:
        gone = forget_old(folder, clock_of(settings).now() - timedelta(days=days))
        click.echo(f"Erased, because they are older than {days} days: {len(gone)}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--over", is_flag=True, help="Replace a database with people in it.")
@click.option("--without-key", is_flag=True, help="Go on where the key is gone: words stay closed for good.")
def restore(file: Path, over: bool, without_key: bool) -> None:
    """Look over a backup FILE, then put it in the place of the database. Stop Keel first."""
    settings = _settings()
    done = asyncio.run(put_back(settings, file.absolute(), over=over, without_key=without_key))
    for line in told(done, settings, clock_of(settings).now()):
        click.echo(line)


def _settings() -> Settings:
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    return settings
