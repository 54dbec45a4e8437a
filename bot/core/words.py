"""From a session's current step to the screen that shows it: wording, placeholders, buttons, ticks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.core.flow import CHECKED, COMMAND, COPY, OWN, SCALE, UNCHECKED, Choice, Flow, Options, Step, ticks
from bot.core.machine import own_id
from bot.core.model import Session, Value
from bot.core.screen import Button, CommandTap, CopyText, Rows, Screen, StepTap, literal

PLACEHOLDER = re.compile(r"\{([a-z_]+)(\??)\}")
"""{name} shows an answer; a paragraph with {name?} is left out when there is none."""
LONGEST_LABEL = 34
"""Own words on a button are shortened to this many characters; everywhere else they stand in full."""
TICKED = "✓ "
UNTICKED = "○ "
SCALE_COLUMNS = 6


def screen(flow: Flow, session: Session, options: Options | None = None, *, before: str = "") -> Screen:
    """What the session's current step looks like now.

    before: a sentence that comes first (what was typed could not be used, say).
    """
    step = flow.steps.get(session.step) or flow.steps[flow.start]
    return screen_of(flow, session, step, options, before=before)


def screen_of(flow: Flow, session: Session, step: Step, options: Options | None = None, *, before: str = "") -> Screen:
    """What one step of the flow looks like in this session."""
    offered = options or Options()
    text = fill(flow, session, wording(step, session.ordinal), offered)
    frames = tuple(replace(frame, say=fill(flow, session, frame.say, offered)) for frame in step.frames)
    return Screen(
        text=f"{before}\n\n{text}" if before else text,
        rows=_rows(flow, session, step, offered),
        frames=frames * step.rounds,
        media=step.media,
    )


def wording(step: Step, ordinal: int) -> str:
    """The variant of a step's text for somebody's `ordinal`-th run: none comes twice before all of them came."""
    return step.say[ordinal % len(step.say)] if step.say else ""


def fill(flow: Flow, session: Session, text: str, options: Options | None = None) -> str:
    """`text` with every {placeholder} replaced by what was answered under that name."""
    paragraphs = [part for part in text.split("\n\n") if not _is_left_out(flow, session, part)]
    return PLACEHOLDER.sub(lambda found: describe(flow, session, found.group(1), options), "\n\n".join(paragraphs))


def _is_left_out(flow: Flow, session: Session, paragraph: str) -> bool:
    optional = [name for name, mark in PLACEHOLDER.findall(paragraph) if mark]
    return any(not (session.answers.get(name) or session.answers.get(name + OWN)) for name in optional)


def describe(flow: Flow, session: Session, name: str, options: Options | None = None) -> str:
    """An answer in words: ticked choices and own words as a list, a number as it is, nothing as the flow's `empty`."""
    if options is not None and name in options.words:
        return literal(options.words[name])
    step = next((step for step in flow.steps.values() if step.name == name and not step.end), None)
    value = session.answers.get(name)
    own = session.answers.get(name + OWN, ())
    lines = [*_labels(step, value, options or Options()), *_quotes(own)]
    if not lines:
        return flow.empty
    several = isinstance(value, tuple) or bool(own)
    return "\n".join(f"- {line}" for line in lines) if several else lines[0]


def in_a_sentence(flow: Flow, session: Session, name: str) -> str:
    """An answer as it can stand inside a sentence: a choice's label or own words, no capital first, no full stop."""
    value = session.answers.get(name)
    named = [choice for step in flow.steps.values() if step.name == name for choice in step.choices]
    said = next((choice.label for choice in named if choice.id == value), str(value or ""))
    bare = " ".join(said.split()).rstrip(".!")
    keeps_capital = re.match(r"I\b|[A-Z]{2}", bare)
    return bare if keeps_capital else bare[:1].lower() + bare[1:]


def _labels(step: Step | None, value: Value | None, options: Options) -> list[str]:
    if value is None:
        return []
    known = {}
    if step is not None:
        known = {choice.id: choice.label for choice in step.choices} | dict(options.of(step))
    items = value if isinstance(value, tuple) else (value,)
    return [known.get(item) or literal(item.strip()) if isinstance(item, str) else str(item) for item in items]


def _quotes(own: Value) -> list[str]:
    lines = (own,) if isinstance(own, str) else own
    return [literal(" ".join(line.split())) for line in lines] if isinstance(lines, tuple) else []


def _rows(flow: Flow, session: Session, step: Step, options: Options) -> Rows:
    if step.end and not step.choices:
        return ()
    scale = tuple(Choice(number, number) for number in SCALE) if step.ask == "scale" else ()
    offered = tuple(Choice(id_, label) for id_, label in options.of(step))
    rows = [*_grid(flow, session, step, scale, SCALE_COLUMNS)]
    rows += _grid(flow, session, step, offered, step.columns if step.pick_many else max(step.columns, 2))
    choices = options.choices(step)
    if step.pick_many:
        # What goes on stands by itself, below what can be ticked.
        rows += _grid(flow, session, step, (c for c in choices if c.to is None), step.columns)
        rows += [(_own_button(session, step, line),) for line in ticks(session, step.own_name) if step.choices]
        rows += _grid(flow, session, step, (c for c in choices if c.to is not None), 1)
    else:
        rows += _grid(flow, session, step, choices, step.columns)
    if step.always and not step.end:
        rows += _grid(flow, session, step, flow.always, len(flow.always) or 1)
    return tuple(rows)


def _grid(
    flow: Flow, session: Session, step: Step, choices: Iterable[Choice], columns: int
) -> list[tuple[Button, ...]]:
    made = [_button(session, step, choice) for choice in choices]
    buttons = [button for button in made if button is not None]
    return [tuple(buttons[at : at + columns]) for at in range(0, len(buttons), columns)]


def _button(session: Session, step: Step, choice: Choice) -> Button | None:
    if choice.to is not None and choice.to.startswith(COPY):
        text = session.answers.get(choice.to.removeprefix(COPY))
        return Button(choice.label, CopyText(text)) if isinstance(text, str) and text else None
    if choice.to is not None and choice.to.startswith(COMMAND):
        command, _, argument = choice.to.removeprefix(COMMAND).partition(":")
        return Button(choice.label, CommandTap(command, argument))
    if step.pick_many and choice.to is None:
        on = choice.id in ticks(session, step.name)
        # The button says which way it goes, so that a double tap ends where a single one does.
        wanted = choice.id + (UNCHECKED if on else CHECKED)
        return Button((TICKED if on else UNTICKED) + choice.label, StepTap(session.id, step.id, wanted))
    return Button(choice.label, StepTap(session.id, step.id, choice.id))


def _own_button(session: Session, step: Step, line: str) -> Button:
    shown = " ".join(line.split())
    label = shown if len(shown) <= LONGEST_LABEL else shown[: LONGEST_LABEL - 1] + "…"
    return Button(TICKED + label, StepTap(session.id, step.id, own_id(line) + UNCHECKED))
