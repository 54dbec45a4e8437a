"""A new lesson: from answers to a file that passes the check, with its place in the curriculum."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.curriculum import REVIEW, Stage
from bot.library.check import Names, check, to_mend
from bot.library.findings import Finding
from bot.library.load import DEFAULT_LOCALE, Library

SCHEMA_LINE = "# yaml-language-server: $schema=../../../schema/lesson.json"
_SLUG = re.compile(r"[^a-z0-9]+")


class DraftProblem(Exception):
    """A new lesson cannot be written; one sentence says why, and the way out."""


@dataclass(frozen=True)
class Draft:
    """What somebody said about a new lesson. answers: label and reply, two to four."""

    id: str
    part: str
    title: str
    body: str
    practice: str
    minutes: int
    question: str
    answers: Sequence[tuple[str, str]]
    why: str
    source: str
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reviewed_by: str = "none yet"

    @property
    def file(self) -> str:
        """The file's name inside the content folder."""
        slug = _SLUG.sub("-", self.title.lower().replace("'", "").replace("’", "")).strip("-")
        return f"{DEFAULT_LOCALE}/lessons/{self.part}/{self.id}-{slug or 'lesson'}.md"


def free_id(library: Library, part: str) -> str:
    """The next id of a stage or companion unit: the letters of its lessons and the first number above theirs."""
    ids = library.curriculum.parts[part].lessons
    prefix = re.match(r"[a-z]+", ids[0])[0] if ids else part[:2]  # type: ignore[index]  # an id begins with a letter
    numbers = [int(found[1]) for id_ in ids if (found := re.fullmatch(rf"{prefix}(\d+)", id_))]
    return f"{prefix}{max(numbers, default=0) + 1}"


def refuse_taken(library: Library, id_: str) -> None:
    """Ids are permanent and each belongs to one lesson.

    Raises DraftProblem: the id has another shape, is taken, or was another lesson's before.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", id_):
        raise DraftProblem(f"“{id_}” is no id; use small letters and digits, beginning with a letter, such as r16.")
    if id_ in library.speak(None).lessons or library.curriculum.stage_of(id_) is not None:
        raise DraftProblem(f"The id “{id_}” is taken; choose another one, or leave it out to get the next free one.")
    if id_ in library.curriculum.moved:
        raise DraftProblem(f"The id “{id_}” belonged to a lesson that moved; choose one that was never used.")


def text_of(draft: Draft, order: int) -> str:
    """The lesson's file."""
    answers = "\n".join(
        f"    - id: {_quoted(f'a{at}')}\n      label: {_quoted(label)}\n      reply: {_quoted(reply)}"
        for at, (label, reply) in enumerate(draft.answers, start=1)
    )
    tags = ", ".join(f"{kind}: [{', '.join(names)}]" for kind, names in draft.tags.items() if names)
    stage = draft.part if draft.part in _STAGES else "companion"
    return (
        f"---\n{SCHEMA_LINE}\nid: {draft.id}\ntitle: {_quoted(draft.title)}\nstage: {stage}\norder: {order}\n"
        f"tags: {{{tags}}}\npractice:\n  say: {_quoted(draft.practice)}\n  minutes: {draft.minutes}\n"
        f"question:\n  say: {_quoted(draft.question)}\n  choices:\n{answers}\n"
        f"why:\n  say: {_quoted(draft.why)}\n  source: {draft.source}\nreviewed_by: {_quoted(draft.reviewed_by)}\n---\n"
        f"{draft.body.strip()}\n"
    )


def place(library: Library, part: Stage) -> int:
    """Where a new lesson goes: last, or before the look back that ends the stage."""
    last = library.speak(None).lessons.get(part.lessons[-1]) if part.lessons else None
    return len(part.lessons) - (last is not None and last.opens == REVIEW)


def listed(curriculum: str, part: str, id_: str, at: int) -> str:
    """curriculum.yaml with `id_` added to a part; everything else, comments too, stays as it is.

    Raises DraftProblem: the part's list is not written in a way that can be added to.
    """
    pattern = re.compile(rf"(^ *- id: {re.escape(part)} *\n(?: *#.*\n)* *lessons: *)\[([^\]]*)\]", re.MULTILINE)
    found = pattern.search(curriculum)
    if found is None:
        raise DraftProblem(f"In curriculum.yaml the lessons of “{part}” are not written as [a, b]; add {id_} by hand.")
    ids = [item.strip() for item in found[2].split(",") if item.strip()]
    return curriculum[: found.start(2)] + ", ".join([*ids[:at], id_, *ids[at:]]) + curriculum[found.end(2) :]


def write(library: Library, draft: Draft, names: Names | None, *, anyway: bool = False) -> tuple[Path, list[Finding]]:
    """Write the lesson and its place in the curriculum, once a copy of the content passes the check with them.

    anyway: write them also with something left to mend. Gives the file and what is to mend; with `anyway` false and
    something to mend, nothing was written.
    Raises DraftProblem: the id or the file is taken, or the curriculum cannot be added to.
    """
    refuse_taken(library, draft.id)
    folder, part = library.folder, library.curriculum.parts[draft.part]
    at = place(library, part)
    curriculum = listed((folder / "curriculum.yaml").read_text(encoding="utf-8"), draft.part, draft.id, at)
    if (folder / draft.file).exists():
        raise DraftProblem(f"There is a file {draft.file} already; give the lesson another title.")
    with tempfile.TemporaryDirectory(prefix="keel-") as room:
        copy = Path(shutil.copytree(folder, Path(room) / "content", ignore=shutil.ignore_patterns("media")))
        _put(copy, draft, at + 1, curriculum)
        findings = [item for item in to_mend(check(copy, names)) if item.file == draft.file]
    if anyway or not findings:
        _put(folder, draft, at + 1, curriculum)
    return folder / draft.file, findings


def _put(folder: Path, draft: Draft, order: int, curriculum: str) -> None:
    path = folder / draft.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(draft, order), encoding="utf-8")
    (folder / "curriculum.yaml").write_text(curriculum, encoding="utf-8")


_STAGES = ("orientation", "awareness", "regulation", "reparenting", "relating")


def _quoted(text: str) -> str:
    bare = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{bare}"'
