"""Content files on disk -> frozen objects. Loaded once at start; bad content stops the start with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.curriculum import Curriculum, Lesson, Reply, Stage
from bot.core.flow import Branch, Choice, Condition, Flow, Step
from bot.core.screen import Frame
from bot.library.findings import ContentProblem, Finding, single
from bot.library.schema import (
    AgesFile,
    ChoiceFile,
    CountryFile,
    CurriculumFile,
    FlowFile,
    HelplinesFile,
    LessonFile,
    LocaleFile,
    PlaceFile,
    PlacesFile,
    SourceFile,
    SourcesFile,
    SteadyFile,
    SteadyMessage,
    StepFile,
)
from bot.library.texts import Texts, load_texts
from bot.library.yaml_lines import read

DEFAULT_LOCALE = "en"


@dataclass(frozen=True, repr=False)
class Content:
    """Everything one language says."""

    locale: str
    name: str
    flows: Mapping[str, Flow]
    lessons: Mapping[str, Lesson]
    texts: Texts
    places: tuple[PlaceFile, ...]
    spiral_phrases: tuple[str, ...]
    blame_words: tuple[str, ...]
    search_words: Mapping[str, list[str]]
    filler_words: tuple[str, ...]
    ages: AgesFile
    addressed: frozenset[str]
    steady: tuple[SteadyMessage, ...]


@dataclass(frozen=True, repr=False)
class Library:
    """All content: languages, and what is the same in each of them."""

    folder: Path
    locales: Mapping[str, Content]
    curriculum: Curriculum
    sources: Mapping[str, SourceFile]
    helplines: HelplinesFile

    def speak(self, locale: str | None) -> Content:
        """The content in somebody's language, or in the default one."""
        return self.locales.get(locale or DEFAULT_LOCALE) or self.locales[DEFAULT_LOCALE]

    def country(self, code: str | None) -> CountryFile | None:
        """Helplines of a country, None when none are known."""
        return self.helplines.countries.get(code) if code else None


def load(folder: Path) -> Library:
    """Everything below `folder`.

    Raises ContentProblem: a folder or file is missing or does not have the shape it needs; every finding is named.
    """
    if not folder.is_dir():
        raise single(str(folder), 0, "folder", "There is no such content folder; set KEEL_CONTENT_DIR to one.")
    languages = sorted(path for path in folder.iterdir() if (path / "locale.yaml").exists())
    if not any(path.name == DEFAULT_LOCALE for path in languages):
        message = f"This content folder has no language “{DEFAULT_LOCALE}” (a folder with locale.yaml); add it."
        raise single(str(folder), 0, "folder", message)
    findings: list[Finding] = []
    shared = _Shared.load(folder, findings)
    locales: dict[str, Content] = {}
    default = _language(folder, folder / DEFAULT_LOCALE, None, findings)
    for path in languages:
        content = default if path.name == DEFAULT_LOCALE else _language(folder, path, default, findings)
        if content is not None:
            locales[path.name] = content
    if findings or shared is None:
        raise ContentProblem(findings)
    return Library(folder, locales, shared.curriculum, shared.sources, shared.helplines)


@dataclass(frozen=True)
class _Shared:
    curriculum: Curriculum
    sources: Mapping[str, SourceFile]
    helplines: HelplinesFile

    @classmethod
    def load(cls, folder: Path, findings: list[Finding]) -> _Shared | None:
        try:
            parts = read(CurriculumFile, _text(folder, "curriculum.yaml"), "curriculum.yaml")
            sources = read(SourcesFile, _text(folder, "sources.yaml"), "sources.yaml").root
            helplines = read(HelplinesFile, _text(folder, "helplines.yaml"), "helplines.yaml")
        except ContentProblem as problem:
            findings.extend(problem.findings)
            return None
        stages, companions = (
            tuple(Stage(part.id, tuple(part.lessons), tuple(part.when), part.often) for part in group)
            for group in (parts.stages, parts.companion)
        )
        return cls(Curriculum(stages, companions, parts.moved), sources, helplines)


def _language(folder: Path, path: Path, fallback: Content | None, findings: list[Finding]) -> Content | None:
    try:
        about = read(LocaleFile, _text(path, "locale.yaml"), f"{path.name}/locale.yaml")
        places = read(PlacesFile, _text(path, "places.yaml"), f"{path.name}/places.yaml").root
        texts = load_texts(path / "ui.ftl", path.name, fallback.texts if fallback else None)
        steady = fallback.steady if fallback else ()
        if fallback is None or (path / "steady.yaml").exists():
            steady = tuple(read(SteadyFile, _text(path, "steady.yaml"), f"{path.name}/steady.yaml").root)
    except ContentProblem as problem:
        findings.extend(problem.findings)
        return None
    flows = dict(fallback.flows) if fallback else {}
    own: set[tuple[str, str]] = set()
    for file in sorted((path / "flows").glob("*.yaml")):
        try:
            flow = flow_from(read(FlowFile, _text(file.parent, file.name), str(file.relative_to(folder))))
            _once(own, "flow", flow.id, str(file.relative_to(folder)))
            flows[flow.id] = flow
        except ContentProblem as problem:
            findings.extend(problem.findings)
    lessons = dict(fallback.lessons) if fallback else {}
    for file in sorted((path / "lessons").rglob("*.md")):
        try:
            lesson = lesson_from(_text(file.parent, file.name), str(file.relative_to(folder)))
            _once(own, "lesson", lesson.id, str(file.relative_to(folder)))
            lessons[lesson.id] = lesson
        except ContentProblem as problem:
            findings.extend(problem.findings)
    return Content(
        locale=path.name,
        name=about.name,
        flows=flows,
        lessons=lessons,
        texts=texts,
        places=tuple(places),
        spiral_phrases=tuple(about.spiral_phrases),
        blame_words=tuple(about.blame_words),
        search_words=about.search_words,
        filler_words=tuple(about.filler_words),
        ages=about.ages,
        addressed=frozenset(about.addressed),
        steady=steady,
    )


def _once(own: set[tuple[str, str]], kind: str, id_: str, file: str) -> None:
    if (kind, id_) in own:
        raise single(file, 0, "id", f"Another file has the {kind} “{id_}” too; give one of them an id of its own.")
    own.add((kind, id_))


def _text(folder: Path, name: str) -> str:
    path = folder / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise single(str(path), 0, "file", "This file is missing; restore it from the release.") from None
    except UnicodeDecodeError:
        raise single(str(path), 0, "file", "This file is not UTF-8 text; save it as UTF-8.") from None


def lesson_from(text: str, file: str) -> Lesson:
    """A lesson file: front matter between two lines of `---`, then the body."""
    if not text.startswith("---\n") or "\n---\n" not in text[4:]:
        message = "A lesson begins with a line ---, then its particulars, then another line --- and the text."
        raise single(file, 1, "front matter", message)
    front, _, body = text[4:].partition("\n---\n")
    about = read(LessonFile, front, file, first_line=2)
    return Lesson(
        id=about.id,
        stage=about.stage,
        title=about.title,
        body=body.strip(),
        practice=about.practice.say,
        minutes=about.practice.minutes,
        question=about.question.say,
        replies=tuple(Reply(item.id, item.label, item.reply) for item in about.question.choices),
        why=about.why.say,
        source=about.why.source,
        tags={kind: tuple(tags) for kind, tags in about.tags.items()},
        reviewed_by=about.reviewed_by,
        opens=about.opens,
    )


def flow_from(file: FlowFile) -> Flow:
    """A flow file as the machine's own value."""
    return Flow(
        id=file.id,
        start=file.start,
        steps={id_: _step(id_, step) for id_, step in file.steps.items()},
        always=tuple(_choice(item) for item in file.always),
        resume=file.resume,
        entries=tuple(file.entries),
        empty=file.empty,
        silent=file.silent,
    )


def _step(id_: str, file: StepFile) -> Step:
    # What a file calls differently, or what has parts of its own; everything else has the same name in both.
    translated: dict[str, Any] = {
        "say": tuple(text.strip() for text in file.say),
        "choices": tuple(_choice(item) for item in file.choices),
        "pick_many": file.pick == "many",
        "frames": tuple(Frame(item.say, item.seconds) for item in file.frames),
        "branch": tuple(
            Branch(way.to, tuple(Condition(**condition.model_dump()) for condition in way.when)) for way in file.branch
        ),
    }
    same: dict[str, Any] = {
        name: getattr(file, name) for name in StepFile.model_fields if name not in (*translated, "pick")
    }
    return Step(id=id_, **same, **translated)


def _choice(file: ChoiceFile) -> Choice:
    return Choice(file.id, file.label, file.to, file.adds)
