"""What is wrong with a content file, in plain words, with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend: where it is, the rule it breaks, and how to mend it.

    note: worth knowing, and no reason to refuse the content.
    """

    file: str
    line: int
    rule: str
    message: str
    note: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {'Note: ' if self.note else ''}{self.message} [{self.rule}]"


class ContentProblem(Exception):
    """The content cannot be used; `findings` says why, one sentence each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(str(finding) for finding in self.findings))


def single(file: str, line: int, rule: str, message: str) -> ContentProblem:
    """A problem with just one finding."""
    return ContentProblem([Finding(file, line, rule, message)])
