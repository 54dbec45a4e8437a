"""What the steps of a safety card do: put it away, close it, note who wrote the words, look in once where asked."""

from __future__ import annotations

from datetime import timedelta

from bot.core.flow import ASLEEP, IN_DANGER, ticks
from bot.core.model import Lane, Session, Status
from bot.core.safety.cards import LOOK_IN, REST, SEVERAL, Due, in_order, waiting, written
from bot.services.danger import note, rising
from bot.services.onboarding import schedule
from bot.services.turn import Turn, with_answer

LOOK_IN_AFTER = timedelta(hours=2)
BY_BUTTON = ("pressed",)
"""The rules of a card that is due because a button said so."""


async def look_at_numbers(turn: Turn, session: Session) -> Session:
    """Whether the numbers of the last hard moments rose, with a quiet signal beside them: then the question is due."""
    before = session.answers.get("before")
    return with_answer(session, rising=await rising(turn, before if isinstance(before, int) else None))


async def open_question(turn: Turn, session: Session) -> Session:
    """A flow that was going on handed over, because its numbers rose: the question is open now, and that flow waits."""
    if "tier" in session.answers:
        return session  # begun for words that were noticed
    asked = Due("suicide", "ask", rules=(SEVERAL,))
    opened = await open_page(turn, session)
    await note(turn, asked, session.id)
    return with_answer(opened, tier=asked.tier, immediate=False, showing=(asked.written(),), several=True)


async def open_page(turn: Turn, session: Session) -> Session:
    """A flow that was going on handed over to a card: the card is open now, and that flow waits for its person."""
    if "help_text" in session.answers:
        return session  # begun for words that were noticed
    left = await turn.tx.sessions.current(turn.learner.id)
    if left is not None:
        await turn.tx.sessions.save(with_answer(left, **{ASLEEP: True}))
    await turn.change(card=session.id, card_at=turn.now)
    return with_answer(session, left=left.id if left is not None else "", help_text=turn.texts("card-text"))


async def confirm(turn: Turn, session: Session) -> Session:
    """It is no way of speaking: from here on a question counts as if it had been said plainly."""
    if session.answers.get("tier") == "act":
        return session
    await turn.change(rests_until=turn.now + REST)
    return with_answer(session, tier="act")


async def put_away(turn: Turn, session: Session) -> Session:
    """“I'm safe”: the same rules show no card for twelve hours. What is immediate, and every other rule, still does."""
    await turn.tx.notices.put_away(turn.learner.id, session.id, turn.now)
    left = await turn.tx.sessions.get(str(session.answers.get("left", "")), turn.learner.id)
    if left is not None and left.answers.get("plain") and session.answers.get("tier") == "ask":
        # It was a question only, and it was answered: the message is one like any other.
        await turn.tx.sessions.save(with_answer(left, plain=False))
        if isinstance(held := left.answers.get("hold"), int):
            await turn.tx.kept.mark_plain(turn.learner.id, held, plain=False)
    return with_answer(session, safe=True)


async def close_card(turn: Turn, session: Session) -> Session:
    """The card is closed; after one that was no mere question, nothing comes unasked for another day.

    A run that was broken off for danger does not go on with sorting or wording it, unless it was a way of speaking.
    """
    rests, plain = turn.learner.rests_until, session.answers.get("tier") == "act"
    await turn.change(card=None, card_at=None, rests_until=turn.now + REST if plain else rests)
    left = await turn.tx.sessions.get(str(session.answers.get("left", "")), turn.learner.id)
    if plain and left is not None and not session.answers.get("safe"):
        await turn.tx.sessions.save(with_answer(left, **{IN_DANGER: True}))
    return session


async def not_mine(turn: Turn, session: Session) -> Session:
    """Somebody else wrote it: the cards that are due for their words take the place of these."""
    queue = in_order((*waiting(session, "other"), *waiting(session, "due")))
    return with_answer(session, due=written(queue), other=())


async def said_who(turn: Turn, session: Session) -> Session:
    """Who wrote it decides which cards are due."""
    name = "theirs" if session.answers.get("who") == "them" else "mine"
    return with_answer(session, due=ticks(session, name), other=())


async def add_fear(turn: Turn, session: Session) -> Session:
    """A button said that somebody is held or hurt: that card follows this one."""
    session = await confirm(turn, session)
    queue = waiting(session, "due")
    if any(item.category == "abuse" for item in queue):
        return session
    return with_answer(session, due=written((Due("abuse", "act", rules=BY_BUTTON), *queue)))


async def mute_rules(turn: Turn, session: Session) -> Session:
    """These words are a way of speaking here: the question about them does not come again, until it is wished for."""
    rules = {rule for item in waiting(session, "showing") if item.tier == "ask" for rule in item.rules}
    await turn.change(idioms=turn.learner.idioms | (rules - {SEVERAL}))
    return session


async def ask_to_look_in(turn: Turn, session: Session) -> Session:
    """Look in once, later, because somebody asked for it."""
    await turn.tx.timers.set(turn.learner.id, LOOK_IN, "", turn.now + LOOK_IN_AFTER, Lane.LIVE)
    return session


async def keep_age(turn: Turn, session: Session) -> Session:
    """One word about age, and nothing else. Below sixteen nothing comes unasked."""
    band = session.answers.get("age")
    if isinstance(band, str) and band in ("under16", "16-17", "adult"):
        await turn.change(age_band=band)
    if band == "under16":
        await turn.change(status=Status.STOPPED)
        await schedule(turn)
    return session


ACTIONS = {
    "look_at_numbers": look_at_numbers,
    "open_question": open_question,
    "open_page": open_page,
    "confirm": confirm,
    "put_away": put_away,
    "close_card": close_card,
    "not_mine": not_mine,
    "said_who": said_who,
    "add_fear": add_fear,
    "mute_rules": mute_rules,
    "ask_to_look_in": ask_to_look_in,
    "keep_age": keep_age,
}
