"""YAML that remembers its lines, so that a sentence about a mistake can say where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.library.findings import ContentProblem, Finding, single

Model = TypeVar("Model", bound=BaseModel)
FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader over libyaml where it is there: ten times as fast, the same result."""


def compose(text: str) -> yaml.Node | None:
    """`text` as nodes that know their lines.

    Raises yaml.YAMLError: it is not YAML.
    """
    node: yaml.Node | None = yaml.compose(text, Loader=FAST)
    return node


def read(model: type[Model], text: str, file: str, first_line: int = 1) -> Model:
    """`text` as a `model`.

    first_line: where `text` begins in its file (front matter does not begin at the top).
    Raises ContentProblem: the text is not YAML, or does not have the model's shape.
    """
    try:
        node = compose(text)
        raw = yaml.load(text, Loader=FAST)  # noqa: S506  # a safe loader, over libyaml
    except yaml.MarkedYAMLError as error:
        # What was opened and never closed is wrong where it was opened, not where that came out.
        opened = "flow" in str(error.context) or "quoted" in str(error.context)
        mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        message = f"This is not valid YAML ({said}); check quotes, colons and indentation here."
        raise single(file, line, "yaml", message) from None
    except yaml.YAMLError:
        raise single(file, first_line, "yaml", "This is not text that YAML can read; save it as UTF-8.") from None
    twice = repeated_key(node)
    if twice is not None:
        message = f"The word “{twice.value}” stands twice at the same place; keep one of them."
        raise single(file, twice.start_mark.line + first_line, "yaml", message)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise ContentProblem([_finding(item, node, file, first_line) for item in _misspelt(error.errors())]) from None


def line_of(node: yaml.Node | None, path: Sequence[str | int], first_line: int = 1) -> int:
    """The line at which `path` (keys and positions) stands, or of the nearest thing above it."""
    line = first_line
    for part in path:
        found = _child(node, part)
        if found is None:
            continue
        mark, node = found
        line = mark.line + first_line
    return line


def repeated_key(node: yaml.Node | None) -> yaml.ScalarNode | None:
    """The first key that stands twice in one mapping; YAML would silently keep only the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    return key
                seen.add(key.value)
            inner = repeated_key(value)
            if inner is not None:
                return inner
    elif isinstance(node, yaml.SequenceNode):
        return next((found for item in node.value if (found := repeated_key(item)) is not None), None)
    return None


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    """Where the word `part` stands (or the item at that position), and what it holds."""
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return (item.start_mark, item) if isinstance(item, yaml.Node) else None
    return None


def _misspelt(items: Sequence[Any]) -> list[Any]:
    """One thing to mend where a word is unknown and another one missing beside it: it is the same word."""
    unknown = [item for item in items if item["type"] == "extra_forbidden"]
    kept = list(items)
    for item in items:
        beside = [other for other in unknown if other["loc"][:-1] == item["loc"][:-1]]
        if item["type"] == "missing" and beside:
            unknown.remove(beside[0])
            kept.remove(item)
            kept[kept.index(beside[0])] = {**beside[0], "type": "misspelt", "wanted": item["loc"][-1]}
    return kept


def _finding(item: Any, node: yaml.Node | None, file: str, first_line: int) -> Finding:
    path: Sequence[str | int] = item["loc"]
    where = " › ".join(str(part) for part in path) or "the file"
    match item["type"]:
        case "missing":
            message = f"“{path[-1]}” is missing in {' › '.join(map(str, path[:-1])) or 'this file'}; add it."
        case "misspelt":
            message = (
                f"“{path[-1]}” is not a word Keel knows here ({where}); “{item['wanted']}” is missing, write that."
            )
        case "extra_forbidden":
            message = f"“{path[-1]}” is not a word Keel knows here ({where}); check its spelling or remove it."
        case _:
            said = str(item["msg"]).removeprefix("Value error, ")
            message = f"{where}: {said}."
    return Finding(file, line_of(node, path, first_line), "shape", message)
