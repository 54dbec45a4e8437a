"""Which cards are due for what was noticed, and in which order. Ids and moments only; no words of anybody's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.core.flow import ticks
from bot.core.model import Session
from bot.core.safety.model import CATEGORIES, STRENGTH, Category, Fired, Tier

QUIET = timedelta(hours=12)
"""For this long a rule whose card was put away with “I'm safe” shows no card again."""
REST = timedelta(hours=24)
"""For this long after an `act` card nothing comes unasked."""
LOOK_IN = "look-in"
"""The kind of timer that looks in once, because somebody asked for it."""
SEVERAL = "several"
"""The rule of a question that came because of several quiet signals, not because of one line."""


@dataclass(frozen=True)
class Due:
    """One card that is due: for which category, how plainly it was said, and by which rules it was noticed."""

    category: Category
    tier: Tier
    immediate: bool = False
    rules: tuple[str, ...] = ()

    def written(self) -> str:
        """As one line of ids, for a session's answers."""
        return " ".join((self.category, self.tier, "now" if self.immediate else "-", *self.rules))


def read(line: str) -> Due | None:
    """A line of `written`; None for anything else."""
    match line.split():
        case [category, ("act" | "ask") as tier, now, *rules]:
            known = next((item for item in CATEGORIES if item == category), None)
            return None if known is None else Due(known, "act" if tier == "act" else "ask", now == "now", tuple(rules))
    return None


def due(fired: Iterable[Fired]) -> tuple[Due, ...]:
    """One card a category, in the order in which they are shown.

    What is immediate comes first and what was said plainly comes before what is only a question; among equals the order
    is suicide, selfharm, abuse, partner_at_risk, harm_other.
    """
    told = [item for item in fired if item.tier != "none" and not item.aside]
    cards = []
    for category in CATEGORIES:
        mine = [item for item in told if item.category == category]
        if mine:
            strongest = max(mine, key=lambda item: STRENGTH[item.tier])
            immediate = any(item.immediate for item in mine) and strongest.tier == "act"
            rules = tuple(dict.fromkeys(item.rule for item in mine))
            cards.append(Due(category, strongest.tier, immediate, rules))
    return in_order(cards)


def in_order(cards: Iterable[Due]) -> tuple[Due, ...]:
    """Cards in the order in which they are shown, one a category; sorting keeps equals where they were."""
    ordered = sorted(cards, key=lambda item: (not item.immediate, item.tier != "act"))
    first: dict[Category, Due] = {}
    for item in ordered:
        first.setdefault(item.category, item)
    return tuple(first.values())


def still_due(cards: Iterable[Due], put_away: Collection[str], idioms: Collection[str]) -> tuple[Due, ...]:
    """Cards that are to be shown although some were put away.

    put_away: rules whose card was put away in the last twelve hours. idioms: rules about which somebody wishes to be
    asked no more; they silence questions only. One rule that is neither shows the card, and so does danger now.
    """
    return tuple(
        item
        for item in cards
        if item.immediate or set(item.rules) - set(put_away) - (set(idioms) if item.tier == "ask" else set())
    )


def written(cards: Iterable[Due]) -> tuple[str, ...]:
    """Cards as lines of ids."""
    return tuple(item.written() for item in cards)


def waiting(session: Session, name: str) -> tuple[Due, ...]:
    """The cards that a session keeps under an answer."""
    return tuple(found for line in ticks(session, name) if (found := read(line)) is not None)
