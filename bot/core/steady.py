"""Steady messages: which one comes, and on which days. Three in seven days, none twice before all of them came."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.schedule import ONE_DAY, Pace, Plan, clipped, local, next_slot


def steady_choice(ids: Sequence[str], learner_id: int, count: int) -> str:
    """The message for somebody who had `count` of them: an order of their own, all of it before any comes again."""
    ordered = sorted(ids, key=lambda id_: hashlib.sha256(f"steady:{learner_id}:{id_}".encode()).digest())
    return ordered[count % len(ordered)]


def next_steady(now: datetime, plan: Plan, learner_id: int, count: int, newest: datetime | None) -> datetime | None:
    """When the next one may come: on a chosen weekday, late in the window, two or three days after the one before.

    Lessons come earlier in the window, so that a day that has one is known by then.
    """
    every_day = replace(plan, pace=Pace.daily)
    late = timedelta(minutes=clipped(plan).minutes) / 6
    after = now - late
    while (slot := next_slot(after, every_day, learner_id)) is not None:
        if newest is None or _days(newest, slot, plan.zone) >= (3 if count % 3 == 0 else 2):
            return slot + late
        after = slot
    return None


def _days(first: datetime, then: datetime, zone: str) -> int:
    return (local(then, zone).date() - local(first, zone).date()) // ONE_DAY
