"""Broken lessons, flows and lists: each gives exactly one sentence, with the file, the line, and how to mend it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import CONTENT_NAMES
from bot.library.check import check, to_mend
from bot.library.findings import Finding

ROOT = Path(__file__).parent.parent.parent
A1 = "en/lessons/awareness/a1-five-habits-you-may-know.md"
WORDS = "en/flows/words.yaml"
SPIRAL = "en/flows/spiral.yaml"
OUTCOME = "en/flows/outcome.yaml"
STEADY = "en/steady.yaml"
LONG = "Notwithstanding considerable organisational difficulties, communication necessitates extraordinary patience."
FILLED = "{outcome} {outcome} {outcome} {outcome} " + "Go on. " * 490


@dataclass(frozen=True)
class Broken:
    """One mistake: in `file`, `old` became `new`. line: the words that stand in the line to be named."""

    rule: str
    file: str
    old: str
    new: str
    line: str


BROKEN = [
    # lessons
    Broken("source", A1, "source: MikShaver2003", "source: Nobody1999", "source: Nobody1999"),
    Broken("shape", A1, "title:", "name:", "name:"),
    Broken("shape", A1, "title: ", "title: A title that goes on and on and on, further than forty #", "title:"),
    Broken("shape", A1, "reviewed_by: none yet\n", "", "yaml-language-server"),
    Broken("shape", A1, "minutes: ", "minutes: 7 #", "minutes: 7"),
    Broken("banned", A1, "Going over", "You should go over", "You should go over"),
    Broken("claim", A1, "Going over", "It works instantly. Going over", "It works instantly"),
    Broken("lock screen", A1, "title: ", 'title: "Your ex and the phone" #', "title:"),
    Broken("markup", A1, "Going over", "**Going over", "**Going over"),
    Broken("front matter", A1, "---\n", "", "yaml-language-server"),
    Broken("schema", A1, "# yaml-language-server: $schema=../../../schema/lesson.json\n", "", "id: a1"),
    Broken("yaml", A1, "id: a1", 'id: "a1', "title:"),
    # helplines
    Broken("shape", "helplines.yaml", "      seen: 2026-09-23\n", "", "- name: Dubai Foundation"),
    # flows
    Broken("target", WORDS, "to: kept", "to: nowhere", "to: nowhere"),
    Broken("yaml", WORDS, "id: words", "id: [words", "id: [words"),
    Broken("dead end", WORDS, "    end: true", "    end: false", "kept:"),
    Broken("placeholder", WORDS, "would help?", "{nothing} help?", "{nothing}"),
    Broken("target", WORDS, '"command:spiral"', '"command:fly"', "command:fly"),
    Broken("do", WORDS, "do: keep_note", "do: keep_nothing", "do: keep_nothing"),
    Broken("target", SPIRAL, '"flow:hold>returned"\n    choices', '"flow:bold>returned"\n    choices', "flow:bold"),
    Broken("target", SPIRAL, '"command:why:breathe"', '"command:why:bathe"', "why:bathe"),
    Broken("first screen", SPIRAL, "I'll go slowly, and you can stop at any point.", "All right?", "All right?"),
    Broken("source", SPIRAL, "source: Kyriakoulis2021", "source: Nobody1999", "source: Nobody1999"),
    Broken("unreachable", OUTCOME, "equals: partly}, to: partly}", "equals: partly}, to: open}", "partly:"),
    Broken("grade", OUTCOME, "Go gently today.", LONG, "Notwithstanding"),
    Broken("length", OUTCOME, "Go gently today.", f'"{FILLED}"', "Go on. Go on."),
    Broken(
        "lock screen", OUTCOME, "Just the one question from last time.", "About your partner.", "About your partner"
    ),
    Broken("shape", OUTCOME, "start: ask", "begin: ask", "begin: ask"),
    Broken("choice", OUTCOME, "{id: did, ", "{id: didnt, ", "label: It did}"),
    # lists
    Broken("order", "curriculum.yaml", "a1, a2", "a1, a2, a99", "a99"),
    Broken("moved", "curriculum.yaml", "moved: {}", "moved: {b1: b2}", "moved: {b1: b2}"),
    Broken("shape", "sources.yaml", "year: 1987", "yaer: 1987", "yaer: 1987"),
    Broken("yaml", "sources.yaml", "HazanShaver1987:", "Campbell2005:", "Campbell2005:"),
    Broken("fluent", "en/ui.ftl", "button-lesson = Next lesson", "button-lesson Next lesson", "button-lesson Next"),
    Broken("banned", "en/ui.ftl", "button-lesson = Next lesson", "button-lesson = You should", "You should"),
    Broken("lock screen", STEADY, "A kitchen you", "The partner who was in a kitchen you", "The partner"),
    Broken("alike", STEADY, "Somebody once saved you", "A kitchen you were", "st02"),
    Broken("programme", "programme.yaml", "{id: A1, ", "{id: A41, ", "A41"),
]


def broken(folder: Path, item: Broken) -> list[Finding]:
    """The content with one mistake in it, and what the check says."""
    content = shutil.copytree(ROOT / "content", folder / "content", ignore=shutil.ignore_patterns("media"))
    text = (content / item.file).read_text(encoding="utf-8")
    assert item.old in text
    (content / item.file).write_text(text.replace(item.old, item.new, 1), encoding="utf-8")
    return to_mend(check(content, CONTENT_NAMES))


@pytest.mark.parametrize("item", BROKEN, ids=[f"{at}-{item.rule}" for at, item in enumerate(BROKEN)])
def test_one_mistake_is_one_sentence_with_file_and_line(tmp_path: Path, item: Broken) -> None:
    findings = broken(tmp_path, item)
    assert len(findings) == 1, "\n".join(map(str, findings))
    found = findings[0]
    assert (found.rule, found.file) == (item.rule, item.file), str(found)
    assert found.line > 0
    lines = (tmp_path / "content" / found.file).read_text(encoding="utf-8").splitlines()
    assert item.line in lines[found.line - 1], f"{found}\n{lines[found.line - 1]}"
    assert found.message.endswith((".", ".”")) and "\n" not in found.message
    assert not re.search(r"\bError|Traceback|pydantic|NoneType", found.message)


def test_a_translation_keeps_the_bones(tmp_path: Path) -> None:
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    shutil.copytree(content / "en", content / "es")
    assert to_mend(check(content, CONTENT_NAMES)) == []
    outcome, lesson = content / "es/flows/outcome.yaml", content / A1.replace("en/", "es/")
    outcome.write_text(outcome.read_text().replace("{id: partly, label: Partly}", "{id: mitad, label: A medias}"))
    lesson.write_text(re.sub(r"(choices:\n\s+- id: )\S+", r"\1otra", lesson.read_text(), count=1))
    assert [(item.file, item.rule) for item in to_mend(check(content, CONTENT_NAMES))] == [
        ("es/flows/outcome.yaml", "skeleton"),
        (A1.replace("en/", "es/"), "skeleton"),
    ]


def test_a_source_that_nothing_cites_is_a_note(tmp_path: Path) -> None:
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    with (content / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("Nobody1999: {authors: N, year: 1999, title: T, where: W, kind: K, found: F, sure: S}\n")
    findings = check(content, CONTENT_NAMES)
    assert [item.note for item in findings] == [True]
    assert "Nobody1999" in str(findings[0]) and to_mend(findings) == []


def test_two_lessons_with_one_id(tmp_path: Path) -> None:
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    shutil.copy(content / A1, content / A1.replace("a1-", "a1-b-"))
    assert [item.rule for item in to_mend(check(content, CONTENT_NAMES))] == ["id"]
