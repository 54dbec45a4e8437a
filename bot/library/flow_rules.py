"""Rules for one flow: its structure first, then what it names outside itself, then its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.answers import ASKS
from bot.core.flow import BACK, COMMAND, FLOW, Flow, Step, flow_target, targets
from bot.core.words import PLACEHOLDER
from bot.library.fitting import LONGEST_MESSAGE, filled, unbalanced
from bot.library.grade import grade
from bot.library.where import Found
from bot.library.wording import Wording

HARDEST = 8.0
LONGEST_FIRST_SCREEN = 25
MOST_FIRST_BUTTONS = 3
SESSION_ID = "x" * 11
LONGEST_PAYLOAD = 64
FACTS = frozenset(
    {
        *("now", "zone_name", "pace_name", "time_name", "days_name", "first_lesson", "until"),
        *("history", "plan_line", "map_line", "planned", "when", "own_line", "person", "there"),
        *("steady_name", "keep_name", "after_name", "rough_name", "line", "plan", "map"),
        *("emergency", "lines", "line", "adult", "draft", "help_text"),
        *("why_not", "words", "blame", "ask_text", "page_when", "page_text"),
        *("page_now", "pages", "ticked", "first_words", "question_text", "handout"),
        *("two_lines", "last_day", "next_day"),
        *(f"the_{part}" for part in ("signs", "helps", "places", "people", "professionals", "safer", "reasons")),
    }
)
"""What actions make known to the screens of a flow."""


@dataclass(frozen=True)
class Outside:
    """What flows may name outside themselves.

    actions, commands: None where the caller does not know them; then they are not checked.
    """

    flows: frozenset[str]
    sources: frozenset[str]
    tools: frozenset[str]
    actions: frozenset[str] | None = None
    commands: frozenset[str] | None = None


def structure_rules(flow: Flow) -> Iterator[Found]:
    """Targets exist; every step is reached, goes on, and can be left."""
    missing = False
    for step in flow.steps.values():
        for target in sorted(set(targets(flow, step)) - set(flow.steps)):
            missing = True
            message = f"“{target}” is no step of this flow; correct the name or add the step."
            yield Found(_way(flow, step, target), "target", message)
    for word, name in (("start", flow.start), ("resume", flow.resume), *(("entries", name) for name in flow.entries)):
        if name is not None and name not in flow.steps:
            missing = True
            yield Found((word,), "target", f"“{name}” is no step of this flow; correct “{word}”.")
    if missing:
        return
    reached = _reached(flow)
    ends = {id_ for id_, step in flow.steps.items() if step.end}
    for step in flow.steps.values():
        here = ("steps", step.id)
        if step.id not in reached:
            yield Found(here, "unreachable", f"No step leads to “{step.id}”; lead one here, or remove this step.")
            continue
        trouble = list(step_rules(flow, step))
        yield from trouble
        if not trouble and not _leads_to(flow, step.id, ends):
            message = f"From “{step.id}” no step with “end: true” can be reached (dead end); add a way out."
            yield Found(here, "dead end", message)
    yield from _silent_loops(flow)


def step_rules(flow: Flow, step: Step) -> Iterator[Found]:
    """One step by itself."""
    here, name = ("steps", step.id), step.id
    if step.say and not step.end and not step.choices and not step.ask and not step.options and step.then is None:
        message = f"“{name}” says something and offers nothing (dead end); add choices, ask something, or end: true."
        yield Found(here, "dead end", message)
    elif step.say and not step.end and not _offers_help(flow, step):
        message = f"Neither stop nor help can be reached from “{name}” in one or two taps; offer them."
        yield Found(here, "help", message)
    if not step.say and not step.to and not step.branch:
        yield Found(here, "silent", f"“{name}” neither says something nor leads on; add say, to or branch.")
    if step.branch and step.branch[-1].when and step.to is None:
        message = f"The last branch of “{name}” has a condition; add one without “when” for everything else."
        yield Found((*here, "branch"), "branch", message)
    if (step.ask is not None or step.options) and not step.pick_many and step.to is None:
        yield Found((*here, "ask"), "answer", f"An answer leads nowhere from “{name}”; add “to”.")
    elif not step.pick_many and step.to is None and any(choice.to is None for choice in step.choices):
        at = next(at for at, choice in enumerate(step.choices) if choice.to is None)
        message = f"The choice “{step.choices[at].id}” of “{name}” leads nowhere; give it “to”, or the step."
        yield Found((*here, "choices", at), "choice", message)
    if step.ask is not None and step.ask not in ASKS:
        yield Found((*here, "ask"), "ask", f"“{step.ask}” is no kind of question; use one of {', '.join(ASKS)}.")
    if step.wait is not None and step.then is None:
        yield Found((*here, "wait"), "wait", f"After the wait of “{name}” nothing follows; add “then”.")
    if step.pick_many and all(choice.to is None for choice in step.choices):
        message = f"In “{name}” ticks alone never go on; add a choice with “to”, such as “That's all”."
        yield Found((*here, "choices"), "dead end", message)
    for at, choice in enumerate(step.choices):
        if [other.id for other in step.choices].index(choice.id) != at:
            message = f"Two choices of “{name}” have the id “{choice.id}”; change one."
            yield Found((*here, "choices", at, "id"), "choice", message)
        if len(f"s:{SESSION_ID}:{step.id}:{choice.id}+".encode()) > LONGEST_PAYLOAD:
            message = f"The ids of “{name}” and its choice “{choice.id}” are too long for a button; shorten them."
            yield Found((*here, "choices", at, "id"), "payload", message)


def outside_rules(flow: Flow, outside: Outside) -> Iterator[Found]:
    """What a flow names outside itself: other flows, commands, actions, and the works that its tools rest on."""
    for step in flow.steps.values():
        here = ("steps", step.id)
        for target in dict.fromkeys((step.to, step.then, *(choice.to for choice in step.choices))):
            if target is not None and (message := _outside_target(flow, target, outside)):
                yield Found(_way(flow, step, target), "target", message)
        if step.do is not None and outside.actions is not None and step.do not in outside.actions:
            message = f"“{step.do}” is nothing that Keel can do; use one of {', '.join(sorted(outside.actions))}."
            yield Found((*here, "do"), "do", message)
        if step.source is not None and step.source not in outside.sources:
            message = f"“{step.source}” does not stand in sources.yaml; add it there or cite another."
            yield Found((*here, "source"), "source", message)
        if (step.source is None) != (step.why is None):
            message = f"“{step.id}” needs both “why” and “source”, or neither; add the other one."
            yield Found(here, "source", message)
    for at, choice in enumerate(flow.always):
        if choice.to is not None and (message := _outside_target(flow, choice.to, outside)):
            yield Found(("always", at, "to"), "target", message)
    if sum(step.beside for step in flow.steps.values()) > 1:
        yield Found(("id",), "beside", "Two steps stay in view beside the flow; only one can.")


def word_rules(flow: Flow, wording: Wording, unasked: frozenset[str]) -> Iterator[Found]:
    """Every text: grade, length, markup, placeholders, banned phrases, claims; neutral where it comes unasked."""
    known = {other.name for other in flow.steps.values()} | {other.own_name for other in flow.steps.values()} | FACTS
    for step in flow.steps.values():
        here = ("steps", step.id)
        for at, text in enumerate(step.say):
            place = (*here, "say", at)
            if wording.english and (hard := grade(text)) > HARDEST:
                message = f"This text reads at grade {hard:.1f}; shorten sentences and words to reach 8 or less."
                yield Found(place, "grade", message)
            if (length := filled(flow, step, text)) > LONGEST_MESSAGE:
                message = f"Filled in, this text can reach {length} of Telegram's {LONGEST_MESSAGE} units; shorten it."
                yield Found(place, "length", message)
            for mark in unbalanced(text):
                yield Found(place, "markup", f"A “{mark}” is opened and not closed here; close it or remove it.")
            for name, _ in PLACEHOLDER.findall(text):
                if name not in known:
                    message = f"“{{{name}}}” is nothing that this flow knows; use the name of an answer."
                    yield Found(place, "placeholder", message)
            if step.id in unasked or "*" in unasked:
                yield from wording.lock_screen(text, place)
            yield from wording.rules(text, place)
        for word, more in (("unclear", step.unclear), ("why", step.why)):
            yield from wording.rules(more or "", (*here, word))
        for at, frame in enumerate(step.frames):
            yield from wording.rules(frame.say, (*here, "frames", at))
        for at, choice in enumerate(step.choices):
            yield from wording.rules(choice.label, (*here, "choices", at))


def first_screen_rules(flow: Flow) -> Iterator[Found]:
    """What somebody with shaking hands sees first: few words, no question, three buttons at most."""
    first = flow.steps[flow.start]
    here = ("steps", first.id)
    for at, text in enumerate(first.say):
        if len(text.split()) > LONGEST_FIRST_SCREEN:
            message = f"“{text[:30]}…” has more than {LONGEST_FIRST_SCREEN} words; shorten it."
            yield Found((*here, "say", at), "first screen", message)
        if "?" in text:
            message = f"“{text[:30]}…” asks something; the first screen asks nothing."
            yield Found((*here, "say", at), "first screen", message)
    if len(first.choices) > MOST_FIRST_BUTTONS or first.always:
        message = f"More than {MOST_FIRST_BUTTONS} buttons stand on the first screen; keep the most needed ones."
        yield Found((*here, "choices"), "first screen", message)


def skeleton_rules(flow: Flow, model: Flow) -> Iterator[Found]:
    """A translation has the steps, choices and targets of the original; only the words differ."""
    for name in sorted(set(flow.steps) ^ set(model.steps)):
        message = f"The step “{name}” stands in only one of the two languages; add or remove it."
        yield Found(("steps", name), "skeleton", message)
    for step in flow.steps.values():
        other = model.steps.get(step.id)
        if other is not None and _bones(step) != _bones(other):
            message = f"“{step.id}” has other choices or targets than in the first language; make them the same."
            yield Found(("steps", step.id), "skeleton", message)


def _bones(step: Step) -> object:
    ways = tuple((choice.id, choice.to, choice.adds) for choice in step.choices)
    return ways, step.to, step.then, step.branch, step.ask, step.answer, step.do, step.end, step.pick_many


def _outside_target(flow: Flow, target: str, outside: Outside) -> str:
    if target.startswith(FLOW):
        name, back = flow_target(target)
        if name not in outside.flows:
            return f"“{name}” is no flow; name one of {', '.join(sorted(outside.flows))}."
        if back is not None and back in flow.steps and not flow.steps[back].say:
            return f"“{back}” says nothing; a flow can only come back to a step with words."
    if target.startswith(COMMAND):
        name, _, argument = target.removeprefix(COMMAND).partition(":")
        if outside.commands is not None and name not in outside.commands:
            return f"“{name}” is no command; use one of {', '.join(sorted(outside.commands))}."
        if name == "why" and argument not in outside.tools:
            return (
                f"“{argument}” is no tool; “command:why:” needs the “tool” (or else the id) of a step that has a “why”."
            )
    return ""


def _way(flow: Flow, step: Step, target: str) -> tuple[str | int, ...]:
    """Where in the file a step names a target."""
    here: tuple[str | int, ...] = ("steps", step.id)
    for at, choice in enumerate(step.choices):
        if choice.to is not None and target in (choice.to, *flow_target(choice.to)):
            return (*here, "choices", at, "to")
    for at, way in enumerate(step.branch):
        if way.to == target:
            return (*here, "branch", at, "to")
    for at, choice in enumerate(flow.always):
        if choice.to == target and step.always and target not in (step.to, step.then):
            return ("always", at, "to")
    return (*here, "to" if step.to == target else "then")


def _reached(flow: Flow) -> set[str]:
    reached: set[str] = set()
    waiting = [flow.start, *flow.entries, *([flow.resume] if flow.resume else [])]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += targets(flow, flow.steps[name])
    return reached


def _leads_to(flow: Flow, begin: str, ends: set[str]) -> bool:
    seen: set[str] = set()
    waiting = [begin]
    while waiting:
        name = waiting.pop()
        if name in ends or any(choice.to == BACK for choice in flow.steps[name].choices):
            return True
        if name not in seen:
            seen.add(name)
            waiting += targets(flow, flow.steps[name])
    return False


def _silent_loops(flow: Flow) -> Iterator[Found]:
    for step in flow.steps.values():
        seen: set[str] = set()
        waiting = [step.id] if not step.say else []
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            following = [other for other in targets(flow, flow.steps[name]) if not flow.steps[other].say]
            if step.id in following:
                message = f"Steps without words lead round in a circle from “{step.id}”; let one say something."
                yield Found(("steps", step.id), "loop", message)
                return
            waiting += following


def _offers_help(flow: Flow, step: Step, depth: int = 2) -> bool:
    offered = (*step.choices, *(flow.always if step.always else ()))
    if any(choice.to is not None and choice.to.startswith(f"{COMMAND}sos") for choice in offered):
        return True
    following = [choice.to for choice in offered if choice.to in flow.steps]
    return depth > 1 and any(_offers_help(flow, flow.steps[name], depth - 1) for name in following if name)
