"""Notices danger in free text: `assess(text)`. Rules, not a model; nothing is kept of the text.

The rules are words and so stand in content/, which the core does not read. The shell gives them to `install`.
Somebody who calls `assess` without that (a script, a test) gets the rules that ship with Keel: the first call asks the
library for them by its name. That is a door from the core to the library that import-linter does not see; it is this
one, and it is only used when nobody installed a detector.
"""

from __future__ import annotations

from importlib import import_module

from bot.core.safety.detector import Detector, summary
from bot.core.safety.model import CATEGORIES, SOURCES, Assessment, Category, Fired, RuleSet, Source, Tier

__all__ = [
    "CATEGORIES",
    "SOURCES",
    "Assessment",
    "Category",
    "Detector",
    "Fired",
    "RuleSet",
    "Source",
    "Tier",
    "assess",
    "detector",
    "install",
    "summary",
]

SHIPPED = "bot.library.safety"
_installed: list[Detector] = []


def install(detector: Detector) -> None:
    """Use this detector from now on."""
    _installed[:] = [detector]


def detector() -> Detector:
    """The installed detector, or the one that ships with Keel."""
    if not _installed:
        install(import_module(SHIPPED).shipped())
    return _installed[0]


def assess(text: str, *, source: Source = "free", rules: Detector | None = None) -> Assessment:
    """What a text calls for: act, ask or none, with categories, rule ids and places.

    source: who speaks: "free" and "draft" are the person's own words, "pasted" is a message from the partner.
    rules: a detector to use instead of the installed one.
    """
    return (rules or detector()).assess(text, source=source)
