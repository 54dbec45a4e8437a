"""From a session's current step to the screen that shows it: wording, placeholders, buttons, ticks."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.flow import CHECKED, COMMAND, OWN, SCALE, UNCHECKED, Choice, Flow, Options, Step, ticks
from bot.core.model import Session, Value
from bot.core.screen import Button, CommandTap, Rows, Screen, StepTap, literal

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
LONGEST_QUOTE = 240
"""Own words are shown back up to this many characters; they are kept in full."""
MOST_QUOTES = 6
TICKED = "✓ "
UNTICKED = "○ "


def screen(flow: Flow, session: Session, options: Options | None = None, *, unclear: bool = False) -> Screen:
    """What the session's current step looks like now.

    unclear: what was typed could not be used; the step's own sentence about it comes first.
    """
    offered = options or Options()
    step = flow.steps.get(session.step) or flow.steps[flow.start]
    text = fill(flow, session, wording(step, session.ordinal), offered)
    if unclear and step.unclear:
        text = f"{step.unclear}\n\n{text}"
    frames = tuple(replace(frame, say=fill(flow, session, frame.say, offered)) for frame in step.frames)
    return Screen(text=text, rows=_rows(flow, session, step, offered), frames=frames * step.rounds)


def wording(step: Step, ordinal: int) -> str:
    """The variant of a step's text for somebody's `ordinal`-th run, so that wording rotates."""
    return step.say[ordinal % len(step.say)] if step.say else ""


def fill(flow: Flow, session: Session, text: str, options: Options | None = None) -> str:
    """`text` with every {placeholder} replaced by what was answered under that name."""
    return PLACEHOLDER.sub(lambda found: describe(flow, session, found.group(1), options), text)


def describe(flow: Flow, session: Session, name: str, options: Options | None = None) -> str:
    """An answer in words: ticked choices and own words as a list, a number as it is, nothing as the flow's `empty`."""
    step = next((step for step in flow.steps.values() if step.name == name and not step.end), None)
    value = session.answers.get(name)
    own = session.answers.get(name + OWN, ())
    lines = [*_labels(step, value, options or Options()), *_quotes(own)]
    if not lines:
        return flow.empty
    several = isinstance(value, tuple) or bool(own)
    return "\n".join(f"- {line}" for line in lines) if several else lines[0]


def _labels(step: Step | None, value: Value | None, options: Options) -> list[str]:
    if value is None:
        return []
    known = {}
    if step is not None:
        known = {choice.id: choice.label for choice in step.choices} | dict(options.of(step))
    items = value if isinstance(value, tuple) else (value,)
    return [known.get(item) or literal(_short(item)) if isinstance(item, str) else str(item) for item in items]


def _quotes(own: Value) -> list[str]:
    if isinstance(own, str):
        own = (own,)
    return [literal(_short(line)) for line in own[:MOST_QUOTES]] if isinstance(own, tuple) else []


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def _rows(flow: Flow, session: Session, step: Step, options: Options) -> Rows:
    if step.end and not step.choices:
        return ()
    ticked = ticks(session, step.name)
    scale = tuple(Choice(number, number) for number in SCALE) if step.ask == "scale" else ()
    offered = tuple(Choice(id_, label) for id_, label in options.of(step))
    rows = [*_grid(flow, session, step, scale, 6), *_grid(flow, session, step, offered, max(step.columns, 2))]
    rows += _grid(flow, session, step, step.choices, step.columns, ticked)
    if step.always and not step.end:
        rows += _grid(flow, session, step, flow.always, len(flow.always) or 1)
    return tuple(rows)


def _grid(
    flow: Flow,
    session: Session,
    step: Step,
    choices: tuple[Choice, ...],
    columns: int,
    ticked: tuple[str, ...] = (),
) -> list[tuple[Button, ...]]:
    buttons = [_button(session, step, choice, ticked) for choice in choices]
    return [tuple(buttons[at : at + columns]) for at in range(0, len(buttons), columns)]


def _button(session: Session, step: Step, choice: Choice, ticked: tuple[str, ...]) -> Button:
    if choice.to is not None and choice.to.startswith(COMMAND):
        command, _, argument = choice.to.removeprefix(COMMAND).partition(":")
        return Button(choice.label, CommandTap(command, argument))
    if step.pick_many and choice.to is None:
        on = choice.id in ticked
        # The button says which way it goes, so that a double tap ends where a single one does.
        wanted = choice.id + (UNCHECKED if on else CHECKED)
        return Button((TICKED if on else UNTICKED) + choice.label, StepTap(session.id, step.id, wanted))
    return Button(choice.label, StepTap(session.id, step.id, choice.id))
