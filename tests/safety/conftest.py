"""The detector with the rules that ship, and the files they come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.safety import Detector, Source
from bot.core.safety.measure import Line
from bot.library.safety import RuleFiles, example, read_files, shipped
from bot.library.safety_lines import read_lines

HERE = Path(__file__).parent
RULES = HERE.parent.parent / "content" / "en" / "safety"


@pytest.fixture(scope="session")
def detector() -> Detector:
    """The detector that ships."""
    return shipped()


@pytest.fixture(scope="session")
def files() -> RuleFiles:
    """The rule files as they stand."""
    return read_files(RULES)


@pytest.fixture(scope="session")
def lines() -> list[Line]:
    """All development lines."""
    return [line for path in sorted(HERE.glob("develop-*.csv")) for line in read_lines(path)]


def examples(files: RuleFiles, what: str) -> Iterator[tuple[str, str, Source]]:
    """Every line of `catches` or `misses`, with its rule's id and who speaks."""
    for file in files.rules.values():
        for rule in file.rules:
            for line in rule.catches if what == "catches" else rule.misses:
                yield (rule.id, *example(line))
