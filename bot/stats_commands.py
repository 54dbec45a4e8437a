"""`keel stats`: counts for an operator. It reads beside a running Keel and changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping

import click

from bot import log
from bot.core.stats import SMALLEST_GROUP, Group
from bot.runner import beside, clock_of
from bot.services.stats import Stats, gather
from bot.settings import Settings

LABEL, NUMBER = 26, 16


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
    for line in _lines(found):
        click.echo(line)


async def _gather(settings: Settings) -> Stats:
    async with beside(settings) as store:
        return await gather(store, clock_of(settings).now())


def _lines(found: Stats) -> Iterator[str]:
    yield from _table("People", found.statuses)
    yield from _table("Pace", found.paces)
    yield from _table("Lessons (sent, unknown, failed: in 24 hours)", found.lessons)
    yield from _table("Due now, by lane", found.queues)
    yield from _table("Updates received", found.inbox)
    yield "First answers in 24 hours"
    yield _row("answers", str(found.answers))
    for label, seconds in (("half within", found.half), ("99 of 100 within", found.nearly_all)):
        yield _row(label, "–" if seconds is None else f"{seconds:,.3f} s")
    yield ""
    yield "Counts are rounded down to fives; times are good to 5%."


def _table(title: str, rows: Mapping[str, Group]) -> Iterator[str]:
    yield title
    yield from (_row(name.replace("_", " "), str(group)) for name, group in rows.items())
    yield ""


def _row(label: str, value: str) -> str:
    return f"  {label:<{LABEL}}{value:>{NUMBER}}"


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
