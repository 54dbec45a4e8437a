"""The documents name what exists: every setting, command, make target, room and dependency."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click

from bot.__main__ import keel
from bot.library.load import load
from bot.library.schemas import schemas
from bot.settings import NAMES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def commands(group: click.Group, before: str) -> Iterator[str]:
    """Every command with its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_every_setting_is_in_the_readme() -> None:
    assert [name for name in NAMES if f"`{name}`" not in README] == []


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in commands(keel, "keel") if f"`{name}`" not in README] == []


def test_every_command_in_the_documents_exists_with_its_options() -> None:
    for path in (
        ROOT / "docs" / "OPERATIONS.md",
        ROOT / "SECURITY.md",
        ROOT / "README.md",
        ROOT / "docs" / "PRIVACY.md",
    ):
        lines = re.findall(r"`(?:docker compose exec keel )?keel ([^`]*)`", path.read_text(encoding="utf-8"))
        assert lines, path
        for line in lines:
            command: click.Command = keel
            for word in line.split():
                if isinstance(command, click.Group) and not word.startswith("-"):
                    assert word in command.commands, f"{path.name}: keel {line}"
                    command = command.commands[word]
                elif word.startswith("--"):
                    assert word in {o for p in command.params for o in p.opts} | {"--version"}, (
                        f"{path.name}: keel {line}"
                    )


def test_every_file_setting_and_target_in_the_operators_documents_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for path in (ROOT / "docs" / "OPERATIONS.md", ROOT / "SECURITY.md"):
        text = path.read_text(encoding="utf-8")
        assert [name for name in re.findall(r"\bKEEL_[A-Z_]+", text) if name not in NAMES] == []
        assert [name for name in re.findall(r"\bdeploy/[\w.@-]+\w", text) if not (ROOT / name).is_file()] == []
        assert [name for name in re.findall(r"`make (\w+)`", text) if name not in targets] == []
        for link in re.findall(r"\]\(([\w./]+)\)", text):
            assert (path.parent / link).is_file(), link


def test_every_alert_says_what_to_do() -> None:
    text = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
    rules = (ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8")
    alerts = re.findall(r"- alert: (\w+)", rules)
    assert alerts
    assert [name for name in alerts if f"| {name} |" not in text] == []


def test_every_make_target_is_in_the_readme() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in targets if f"make {name}" not in README] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in ARCHITECTURE] == []


def test_every_room_is_in_the_architecture() -> None:
    rooms = [path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")]
    assert [room for room in rooms if f"`bot/{room}`" not in ARCHITECTURE] == []


def test_every_claim_about_privacy_names_a_test_that_is_there() -> None:
    text = (ROOT / "docs" / "PRIVACY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 20
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"
    assert "docs/PRIVACY.md" in README


def test_privacy_in_the_chat_is_short() -> None:
    said = load(ROOT / "content").speak("en").texts("privacy")
    assert len(said.split()) <= 150


def test_the_committed_schemas_are_the_models_own() -> None:
    for name, text in schemas().items():
        assert (ROOT / "content" / "schema" / name).read_text(encoding="utf-8") == text, "run `keel content schema`"
