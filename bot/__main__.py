"""The command `keel`. Exit codes: 0 done, 1 failed, 2 wrong input (one sentence says what, where, how to mend)."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from bot import __version__, log
from bot.backup_commands import backup, restore
from bot.broadcast_commands import broadcast
from bot.content_commands import content
from bot.content_send import SendProblem
from bot.import_command import import_
from bot.keys_commands import keys
from bot.library.changes import ChangesProblem
from bot.library.draft import DraftProblem
from bot.library.findings import ContentProblem
from bot.looking_over import check_everything
from bot.move_command import move
from bot.runner import (
    AlreadyRunning,
    ClockProblem,
    LessonsGone,
    brought_up_to_date,
    library_of,
    run_bot,
    watch_for_danger,
)
from bot.safety_commands import safety
from bot.services.arrival import NotBroughtIn
from bot.services.broadcast import BroadcastProblem
from bot.settings import Settings, SettingsProblem
from bot.several import run_dispatcher, run_receiver
from bot.simulator.demo import Demo
from bot.stats_commands import stats
from bot.store.backup import BackupProblem
from bot.store.cipher import KeyProblem
from bot.store.move import MoveProblem
from bot.store.store import StoreProblem
from bot.telegram.intake import TokenRefused
from bot.web.serve import PortInUse

WRONG_INPUT = (
    SettingsProblem,
    StoreProblem,
    KeyProblem,
    ContentProblem,
    PortInUse,
    AlreadyRunning,
    ClockProblem,
    TokenRefused,
    LessonsGone,
    DraftProblem,
    ChangesProblem,
    SendProblem,
    BroadcastProblem,
    NotBroughtIn,
    BackupProblem,
    MoveProblem,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="keel")
def keel() -> None:
    """Keel: a steady minute before the message, and short lessons at your pace.

    \b
    Try it, with nothing to set up:   keel demo
    Run it on Telegram:               KEEL_TOKEN=... keel run
    Look over everything first:       keel check
    """


@keel.command()
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Where the page is served."
)
def demo(port: int) -> None:
    """Show all of Keel in a browser: no token, no account, no network."""
    settings = Settings.read({name: value for name, value in os.environ.items() if name != "KEEL_TOKEN"})
    log.configure(settings.log_format, "warning")
    library = library_of(settings)
    watch_for_danger(settings)

    async def serve(folder: Path) -> None:
        asyncio.get_running_loop().set_exception_handler(log.report_loop)
        ready = asyncio.Event()
        shown = Demo(folder, library)
        running = asyncio.create_task(shown.run(port, ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if ready.is_set():
            click.echo(f"Open {shown.root} in a browser. Nothing leaves this machine. Stop with Ctrl+C.")
        await running

    with tempfile.TemporaryDirectory(prefix="keel-demo-") as folder:
        asyncio.run(serve(Path(folder)))


@keel.command()
def run() -> None:
    """Run the bot on Telegram, with the token in KEEL_TOKEN."""
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(run_bot(_settings()))


@keel.command()
def receive() -> None:
    """Take and answer what Telegram brings to KEEL_WEBHOOK_URL; as many processes as you like, on one PostgreSQL."""
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(run_receiver(_settings()))


@keel.command()
def dispatch() -> None:
    """Send lessons and all else that is due; as many processes as you like, on one PostgreSQL."""
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(run_dispatcher(_settings()))


@keel.command()
def migrate() -> None:
    """Bring the database to the shape this Keel needs, while no Keel runs. `keel run` does so too."""
    settings = _settings()
    before, after = asyncio.run(brought_up_to_date(settings))
    click.echo(f"The database is at {after}." if before == after else f"The database went from {before} to {after}.")


@keel.command()
def check() -> None:
    """Look over settings, content, database, clock and token, and say what is wrong."""
    lines, failed = asyncio.run(check_everything(_settings()))
    for line in lines:
        click.echo(line)
    if failed:
        raise SystemExit(1)


keel.add_command(content)
keel.add_command(safety)
keel.add_command(broadcast)
keel.add_command(stats)
keel.add_command(keys)
keel.add_command(import_)
keel.add_command(backup)
keel.add_command(restore)
keel.add_command(move)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's event loop, which does the same for less; None where it does not exist (Windows)."""
    try:
        import uvloop  # noqa: PLC0415  # there is none for Windows
    except ImportError:
        return None
    made: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return made


def _settings() -> Settings:
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    return settings


def main() -> None:
    """Run the command; problems that somebody can mend end in one sentence and exit code 2."""
    try:
        keel(prog_name="keel")
    except WRONG_INPUT as problem:
        click.echo(f"keel: {problem}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
