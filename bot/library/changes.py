"""What changed in the content since a revision of git."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class ChangesProblem(Exception):
    """Git cannot say what changed; one sentence says why, and how to mend it."""


@dataclass(frozen=True)
class Changes:
    """since: the revision as it was named. lines: added (+) and removed (-) lines, by file inside the folder."""

    since: str
    lines: Mapping[str, tuple[str, ...]]


def changes_since(folder: Path, revision: str) -> Changes:
    """Every file below `folder` that differs from what it was at `revision`; new files too.

    Raises ChangesProblem: git is not installed, the folder is in no repository, or there is no such revision.
    """
    _git(folder, f"{folder} is not kept with git; leave out --since.", "rev-parse", "--show-toplevel")
    unknown = f"Git knows no revision “{revision}”; use a branch, a tag or a commit, such as HEAD~5."
    _git(folder, unknown, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    said = _git(folder, unknown, "-c", "core.quotePath=false", "diff", "--relative", "--no-color", "--no-ext-diff",
                "--no-renames", "--unified=0", revision, "--", ".")  # fmt: skip
    lines = _parsed(said)
    for name in _git(folder, unknown, "ls-files", "-z", "--others", "--exclude-standard").split("\0"):
        path = folder / name
        if name and path.suffix in (".md", ".yaml", ".ftl"):
            lines[name] = tuple(f"+{line}" for line in path.read_text(encoding="utf-8").splitlines())
    return Changes(revision, lines)


def _parsed(said: str) -> dict[str, tuple[str, ...]]:
    lines: dict[str, list[str]] = {}
    name, inside = "", False
    for line in said.splitlines():
        if line.startswith("diff --git "):
            name, inside = line.rsplit(" b/", 1)[-1], False
        elif line.startswith("@@"):
            inside = True
        elif inside and line[:1] in ("+", "-"):
            lines.setdefault(name, []).append(line)
    return {name: tuple(found) for name, found in lines.items()}


def _git(folder: Path, otherwise: str, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, and a revision that git itself verifies
            ["git", *arguments],  # noqa: S607  # whichever git the person uses
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError:
        raise ChangesProblem("git is not installed, and --since needs it; install git or leave out --since.") from None
    if done.returncode:
        raise ChangesProblem(otherwise)
    return done.stdout
