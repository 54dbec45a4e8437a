"""A scripted conversation as data: flows, their steps and choices, and what the content files can say about them.

`bot.core.machine` walks through these, `bot.core.words` shows where somebody stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.model import Session, Value
from bot.core.screen import Frame

BACK = "@back"
"""A target: the step where somebody left before coming back."""
COMMAND = "command:"
"""A target that is a command: shown beside the flow, which stays where it is."""
FLOW = "flow:"
"""A target that is another flow: it begins, or goes on where it waits. `flow:hold>returned` has the floor until it
hands back; then this flow goes on at its step `returned`."""
COPY = "copy:"
"""A target that copies an answer to the person's clipboard: `to: "copy:ask_text"`."""
AWAY = "_away"
"""The answer that says that another flow has the floor."""
ASLEEP = "_asleep"
"""The answer of a run that was broken off: it goes on only when its person says so."""
IN_DANGER = "_danger"
"""The answer of a run that was broken off for danger that nobody called a way of speaking."""
OWN = "_own"
"""Ending of the answer that holds somebody's own words beside the choices of a step."""
TOOLS = "tools"
"""The answer that lists the tools met in a run, in order."""
SHOWN = "_shown"
"""The answer that says that the step beside the flow (the card) has been shown."""
CHECKED = "+"
UNCHECKED = "-"
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
    """One button.

    to: where it leads; such a choice answers nothing. Without it, the choice is the step's answer (or a tick box
        in a step that picks many), and the step's own `to` follows.
    adds: a counter among the answers that a tap raises by one.
    """

    id: str
    label: str
    to: str | None = None
    adds: str | None = None


@dataclass(frozen=True)
class Step:
    """One screen, fork or action of a flow; see content/README.md for the words used in the files.

    own: the name under which typed words are kept, where that is not the name of the choices' answer.
    spill: words that are no answer here join the own words kept under this name (the rest of a long message).
    longest: how many characters of own words this step takes in all.
    remove: what is typed here is taken out of the chat.
    tool: this step is a way to calm down; meeting it is noted under `tools`.
    play: something of the person's own that is shown first (a letter, a voice note, a picture).
    fill: something of the person's own that stands in the text; it is looked up each time and never copied.
    media: an animation of Keel's that is shown first, where it loads.
    rank: a list of the shell's that orders and hides choices (tools liked and disliked, material there is).
    beside: a message of its own that stays in view while the flow goes on; its tick boxes work until the end.
    speaks: whose words are typed here: the person's own, or a `draft` in which “you” is the partner.
    danger: where a run goes on that was broken off here for danger. In a draft the words are then not used at all.
    why, source: one sentence on why a tool works, and the work it rests on.
    """

    id: str
    say: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    options: str | None = None
    columns: int = 1
    ask: str | None = None
    answer: str | None = None
    own: str | None = None
    spill: str | None = None
    longest: int | None = None
    remove: bool = False
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
    tool: str | None = None
    play: str | None = None
    fill: str | None = None
    media: str | None = None
    rank: str | None = None
    beside: bool = False
    speaks: str = "free"
    danger: str | None = None
    why: str | None = None
    source: str | None = None
    leave: bool = False
    end: bool = False
    always: bool = True

    @property
    def name(self) -> str:
        """The name under which this step's answer is kept."""
        return self.answer or self.id

    @property
    def own_name(self) -> str:
        """The name under which words typed at this step are kept."""
        return self.own or (self.name + OWN if self.pick_many else self.name)


@dataclass(frozen=True)
class Flow:
    """A scripted conversation. `always` stands under every step that does not opt out.

    entries: steps besides `start` at which something else (a lesson) begins this flow.
    silent: its messages arrive without a sound.
    """

    id: str
    start: str
    steps: Mapping[str, Step]
    always: tuple[Choice, ...] = ()
    resume: str | None = None
    entries: tuple[str, ...] = ()
    empty: str = "–"
    silent: bool = False

    @property
    def beside(self) -> Step | None:
        """The step whose message stays in view (a flow has one at most)."""
        return next((step for step in self.steps.values() if step.beside), None)


@dataclass(frozen=True)
class Options:
    """What the shell knows about the choices of a flow's steps.

    lists: choices that it adds: pairs of id and label, for each list name.
    hidden: ids of choices that are not offered now, for each rank name.
    first: ids of choices that come first, for each rank name.
    words: the person's own words for placeholders of the text.
    """

    lists: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def of(self, step: Step) -> tuple[tuple[str, str], ...]:
        """What is added at `step`."""
        return self.lists.get(step.options, ()) if step.options else ()

    def choices(self, step: Step) -> tuple[Choice, ...]:
        """The choices of `step` as they are offered now: some first, some not at all."""
        if step.rank is None:
            return step.choices
        hidden, first = self.hidden.get(step.rank, frozenset()), self.first.get(step.rank, ())
        shown = [choice for choice in step.choices if choice.id not in hidden]
        return tuple(sorted(shown, key=lambda item: first.index(item.id) if item.id in first else len(first)))


def ticks(session: Session, name: str) -> tuple[str, ...]:
    """The choices ticked so far under the answer `name`."""
    value = session.answers.get(name, ())
    return value if isinstance(value, tuple) else ()


def flow_target(target: str) -> tuple[str, str | None]:
    """The flow that a target names, and the step at which this one goes on afterwards."""
    name, _, back = target.removeprefix(FLOW).partition(">")
    return name, back or None


def targets(flow: Flow, step: Step) -> Iterator[str]:
    """Every step of this flow that can follow `step`."""
    always = flow.always if step.always else ()
    named = [
        step.to,
        step.then,
        step.danger,
        *(way.to for way in step.branch),
        *(c.to for c in (*step.choices, *always)),
    ]
    for target in named:
        if target is not None and target.startswith(FLOW):
            target = flow_target(target)[1]  # noqa: PLW2901  # the step it comes back to, if it does
        if target is not None and target != BACK and not target.startswith((COMMAND, COPY)):
            yield target
