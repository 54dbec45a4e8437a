"""The monthly self-check: begun only by its person, kept as numbers, shown as their own two lines."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model import Entry, Session
from bot.core.monthly import APART, ITEMS, MONTHLY, Look, changed, due, look_of, tags_of
from bot.services.moments import say_moment
from bot.services.turn import Turn, with_answer

FILL = "monthly"
"""The kind of screen whose words come from here."""


async def open_monthly(turn: Turn, session: Session) -> Session:
    """Whether it is time for one."""
    newest = await looks(turn)
    return with_answer(session, due=due(newest[0].at if newest else None, turn.now))


async def keep_monthly(turn: Turn, session: Session) -> Session:
    """Keep what was answered, where it is enough for a number; the run itself keeps none of it."""
    item = Entry(MONTHLY, turn.now, tags=tags_of(session))
    newest = await looks(turn)
    kept = not look_of(item).empty and due(newest[0].at if newest else None, turn.now)
    if kept:
        await turn.add(item)
    return with_answer(_bare(session), kept=kept)


async def drop_monthly(turn: Turn, session: Session) -> Session:
    """Left half-way: what was tapped so far is gone."""
    return _bare(session)


async def looks(turn: Turn) -> list[Look]:
    """The newest self-check and the one before, as far as there are any."""
    if not (await turn.tally()).kind(MONTHLY):
        return []  # so that nobody's entries are looked through for nothing
    return [look_of(item) for item in await turn.tx.records.newest(turn.learner.id, MONTHLY, 2)]


def lines(turn: Turn, found: tuple[Look, ...]) -> list[str]:
    """One line a side, this time and last time, and what the difference is worth; nothing where there is no number."""
    if not found:
        return []
    said = []
    for side in ("alarm", "steady"):
        now, before = (getattr(look, side) for look in (found[0], found[-1]))
        about = turn.texts(f"monthly-{side}")
        if now is not None and before is not None and len(found) > 1:
            change = "changed" if changed(now, before) else "same"
            numbers = {"now": f"{now:.1f}", "before": f"{before:.1f}"}
            said.append(turn.texts("monthly-both", side=about, change=change, **numbers))
        elif now is not None:
            said.append(turn.texts("monthly-one", side=about, now=f"{now:.1f}"))
    if said:
        said[-1] = f"{said[-1]} {turn.texts('monthly-swing')}"
    return said


async def words(turn: Turn) -> dict[str, str]:
    """The placeholders of its screens, filled; nothing of it is copied into the session."""
    found = await looks(turn)
    if not found:
        return {"two_lines": turn.texts("words-gone"), "last_day": "", "next_day": ""}
    last, next_ = (say_moment(turn, at, day_only=True) for at in (found[0].at, found[0].at + APART))
    return {"two_lines": "\n".join(lines(turn, tuple(found))), "last_day": last, "next_day": next_}


def _bare(session: Session) -> Session:
    return replace(session, answers={name: value for name, value in session.answers.items() if name not in ITEMS})


ACTIONS = {"open_monthly": open_monthly, "keep_monthly": keep_monthly, "drop_monthly": drop_monthly}
