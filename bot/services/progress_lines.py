"""The lines of /progress in words, each of which somebody can put away and bring back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.progress import LINES, Summary
from bot.core.screen import Reply
from bot.core.words import TICKED, UNTICKED
from bot.services import monthly
from bot.services.turn import Command, Turn


def lines_of(turn: Turn, summary: Summary) -> list[str]:
    """Everything there is to say and that was not put away, in order; eleven lines at most."""
    hidden = turn.learner.hidden_lines
    said = {name: _SAYS[name](turn, summary) for name in LINES if name not in hidden}
    if said.get("monthly"):
        said = _closer(turn, said)
    return [line for name in LINES for line in said.get(name, ())]


def _closer(turn: Turn, said: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same in two lines less, where the self-check takes two: pauses and hard moments share one, and what a number
    is worth is said below the self-check."""
    counts = said.get("pauses", []) + said.get("spirals", [])
    both = ["- " + _together(turn, [line.removeprefix("- ") for line in counts])] if counts else []
    return said | {"pauses": both, "spirals": [], "ratings": said.get("ratings", [])[:1]}


async def choose(turn: Turn, command: Command) -> Reply:
    """The list of lines, each to hide or to show; after `hide-tool` or `show-tool`, with that done."""
    action, _, line = command.argument.partition("-")
    hidden = turn.learner.hidden_lines
    if line in LINES:
        hidden = hidden | {line} if action == "hide" else hidden - {line}
    if hidden != turn.learner.hidden_lines:
        await turn.change(hidden_lines=hidden)
    rows = tuple(
        (
            turn.named(UNTICKED + turn.texts(f"line-{name}"), "progress", f"show-{name}")
            if name in hidden
            else turn.named(TICKED + turn.texts(f"line-{name}"), "progress", f"hide-{name}"),
        )
        for name in LINES
    )
    back = (turn.button("button-back", "progress", "in-all"), turn.button("button-more-help", "sos"))
    return Reply((replace(turn.page("progress-lines", *rows, back), edit=command.message_id),))


def triggers(turn: Turn) -> dict[str, str]:
    """What can be tapped in /spiral as what happened: ids and labels. What leads elsewhere is no trigger."""
    flow = turn.content.flows.get("spiral")
    step = flow.steps.get("facts") if flow is not None else None
    return {item.id: item.label for item in step.choices if item.to is None} if step is not None else {}


def _pauses(turn: Turn, summary: Summary) -> list[str]:
    return ["- " + turn.texts("progress-pauses", count=summary.pauses)] if summary.pauses else []


def _spirals(turn: Turn, summary: Summary) -> list[str]:
    return ["- " + turn.texts("progress-spirals", count=summary.spirals)] if summary.spirals else []


def _held(turn: Turn, summary: Summary) -> list[str]:
    """What was held, and on the same line what was let go of it."""
    held = [turn.texts("progress-held", count=summary.held)] if summary.held else []
    held += [turn.texts("progress-let-go", count=summary.let_go)] if summary.let_go else []
    return ["- " + _together(turn, held)] if held else []


def _lessons(turn: Turn, summary: Summary) -> list[str]:
    practised = [turn.texts("progress-practised", count=summary.practised)] if summary.practised else []
    met = [turn.texts("progress-lessons", count=summary.met, of=summary.lessons)] if summary.met else []
    return ["- " + _together(turn, practised + met)] if met else []


def _together(turn: Turn, parts: list[str]) -> str:
    return turn.texts("progress-both", first=parts[0], second=parts[1]) if len(parts) == 2 else parts[0]


def _ratings(turn: Turn, summary: Summary) -> list[str]:
    if summary.before is None or summary.after is None:
        return [turn.texts("progress-few-pairs")] if summary.pairs else []
    numbers = {"before": f"{summary.before:g}", "after": f"{summary.after:g}"}
    return [turn.texts("progress-ratings", count=summary.pairs, **numbers), turn.texts("progress-mirror")]


def _monthly(turn: Turn, summary: Summary) -> list[str]:
    return monthly.lines(turn, summary.looks)


def _tool(turn: Turn, summary: Summary) -> list[str]:
    best = summary.tool
    if best is None or not turn.texts.has(f"tool-{best.tool}"):
        return []
    numbers = {"before": f"{best.before:g}", "after": f"{best.after:g}"}
    return [turn.texts("progress-tool", tool=turn.texts(f"tool-{best.tool}"), count=best.cases, **numbers)]


def _fears(turn: Turn, summary: Summary) -> list[str]:
    past = summary.fears
    if past is None:
        return []
    counts = {"checked": past.checked, "didnt": past.didnt, "partly": past.partly, "did": past.did}
    return [turn.texts("progress-fears", **counts)]


def _trigger(turn: Turn, summary: Summary) -> list[str]:
    found = summary.trigger
    label = triggers(turn).get(found.trigger or "") if found is not None else None
    if found is None or label is None:
        return []
    return [turn.texts("progress-trigger", trigger=label, count=found.count, of=found.of)]


def _when(turn: Turn, summary: Summary) -> list[str]:
    found = summary.when
    if found is None:
        return []
    day, counts = turn.texts(f"weekday-{found.weekday}"), {"count": found.count, "of": found.of}
    if found.part is None:
        return [turn.texts("progress-weekday", day=day, **counts)]
    return [turn.texts("progress-when", day=day, part=turn.texts(f"part-{found.part}"), **counts)]


def _stage(turn: Turn, summary: Summary) -> list[str]:
    if summary.stage is None:
        return [turn.texts("progress-through")]
    return [turn.texts("progress-stage", stage=turn.texts(f"stage-{summary.stage}"))]


_SAYS: Mapping[str, Callable[[Turn, Summary], list[str]]] = {
    "pauses": _pauses,
    "spirals": _spirals,
    "held": _held,
    "lessons": _lessons,
    "ratings": _ratings,
    "monthly": _monthly,
    "tool": _tool,
    "fears": _fears,
    "trigger": _trigger,
    "when": _when,
    "stage": _stage,
}
