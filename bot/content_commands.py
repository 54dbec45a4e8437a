"""`keel content …`: the therapist's tools. They write, check, show and send lessons; nobody's progress is touched."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import click

from bot.app import CONTENT_NAMES
from bot.content_new import new
from bot.content_send import send_lesson
from bot.library.changes import changes_since
from bot.library.check import check, to_mend
from bot.library.findings import ContentProblem
from bot.library.load import load
from bot.library.preview import preview
from bot.library.programme import programme
from bot.library.schemas import write_schemas
from bot.settings import Settings

WATCHED = ("*.md", "*.yaml", "*.ftl")
LOOK_EVERY = 0.5
"""Seconds between two looks at the files."""


@click.group()
def content() -> None:
    """Lessons and flows: write them, check them, look at them.

    \b
    Write a lesson:          keel content new
    Is everything in order:  keel content check
    Look at all of it:       keel content preview
    On your own phone:       keel content send o1 --to-me
    """


content.add_command(new)


@content.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json"]),
    help="For people or tools.",
)
def content_check(folder: Path | None, form: str) -> None:
    """Say what is wrong in the content files, with file, line and how to mend it."""
    findings = check(folder or content_dir(), CONTENT_NAMES)
    wrong = to_mend(findings)
    if form == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo(f"{len(wrong)} to mend." if wrong else "All content is in order.")
    if wrong:
        raise SystemExit(1)


@content.command("preview")
@click.option(
    "--out", default="preview.html", show_default=True, type=click.Path(path_type=Path), help="The page to write."
)
@click.option("--since", metavar="REV", help="Also show what changed since this revision of git (HEAD~5, a branch).")
@click.option("--watch", is_flag=True, help="Write it again whenever a file changes; stop with Ctrl+C.")
def content_preview(out: Path, since: str | None, watch: bool) -> None:
    """Write one web page with every lesson, every screen and every path as they will look."""
    folder = content_dir()
    _write_preview(folder, out, since)
    click.echo(f"Written to {out}; open it in a browser.")
    known = _state(folder)
    while watch:
        time.sleep(LOOK_EVERY)
        if (now := _state(folder)) == known:
            continue
        known = now
        try:
            _write_preview(folder, out, since)
            click.echo(f"Written again to {out}; reload the page.")
        except ContentProblem as problem:
            click.echo(f"Not written: {problem}", err=True)


@content.command("send")
@click.argument("lesson")
@click.option("--to-me", is_flag=True, required=True, help="Into your own chat, and nobody else's.")
@click.option("--chat", type=int, help="The number of your chat; without it, whoever last wrote /start to this bot.")
def content_send(lesson: str, to_me: bool, chat: int | None) -> None:
    """Send a lesson to your own chat, as the bot really sends it (needs KEEL_TOKEN)."""
    settings = Settings.read(os.environ)
    settings.require_token()
    to = asyncio.run(send_lesson(settings, load(settings.content_dir), lesson, chat))
    click.echo(f"Sent {lesson} to the chat {to}. Its buttons work while Keel runs with this token.")


@content.command("map")
@click.option(
    "--out", default="docs/programme.md", show_default=True, type=click.Path(path_type=Path), help="The file to write."
)
def content_map(out: Path) -> None:
    """Write the map of the programme: every idea, and the lessons that cover it."""
    text = programme(load(content_dir()))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    click.echo(f"Written to {out}.")


@content.command("schema")
def content_schema() -> None:
    """Write the JSON Schemas that help an editor complete and check the files."""
    folder = content_dir() / "schema"
    click.echo(f"Wrote {len(write_schemas(folder))} schemas to {folder}.")


def content_dir() -> Path:
    """Where the content is.

    Raises SettingsProblem: a setting cannot be used.
    """
    return Settings.read(os.environ).content_dir


def _write_preview(folder: Path, out: Path, since: str | None) -> None:
    changes = changes_since(folder, since) if since is not None else None
    page = preview(load(folder), changes)
    # Whoever reloads just now never gets half a page.
    half = out.with_name(f".{out.name}.new")
    half.write_text(page, encoding="utf-8")
    half.replace(out)


def _state(folder: Path) -> dict[Path, int]:
    state = {}
    for path in (path for pattern in WATCHED for path in folder.rglob(pattern)):
        try:
            state[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue  # an editor replaces a file by a new one
    return state
