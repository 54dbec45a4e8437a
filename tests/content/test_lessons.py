"""What holds for every lesson that ships, each rule by itself and not through the check."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.library.findings import ContentProblem
from bot.library.grade import grade
from bot.library.load import Library
from bot.library.programme import ideas, programme, uncovered, whole
from bot.library.wording import Wording
from bot.library.wording_schema import BannedFile
from bot.library.yaml_lines import read

ROOT = Path(__file__).parent.parent.parent
CURRICULUM = [
    *(f"O{at}" for at in range(1, 6)),
    *(f"A{at}" for at in range(1, 13)),
    *(f"{stage}{at}" for stage in "RPS" for at in range(1, 16)),
]
COMPANION = {"partner": 3, "therapy": 3, "pace": 3, "mistakes": 4, "questions": 5, "safety": 1}
"""How many ideas each companion unit has."""
CLAIMS = [
    "Keel is evidence-based.",
    "Keel treats worry.",
    "This leads to earned security.",
    "You will be secure in 30 days.",
    "One breath resets your nervous system.",
    "It works instantly.",
    "Urges pass in ten minutes.",
    "Try 5-4-3-2-1.",
    "Sighing is better than meditation.",
    "Give yourself 20 seconds of touch.",
    "Your fear is unfounded.",
    "They are probably busy.",
    "Attachment anxiety is a disorder.",
    "It was caused by your parents.",
    "Anxious and avoidant people cannot be happy.",
    "They will stop hurting you.",
    "Keel prevents suicide.",
    "This is a validated scale.",
    "80% of our users felt better.",
    "Your words are completely anonymous.",
    "Recommended by the WHO.",
]


def wording() -> Wording:
    """The lists that ship."""
    return Wording(read(BannedFile, (ROOT / "content/banned.yaml").read_text(encoding="utf-8"), "banned.yaml"))


def words(text: str) -> list[str]:
    """The words of a text, without marks."""
    return re.findall(r"[a-z']+", text.lower())


def test_every_idea_of_the_curriculum_has_a_lesson(library: Library) -> None:
    found = {part: [idea.id for idea in items] for part, items in ideas(library).items()}
    stages = [id_ for part, ids in found.items() if part not in COMPANION for id_ in ids]
    assert stages == CURRICULUM
    assert {part: len(found[part]) for part in COMPANION} == COMPANION
    assert uncovered(library) == []


def test_the_printed_map_is_up_to_date(library: Library) -> None:
    assert (ROOT / "docs/programme.md").read_text(encoding="utf-8") == programme(library), "run `keel content map`"


def test_there_are_enough_of_them(library: Library) -> None:
    content = library.speak(None)
    assert len(content.lessons) >= 80
    assert len(content.steady) >= 40


def test_grade_length_and_title(library: Library) -> None:
    lessons = library.speak(None).lessons.values()
    grades = [grade(whole(lesson)) for lesson in lessons]
    assert statistics.median(grades) <= 6
    assert max(grades) <= 8
    assert [lesson.id for lesson in lessons if not 50 <= len(lesson.body.split()) <= 120] == []
    assert [lesson.id for lesson in lessons if len(lesson.title) > 40] == []
    assert [lesson.id for lesson in lessons if not 1 <= lesson.minutes <= 2] == []


def test_no_two_are_alike(library: Library) -> None:
    lessons = library.speak(None).lessons.values()
    openings = Counter(tuple(words(re.split(r"[.!?]", lesson.body)[0])[:4]) for lesson in lessons)
    assert [opening for opening, count in openings.items() if count > 1] == []
    runs: Counter[tuple[str, ...]] = Counter()
    for lesson in lessons:
        plain = words(lesson.body)
        runs.update({tuple(plain[at : at + 8]) for at in range(len(plain) - 7)})
    assert [run for run, count in runs.items() if count > 1] == []


def test_the_first_line_gives_nothing_away(library: Library) -> None:
    secret = re.compile(
        r"\b(anxious|anxiety|attachment|ex|exes|partner|spiral|panic|therapy|relationship)\b", re.IGNORECASE
    )
    content = library.speak(None)
    lines = [f"{lesson.title} {lesson.body.splitlines()[0]}" for lesson in content.lessons.values()]
    assert [line for line in (*lines, *(item.say for item in content.steady)) if secret.search(line)] == []


def test_every_claim_never_to_make_is_caught_with_its_reason() -> None:
    lists = wording()
    caught = {text: [item.message for item in lists.rules(text, ()) if item.rule == "claim"] for text in CLAIMS}
    assert [text for text, messages in caught.items() if not messages] == []
    reasons = {claim.why for claim in lists.banned.claims}
    assert all(any(reason in message for reason in reasons) for messages in caught.values() for message in messages)


def test_every_source_of_a_tool_or_a_lesson_resolves(library: Library) -> None:
    content = library.speak(None)
    tools = [step for step in content.flows["spiral"].steps.values() if step.why is not None]
    assert len(tools) >= 6
    cited = {step.source for step in tools} | {lesson.source for lesson in content.lessons.values()}
    assert cited - set(library.sources) == set()


def test_a_map_with_a_gap_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text("awareness: [{id: A99, idea: Nothing covers this}]\n")
    with pytest.raises(ContentProblem, match="A99"):
        programme(replace(library, folder=tmp_path))
