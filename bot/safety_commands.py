"""The commands `keel safety …`: measure the danger detector, let it say why, and count what it noticed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from bot.core.model import Notice
from bot.core.safety import SOURCES, Source, detector, summary
from bot.core.safety.measure import LABELS, Figures, measure
from bot.core.safety.model import CATEGORIES
from bot.core.safety.report import FEWEST_PEOPLE, report
from bot.library.safety_lines import read_lines
from bot.runner import brought_up_to_date
from bot.settings import Settings
from bot.store.store import open_store

HARMLESS = "none"
NARROW = 8


@click.group()
def safety() -> None:
    """The danger detector: how often it is right, and why it says what it says."""


@safety.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--missed", is_flag=True, help="Show the lines that were answered otherwise than they deserve.")
def check(file: Path, missed: bool) -> None:
    """Measure on labelled lines: a CSV with the columns text, label and, if wanted, source.

    \b
    label:  suicide, selfharm, abuse, partner_at_risk, harm_other, ask or none
    source: free (own words), draft (to the partner) or pasted (from the partner)
    """
    figures = measure(detector(), read_lines(file))
    for line in (*_recall(figures), "", *_alarms(figures), "", *_confusion(figures)):
        click.echo(line)
    if missed:
        click.echo("")
        for item in figures.missed:
            rules = f" [{', '.join(item.got.rules)}]" if item.got.rules else ""
            click.echo(f"{file}:{item.line.number}: {item.line.label}: {item.why}: {item.line.text}{rules}")


@safety.command("explain")
@click.argument("text")
@click.option("--source", type=click.Choice(SOURCES), default="free", show_default=True, help="Who is speaking.")
def explain(text: str, source: Source) -> None:
    """Show the rules that fired on a text, on which words, and what excused others."""
    fired = detector().explain(text, source=source)
    got = summary(fired)
    said = [got.tier, ", ".join(got.categories) or "nothing noticed"]
    click.echo(": ".join(said) + (" (immediate)" if got.immediate else ""))
    for item in sorted(fired, key=lambda item: item.span):
        quoted = " ".join(text[slice(*item.span)].split())
        click.echo(f"  {item.rule}: {item.tier} ({item.category}), {item.why}: “{quoted}”")


@safety.command("report")
def show_report() -> None:
    """Count what was noticed and pressed, in groups of five people or more; no text is stored, so none is shown."""
    settings = Settings.read(os.environ)
    rows = asyncio.run(_noticed(settings))
    if not rows:
        click.echo("Nothing was noticed so far.")
    for section in report(rows) if rows else ():
        click.echo(f"{section.title}")
        for group in section.groups:
            click.echo(f"  {group.name:<44}{group.times:>7} times{group.people:>7} people")
        if section.hidden:
            click.echo(f"  (groups of fewer than {FEWEST_PEOPLE} people are not shown)")


async def _noticed(settings: Settings) -> list[tuple[int, Notice]]:
    await brought_up_to_date(settings)
    store = await open_store(settings.database_url, settings.key_file)
    try:
        async with store.transaction(reading=True) as tx:
            return await tx.notices.everybody()
    finally:
        await store.close()


def _recall(figures: Figures) -> list[str]:
    lines = [f"{'label':<16}{'lines':>{NARROW}}{'act':>{NARROW}}{'act/ask':>{NARROW + 2}}{'as such':>{NARROW + 2}}"]
    for label in (*CATEGORIES, "ask"):
        if figures.lines.get(label):
            shares = (figures.share(label, "act"), figures.share(label, "act", "ask"))
            named = figures.named_share(label) if label in CATEGORIES else None
            lines.append(
                f"{label:<16}{figures.lines[label]:>{NARROW}}{_percent(shares[0]):>{NARROW}}"
                f"{_percent(shares[1]):>{NARROW + 2}}{_percent(named):>{NARROW + 2}}"
            )
    return lines


def _alarms(figures: Figures) -> list[str]:
    if not figures.lines.get(HARMLESS):
        return ["No harmless lines, so false alarms cannot be measured; add lines with the label none."]
    act, either = figures.share(HARMLESS, "act"), figures.share(HARMLESS, "act", "ask")
    return [
        f"False alarms on {figures.lines[HARMLESS]} harmless lines: act {_percent(act)}, act or ask {_percent(either)}"
    ]


def _confusion(figures: Figures) -> list[str]:
    columns = (*CATEGORIES, "nothing")
    lines = ["Read as (a line may be more than one):", f"{'':<16}" + "".join(f"{name:>17}" for name in columns)]
    lines += [
        f"{label:<16}" + "".join(f"{figures.named.get((label, name), 0):>17}" for name in columns)
        for label in LABELS
        if figures.lines.get(label)
    ]
    return lines


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
