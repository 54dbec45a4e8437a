"""Whether a text fits Telegram: its length once filled in, and markup that is opened and closed again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.flow import Flow, Step
from bot.core.words import PLACEHOLDER

LONGEST_MESSAGE, LONGEST_CAPTION = 4096, 1024
"""Telegram's limits in UTF-16 units, after the markup is taken out."""
FILLED = 200
"""How long a placeholder is taken to become, where the step that asks for it names no limit (`longest`)."""
_MARKS = re.compile(r"\*\*|\|\||(?<![*\w])\*(?=\S)|(?<=\S)\*(?![*\w])|^> |^- ", re.MULTILINE)


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units, without the markup."""
    return len(_MARKS.sub("", text).encode("utf-16-le")) // 2


def filled(flow: Flow, step: Step, text: str) -> int:
    """The length of a step's text when every placeholder holds as much as it can."""
    frames = max((units(frame.say) + 2 for frame in step.frames), default=0)
    return frames + units(PLACEHOLDER.sub("", text)) + sum(_room(flow, name) for name, _ in PLACEHOLDER.findall(text))


def unbalanced(text: str) -> Iterator[str]:
    """Marks that are opened and not closed in the same paragraph."""
    for paragraph in text.split("\n\n"):
        for mark in ("**", "||"):
            if paragraph.count(mark) % 2:
                yield mark
        single = len(re.findall(r"(?<!\*)\*(?!\*)", paragraph))
        if single % 2:
            yield "*"


def _room(flow: Flow, name: str) -> int:
    asking = [step for step in flow.steps.values() if name in (step.name, step.own_name)]
    labels = sum(units(choice.label) + 3 for step in asking for choice in step.choices)
    return max([FILLED, *(labels + (step.longest or 0) for step in asking)])
