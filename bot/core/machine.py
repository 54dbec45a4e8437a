"""The flow machine: pure functions that walk through a flow.

`start` enters the first step, `advance` applies what somebody did, `proceed` goes on after the shell carried out a
step's action. Nothing here knows a clock, a chat or a database: the session comes in and a new session goes out. A tap
that no longer fits (an old button, a second phone, a step that was removed) changes nothing, and the current step is
shown again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.flow import (
    AWAY,
    BACK,
    CHECKED,
    COMMAND,
    COPY,
    FLOW,
    SCALE,
    SHOWN,
    TOOLS,
    UNCHECKED,
    Branch,
    Choice,
    Condition,
    Flow,
    Step,
    flow_target,
    ticks,
)
from bot.core.model import Session, Value

RETURN_TO = "_back"
OWN_MARK = "own"
"""Own words typed at a step that picks many are tick boxes too; their ids begin with this."""


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
    switch: another flow begins or goes on; this one waits where it is.
    stale: nothing changed; show the current step again.
    unclear: what was typed made no sense here; say so and show the step again.
    full: there is no room for more own words here.
    spilled: what was typed was no answer, and joined the words given before.
    fresh: the step that was left stays readable, so what follows is a new message.
    """

    session: Session
    action: str | None = None
    notes: tuple[tuple[str, str], ...] = ()
    switch: str | None = None
    stale: bool = False
    unclear: bool = False
    full: bool = False
    spilled: bool = False
    fresh: bool = False


class FlowStuck(Exception):
    """A flow went round without ever showing a screen; `keel content check` finds these before anyone meets one."""


def start(flow: Flow, session: Session) -> Move:
    """Enter the session's step as its first one."""
    return _enter(flow, session, session.step)


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
            card = flow.beside
            if card is not None and at == card.id and session.answers.get(SHOWN):
                return _tap(flow, touched, card, choice, ())
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


def take_back(flow: Flow, session: Session) -> Move:
    """Another flow had the floor: enter the step at which this run goes on."""
    return _enter(flow, answer(session, AWAY, value=False), session.step)


def come_back(flow: Flow, session: Session) -> Session:
    """The session at the flow's own 'continue or start again' step, remembering where it was."""
    if flow.resume is None or session.step == flow.resume:
        return session
    return answer(replace(session, step=flow.resume), RETURN_TO, session.step)


def answer(session: Session, name: str, value: Value) -> Session:
    """The session with one answer more."""
    return replace(session, answers={**session.answers, name: value})


def own_id(line: str) -> str:
    """The id of the tick box for a line of somebody's own words; the same words give the same id."""
    return OWN_MARK + hashlib.sha256(line.encode()).hexdigest()[:8]


def _tap(flow: Flow, session: Session, step: Step, chosen: str, offered: tuple[str, ...]) -> Move:
    choices = {choice.id: choice for choice in (*step.choices, *(flow.always if step.always else ()))}
    if step.pick_many and chosen.endswith((CHECKED, UNCHECKED)):
        if chosen[:-1] in choices or chosen[:-1] in offered:
            return Move(_tick(session, step, chosen[:-1], on=chosen.endswith(CHECKED)))
        if chosen.startswith(OWN_MARK) and chosen.endswith(UNCHECKED):
            return Move(_take_back(session, step, chosen[:-1]))
    choice = choices.get(chosen)
    if choice is None:
        if (chosen in offered and not step.pick_many) or (step.ask == "scale" and chosen in SCALE):
            value: Value = int(chosen) if step.ask == "scale" else chosen
            return _onward(flow, answer(session, step.name, value), step, step.to)
        return Move(session, stale=True)
    if choice.to is None and step.pick_many:
        return Move(session, stale=True)
    if choice.to is not None and choice.to.startswith((COMMAND, COPY)):
        return Move(session, stale=True)  # such buttons never come back as a tap of a step
    counted = _count(session, choice)
    if choice.to is None and step.to is not None:
        return _onward(flow, answer(counted, step.name, choice.id), step, step.to)
    return _onward(flow, counted, step, choice.to)


def _say(flow: Flow, session: Session, step: Step, said: Said) -> Move:
    if step.ask is None:
        return Move(session, unclear=True)
    if said.value is None:
        if step.spill is None:
            return Move(session, unclear=True)
        return Move(answer(session, step.spill, (*ticks(session, step.spill), said.text)), spilled=True)
    notes = ((step.name, said.text),) if step.keep == "note" else ()
    if step.pick_many:
        own = ticks(session, step.own_name)
        if step.longest is not None and sum(map(len, own)) + len(said.text) > step.longest:
            return Move(session, full=True)
        lines = own if said.text in own and step.choices and step.longest is None else (*own, said.text)
        return Move(answer(session, step.own_name, lines), notes=notes)
    if step.longest is not None and len(said.text) > step.longest:
        return Move(session, full=True)
    kept = session
    if step.ask != "text" or step.keep in ("session", "note"):
        value = (said.text,) if step.ask == "message" else said.value
        kept = answer(session, step.own_name, value)
    return replace(_onward(flow, kept, step, step.to), notes=notes)


def _count(session: Session, choice: Choice) -> Session:
    if choice.adds is None:
        return session
    before = session.answers.get(choice.adds, 0)
    return answer(session, choice.adds, (before if isinstance(before, int) else 0) + 1)


def _tick(session: Session, step: Step, choice: str, *, on: bool) -> Session:
    ticked = [item for item in ticks(session, step.name) if item != choice]
    if on:
        ticked.append(choice)
    # What the shell offers comes after the file's own choices, in the order in which it was ticked.
    order = {item.id: at for at, item in enumerate(step.choices)}
    return answer(session, step.name, tuple(sorted(ticked, key=lambda item: order.get(item, len(order)))))


def _take_back(session: Session, step: Step, own: str) -> Session:
    left = tuple(line for line in ticks(session, step.own_name) if own_id(line) != own)
    return answer(session, step.own_name, left)


def _onward(flow: Flow, session: Session, step: Step, target: str | None) -> Move:
    if target is None:
        return Move(session, stale=True)
    return replace(_enter(flow, session, target), fresh=step.leave)


def _enter(flow: Flow, session: Session, target: str) -> Move:
    if target.startswith(FLOW):
        return _hand_over(session, target)
    if target == BACK:
        came_from = session.answers.get(RETURN_TO)
        target = came_from if isinstance(came_from, str) and came_from in flow.steps else flow.start
        # Actions of that step were carried out when it was first entered; only its screen is wanted now.
        return Move(replace(session, step=target))
    step = flow.steps[target]
    here = _note_tool(replace(session, step=target), step)
    if step.do is not None:
        return Move(here, action=step.do)
    return _settle(flow, here, step)


def _hand_over(session: Session, target: str) -> Move:
    name, back = flow_target(target)
    if back is None:
        return Move(session, switch=name)
    return Move(answer(replace(session, step=back), AWAY, value=True), switch=name)


def _note_tool(session: Session, step: Step) -> Session:
    if step.tool is None:
        return session
    # Last is newest: what somebody did right before a rating is what the rating says something about.
    before = tuple(tool for tool in ticks(session, TOOLS) if tool != step.tool)
    return answer(session, TOOLS, (*before, step.tool))


def _settle(flow: Flow, session: Session, step: Step) -> Move:
    for _ in range(len(flow.steps) + 1):
        if step.beside:
            session = answer(session, SHOWN, value=True)
        elif step.say:
            return Move(replace(session, ended_at=session.touched_at) if step.end else session)
        target = next((way.to for way in step.branch if _holds(way, session.answers)), step.to)
        if target is None:
            break
        if target.startswith(FLOW):
            return _hand_over(session, target)
        step = flow.steps[target]
        session = _note_tool(replace(session, step=target), step)
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
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= condition.at_least
    return value == condition.equals
