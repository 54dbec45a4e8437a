"""Ways through /spiral that several tests go."""

from __future__ import annotations

from bot.core.model import Entry
from tests.person import Person, World


async def sort_it(anna: Person, before: str = "6") -> None:
    """From /spiral to the card, by taps alone."""
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", before, "No reply yet", "That's all", "I'm too much", "That's all"):
        await anna.taps(label)


async def to_the_end(anna: Person, before: int, after: int, tool: str = "Done") -> None:
    """One whole run with both numbers, whatever way it takes."""
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.taps(tool)
    await anna.sends(str(before))
    for label in ("That's all", "That's all", "Something warm", "Done", "Skip", "Skip", str(after), "That's all"):
        await anna.taps(label)


async def past(world: World, anna: Person, *entries: Entry) -> None:
    """What happened before."""
    await anna.sends("/help")
    async with world.keel.store.transaction() as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        for item in entries:
            await tx.records.add_entry(learner.id, item)


def card_of(anna: Person) -> str:
    """The card as it looks now; there is exactly one in the chat."""
    (card,) = [post.data["text"] for post in anna.bots if post.data.get("text", "").startswith("Known")]
    return str(card)


async def set_clock(anna: Person, clock: str = "11:00 Berlin") -> None:
    """Tell Keel the time of day, and that lessons come on request only."""
    await anna.sends("/start")
    for label in ("Choose a time", clock, "Yes", "Only when I ask"):
        await anna.taps(label)
