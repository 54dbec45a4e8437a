"""Noticing danger in whatever somebody wrote: read once, on this machine, before anything else is done with it.

What comes out of here holds ids only. English only: in another language nothing is read and nothing is claimed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import structlog

from bot.core.flow import Step
from bot.core.model import Notice
from bot.core.safety import Source, detector
from bot.core.safety.accumulate import WITHIN, is_due, is_due_with_urge
from bot.core.safety.age import age_in
from bot.core.safety.cards import QUIET, SEVERAL, Due, due, still_due
from bot.library.load import DEFAULT_LOCALE
from bot.services.turn import Command, Gave, Handed, Incoming, Other, Turn, Wrote

log = structlog.get_logger()

IN_A_ROW = 3
"""Numbers of hard moments that are looked at together."""
READ_IN = (DEFAULT_LOCALE,)
"""Languages that have rules."""


@dataclass(frozen=True)
class Noticed:
    """What was noticed in one update.

    due: cards for the words as the person's own. other: cards for the same words, had somebody else written them.
    ask_who: who wrote it is asked first. young: somebody says that they are not grown up.
    """

    due: tuple[Due, ...] = ()
    other: tuple[Due, ...] = ()
    ask_who: bool = False
    young: bool = False


def words_of(incoming: Incoming) -> str:
    """Everything that was typed in an update, whatever kind of update it is."""
    match incoming:
        case Wrote(text=text):
            return text
        case Command(words=words) | Gave(words=words) | Handed(words=words) | Other(words=words):
            return words
    return ""


def look(turn: Turn, incoming: Incoming, step: Step | None) -> Noticed | None:
    """What was noticed; None when there is nothing. step: the step that takes these words as its answer, if any."""
    text = words_of(incoming)
    if not text or turn.learner.locale not in READ_IN or text.strip() in _keys(turn):
        return None
    own = _read(text, "draft" if step is not None and step.speaks == "draft" else "free")
    other: tuple[Due, ...] = ()
    forwarded = isinstance(incoming, Wrote | Other) and incoming.forwarded
    # Words out of the blue that speak to somebody may be somebody else's, pasted: then who wrote them is asked.
    pasted = isinstance(incoming, Wrote) and step is None and not own and _speaks_to_somebody(turn, text)
    if forwarded or pasted or own:
        other = _read(text, "pasted") if step is None or step.speaks != "draft" else ()
    ask_who = (pasted and bool(other)) or (forwarded and bool(own or other))
    young = turn.learner.age_band is None and (step is None or step.ask == "text") and _young(turn, text)
    noticed = Noticed(own, other, ask_who, young)
    return noticed if own or ask_who or young else None


async def weigh(turn: Turn, noticed: Noticed) -> tuple[Due, ...]:
    """Which of the cards are to be shown; quiet signals are noted, and several of them are worth the question."""
    if not noticed.due or noticed.ask_who:
        return noticed.due
    recent = await turn.tx.notices.since(turn.learner.id, turn.now - WITHIN)
    put_away = {rule for item in recent if _lately_put_away(turn, item) for rule in item.rules}
    fresh = still_due(noticed.due, put_away, turn.learner.idioms)
    asked = [item.at for item in recent if item.tier == "ask" and SEVERAL not in item.rules]
    for item in noticed.due:
        if item.tier == "ask":
            asked.append(turn.now)
            await turn.change(signalled_at=turn.now)
        if item not in fresh:
            await note(turn, item, None)
    if fresh or not asked:
        return fresh
    shown = max((item.at for item in recent if SEVERAL in item.rules), default=None)
    urges = await _urges(turn)
    if is_due(asked, turn.now, shown) or (shown is None and is_due_with_urge(asked, urges, turn.now)):
        return (replace(noticed.due[0], tier="ask", immediate=False, rules=(SEVERAL,)),)
    return ()


async def rising(turn: Turn, newest: int | None) -> bool:
    """Whether the urge rose three times in a row, with a quiet signal in these seven days; asked about once.

    newest: the number of the hard moment that is not over yet.
    """
    signalled = turn.learner.signalled_at
    if signalled is None or turn.now - signalled > WITHIN:
        return False
    if not is_due_with_urge([signalled], [*await _urges(turn), *([] if newest is None else [newest])], turn.now):
        return False
    recent = await turn.tx.notices.since(turn.learner.id, turn.now - WITHIN)
    return not any(SEVERAL in item.rules for item in recent)


async def note(turn: Turn, item: Due, card: str | None) -> None:
    """Something was noticed, as ids. card: the session of the card that is shown for it."""
    await turn.tx.notices.add(turn.learner.id, turn.now, item, card)
    log.info("danger noticed", category=item.category, tier=item.tier, immediate=item.immediate, rules=item.rules,
             shown=card is not None)  # fmt: skip


def _read(text: str, source: Source) -> tuple[Due, ...]:
    return due(detector().explain(text, source=source))


def _speaks_to_somebody(turn: Turn, text: str) -> bool:
    bare = text.lower().replace("’", "").replace("'", "")
    return not set(re.findall(r"\w+", bare)).isdisjoint(turn.content.addressed)


def _young(turn: Turn, text: str) -> bool:
    ages = turn.content.ages
    return age_in(text, ages.phrases, ages.numbers, ages.units) is not None


def _keys(turn: Turn) -> tuple[str, ...]:
    """The buttons below the chat write for a person; those words are Keel's own."""
    return turn.texts("keyboard-spiral"), turn.texts("keyboard-help")


def _lately_put_away(turn: Turn, item: Notice) -> bool:
    return item.put_away_at is not None and turn.now - item.put_away_at < QUIET


async def _urges(turn: Turn) -> list[int]:
    return await turn.tx.records.ratings(turn.learner.id, "spiral", IN_A_ROW)
