"""/progress: one message of at most twelve lines, warm when there is nothing to count yet; over all time or a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.core.curriculum import next_lesson
from bot.core.days import Days
from bot.core.monthly import Look, due
from bot.core.progress import Summary, begun, summarise
from bot.core.schedule import local
from bot.core.screen import Reply, Rows, Screen
from bot.services import monthly, picture, rough
from bot.services.progress_lines import choose, lines_of, triggers
from bot.services.turn import Command, Turn

ALL, MONTH = "all", "30"
"""Ranges beside those that begin with a stage, which are named by its id."""
MONTH_LONG = timedelta(days=30)


@dataclass(frozen=True)
class Range:
    """A stretch of days up to today. since: its first day, None for all there is. stage: where it begins with one."""

    name: str = ALL
    since: date | None = None
    stage: str | None = None


async def answer(turn: Turn, command: Command) -> Reply:
    """What a button of /progress means: `in-30` a range, `see-30` the same as a new message, `draw-30` its picture,
    `since` the choice of a stage to begin with, `lines` what is shown, `hide-tool` and `show-tool` a line less or more.
    Everything else is all of it."""
    action, _, about = command.argument.partition("-")
    match action:
        case "in":
            return Reply((replace(await _view(turn, about), edit=command.message_id),))
        case "see":  # below a picture, which cannot become a text
            return Reply((await _view(turn, about),))
        case "since":
            return Reply((replace(await _stages(turn), edit=command.message_id),))
        case "draw":
            return Reply((await _draw(turn, about),))
        case "lines" | "hide" | "show":
            return await choose(turn, command)
        case _:
            return await view(turn)


async def view(turn: Turn) -> Reply:
    """What grew, what the ratings did, where the person is, and Continue. Writes nothing."""
    return Reply((await _view(turn, ALL),))


async def _view(turn: Turn, name: str) -> Screen:
    done = await turn.tx.records.completions(turn.learner.id)
    sent = await turn.tx.timers.deliveries(turn.learner.id)
    curriculum = turn.library.curriculum
    stages = _days_of(turn, begun(curriculum, done, sent))
    span = _range(turn, name, stages)
    counted, looks = await _counted(turn, span), await monthly.looks(turn)
    summary = summarise(
        curriculum,
        counted.tally,
        [item for item in done if span.since is None or _day(turn, item.at) >= span.since],
        next_lesson(curriculum, done, [item.lesson for item in sent]),
        counted.patterns(triggers(turn)),
        looks if looks and (span.since is None or _day(turn, looks[0].at) >= span.since) else (),
    )
    rows = _rows(turn, span, stages) + _more(turn, summary, looks)
    if summary.empty:
        return turn.page("progress-empty" if span.since is None else "progress-empty-range", *rows)
    lines = lines_of(turn, summary) or [turn.texts("progress-all-hidden")]
    return Screen("\n".join([_title(turn, span), *lines]), rows)


async def _counted(turn: Turn, span: Range) -> Days:
    """The counters of a range."""
    if span.since is not None:
        return await turn.tx.tallies.days(turn.learner.id, span.since, turn.today)
    return await turn.tx.tallies.all_days(turn.learner.id, await turn.tally(), turn.today)


async def _stages(turn: Turn) -> Screen:
    """The stages that were begun, to choose one."""
    rows = [(turn.button(f"stage-{stage}", "progress", f"in-{stage}"),) for stage in await _begun(turn)]
    back = (turn.button("button-back", "progress", "in-all"), turn.button("button-more-help", "sos"))
    return turn.page("progress-since", *rows, back)


async def _draw(turn: Turn, name: str) -> Screen:
    span = _range(turn, name, await _begun(turn))
    screen = await picture.draw(turn, _title(turn, span), await _counted(turn, span), span.since)
    back = (turn.button("button-back", "progress", f"see-{span.name}"), turn.button("button-hide", "hide"))
    return replace(screen, rows=(back, (turn.button("button-more-help", "sos"),)))


async def _begun(turn: Turn) -> dict[str, date]:
    done = await turn.tx.records.completions(turn.learner.id)
    sent = await turn.tx.timers.deliveries(turn.learner.id)
    return _days_of(turn, begun(turn.library.curriculum, done, sent))


def _range(turn: Turn, name: str, stages: Mapping[str, date]) -> Range:
    if name == MONTH:
        return Range(MONTH, turn.today - MONTH_LONG + timedelta(days=1))
    return Range(name, stages[name], name) if name in stages else Range()


def _days_of(turn: Turn, moments: Mapping[str, datetime]) -> dict[str, date]:
    return {stage: _day(turn, at) for stage, at in moments.items()}


def _day(turn: Turn, moment: datetime) -> date:
    return local(moment, turn.learner.zone or "UTC").date()


def _title(turn: Turn, span: Range) -> str:
    if span.stage is not None:
        return turn.texts("progress-title-since", stage=turn.texts(f"stage-{span.stage}"))
    return turn.texts("progress-title" if span.since is None else "progress-title-30")


def _rows(turn: Turn, span: Range, stages: Mapping[str, date]) -> Rows:
    others = [name for name in (MONTH, ALL) if name != span.name]
    ranges = [turn.button(f"button-range-{name}", "progress", f"in-{name}") for name in others]
    ranges += [turn.button("button-range-since", "progress", "since")] if stages else []
    return (
        (turn.button("button-continue", "lesson"), turn.button("button-spiral", "spiral")),
        tuple(ranges),
        (turn.button("button-draw", "progress", f"draw-{span.name}"), turn.button("button-lines", "progress", "lines")),
        (turn.button("button-export", "export"), turn.button("button-more-help", "sos")),
    )


def _more(turn: Turn, summary: Summary, looks: Sequence[Look]) -> Rows:
    """For a therapist; a self-check where it is time for one, and a plan where a time of the week comes up."""
    wanted = "monthly" not in turn.learner.hidden_lines and turn.learner.age_band != "under16"
    check = wanted and due(looks[0].at if looks else None, turn.now)
    plan = rough.button(turn, summary.when)
    last = [turn.button("button-therapist", "therapist")]
    last += [turn.button("button-monthly", "monthly")] if check else []
    return (tuple(last),) if plan is None else (tuple(last), (plan,))
