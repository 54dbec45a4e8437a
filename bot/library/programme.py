"""The map of the programme: every idea, and the lessons that cover it; printed as docs/programme.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core.curriculum import Lesson
from bot.library.findings import ContentProblem, single
from bot.library.grade import grade
from bot.library.load import Library
from bot.library.where import Found
from bot.library.wording_schema import IdeaFile, ProgrammeFile
from bot.library.yaml_lines import read

FILE = "programme.yaml"
HEAD = "| id | idea | lesson | technique | source | grade | words |\n|---|---|---|---|---|---:|---:|"


def ideas(library: Library) -> Mapping[str, Sequence[IdeaFile]]:
    """Every idea by part, in order.

    Raises ContentProblem: the file is missing, or does not have the shape it needs.
    """
    try:
        text = (library.folder / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise single(FILE, 0, "file", "This file is missing; restore it from the release.") from None
    return read(ProgrammeFile, text, FILE).root


def covering(idea: IdeaFile) -> Sequence[str]:
    """Ids of the lessons that cover an idea."""
    return idea.lessons or [idea.id.lower()]


def programme_rules(library: Library) -> Iterator[Found]:
    """Every idea has a lesson, and the lessons named exist.

    Raises ContentProblem: the file is missing, or does not have the shape it needs.
    """
    known = library.speak(None).lessons
    for part, items in ideas(library).items():
        for at, idea in enumerate(items):
            missing = [id_ for id_ in covering(idea) if id_ not in known]
            if missing:
                message = f"“{idea.id}” has no lesson “{missing[0]}”; write it, or name those that cover it."
                yield Found((part, at), "programme", message)


def uncovered(library: Library) -> list[str]:
    """Ideas without a lesson."""
    known = library.speak(None).lessons
    every = (idea for part in ideas(library).values() for idea in part)
    return [idea.id for idea in every if not any(id_ in known for id_ in covering(idea))]


def programme(library: Library) -> str:
    """The map as Markdown.

    Raises ContentProblem: an idea has no lesson; it is named.
    """
    missing = uncovered(library)
    if missing:
        message = f"No lesson covers {', '.join(missing)}; write one, or name the lessons that do so here."
        raise ContentProblem([*single(FILE, 0, "programme", message).findings])
    content = library.speak(None)
    lines = [
        "# The programme",
        "",
        "Every idea and the lessons that cover it. Written by `keel content map` from `content/`; do not edit by hand.",
        "",
        f"{len(content.lessons)} lessons. Grade: Flesch-Kincaid, of everything that a lesson says.",
    ]
    met: set[str] = set()
    for part, items in ideas(library).items():
        lines += ["", f"## {content.texts(f'stage-{part}')}", "", HEAD]
        for idea in items:
            met |= set(covering(idea))
            lines += [
                _row(idea.id, idea.idea, content.lessons[id_]) for id_ in covering(idea) if id_ in content.lessons
            ]
    others = [lesson for id_, lesson in content.lessons.items() if id_ not in met]
    if others:
        lines += ["", "## Beyond these", "", HEAD, *(_row("", "", lesson) for lesson in others)]
    return "\n".join(lines) + "\n"


def whole(lesson: Lesson) -> str:
    """Everything that a lesson says, for its grade."""
    return "\n".join((lesson.body, lesson.practice, lesson.question, *(item.reply for item in lesson.replies)))


def _row(id_: str, idea: str, lesson: Lesson) -> str:
    techniques = ", ".join(lesson.tags.get("technique", ()))
    words = len(lesson.body.split())
    cells = (
        id_,
        idea,
        f"{lesson.title} (`{lesson.id}`)",
        techniques,
        lesson.source,
        f"{grade(whole(lesson)):.1f}",
        words,
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
