"""What an operator may know: how many, how late, how fast. Never who, and nothing that anybody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.answer_time import percentile
from bot.core.model import DeliveryState, Lane, Status
from bot.core.schedule import Pace, in_window
from bot.core.stats import Group, groups
from bot.services.onboarding import LESSON
from bot.store.store import Store

ONE_DAY = timedelta(days=1)
STATUSES = ("new", "active", "paused", "stopped", "blocked")


@dataclass(frozen=True)
class Stats:
    """Everything that `keel stats` shows, by name.

    lessons: due now; late, past their window; and what became of those of the last 24 hours. queues: what is due in
    each lane. answers: first messages of the last 24 hours. half, nearly_all: within how many seconds half of them and
    99 of 100 came; None where there were fewer than five.
    """

    statuses: dict[str, Group]
    paces: dict[str, Group]
    lessons: dict[str, Group]
    queues: dict[str, Group]
    inbox: dict[str, Group]
    answers: Group
    half: float | None
    nearly_all: float | None


async def gather(store: Store, now: datetime) -> Stats:
    """Count, in one transaction that only reads."""
    async with store.transaction(reading=True) as tx:
        people = await tx.counts.statuses(now)
        paces = await tx.counts.paces()
        due = await tx.counts.due(LESSON, now)
        sent = await tx.counts.lessons_since(now - ONE_DAY)
        queues = {lane.value: await tx.timers.count_due(lane, now) for lane in Lane}
        waiting, aside = await tx.counts.inbox()
        times = await tx.counts.answer_times(now - ONE_DAY)
    in_time = [who.plan is not None and in_window(now, who.plan, at) for at, who in due]
    statuses: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for (status, pauses), count in people.items():
        rests = pauses and status in (Status.NEW, Status.ACTIVE)
        statuses["paused" if rests else status] += count
    answers = Group.of(times.total())
    return Stats(
        statuses=groups(STATUSES, statuses),
        paces=groups(tuple(pace.value for pace in Pace), paces),
        lessons={
            "due": Group.of(in_time.count(True)),
            "late": Group.of(in_time.count(False)),
            "sent": Group.of(sent[DeliveryState.SENT]),
            "unknown": Group.of(sent[DeliveryState.UNKNOWN]),
            "failed": Group.of(sent[DeliveryState.FAILED]),
        },
        queues=groups(tuple(lane.value for lane in Lane), queues),
        inbox={"waiting": Group.of(waiting), "set_aside": Group.of(aside)},
        answers=answers,
        half=percentile(times, 0.5) if answers.shown is not None else None,
        nearly_all=percentile(times, 0.99) if answers.shown is not None else None,
    )
