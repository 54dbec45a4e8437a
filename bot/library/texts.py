"""Small texts of the interface (buttons, short lines, plural forms) in Fluent files, one a language.

Fluent is Mozilla's format for exactly this: one readable line a message, plural forms beside the words, no compile
step, fallback per message. `ui.ftl` of the default language is complete; others may lack lines.
"""

from __future__ import annotations

from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast

from bot.library.findings import ContentProblem, Finding


class Texts:
    """The small texts of one language, falling back line by line."""

    def __init__(self, bundle: FluentBundle, fallback: Texts | None = None) -> None:
        self._bundle = bundle
        self._fallback = fallback

    def __call__(self, name: str, **values: str | int) -> str:
        """The text `name` with its values.

        Raises KeyError: no language has that text (`keel content check` and the tests find these first).
        """
        if not self._bundle.has_message(name):
            if self._fallback is None:
                raise KeyError(name)
            return self._fallback(name, **values)
        pattern = self._bundle.get_message(name).value
        if pattern is None:
            raise KeyError(name)
        said, problems = self._bundle.format_pattern(pattern, values)
        if problems:
            raise KeyError(f"{name}: {problems[0]}")
        return str(said)

    def has(self, name: str) -> bool:
        """Whether this language or its fallback has the text."""
        return bool(self._bundle.has_message(name)) or (self._fallback is not None and self._fallback.has(name))


def load_texts(path: Path, locale: str, fallback: Texts | None = None) -> Texts:
    """The texts of one file.

    Raises ContentProblem: a line is not Fluent; the file and line are named.
    """
    # No invisible isolation marks: Telegram shows them as boxes on some phones.
    bundle = FluentBundle([locale], use_isolating=False)
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    findings = []
    file = f"{locale}/{path.name}"
    for entry in FluentParser().parse(source).body:
        if isinstance(entry, ast.Junk):
            start = entry.span.start if entry.span else 0
            line = source.count("\n", 0, start) + 1
            why = entry.annotations[0].message if entry.annotations else "not readable"
            findings.append(
                Finding(
                    file,
                    line,
                    "fluent",
                    f"This line is not a Fluent text ({why}); write name = words.",
                )
            )
    if findings:
        raise ContentProblem(findings)
    bundle.add_resource(FluentResource(source))
    return Texts(bundle, fallback)
