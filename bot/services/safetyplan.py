"""/plan: one's own safety plan, written on a calm day; and the card that can stay on top of the chat."""

from __future__ import annotations

from bot.core.model import Session
from bot.core.screen import Reply, Screen
from bot.services.kinds import PLAN_KIND
from bot.services.own_words import PLAN_PARTS
from bot.services.turn import Turn, with_answer


async def keep_part(turn: Turn, session: Session) -> Session:
    """One part, instead of what stood there."""
    for part in PLAN_PARTS:
        words = session.answers.get(part)
        if isinstance(words, str) and words:
            await turn.keep_only(PLAN_KIND + part, words)
            session = with_answer(session, **{part: ""})
    return session


def card(turn: Turn) -> Reply:
    """The card with the four steps and the helplines of the person's country; it stays readable when Keel is down."""
    country = turn.library.country(turn.learner.country)
    numbers = turn.texts("card-no-country")
    if country is not None:
        lines = [f"{line.name}: {line.phone or line.sms}" for line in country.lines if line.phone or line.sms][:4]
        numbers = "\n".join((turn.texts("card-emergency", number=country.emergency, country=country.name), *lines))
    rows = ((turn.button("button-spiral", "spiral"), turn.button("button-more-help", "sos")),)
    return Reply((Screen(turn.texts("card", numbers=numbers), rows, silent=True, pin=True),))


ACTIONS = {"keep_part": keep_part}
