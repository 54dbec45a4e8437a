"""All rules for content, across files and languages, as one list of findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.core.answers import ASKS
from bot.core.curriculum import REVIEW
from bot.core.flow import BACK, COMMAND, FLOW, Flow, Step, flow_target, targets
from bot.core.words import PLACEHOLDER
from bot.library.findings import ContentProblem, Finding
from bot.library.grade import grade
from bot.library.load import DEFAULT_LOCALE, Content, Library, load
from bot.library.safety import findings as safety_findings
from bot.library.schema import BannedFile
from bot.library.yaml_lines import read

HARDEST = 8.0
FEWEST_WORDS, MOST_WORDS = 50, 120
LONGEST_FIRST_SCREEN = 25
MOST_FIRST_BUTTONS = 3
SESSION_ID = "x" * 11
LONGEST_PAYLOAD = 64


def check(folder: Path) -> list[Finding]:
    """Everything that is wrong with the content in `folder`, sorted by file and line."""
    try:
        library = load(folder)
        banned = read(BannedFile, (folder / "banned.yaml").read_text(encoding="utf-8"), "banned.yaml")
    except ContentProblem as problem:
        return list(problem.findings)
    except FileNotFoundError:
        return [Finding("banned.yaml", 0, "file", "This file is missing; restore it from the release.")]
    findings: list[Finding] = []
    for content in library.locales.values():
        # Another language without rules of its own gets no claim of detection; that is not a mistake.
        if content.locale == DEFAULT_LOCALE or (folder / content.locale / "safety").is_dir():
            findings += safety_findings(folder / content.locale / "safety")
        place = _Files(folder, content.locale)
        for flow in content.flows.values():
            found = [
                *flow_rules(flow, banned.phrases),
                *reference_rules(flow, set(content.flows), set(library.sources)),
            ]
            findings += [place.in_flow(flow, *item) for item in found]
            if flow.id == "spiral":
                findings += [place.in_flow(flow, *item) for item in first_screen_rules(flow)]
        findings += [place.in_lesson(*found) for found in lesson_rules(library, content, banned)]
        findings += [
            Finding(
                f"{content.locale}/ui.ftl",
                0,
                "banned",
                f"“{phrase}” is on the list of phrases Keel never uses; say it otherwise.",
            )
            for phrase in _phrases((folder / content.locale / "ui.ftl").read_text(encoding="utf-8"), banned.phrases)
        ]
    findings += order_rules(library)
    return sorted(findings)


Found = tuple[str, str, str]
"""What is found: the step or lesson id, the rule, the sentence."""


def flow_rules(flow: Flow, banned: list[str]) -> Iterator[Found]:
    """Structure first: targets exist, every step is reached, goes on, and can be left; then words and lengths."""
    missing = False
    for step in flow.steps.values():
        for target in targets(flow, step):
            if target not in flow.steps:
                missing = True
                yield step.id, "target", f"“{target}” is no step of this flow; correct the name or add the step."
    for name in (flow.start, flow.resume, *flow.entries):
        if name is not None and name not in flow.steps:
            missing = True
            yield flow.id, "target", f"“{name}” is no step of this flow; correct start, resume or entries."
    if missing:
        return
    reached = _reached(flow)
    for step in flow.steps.values():
        if step.id not in reached:
            yield step.id, "unreachable", "No step leads here; lead one here, or remove this step."
        yield from step_rules(flow, step)
        for phrase in _phrases("\n".join((*step.say, *(choice.label for choice in step.choices))), banned):
            yield step.id, "banned", f"“{phrase}” is on the list of phrases Keel never uses; say it otherwise."
    ends = {id_ for id_, step in flow.steps.items() if step.end}
    for step in flow.steps.values():
        if step.id in reached and not _leads_to(flow, step.id, ends):
            yield step.id, "dead end", "From here no step with “end: true” can be reached; add a way out."
    yield from _silent_loops(flow)


def reference_rules(flow: Flow, flows: set[str], sources: set[str]) -> Iterator[Found]:
    """What a flow names outside itself: other flows, and the works that its tools rest on."""
    for step in flow.steps.values():
        for target in (step.then, *(choice.to for choice in step.choices)):
            if target is None or not target.startswith(FLOW):
                continue
            name, back = flow_target(target)
            if name not in flows:
                yield step.id, "target", f"“{name}” is no flow; name one of {', '.join(sorted(flows))}."
            if back is not None and back in flow.steps and not flow.steps[back].say:
                yield step.id, "target", f"“{back}” says nothing; a flow can only come back to a step with words."
        if step.source is not None and step.source not in sources:
            yield step.id, "source", f"“{step.source}” does not stand in sources.yaml; add it there or cite another."
        if (step.source is None) != (step.why is None):
            yield (
                step.id,
                "source",
                "A tool that says why it works needs its source, and the other way round; add both.",
            )
    if sum(step.beside for step in flow.steps.values()) > 1:
        yield flow.id, "beside", "Two steps stay in view beside the flow; only one can."


def first_screen_rules(flow: Flow) -> Iterator[Found]:
    """What somebody with shaking hands sees first: few words, no question, three buttons at most."""
    first = flow.steps[flow.start]
    for text in first.say:
        if len(text.split()) > LONGEST_FIRST_SCREEN:
            yield first.id, "first screen", f"“{text[:30]}…” has more than {LONGEST_FIRST_SCREEN} words; shorten it."
        if "?" in text:
            yield first.id, "first screen", f"“{text[:30]}…” asks something; the first screen asks nothing."
    if len(first.choices) > MOST_FIRST_BUTTONS or first.always:
        yield first.id, "first screen", f"More than {MOST_FIRST_BUTTONS} buttons stand here; keep the most needed ones."


def step_rules(flow: Flow, step: Step) -> Iterator[Found]:
    """One step by itself."""
    ways = list(targets(flow, step))
    if step.say and not step.end and not step.choices and not step.ask and not step.options and step.then is None:
        yield (
            step.id,
            "dead end",
            "This step says something and offers nothing; add choices, ask something, or end: true.",
        )
    if not step.say and not step.to and not step.branch:
        yield step.id, "silent", "This step neither says something nor leads on; add say, to or branch."
    if step.branch and step.branch[-1].when and step.to is None:
        yield step.id, "branch", "The last branch has a condition; add one without “when” for everything else."
    if (step.ask is not None or step.options) and not step.pick_many and step.to is None:
        yield step.id, "answer", "An answer leads nowhere here; add “to”."
    if step.ask is not None and step.ask not in ASKS:
        yield step.id, "ask", f"“{step.ask}” is no kind of question; use one of {', '.join(ASKS)}."
    if step.wait is not None and (step.then is None or not ways):
        yield step.id, "wait", "After the wait nothing follows; add “then”."
    if step.pick_many and all(choice.to is None for choice in step.choices):
        yield step.id, "dead end", "Ticks alone never go on; add a choice with “to”, such as “That's all”."
    if not step.pick_many and step.to is None and any(choice.to is None for choice in step.choices):
        yield step.id, "choice", "A choice leads nowhere; give it “to”, or the step."
    if step.say and not step.end and not _offers_help(flow, step):
        yield step.id, "help", "Neither stop nor help can be reached from this screen in one or two taps; offer them."
    for text in step.say:
        if (hard := grade(text)) > HARDEST:
            yield (
                step.id,
                "grade",
                f"This text reads at grade {hard:.1f}; shorten sentences and words to reach 8 or less.",
            )
    for choice in step.choices:
        data = f"s:{SESSION_ID}:{step.id}:{choice.id}+"
        if len(data.encode()) > LONGEST_PAYLOAD:
            yield (
                step.id,
                "payload",
                f"The ids of step and choice “{choice.id}” are too long for a button; shorten them.",
            )
    known = {other.name for other in flow.steps.values()} | {other.own_name for other in flow.steps.values()} | FACTS
    for text in step.say:
        for name, _ in PLACEHOLDER.findall(text):
            if name not in known:
                yield (
                    step.id,
                    "placeholder",
                    f"“{{{name}}}” is nothing that this flow knows; use the name of an answer.",
                )


FACTS = frozenset(
    {
        *("now", "zone_name", "pace_name", "time_name", "days_name", "first_lesson", "until"),
        *("history", "plan_line", "map_line", "planned", "when", "own_line", "person", "there"),
        *("steady_name", "after_name", "line", "plan", "map"),
        *("why_not", "words", "blame", "ask_text", "page_when", "page_text"),
        *(f"the_{part}" for part in ("signs", "helps", "places", "people", "professionals", "safer", "reasons")),
    }
)
"""What actions make known to the screens of a flow."""


def lesson_rules(library: Library, content: Content, banned: BannedFile) -> Iterator[Found]:
    """Length, reading grade, sources, lock screen, banned phrases, and lessons too like each other."""
    openings: dict[str, str] = {}
    runs: dict[str, str] = {}
    for lesson in content.lessons.values():
        words = len(lesson.body.split())
        if not FEWEST_WORDS <= words <= MOST_WORDS:
            yield lesson.id, "length", f"The text has {words} words; a lesson has {FEWEST_WORDS} to {MOST_WORDS}."
        whole = "\n".join((lesson.body, lesson.practice, lesson.question, *(item.reply for item in lesson.replies)))
        if (hard := grade(whole)) > HARDEST:
            yield (
                lesson.id,
                "grade",
                f"This lesson reads at grade {hard:.1f}; shorten sentences and words to reach 8 or less.",
            )
        flow, _, opened = (lesson.opens or REVIEW).partition(":")
        if opened and (flow not in content.flows or opened not in content.flows[flow].steps):
            yield lesson.id, "opens", f"There is no step “{opened}” in a flow “{flow}”; correct “opens”."
        if lesson.source not in library.sources:
            yield (
                lesson.id,
                "source",
                f"“{lesson.source}” does not stand in sources.yaml; add it there or cite another.",
            )
        for phrase in _phrases(f"{lesson.title}\n{whole}\n{lesson.why}", banned.phrases):
            yield lesson.id, "banned", f"“{phrase}” is on the list of phrases Keel never uses; say it otherwise."
        for phrase in _phrases(f"{lesson.title} {lesson.body.splitlines()[0]}", banned.lock_screen):
            yield lesson.id, "lock screen", f"“{phrase}” could be read on a lock screen; begin with something neutral."
        plain = re.findall(r"[a-z']+", lesson.body.lower())
        opening = " ".join(plain[:4])
        if opening in openings:
            yield lesson.id, "alike", f"It opens with the same words as {openings[opening]}; begin otherwise."
        openings[opening] = lesson.id
        for at in range(len(plain) - 7):
            run = " ".join(plain[at : at + 8])
            if runs.setdefault(run, lesson.id) != lesson.id:
                yield lesson.id, "alike", f"“{run}” stands in {runs[run]} too; say it otherwise."
                break


def order_rules(library: Library) -> Iterator[Finding]:
    """The curriculum and the lesson files name the same lessons, each once."""
    curriculum = library.curriculum
    listed = [id_ for part in (*curriculum.stages, *curriculum.companions) for id_ in part.lessons]
    known = library.speak(None).lessons
    for id_ in listed:
        if id_ not in known:
            yield Finding("curriculum.yaml", 0, "lesson", f"The lesson “{id_}” has no file; add one or take it out.")
        if listed.count(id_) > 1:
            yield Finding("curriculum.yaml", 0, "lesson", f"The lesson “{id_}” is listed more than once; keep one.")
    for id_ in known:
        if id_ not in listed:
            yield Finding("curriculum.yaml", 0, "lesson", f"The lesson “{id_}” has a file but no place; list it here.")


class _Files:
    """Finds the line where a step or lesson stands."""

    def __init__(self, folder: Path, locale: str) -> None:
        self._folder, self._locale = folder, locale

    def in_flow(self, flow: Flow, step: str, rule: str, message: str) -> Finding:
        path = next((self._folder / self._locale / "flows").glob(f"{flow.id}.yaml"), None)
        return self._at(path, rf"^  {re.escape(step)}:", step, rule, message)

    def in_lesson(self, lesson: str, rule: str, message: str) -> Finding:
        path = next((self._folder / self._locale / "lessons").rglob(f"{lesson}-*.md"), None)
        return self._at(path, r"^---$", lesson, rule, message)

    def _at(self, path: Path | None, pattern: str, what: str, rule: str, message: str) -> Finding:
        if path is None:
            return Finding(f"{self._locale} {what}", 0, rule, message)
        found = re.search(pattern, text := path.read_text(encoding="utf-8"), re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        return Finding(str(path.relative_to(self._folder)), line, rule, f"{what}: {message}")


def _phrases(text: str, phrases: list[str]) -> list[str]:
    lower = text.lower()
    return [phrase for phrase in phrases if re.search(rf"\b{re.escape(phrase)}(?:s|ed|ing)?\b", lower)]


def _reached(flow: Flow) -> set[str]:
    reached: set[str] = set()
    waiting = [flow.start, *flow.entries, *([flow.resume] if flow.resume else [])]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += targets(flow, flow.steps[name])
    return reached


def _leads_to(flow: Flow, begin: str, ends: set[str]) -> bool:
    seen: set[str] = set()
    waiting = [begin]
    while waiting:
        name = waiting.pop()
        if name in ends or any(choice.to == BACK for choice in flow.steps[name].choices):
            return True
        if name not in seen:
            seen.add(name)
            waiting += targets(flow, flow.steps[name])
    return False


def _silent_loops(flow: Flow) -> Iterator[Found]:
    for step in flow.steps.values():
        seen: set[str] = set()
        waiting = [step.id] if not step.say else []
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            following = [other for other in targets(flow, flow.steps[name]) if not flow.steps[other].say]
            if step.id in following:
                yield step.id, "loop", "Steps without words lead round in a circle; let one of them say something."
                return
            waiting += following


def _offers_help(flow: Flow, step: Step, depth: int = 2) -> bool:
    offered = (*step.choices, *(flow.always if step.always else ()))
    if any(choice.to is not None and choice.to.startswith(f"{COMMAND}sos") for choice in offered):
        return True
    following = [choice.to for choice in offered if choice.to in flow.steps]
    return depth > 1 and any(_offers_help(flow, flow.steps[name], depth - 1) for name in following if name)
