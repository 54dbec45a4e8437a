"""Rules across files: the order of lessons, moved ids, sources, small texts, and the line that helps an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.library.findings import Finding
from bot.library.fitting import LONGEST_CAPTION, LONGEST_MESSAGE, unbalanced, units
from bot.library.load import Content, Library
from bot.library.where import Found
from bot.library.wording import Wording

CAPTIONS = ("export-caption",)
"""Small texts that stand below a file."""
_SCHEMA_LINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$")
_MESSAGE = re.compile(r"^([a-z][a-z0-9-]*) *=", re.MULTILINE)
_FILLED_IN = re.compile(r"\{[^{}]*\}")


def order_rules(library: Library) -> Iterator[Found]:
    """The curriculum and the lesson files name the same lessons, each once; what moved went somewhere."""
    known = library.speak(None).lessons
    seen: set[str] = set()
    for group, parts in (("stages", library.curriculum.stages), ("companion", library.curriculum.companions)):
        for at, part in enumerate(parts):
            for position, id_ in enumerate(part.lessons):
                place = (group, at, "lessons", position)
                if id_ in seen:
                    yield Found(place, "order", f"The lesson “{id_}” is listed more than once; keep one.")
                elif id_ not in known:
                    yield Found(place, "order", f"The lesson “{id_}” has no file; add one or take it out.")
                elif known[id_].stage != (part.id if group == "stages" else "companion"):
                    message = f"“{id_}” stands under “{part.id}” here and under “{known[id_].stage}” in its file."
                    yield Found(place, "order", f"{message[:-1]}; make them the same.")
                seen.add(id_)
    for id_ in sorted(set(known) - seen):
        message = f"The lesson “{id_}” has a file but no place; list it under its stage."
        yield Found(("stages",), "order", message)
    for old, new in library.curriculum.moved.items():
        if old in known:
            yield Found(("moved", old), "moved", f"“{old}” still is a lesson; take it out of “moved”.")
        elif new not in known:
            yield Found(("moved", old), "moved", f"“{old}” moved to “{new}”, which is no lesson; name one that is.")


def unused_sources(library: Library) -> Iterator[Found]:
    """Works that nothing cites: worth knowing, and no mistake."""
    cited = {lesson.source for content in library.locales.values() for lesson in content.lessons.values()}
    for content in library.locales.values():
        cited |= {step.source or "" for flow in content.flows.values() for step in flow.steps.values()}
    for id_ in library.sources:
        if id_ not in cited:
            yield Found((id_,), "source", f"Nothing cites “{id_}”; cite it or take it out.")


def text_rules(folder: Path, content: Content, wording: Wording, unasked: tuple[str, ...]) -> Iterator[Finding]:
    """The small texts: phrases, claims, markup, lengths; neutral where they come unasked."""
    name = f"{content.locale}/ui.ftl"
    path = folder / name
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    starts = list(_MESSAGE.finditer(source))
    for at, start in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(source)
        text = re.sub(r"^ *#.*$", "", source[start.end() : end], flags=re.MULTILINE).strip()
        most = LONGEST_CAPTION if start[1] in CAPTIONS else LONGEST_MESSAGE
        found = list(wording.rules(text, (start[1],)))
        if units(text) > most:
            message = f"“{start[1]}” has {units(text)} units and Telegram takes {most}; shorten it."
            found.append(Found((start[1],), "length", message))
        found += [
            Found((start[1],), "markup", f"A “{mark}” is opened and not closed in “{start[1]}”; close or remove it.")
            for mark in dict.fromkeys(unbalanced(re.sub(r"^ *\*\[", "[", text, flags=re.MULTILINE)))
        ]
        if start[1] in unasked:
            found += wording.lock_screen(_FILLED_IN.sub("", text), (start[1],))
        line = source.count("\n", 0, start.start()) + 1
        for item in found:
            yield Finding(name, line, item.rule, item.message)


def schema_lines(folder: Path) -> Iterator[Finding]:
    """Every file says which schema an editor checks it against, and that schema is there."""
    for path in sorted((*folder.rglob("*.yaml"), *folder.glob("*/lessons/**/*.md"))):
        name = path.relative_to(folder).as_posix()
        at = 1 if path.suffix == ".md" else 0
        lines = path.read_text(encoding="utf-8").splitlines()
        found = _SCHEMA_LINE.fullmatch(lines[at]) if len(lines) > at else None
        if found is None:
            message = "The line “# yaml-language-server: $schema=…” is missing here; copy it from a file beside this."
            yield Finding(name, at + 1, "schema", message)
        elif not (path.parent / found[1]).resolve().is_file():
            message = f"There is no schema {found[1]}; copy the line from a file beside this."
            yield Finding(name, at + 1, "schema", message)
