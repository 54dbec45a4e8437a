"""`keel keys`: which keys there are, a new one, and sealing everything anew, beside a running Keel."""

from __future__ import annotations

import asyncio
import os
from collections import Counter

import click

from bot import log
from bot.runner import beside, runs
from bot.settings import Settings
from bot.store import key_file
from bot.store.cipher import KeyProblem
from bot.store.keys import counted, reseal, retire, sealing
from bot.store.store import Store

TAKEN_UP_WITHIN = 20.0
"""Seconds in which a running Keel must have met a new key; it looks at the file with everything that it writes, and its
ticks write every second."""
OTHERS_END = 5.0
"""Seconds for what another process of the same database (PostgreSQL) still writes with the old key."""


@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """Show every key's id and how many texts it seals. No key is shown."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings()
    for line in asyncio.run(_shown(settings)):
        click.echo(line)


@keys.command("new")
def new() -> None:
    """Print a line with a new key, for a key file that is made elsewhere (a Docker secret, systemd)."""
    click.echo(key_file.new_line(), nl=False)


@keys.command("rotate")
def rotate() -> None:
    """Add a key, seal everything anew with it, and retire the old one. Safe to break off: the next run goes on."""
    settings = _settings()
    if not settings.key_file.exists():
        raise KeyProblem(
            f"There is no key file at {settings.key_file}; set KEEL_ENCRYPTION_KEY_FILE to the one in use."
        )
    with key_file.held(settings.key_file):
        asyncio.run(_rotate(settings))


async def _shown(settings: Settings) -> list[str]:
    async with beside(settings) as store:
        found = await counted(store)
        there = store.cipher.key_ids
        lines = [f"{'key':<10}{'texts':>12}"]
        for id_ in (*there, *sorted(set(found) - set(there))):
            about = "  seals now" if id_ == store.cipher.current_key_id else ""
            about = about if id_ in there else f"  is not in {settings.key_file}: these cannot be opened"
            lines.append(f"{id_:<10}{found.get(id_, Counter()).total():>12,}{about}")
        return lines


async def _rotate(settings: Settings) -> None:
    async with beside(settings) as store:
        if len(key_file.read(settings.key_file)) == 1:
            key_file.add(settings.key_file)
            store.cipher.refresh()
            click.echo(f"{store.cipher.current_key_id} is the new key, and seals from now on.")
        else:
            click.echo(
                f"There is more than one key already: everything is sealed anew with {_newest(store)}, the last."
            )
        await _taken_up(settings, store)
        done, closed = await reseal(store)
        if store.engine.dialect.name != "sqlite":
            await asyncio.sleep(OTHERS_END)
            more, closed = await reseal(store)
            done += more
        click.echo(f"Sealed anew: {_told(done)}.")
        if closed:
            click.echo(f"Left as they are, because they do not open: {_told(closed)} (`keel keys` says why).")
        try:
            gone = await retire(store)
        except KeyProblem as by_hand:  # everything is sealed anew; what is left is somebody else's to do
            click.echo(str(by_hand))
            return
        if gone:
            click.echo(f"Retired, because nothing names it any more: {', '.join(sorted(gone))}.")
        click.echo(
            f"Now copy {settings.key_file} to where its copy is kept; older backups open with the older copy only."
        )


def _newest(store: Store) -> str:
    return store.cipher.current_key_id


async def _taken_up(settings: Settings, store: Store) -> None:
    """Wait until a running Keel seals with the newest key.

    Raises KeyProblem: it has another key file, or a copy of this one.
    """
    if not runs(settings):
        return
    waited = 0.0
    while await sealing(store) != store.cipher.current_key_id:
        if waited >= TAKEN_UP_WITHIN and runs(settings):
            raise KeyProblem(
                f"The running Keel has not met the newest key in {settings.key_file}; start it again with this "
                "file (or its newest copy), then run `keel keys rotate` again."
            )
        if waited >= TAKEN_UP_WITHIN:
            return  # it was stopped meanwhile
        await asyncio.sleep(0.25)
        waited += 0.25


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} in {table}" for table, count in sorted(counts.items())) or "nothing"


def _settings() -> Settings:
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    return settings
