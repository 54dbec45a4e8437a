"""The flow machine: a scripted conversation as data, and the pure functions that walk through it.

A flow is a set of steps. `start` enters the first one, `advance` applies what somebody did, `proceed` goes on after
the shell carried out a step's action, `screen` says what to show. Nothing here knows a clock, a chat or a database:
the session comes in and a new session goes out. A tap that no longer fits (an old button, a second phone, a step
that was removed) changes nothing, and the current step is shown again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.model import Session, Value
from bot.core.screen import Frame

BACK = "@back"
"""A target: the step where somebody left before coming back."""
RETURN_TO = "_back"
COMMAND = "command:"
"""A target that is a command: shown beside the flow, which stays where it is."""
OWN = "_own"
"""Ending of the answer that holds somebody's own words beside the choices of a step."""
CHECKED = "+"
UNCHECKED = "-"
WORDLESS = ("skip", "back")
"""Choices with these ids answer nothing: a question that was skipped stays unanswered."""
SCALE = tuple(str(number) for number in range(11))


@dataclass(frozen=True)
class Condition:
    """True when the answer or fact `name` fits; a missing one fits only `given: false`."""

    name: str
    equals: Value | None = None
    has: str | None = None
    at_least: float | None = None
    given: bool | None = None


@dataclass(frozen=True)
class Branch:
    """Go to `to` when every condition holds."""

    to: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One button. Without `to` it is a tick box in a step that picks many, or follows the step's own `to`."""

    id: str
    label: str
    to: str | None = None


@dataclass(frozen=True)
class Step:
    """One screen, fork or action of a flow; see content/README.md for the words used in the files."""

    id: str
    say: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    options: str | None = None
    columns: int = 1
    ask: str | None = None
    answer: str | None = None
    pick_many: bool = False
    keep: str = "nothing"
    to: str | None = None
    unclear: str | None = None
    wait: float | None = None
    then: str | None = None
    frames: tuple[Frame, ...] = ()
    rounds: int = 1
    branch: tuple[Branch, ...] = ()
    do: str | None = None
    leave: bool = False
    end: bool = False
    always: bool = True

    @property
    def name(self) -> str:
        """The name under which this step's answer is kept."""
        return self.answer or self.id


@dataclass(frozen=True)
class Flow:
    """A scripted conversation. `always` stands under every step that does not opt out."""

    id: str
    start: str
    steps: Mapping[str, Step]
    always: tuple[Choice, ...] = ()
    resume: str | None = None
    empty: str = "–"


@dataclass(frozen=True)
class Tapped:
    """A button of `step` was tapped."""

    step: str
    choice: str


@dataclass(frozen=True)
class Said:
    """Words were typed; `value` is what the step's question made of them, None when it could make nothing."""

    text: str
    value: Value | None


@dataclass(frozen=True)
class Waited:
    """The wait of `step` is over."""

    step: str


Event = Tapped | Said | Waited


@dataclass(frozen=True)
class Move:
    """Where an event led.

    action: a named action that the shell carries out before it calls `proceed`.
    notes: texts to keep, by kind.
    stale: nothing changed; show the current step again.
    unclear: what was typed made no sense here; say so and show the step again.
    fresh: the step that was left stays readable, so what follows is a new message.
    """

    session: Session
    action: str | None = None
    notes: tuple[tuple[str, str], ...] = ()
    stale: bool = False
    unclear: bool = False
    fresh: bool = False


class FlowStuck(Exception):
    """A flow went round without ever showing a screen; `keel content check` finds these before anyone meets one."""


def start(flow: Flow, session: Session) -> Move:
    """Enter the first step."""
    return _enter(flow, session, flow.start)


def advance(flow: Flow, session: Session, event: Event, now: datetime, offered: tuple[str, ...] = ()) -> Move:
    """Apply one event at the session's current step.

    offered: ids of the choices that the shell added to the current step (its `options`).
    """
    step = flow.steps.get(session.step)
    if step is None:
        # The step went away with a newer version of the file: begin again rather than strand somebody.
        return replace(_enter(flow, replace(session, touched_at=now), flow.start), stale=True)
    if session.ended_at is not None:
        return Move(session, stale=True)
    touched = replace(session, touched_at=now)
    match event:
        case Tapped(at, choice):
            return _tap(flow, touched, step, choice, offered) if at == step.id else Move(session, stale=True)
        case Said():
            return _say(flow, touched, step, event)
        case Waited(at):
            if at != step.id or step.then is None:
                return Move(session, stale=True)
            return _enter(flow, touched, step.then)


def proceed(flow: Flow, session: Session) -> Move:
    """Go on at the current step after its action was carried out."""
    return _settle(flow, session, flow.steps[session.step])


def come_back(flow: Flow, session: Session) -> Session:
    """The session at the flow's own 'continue or start again' step, remembering where it was."""
    if flow.resume is None or session.step == flow.resume:
        return session
    return _answer(replace(session, step=flow.resume), RETURN_TO, session.step)


def _tap(flow: Flow, session: Session, step: Step, chosen: str, offered: tuple[str, ...]) -> Move:
    choices = {choice.id: choice for choice in (*step.choices, *(flow.always if step.always else ()))}
    if step.pick_many and chosen.endswith((CHECKED, UNCHECKED)) and chosen[:-1] in choices:
        return Move(_tick(session, step, chosen[:-1], on=chosen.endswith(CHECKED)))
    choice = choices.get(chosen)
    if choice is None:
        if chosen in offered or (step.ask == "scale" and chosen in SCALE):
            value: Value = int(chosen) if step.ask == "scale" else chosen
            return _onward(flow, _answer(session, step.name, value), step, step.to)
        return Move(session, stale=True)
    if choice.to is None and step.pick_many:
        return Move(session, stale=True)
    records = choice in step.choices and not step.pick_many and step.answer is not None
    answered = _answer(session, step.name, choice.id) if records and choice.id not in WORDLESS else session
    return _onward(flow, answered, step, choice.to or step.to)


def _say(flow: Flow, session: Session, step: Step, said: Said) -> Move:
    if step.ask is None or said.value is None:
        return Move(session, unclear=True)
    notes = ((step.name, said.text),) if step.keep == "note" else ()
    if step.pick_many:
        own = session.answers.get(step.name + OWN, ())
        lines = (*(own if isinstance(own, tuple) else ()), said.text)
        return Move(_answer(session, step.name + OWN, lines), notes=notes)
    kept = session
    if step.ask != "text" or step.keep in ("session", "note"):
        kept = _answer(session, step.name, said.value)
    return replace(_onward(flow, kept, step, step.to), notes=notes)


def _tick(session: Session, step: Step, choice: str, *, on: bool) -> Session:
    ticked = [item for item in ticks(session, step.name) if item != choice]
    if on:
        ticked.append(choice)
    order = [item.id for item in step.choices]
    return _answer(session, step.name, tuple(sorted(ticked, key=order.index)))


def ticks(session: Session, name: str) -> tuple[str, ...]:
    """The choices ticked so far under the answer `name`."""
    value = session.answers.get(name, ())
    return value if isinstance(value, tuple) else ()


def _onward(flow: Flow, session: Session, step: Step, target: str | None) -> Move:
    if target is None:
        return Move(session, stale=True)
    return replace(_enter(flow, session, target), fresh=step.leave)


def _enter(flow: Flow, session: Session, target: str) -> Move:
    if target == BACK:
        came_from = session.answers.get(RETURN_TO)
        target = came_from if isinstance(came_from, str) and came_from in flow.steps else flow.start
        # Actions of that step were carried out when it was first entered; only its screen is wanted now.
        return Move(replace(session, step=target))
    step = flow.steps[target]
    here = replace(session, step=target)
    if step.do is not None:
        return Move(here, action=step.do)
    return _settle(flow, here, step)


def _settle(flow: Flow, session: Session, step: Step) -> Move:
    for _ in range(len(flow.steps) + 1):
        if step.say:
            return Move(replace(session, ended_at=session.touched_at) if step.end else session)
        target = next((way.to for way in step.branch if _holds(way, session.answers)), step.to)
        if target is None:
            break
        step = flow.steps[target]
        session = replace(session, step=target)
        if step.do is not None:
            return Move(session, action=step.do)
    raise FlowStuck(f"Flow {flow.id} goes round at step {step.id} without showing a screen.")


def _holds(way: Branch, answers: Mapping[str, Value]) -> bool:
    return all(_fits(condition, answers.get(condition.name)) for condition in way.when)


def _fits(condition: Condition, value: Value | None) -> bool:
    if condition.given is not None:
        return (value is not None) == condition.given
    if value is None:
        return False
    if condition.has is not None:
        return isinstance(value, tuple) and condition.has in value
    if condition.at_least is not None:
        return isinstance(value, int | float) and value >= condition.at_least
    return value == condition.equals


def _answer(session: Session, name: str, value: Value) -> Session:
    return replace(session, answers={**session.answers, name: value})


def targets(flow: Flow, step: Step) -> Iterator[str]:
    """Every step that can follow `step`, commands and 'back' left out."""
    always = flow.always if step.always else ()
    named = [step.to, step.then, *(way.to for way in step.branch), *(c.to for c in (*step.choices, *always))]
    for target in named:
        if target is not None and target != BACK and not target.startswith(COMMAND):
            yield target


@dataclass(frozen=True)
class Options:
    """Choices that the shell adds to a step: pairs of id and label, for each list name."""

    lists: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def of(self, step: Step) -> tuple[tuple[str, str], ...]:
        """What is offered at `step`."""
        return self.lists.get(step.options, ()) if step.options else ()
