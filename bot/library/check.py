"""All rules for content, across files and languages, as one list of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bot.library.findings import ContentProblem, Finding, single
from bot.library.flow_rules import (
    Outside,
    first_screen_rules,
    outside_rules,
    skeleton_rules,
    structure_rules,
    word_rules,
)
from bot.library.folder_rules import order_rules, schema_lines, text_rules, unused_sources
from bot.library.lesson_rules import Alike, lesson_rules, reply_rules, steady_rules
from bot.library.load import DEFAULT_LOCALE, Content, Library, load
from bot.library.programme import FILE as PROGRAMME
from bot.library.programme import programme_rules
from bot.library.safety import findings as safety_findings
from bot.library.where import Found, Sources
from bot.library.wording import Wording
from bot.library.wording_schema import BannedFile
from bot.library.yaml_lines import read

SPIRAL = "spiral"


@dataclass(frozen=True)
class Names:
    """What the program knows by name and content may name: handed in, for the library knows no services.

    actions: what a step may `do`. commands: what `command:` may name.
    unasked_steps: the steps (flow and step, or "*" for all) whose screens may be read on a lock screen.
    unasked_texts: such small texts.
    """

    actions: frozenset[str]
    commands: frozenset[str]
    unasked_steps: frozenset[tuple[str, str]] = frozenset()
    unasked_texts: tuple[str, ...] = ()


def check(folder: Path, names: Names | None = None) -> list[Finding]:
    """Everything that is to be said about the content in `folder`, sorted by file and line; notes among it.

    names: without them, what steps do and which commands there are is not checked.
    """
    try:
        library = load(folder)
        banned = read(BannedFile, _banned(folder), "banned.yaml")
        unplanned = list(programme_rules(library))
    except ContentProblem as problem:
        return list(problem.findings)
    sources = Sources(folder)
    findings: list[Finding] = [*schema_lines(folder)]
    for content in library.locales.values():
        # Another language without rules of its own gets no claim of detection; that is not a mistake.
        if content.locale == DEFAULT_LOCALE or (folder / content.locale / "safety").is_dir():
            findings += safety_findings(folder / content.locale / "safety")
        wording = Wording(banned, english=content.locale.startswith("en"))
        findings += _flow_findings(library, content, sources, wording, names)
        findings += _lesson_findings(library, content, sources, wording)
        findings += text_rules(folder, content, wording, names.unasked_texts if names else ())
    findings += _in(sources, "curriculum.yaml", order_rules(library))
    findings += _in(sources, PROGRAMME, unplanned)
    findings += [replace(item, note=True) for item in _in(sources, "sources.yaml", unused_sources(library))]
    return sorted(findings)


def to_mend(findings: list[Finding]) -> list[Finding]:
    """The findings that are reasons to refuse the content."""
    return [finding for finding in findings if not finding.note]


def _flow_findings(
    library: Library, content: Content, sources: Sources, wording: Wording, names: Names | None
) -> Iterator[Finding]:
    outside = Outside(
        flows=frozenset(content.flows),
        sources=frozenset(library.sources),
        tools=frozenset(
            step.tool or step.id for flow in content.flows.values() for step in flow.steps.values() if step.why
        ),
        actions=names.actions if names else None,
        commands=names.commands if names else None,
    )
    unasked = names.unasked_steps if names else frozenset()
    first = library.locales[DEFAULT_LOCALE]
    for id_, file in sources.flows(content.locale).items():
        flow = content.flows[id_]
        found = [*structure_rules(flow), *outside_rules(flow, outside)]
        found += word_rules(flow, wording, frozenset(step for name, step in unasked if name == id_))
        if id_ == SPIRAL and flow.start in flow.steps:
            found += first_screen_rules(flow)
        if content is not first and id_ in first.flows:
            found += skeleton_rules(flow, first.flows[id_])
        if not file.name.endswith(f"/{id_}.yaml"):
            found.append(Found(("id",), "name", f"The flow “{id_}” stands in another file; name the file {id_}.yaml."))
        yield from (file.finding(item) for item in found)


def _lesson_findings(library: Library, content: Content, sources: Sources, wording: Wording) -> Iterator[Finding]:
    alike = Alike()
    files = sources.lessons(content.locale)
    first = library.locales[DEFAULT_LOCALE]
    for id_ in (id_ for id_ in content.lessons if id_ in files):
        lesson = content.lessons[id_]
        found = [*lesson_rules(lesson, content, library.sources, wording, alike)]
        if content is not first and id_ in first.lessons:
            found += reply_rules(lesson, first.lessons[id_])
        if not files[id_].name.rsplit("/", 1)[-1].startswith(f"{id_}-"):
            found.append(Found(("id",), "name", f"The file of “{id_}” begins with {id_}- ; rename it, keep the id."))
        yield from (files[id_].finding(item) for item in found)
    steady = f"{content.locale}/steady.yaml"
    if (library.folder / steady).exists():
        yield from _in(sources, steady, steady_rules(content, wording, alike))


def _in(sources: Sources, name: str, found: Iterable[Found]) -> list[Finding]:
    file = sources.file(name)
    return [file.finding(item) for item in found]


def _banned(folder: Path) -> str:
    try:
        return (folder / "banned.yaml").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise single("banned.yaml", 0, "file", "This file is missing; restore it from the release.") from None
