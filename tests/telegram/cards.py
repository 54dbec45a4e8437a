"""What the tests of the safety cards share: lines that bring one, what was noted, and the shortest way to close one."""

from __future__ import annotations

from bot.core.model import Learner, Notice, Session
from tests.person import Person

Arrive = tuple[str, ...]
DYING, HURT, HIT, THEIRS, HARM = (
    "I want to die",
    "I cut myself last night",
    "he hit me",
    "he said he will kill himself",
    "I'm going to hurt him",
)
LINES = {
    "safety-suicide": (DYING, "I took all the pills", "I wish I could disappear"),
    "safety-selfharm": (HURT, "did 12 cuts tonight", "I used to cut"),
    "safety-abuse": (HIT, "he strangled me last night", "he checks my phone"),
    "safety-partner": (
        THEIRS,
        "worried my partner is going to kill himself tonight",
        "he's drunk and driving around saying he'll crash",
    ),
    "safety-harm": (HARM, "going to slash her tyres tonight", "I could kill him when he does this"),
    "safety-young": ("hi, I'm 15",),
}
"""For each card: a line that says it plainly, one that is immediate, and one that is only worth a question."""


async def learner(anna: Person) -> Learner:
    """The person as they are stored."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        found = await tx.learners.find(anna.account.chat.id)
    assert found is not None
    return found


async def notices(anna: Person) -> list[Notice]:
    """What was noted about them."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        return await tx.notices.all((await learner(anna)).id)


async def card(anna: Person) -> Session | None:
    """The card that is open."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        person = await tx.learners.find(anna.account.chat.id)
        assert person is not None
        return await tx.sessions.get(person.card, person.id) if person.card else None


async def put_away(anna: Person) -> None:
    """The shortest way to close a card about dying."""
    await anna.taps("I'm safe")
    await anna.taps("Put it away")


def nobody_in_danger(anna: Person) -> str:
    """The label that says nobody is in danger."""
    return next(label for label in anna.buttons if "way of speaking" in label)


async def arrive(anna: Person, steps: Arrive) -> None:
    """Go to a place."""
    for step in steps:
        await (anna.sends(step) if step.startswith("/") else anna.taps(step))
