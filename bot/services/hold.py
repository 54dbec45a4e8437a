"""Holding a message: kept sealed for a while, handed back without a word of it, and whatever becomes of it is fine.

A hold was asked for, so neither /pause nor /stop nor a restart takes it away; only its owner does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.core.model import Entry, Hold, HoldState, Lane, Session, Timer
from bot.core.schedule import NIGHT_ENDS, at_wall, is_night, local, tomorrow_morning
from bot.core.words import in_a_sentence
from bot.services.moments import say_wait
from bot.services.own_words import UNDECIDED, number
from bot.services.turn import Turn, with_answer

HOLD = "hold"
"""The kind of timer that hands a message back, and the flow that goes with it."""
ASK_PARTS = ("saw", "felt", "like")


async def list_holds(turn: Turn, session: Session) -> Session:
    """How many messages wait already."""
    return with_answer(session, holding=len(await turn.holds()))


async def pick_hold(turn: Turn, session: Session) -> Session:
    """The one chosen from the list."""
    chosen = str(session.answers.get("which", ""))
    return with_answer(session, hold=int(chosen[1:])) if chosen[1:].isdigit() else session


async def hold_it(turn: Turn, session: Session) -> Session:
    """Hold the draft (or go on holding what was held) for as long as was chosen."""
    due, morning, problem = _due(turn, str(session.answers.get("length", "")))
    if due is None:
        return with_answer(session, why_not=problem)
    held = session.answers.get("hold")
    draft = session.answers.get("draft", ())
    if isinstance(held, int) and not draft:
        await turn.tx.kept.move_hold(turn.learner.id, held, due, morning=morning)
    else:
        text = "\n".join(draft) if isinstance(draft, tuple) else ""
        held = await turn.tx.kept.add_hold(
            turn.learner.id, text, turn.now, due, morning=morning, plain=bool(session.answers.get("plain"))
        )
        await turn.add(Entry(HOLD, turn.now, tags=("hold.held",)))
    await turn.tx.timers.set(turn.learner.id, HOLD, str(held), due, Lane.LIVE)
    # From here on the words are in the hold alone.
    return with_answer(
        session, hold=held, draft=(), why_not="", until=say_wait(turn, due), nights=await _nights_in_a_row(turn)
    )


async def forget_draft(turn: Turn, session: Session) -> Session:
    """Nothing is kept of what was pasted."""
    return with_answer(session, draft=())


async def look_at_hold(turn: Turn, session: Session) -> Session:
    """Whether there is still something to decide."""
    held = await turn.tx.kept.hold(turn.learner.id, number(session, "hold"))
    plain = held is not None and held.plain
    return with_answer(session, still=held is not None and held.state in UNDECIDED, plain=plain)


async def let_go(turn: Turn, session: Session) -> Session:
    """The message is let go: erased."""
    return await _decide(turn, session, HoldState.LET_GO)


async def sent_it(turn: Turn, session: Session) -> Session:
    """It was sent anyway. That counts as an answer like any other."""
    return await _decide(turn, session, HoldState.SENT)


async def check_ask(turn: Turn, session: Session) -> Session:
    """Put the clear ask together, and look for a word that is often heard as blame."""
    flow = turn.content.flows[session.flow]
    parts = {part: in_a_sentence(flow, session, part) for part in ASK_PARTS}
    accepted = session.answers.get("accepted", ())
    kept = accepted if isinstance(accepted, tuple) else ()
    found = next(
        ((part, word) for part in ASK_PARTS if (word := blame_in(parts[part], turn.content.blame_words, kept))),
        ("", ""),
    )
    text = turn.texts("ask-text", **parts)
    return with_answer(session, ask_text=text, blame_part=found[0], blame=found[1])


async def keep_word(turn: Turn, session: Session) -> Session:
    """The word stays, because its writer said so; it is not pointed out again."""
    accepted, word = session.answers.get("accepted", ()), str(session.answers.get("blame", ""))
    before = accepted if isinstance(accepted, tuple) else ()
    return await check_ask(turn, with_answer(session, accepted=(*before, word)))


async def keep_ask(turn: Turn, session: Session) -> Session:
    """The ask is made, and the first version of the message erased."""
    return await _decide(turn, session, HoldState.ASKED)


async def hold_ask(turn: Turn, session: Session) -> Session:
    """The ask itself waits a while, in place of the first version."""
    decided = await _decide(turn, session, HoldState.ASKED)
    others = {name: value for name, value in decided.answers.items() if name != "hold"}
    return with_answer(replace(decided, answers=others), draft=(str(session.answers.get("ask_text", "")),))


async def release(turn: Turn, timer: Timer) -> Hold | None:
    """The hold behind a due timer, marked ready; None when it was decided meanwhile."""
    held = await turn.tx.kept.hold(turn.learner.id, int(timer.key))
    if held is None or held.state not in UNDECIDED:
        return None
    await turn.tx.kept.mark_ready(turn.learner.id, held.id)
    return held


async def rezone(turn: Turn) -> None:
    """The person's clock changed: what waits for a morning waits for a morning there."""
    if turn.learner.zone is None:
        return
    for item in await turn.holds():
        if item.morning and item.state is HoldState.HELD:
            due = tomorrow_morning(turn.now, turn.learner.zone)
            await turn.tx.kept.move_hold(turn.learner.id, item.id, due, morning=True)
            await turn.tx.timers.set(turn.learner.id, HOLD, str(item.id), due, Lane.LIVE)


def blame_in(text: str, words: Iterable[str], kept: Iterable[str] = ()) -> str | None:
    """The first word or phrase of a list that stands in `text`, unless its writer keeps it."""
    said = f" {' '.join(''.join(sign if sign.isalnum() or sign == chr(39) else ' ' for sign in text.lower()).split())} "
    return next((word for word in words if f" {word} " in said and word not in kept), None)


async def _decide(turn: Turn, session: Session, state: HoldState) -> Session:
    held = session.answers.get("hold")
    if isinstance(held, int):
        await turn.tx.kept.decide(turn.learner.id, held, state)
        await turn.tx.timers.drop(turn.learner.id, HOLD, str(held))
        await turn.add(Entry(HOLD, turn.now, tags=(f"hold.{state.value}",)))
    return with_answer(session, draft=())


def _due(turn: Turn, length: str) -> tuple[datetime | None, bool, str]:
    """When a hold of this length ends, whether that is a morning, and what stands in the way."""
    zone = turn.learner.zone
    if length.isdigit():
        return turn.now + timedelta(minutes=int(length)), False, ""
    if zone is None:
        return None, False, turn.texts("hold-no-clock")
    if length == "morning":
        return tomorrow_morning(turn.now, zone), True, ""
    here = local(turn.now, zone)
    hour, minute = (int(part) for part in length.split(":"))
    due = at_wall(here.date(), here.time().replace(hour=hour, minute=minute, second=0, microsecond=0), zone)
    if due <= turn.now:
        return None, False, turn.texts("hold-time-passed", time=length)
    return due, False, ""


async def _nights_in_a_row(turn: Turn) -> int:
    """Nights without a gap, this one last, on each of which something was held; 0 by day."""
    zone = turn.learner.zone
    if zone is None or not is_night(turn.now, zone):
        return 0
    nights = {_night(item.made_at, zone) for item in await turn.tx.kept.holds(turn.learner.id, undecided=False)
              if is_night(item.made_at, zone)}  # fmt: skip
    night, count = _night(turn.now, zone), 0
    while night in nights:
        night, count = night - timedelta(days=1), count + 1
    return count


def _night(moment: datetime, zone: str) -> date:
    """The evening that a night began with."""
    here = local(moment, zone)
    return here.date() - timedelta(days=1) if here.time() < NIGHT_ENDS else here.date()


ACTIONS = {
    "list_holds": list_holds,
    "pick_hold": pick_hold,
    "hold_it": hold_it,
    "forget_draft": forget_draft,
    "look_at_hold": look_at_hold,
    "let_go": let_go,
    "sent_it": sent_it,
    "check_ask": check_ask,
    "keep_word": keep_word,
    "keep_ask": keep_ask,
    "hold_ask": hold_ask,
}
