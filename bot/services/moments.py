"""Moments in words, on the person's own clock."""

from __future__ import annotations

from datetime import datetime

from bot.core.schedule import local
from bot.core.schedule import same_day as core_same_day
from bot.services.turn import Turn


def say_moment(turn: Turn, moment: datetime, *, day_only: bool = False) -> str:
    """A moment on the person's own clock, in words: "tomorrow, 08:12"."""
    zone = turn.learner.zone or "UTC"
    here, now = local(moment, zone), local(turn.now, zone)
    ahead = (here.date() - now.date()).days
    if ahead in (-1, 0, 1):
        day = turn.texts({-1: "yesterday", 0: "today", 1: "tomorrow"}[ahead])
    else:
        day = f"{turn.texts(f'weekday-{here.weekday()}')} {here.day} {turn.texts(f'month-{here.month}')}"
    return day if day_only else f"{day}, {here:%H:%M}"


def say_wait(turn: Turn, moment: datetime) -> str:
    """How long it is until a moment ("in 20 minutes"), or when it is ("tomorrow, 08:00"). Works without a zone."""
    minutes = round((moment - turn.now).total_seconds() / 60)
    if minutes <= 90 or turn.learner.zone is None:
        return turn.texts("in-minutes", count=minutes) if minutes <= 90 else turn.texts("in-hours", count=minutes // 60)
    return say_moment(turn, moment)


def same_day(turn: Turn, moment: datetime | None) -> bool:
    """Whether a moment lies on the same local day as now."""
    return moment is not None and core_same_day(moment, turn.now, turn.learner.zone or "UTC")
