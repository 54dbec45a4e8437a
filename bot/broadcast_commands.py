"""`keel broadcast`: an operator's message to everybody. The command only writes; a running Keel sends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator

import click

from bot import log
from bot.core.broadcast import LeftOut, Waits
from bot.core.model import BroadcastState
from bot.library.load import load
from bot.runner import beside, clock_of
from bot.services.broadcast import Audience, BroadcastProblem, cancel, look_over, write_down
from bot.settings import Settings
from bot.store.broadcasts import Progress
from bot.telegram.broadcast_text import Run, read

WAITING = {
    Waits.QUIET: "in their quiet hours; they get it when those end",
    Waits.DAY_TAKEN: "who got something today; they get it in the morning",
}
STATES = {
    BroadcastState.WRITING: "cut off while it was written down; the same command goes on",
    BroadcastState.READY: "",
    BroadcastState.CANCELLED: "cancelled",
    BroadcastState.STOPPED: "stopped: Telegram refuses this text",
}
INDENT = "  │ "


@click.command()
@click.argument("text", required=False)
@click.option("--yes", is_flag=True, help="Send it. Without this, nothing is written and nothing is sent.")
@click.option("--list", "listed", is_flag=True, help="How far each broadcast is.")
@click.option("--cancel", "cancelled", metavar="ID", help="Nobody more gets this one.")
def broadcast(text: str | None, yes: bool, listed: bool, cancelled: str | None) -> None:
    """Write to everybody: TEXT in Telegram's HTML. First without --yes, to see whom it reaches and how it looks.

    It comes without a sound, to nobody who paused, stopped or blocked Keel, not in quiet hours nor around a hard
    moment, and as the one message that comes by itself on that day. The same text within 30 days is the same
    broadcast: given again, it goes on where it was cut off, and nobody gets it twice.
    """
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    wanted = [
        name for name, given in (("TEXT", text is not None), ("--list", listed), ("--cancel", cancelled)) if given
    ]
    if len(wanted) != 1 or (yes and text is None):
        named = " and ".join([*wanted, *(["--yes"] if yes else [])]) or "nothing"
        raise BroadcastProblem(f"Give one of TEXT (with --yes to send it), --list or --cancel ID; this has {named}.")
    for line in _do(settings, text, cancelled, yes=yes):
        click.echo(line)


def _do(settings: Settings, text: str | None, cancelled: str | None, *, yes: bool) -> Iterable[str]:
    if text is not None:
        return _to_everybody(settings, text, yes=yes)
    if cancelled is not None:
        return asyncio.run(_cancel(settings, cancelled))
    return asyncio.run(_list(settings))


def _to_everybody(settings: Settings, text: str, *, yes: bool) -> Iterator[str]:
    looks = read(text)
    if looks.faults:
        raise BroadcastProblem("\n".join(looks.faults))
    audience = asyncio.run(_look_over(settings, text))
    if audience.size == 0:
        done = f"; {audience.had:,} are done with it already" if audience.had else ""
        yield f"Nobody would get this{done} ({_say_left_out(audience)})."
        return
    if not yes:
        yield "Nothing is sent yet. This is what people would see:"
        yield ""
        yield from _look(settings, looks.runs)
        yield ""
        yield from _say_audience(settings, audience)
        yield "To send it, give the same command with --yes."
        return
    item, added = asyncio.run(_write_down(settings, text))
    if added == 0:
        yield f"Broadcast {item} was written down already, and nobody is new to it."
    else:
        yield f"Broadcast {item} is written down for {_people(added)}{' more' if audience.goes_on else ''}."
    yield from _say_audience(settings, audience)
    yield f"A running Keel sends it: `keel broadcast --list` shows how far it is, `--cancel {item}` stops it."


async def _look_over(settings: Settings, text: str) -> Audience:
    async with beside(settings) as store:
        return await look_over(store, text, clock_of(settings).now())


async def _write_down(settings: Settings, text: str) -> tuple[int, int]:
    async with beside(settings) as store:
        item, added = await write_down(store, text, clock_of(settings).now())
        return item.id, added


async def _cancel(settings: Settings, given: str) -> list[str]:
    if not given.isascii() or not given.isdigit():
        raise BroadcastProblem(f"“{given[:20]}” is not the number of a broadcast; `keel broadcast --list` shows them.")
    async with beside(settings) as store:
        spared = await cancel(store, int(given))
    return [
        f"Broadcast {given} is cancelled: {_people(spared.waiting)} will not get it, {spared.sent:,} had it already."
    ]


async def _list(settings: Settings) -> list[str]:
    async with beside(settings) as store, store.transaction(reading=True) as tx:
        found = await tx.broadcasts.progress()
    if not found:
        return ["There was no broadcast yet."]
    head = f"{'id':>4}  {'made at (UTC)':<17}{'sent':>9}{'waiting':>9}{'unknown':>9}{'failed':>9}"
    return [head, *(_row(item) for item in found)]


def _row(item: Progress) -> str:
    made = f"{item.broadcast.made_at:%Y-%m-%d %H:%M}"
    counts = f"{item.sent:>9,}{item.waiting:>9,}{item.unknown:>9,}{item.failed:>9,}"
    return f"{item.broadcast.id:>4}  {made:<17}{counts}  {STATES[item.broadcast.state]}".rstrip()


def _look(settings: Settings, runs: tuple[Run, ...]) -> Iterator[str]:
    """The text with its bold and italic where the terminal has them, its links written out, and its buttons."""
    shown = "".join(_styled(run) for run in runs).strip()
    yield from (f"{INDENT}{line}".rstrip() for line in shown.split("\n"))
    texts = load(settings.content_dir).speak(None).texts
    yield f"{INDENT}[ {texts('button-change')} ] [ {texts('button-pause')} ]"


def _styled(run: Run) -> str:
    words = f"{run.words} ({run.link})" if run.link else run.words
    return click.style(
        words,
        bold="b" in run.tags or None,
        italic="i" in run.tags or None,
        underline="u" in run.tags or None,
        strikethrough="s" in run.tags or None,
        dim="tg-spoiler" in run.tags or None,
    )


def _say_audience(settings: Settings, audience: Audience) -> Iterator[str]:
    yield f"{'reaches':<10}{audience.size:>9,}  {'people' if audience.size != 1 else 'person'}"
    yield f"{'at once':<10}{audience.now:>9,}"
    for why, words in WAITING.items():
        if why is Waits.QUIET or audience.waits[why]:
            yield f"{'later':<10}{audience.waits[why]:>9,}  {words}"
    yield f"{'left out':<10}{audience.left_out.total():>9,}  ({_say_left_out(audience)})"
    if audience.no_clock:
        yield f"{'no clock':<10}{audience.no_clock:>9,}  never said what time it is for them; UTC stands in"
    if audience.goes_on is not None:
        yield f"{'goes on':<10}{audience.had:>9,}  are done with broadcast {audience.goes_on.id}, which says the same"
    yield f"{'takes':<10}{_length(audience.size / settings.bulk_rate):>9}  at {settings.bulk_rate:g} a second"


def _say_left_out(audience: Audience) -> str:
    return ", ".join(f"{audience.left_out[why]:,} {why.value}" for why in LeftOut)


def _length(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count:,} people"
