"""Where something stands in the content files: from "the label of this choice" to a file and a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.library.findings import Finding
from bot.library.yaml_lines import compose, line_of

Path_ = tuple[str | int, ...]
"""Keys and positions inside a file, such as ("steps", "now", "choices", 2)."""
BODY = ("body",)
"""The path of a lesson's text, which stands below its front matter."""


@dataclass(frozen=True)
class Found:
    """Something a rule found: where inside its file, which rule, one sentence."""

    path: Path_
    rule: str
    message: str


@dataclass(frozen=True)
class Source:
    """One file: its name inside the content folder, its nodes, and where its nodes and its text begin."""

    name: str
    node: yaml.Node | None
    first_line: int = 1
    body_line: int = 1

    def finding(self, found: Found, *, note: bool = False) -> Finding:
        """A finding with file and line."""
        line = self.body_line if found.path == BODY else line_of(self.node, found.path, self.first_line)
        return Finding(self.name, line, found.rule, found.message, note)


class Sources:
    """The files of a content folder, parsed once, for the lines in them. They can be read: `load` did so before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Source] = {}

    def file(self, name: str) -> Source:
        """One YAML file, by its name inside the folder."""
        if name not in self._known:
            text = (self._folder / name).read_text(encoding="utf-8")
            self._known[name] = Source(name, compose(text))
        return self._known[name]

    def flows(self, locale: str) -> dict[str, Source]:
        """The flow files of a language by the flow's id."""
        files = [self.file(name) for name in self._names(locale, "flows", "*.yaml")]
        return {_id(item.node): item for item in files}

    def lessons(self, locale: str) -> dict[str, Source]:
        """The lesson files of a language by the lesson's id."""
        found = {}
        for name in self._names(locale, "lessons", "**/*.md"):
            front, _, body = (self._folder / name).read_text(encoding="utf-8")[4:].partition("\n---\n")
            body_line = front.count("\n") + 4 + len(body) - len(body.lstrip("\n"))
            item = Source(name, compose(front), first_line=2, body_line=body_line)
            found[_id(item.node)] = item
        return found

    def _names(self, locale: str, room: str, pattern: str) -> Sequence[str]:
        paths = sorted((self._folder / locale / room).glob(pattern))
        return [path.relative_to(self._folder).as_posix() for path in paths]


def _id(node: yaml.Node | None) -> str:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((str(value.value) for key, value in pairs if key.value == "id"), "")
