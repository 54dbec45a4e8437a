"""The weekly pause ahead of a rough hour: offered as a plan on /progress, kept only on consent, ended in one tap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.model import Lane, Status
from bot.core.pattern import PARTS, WEEKDAYS, Pattern
from bot.core.rough import DAY, WEEK, clock_of, next_pause, rough_hour
from bot.core.screen import Button, Reply, Screen
from bot.services.turn import Command, Turn

ROUGH = "rough"
"""The kind of timer that brings one, and the command behind its buttons."""
A_MOMENT = timedelta(microseconds=1)


async def answer(turn: Turn, command: Command) -> Reply:
    """`ask-6.3` offers a plan for a weekday and a part of the day, `on-9945` is the consent (a minute of the week),
    `off` ends it, `later` is “not now”. Everything else shows how it is set."""
    action, _, about = command.argument.partition("-")
    match action:
        case "ask" if (when := _pattern(about)) is not None and turn.learner.zone is not None:
            screen = await _ask(turn, *when)
        case "on" if about.isdecimal() and len(about) < 6 and int(about) < WEEK and turn.learner.zone is not None:
            await turn.change(rough=int(about))
            await schedule(turn)
            screen = _set(turn)
        case "off":
            await turn.change(rough=None)
            await schedule(turn)
            screen = turn.page("rough-off", _back(turn))
        case "later":
            screen = turn.page("rough-later", (turn.button("button-hide", "hide"),))
        case _:
            screen = _set(turn)
    return Reply((replace(screen, edit=command.message_id),))


async def schedule(turn: Turn) -> None:
    """Set the timer of the next one, or none; one whose moment is there and still right is left as it is."""
    learner, timers = turn.learner, turn.tx.timers
    if learner.rough is None or learner.zone is None or learner.status is Status.BLOCKED:
        await timers.drop(learner.id, ROUGH)
        return
    pending = await timers.pending(learner.id, ROUGH)
    if pending is None or next_pause(pending - A_MOMENT, learner.zone, learner.rough) != pending:
        await _set_next(turn)


async def pass_on(turn: Turn) -> None:
    """This one's moment is over, whatever came of it: the next one is set before anything is sent."""
    if turn.learner.rough is None or turn.learner.zone is None:
        await turn.tx.timers.drop(turn.learner.id, ROUGH)
    else:
        await _set_next(turn)


def offer(turn: Turn) -> Screen:
    """The message itself. Neutral to whoever else sees the screen, and without a sound."""
    rows = (
        (turn.button("button-rough-start", "spiral"),),
        (turn.button("button-rough-later", ROUGH, "later"), turn.button("button-rough-off", ROUGH, "off")),
    )
    return replace(turn.page("rough-offer", *rows), silent=True)


def button(turn: Turn, when: Pattern | None) -> Button | None:
    """What /progress offers: how it is set, or a plan where a time of the week comes up more than others."""
    learner = turn.learner
    if learner.rough is not None:
        return turn.button("button-rough", ROUGH)
    if when is None or when.part is None or learner.zone is None or "when" in learner.hidden_lines:
        return None
    day, part = turn.texts(f"weekday-{when.weekday}"), turn.texts(f"part-{when.part}")
    return turn.named(turn.texts("button-rough-ask", day=day, part=part), ROUGH, f"ask-{when.weekday}.{when.part}")


def say_minute(turn: Turn, minute: int) -> dict[str, str]:
    """A minute of the week in words: `on` a weekday, `at` a time."""
    return {"on": turn.texts(f"weekday-{minute // DAY}"), "at": f"{clock_of(minute):%H:%M}"}


async def _set_next(turn: Turn) -> None:
    learner = turn.learner
    if learner.rough is not None and learner.zone is not None:
        due = next_pause(turn.now, learner.zone, learner.rough)
        await turn.tx.timers.set(learner.id, ROUGH, "", due, Lane.BULK)


async def _ask(turn: Turn, weekday: int, part: int) -> Screen:
    hour = rough_hour(await turn.tx.records.entries(turn.learner.id), weekday, part)
    rows = (
        (turn.button("button-rough-yes", ROUGH, f"on-{hour.offered}"),),
        (turn.button("button-rough-no", "progress", "in-all"), turn.button("button-more-help", "sos")),
    )
    values = {"day": turn.texts(f"weekday-{weekday}"), "part": turn.texts(f"part-{part}")}
    begins = say_minute(turn, hour.begins)["at"]
    return turn.page("rough-ask", *rows, **values, begins=begins, **say_minute(turn, hour.offered))


def _set(turn: Turn) -> Screen:
    learner = turn.learner
    if learner.rough is None:
        return turn.page("rough-none", _back(turn))
    rests = learner.paused or (learner.paused_until is not None and learner.paused_until > turn.now)
    state = "rests" if rests or learner.status is Status.STOPPED else "comes"
    rows = ((turn.button("button-rough-off", ROUGH, "off"),), _back(turn))
    return turn.page("rough-set", *rows, state=state, **say_minute(turn, learner.rough))


def _back(turn: Turn) -> tuple[Button, ...]:
    return (turn.button("button-progress", "progress"), turn.button("button-more-help", "sos"))


def _pattern(about: str) -> tuple[int, int] | None:
    weekday, _, part = about.partition(".")
    if not (weekday.isdecimal() and part.isdecimal() and len(about) == 3):
        return None
    return (int(weekday), int(part)) if int(weekday) in WEEKDAYS and int(part) in PARTS else None
