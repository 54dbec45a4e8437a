"""`keel content new`: asks what a lesson says, or takes it from options, and writes a file that passes the check."""

from __future__ import annotations

import os

import click

from bot.app import CONTENT_NAMES
from bot.library.draft import Draft, DraftProblem, free_id, refuse_taken, write
from bot.library.load import Library, load
from bot.settings import Settings

MOST_ANSWERS, FEWEST_ANSWERS = 4, 2
LONGEST_TITLE, LONGEST_LABEL = 40, 30


@click.command("new")
@click.option("--part", help="The stage or companion unit it belongs to, such as regulation or pace.")
@click.option("--id", "id_", help="A name of its own that never changes; without it, the next free one.")
@click.option("--title", help="At most 40 characters, neutral: it may be read on a lock screen.")
@click.option("--body", help="The text, 50 to 120 words. A backslash and n (\\n) begins a new line.")
@click.option("--practice", help="One thing to try, at most two minutes.")
@click.option("--minutes", type=click.IntRange(1, 2), help="How long the practice takes.")
@click.option("--question", help="One question.")
@click.option("--answer", "answers", multiple=True, metavar="LABEL|REPLY", help="An answer; give two to four.")
@click.option("--why", help="One sentence on why it works.")
@click.option("--source", help="The work it rests on, an id of sources.yaml.")
@click.option("--trigger", "triggers", multiple=True, help="What sets it off, such as late-reply.")
@click.option("--technique", "techniques", multiple=True, help="What it practises, such as noticing.")
def new(
    part: str | None,
    id_: str | None,
    title: str | None,
    body: str | None,
    practice: str | None,
    minutes: int | None,
    question: str | None,
    answers: tuple[str, ...],
    why: str | None,
    source: str | None,
    triggers: tuple[str, ...],
    techniques: tuple[str, ...],
) -> None:
    """Write a new lesson. Asks for everything that no option gives."""
    library = load(Settings.read(os.environ).content_dir)
    given = (part, title, body, practice, minutes, question, answers, why, source)
    asks = any(item in (None, ()) for item in given)
    part = _known(part, "Which part", tuple(library.curriculum.parts))
    if id_ is not None:
        refuse_taken(library, id_)
    title = title or _short("Title", LONGEST_TITLE)
    body = body.replace("\\n", "\n") if body is not None else _text()
    practice = practice or click.prompt("One thing to try, in at most two minutes")
    minutes = minutes or click.prompt("How many minutes does it take", type=click.IntRange(1, 2), default=1)
    question = question or click.prompt("One question")
    pairs = [_pair(answer) for answer in answers] or _ask_answers()
    if not FEWEST_ANSWERS <= len(pairs) <= MOST_ANSWERS:
        raise DraftProblem(f"A question has two to four answers, and here are {len(pairs)}; give --answer for each.")
    why = why or click.prompt("Why it works, in one sentence")
    source = _known(source, "The work it rests on", tuple(library.sources))
    if asks and not techniques:
        techniques = _names(click.prompt("What it practises, such as noticing (may stay empty)", default=""))
    if asks and not triggers:
        triggers = _names(click.prompt("What sets it off, such as late-reply (may stay empty)", default=""))
    draft = Draft(
        id=id_ or free_id(library, part),
        part=part,
        title=title,
        body=body,
        practice=practice,
        minutes=minutes,
        question=question,
        answers=pairs,
        why=why,
        source=source,
        tags={"trigger": triggers, "technique": techniques},
    )
    _finish(library, draft, asks=asks)


def _finish(library: Library, draft: Draft, *, asks: bool) -> None:
    path, findings = write(library, draft, CONTENT_NAMES)
    if findings:
        for finding in findings:
            click.echo(f"To mend: {finding.message}", err=not asks)
        if not asks or not click.confirm("Write it all the same, and mend it in the file"):
            click.echo("Nothing was written.", err=True)
            raise SystemExit(1)
        path, _ = write(library, draft, CONTENT_NAMES, anyway=True)
    click.echo(f"Wrote {path} and its place in curriculum.yaml, as “{draft.id}”.")
    click.echo("Look at it:      keel content preview   (then open preview.html and search for it)")
    click.echo("Check it:        keel content check")
    click.echo(f"On your phone:   keel content send {draft.id} --to-me")


def _known(value: str | None, asked: str, names: tuple[str, ...]) -> str:
    if value is None:
        return str(click.prompt(asked, type=click.Choice(names)))
    if value not in names:
        raise DraftProblem(f"“{value}” is not one of {', '.join(names)}; choose one of these.")
    return value


def _short(asked: str, longest: int) -> str:
    while len(said := str(click.prompt(f"{asked} (at most {longest} characters)"))) > longest:
        click.echo(f"That has {len(said)} characters; make it {longest} at most.")
    return said


def _text() -> str:
    click.echo(
        "The text, 50 to 120 words. Leave a line empty for a new paragraph; a line with a full stop alone ends it."
    )
    lines: list[str] = []
    while (line := str(click.prompt("", prompt_suffix="> ", default="", show_default=False))) != ".":
        lines.append(line)
    return "\n".join(lines)


def _ask_answers() -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    while len(pairs) < MOST_ANSWERS:
        if len(pairs) >= FEWEST_ANSWERS and not click.confirm("Another answer", default=False):
            break
        label = _short(f"Answer {len(pairs) + 1}", LONGEST_LABEL)
        pairs.append((label, click.prompt("What Keel says to it")))
    return pairs


def _pair(answer: str) -> tuple[str, str]:
    label, bar, reply = answer.partition("|")
    if not bar or not label.strip() or not reply.strip():
        raise DraftProblem(f"“{answer[:30]}” is no answer; write it as --answer 'label|what Keel says to it'.")
    return label.strip(), reply.strip()


def _names(said: str) -> tuple[str, ...]:
    return tuple(name for name in said.replace(",", " ").split() if name)
