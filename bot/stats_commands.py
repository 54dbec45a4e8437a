"""`keel stats`: counts for an operator. It reads beside a running Keel and changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bot import log
from bot.core.stats import SMALLEST_GROUP, Group
from bot.runner import beside, clock_of
from bot.services.stats import Stats, gather
from bot.settings import Settings

WIDTH = 72


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs; null stands for fewer than five.")
def stats(as_json: bool) -> None:
    """Count people, lessons, queues and answer times; groups of fewer than five are not counted out.

    Counts are rounded down to fives, so that no two of them together say anything about one person.
    """
    settings = Settings.read(os.environ)
    log.configure(settings.log_format, settings.log_level, settings.token)
    found = asyncio.run(_gather(settings))
    if as_json:
        click.echo(json.dumps(_plain(found), indent=2))
        return
    _show(found)


async def _gather(settings: Settings) -> Stats:
    async with beside(settings) as store:
        return await gather(store, clock_of(settings).now())


def _show(found: Stats) -> None:
    counted: dict[str, Mapping[str, Group]] = {
        "People": found.statuses,
        "Pace": found.paces,
        "Lessons (sent, unknown, failed: in 24 hours)": found.lessons,
        "Due now, by lane": found.queues,
        "Updates received": found.inbox,
    }
    for title, groups in counted.items():
        _table(title, {name: str(group) for name, group in groups.items()})
    times = {"half within": found.half, "99 of 100 within": found.nearly_all}
    said = {label: "–" if seconds is None else f"{seconds:,.3f} s" for label, seconds in times.items()}
    _table("First answers in 24 hours", {"answers": str(found.answers), **said})
    click.echo("Counts are rounded down to fives; times are good to 5%.")


def _table(title: str, rows: Mapping[str, str]) -> None:
    table = Table(title, "", box=SIMPLE_HEAD, width=WIDTH)
    table.columns[1].justify = "right"
    for name, value in rows.items():
        table.add_row(name.replace("_", " "), value)
    console = Console(width=WIDTH, highlight=False)
    console.print(table)


def _plain(found: Stats) -> dict[str, object]:
    return {
        "fewer_than": SMALLEST_GROUP,
        "people": {name: group.shown for name, group in found.statuses.items()},
        "pace": {name: group.shown for name, group in found.paces.items()},
        "lessons": {name: group.shown for name, group in found.lessons.items()},
        "queue": {name: group.shown for name, group in found.queues.items()},
        "inbox": {name: group.shown for name, group in found.inbox.items()},
        "first_answer": {
            "answers": found.answers.shown,
            "p50_seconds": _rounded(found.half),
            "p99_seconds": _rounded(found.nearly_all),
        },
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)
