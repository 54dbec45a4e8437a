"""`keel safety check` and `keel safety explain`, and one sentence with file and line for everything that is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import keel
from bot.library.findings import ContentProblem
from bot.library.safety import findings, load_rules
from bot.library.safety_lines import read_lines
from tests.safety.conftest import HERE, RULES

LINES = "text,label,source\nI want to die,suicide,free\nI could murder a curry,none,free\nhe checks my phone,ask,free\n"


def ran(*arguments: str) -> str:
    done = CliRunner().invoke(keel, ["safety", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_check_shows_recall_false_alarms_and_confusion(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(LINES)
    said = ran("check", str(tmp_path / "lines.csv"))
    assert "suicide" in said
    assert "100.0%" in said
    assert "False alarms on 1 harmless lines: act 0.0%, act or ask 0.0%" in said
    assert "Read as" in said


def test_missed_lines_are_shown_on_request_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("text,label\nthe sky is blue,suicide\n")
    assert "the sky is blue" not in ran("check", str(path))
    assert f"{path}:2: suicide: not noticed: the sky is blue" in ran("check", str(path), "--missed")


def test_check_reads_every_set_of_ours() -> None:
    for path in sorted(HERE.glob("*.csv")):
        assert "label" in ran("check", str(path))


def test_explain_says_which_rule_and_why() -> None:
    said = ran("explain", "This wait is killing me, I want to die")
    assert said.startswith("act: suicide")
    assert "suicide-want-to-die: act (suicide), it matches: “want to die”" in said


def test_explain_reads_a_pasted_message_as_the_partners() -> None:
    assert ran("explain", "I want to die", "--source", "pasted").startswith("act: partner_at_risk")
    assert ran("explain", "I want to die", "--source", "free").startswith("act: suicide")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("line,label\nx,none\n", 1, "The column “text” is missing"),
        ("text\nx\n", 1, "The column “label” is missing"),
        ("text,label\nx,none\ny,danger\n", 3, "“danger” is no label; use one of suicide"),
        ("text,label,source\nx,none,overheard\n", 2, "“overheard” is no source"),
        ("text,label\n,none\n", 2, "This line has no text"),
        ("text,label\n", 1, "There is no line to measure"),
        ('text,label\n"x,none\n', 2, "not CSV"),
        ("text,label,tier\nx,suicide,soon\n", 2, "“soon” is no tier"),
    ],
)
def test_a_file_of_lines_that_cannot_be_used(tmp_path: Path, content: str, line: int, words: str) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(content)
    with pytest.raises(ContentProblem) as caught:
        read_lines(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)
    assert len(caught.value.findings) == 1


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContentProblem) as caught:
        read_lines(tmp_path / name)
    assert str(tmp_path) in str(caught.value)


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_bytes("text,label\ncafé,none\n".encode("utf-16"))
    with pytest.raises(ContentProblem, match="not UTF-8"):
        read_lines(tmp_path / "lines.csv")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("i want .* die", "has no limit and could run away"),
        ("i (want )+ die", "has no limit and could run away"),
        ("i ..40 die", "has a gap of 40 words"),
        ("( i want to die", "opens a bracket that it does not close"),
        ("i want to die )", "closes a bracket that it did not open"),
        ("i want @deth", "“@deth” is no concept"),
        ("i {wannt} die", "names the slot “{wannt}”, which the lexicon lacks"),
        ("i wänt die", "does not compile"),
        ("i really want die", "“really” is a filler"),
        ("( a b | c d ) " * 10, "can be read in more than"),
        ("to? a?", "nothing"),
    ],
)
def test_a_pattern_that_cannot_be_used(tmp_path: Path, pattern: str, words: str) -> None:
    rules = tmp_path / "en" / "safety"
    shutil.copytree(RULES, rules)
    path = rules / "selfharm.yaml"
    text = path.read_text()
    marker = "    says:\n"
    at = text.index(marker) + len(marker)
    path.write_text(f'{text[:at]}      - "{pattern}"\n{text[at:]}')
    found = findings(rules)
    assert len(found) == 1
    assert str(found[0]).startswith(f"en/safety/selfharm.yaml:{text.count(chr(10), 0, at) + 1}: selfharm-cut: ")
    assert words in str(found[0])


def test_a_rule_without_enough_lines(tmp_path: Path) -> None:
    rules = tmp_path / "en" / "safety"
    shutil.copytree(RULES, rules)
    with (rules / "selfharm.yaml").open("a") as file:
        file.write("\n  - id: selfharm-new\n    tier: ask\n    means: a rule that nobody tried\n    says: [xyzzy]\n")
    said = [str(item) for item in findings(rules)]
    assert len(said) == 2
    assert all("selfharm-new: “" in item and "write at least 3" in item for item in said)


def test_a_misshapen_or_missing_rule_file(tmp_path: Path) -> None:
    rules = tmp_path / "en" / "safety"
    shutil.copytree(RULES, rules)
    (rules / "selfharm.yaml").write_text("category: sadness\nrules: []\n")
    with pytest.raises(ContentProblem, match=r"en/safety/selfharm.yaml:1: "):
        load_rules(rules)
    (rules / "lexicon.yaml").unlink()
    with pytest.raises(ContentProblem, match=r"lexicon\.yaml: This file is missing"):
        load_rules(rules)


def test_a_slot_that_names_itself(tmp_path: Path) -> None:
    rules = tmp_path / "en" / "safety"
    shutil.copytree(RULES, rules)
    path = rules / "lexicon.yaml"
    path.write_text(path.read_text().replace("  pets: dog", "  pets: '{pets}' #", 1))
    said = [str(item) for item in findings(rules)]
    assert len(said) == 1
    assert "pets" in said[0]
