"""People who ask the whole time, and who notice what is missing, what came twice and what came in another order."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from random import Random

from bot.simulator.person import Person, join
from bot.simulator.telegram import Telegram
from tests.acceptance.process import Running
from tests.acceptance.test_kill import SPIRAL, bots, find, newest

QUESTIONS = ("/about", "/privacy", "/help")
"""Asked in turn by everybody, so that an answer that comes twice can be told from the next one."""
MOST_AT_ONCE = 3
FIRST_ID = 20_000
PAUSE_OVER = "Is it passing"
"""Where a line is slow enough, the minute is over before its words have arrived: what comes then is shown at once."""


@dataclass
class Talker:
    """Somebody, and how often they asked something."""

    person: Person
    asked: int = 0

    def ask(self) -> None:
        """The next question."""
        self.person.send_text(QUESTIONS[self.asked % len(QUESTIONS)])
        self.asked += 1


@dataclass(frozen=True)
class Answers:
    """What came of it. disordered: people whose answers came in another order than their questions."""

    asked: int
    unanswered: int
    twice: int
    disordered: int

    def __str__(self) -> str:
        return (
            f"{self.asked:,} messages: {self.unanswered} unanswered, {self.twice} answered twice, "
            f"{self.disordered} people with answers in another order"
        )


@dataclass
class Traffic:
    """Everybody who asks. pause: seconds between two of them on average."""

    telegram: Telegram
    pause: float = 0.05
    people: int = 16
    chance: Random = field(default_factory=lambda: Random(1))

    def __post_init__(self) -> None:
        self.talkers = [Talker(newcomer(self.telegram, f"T{number}")) for number in range(self.people)]
        self._known: dict[str, str] = {}

    async def learn(self, bot: Running) -> None:
        """Hear the answer to every question once, so that it is known again."""
        person = newcomer(self.telegram, "First")
        for question in QUESTIONS:
            person.send_text(question)
            await bot.until(lambda: newest(person) not in ("", *self._known), f"an answer to {question}")
            self._known[newest(person)] = question

    async def flow(self) -> None:
        """Ask until cancelled; now and then several things at once."""
        while True:
            talker = self.chance.choice(self.talkers)
            for _ in range(self.chance.randint(1, MOST_AT_ONCE)):
                talker.ask()
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause))

    def answers(self) -> Answers:
        """How it stands now."""
        asked = unanswered = twice = disordered = 0
        for talker in self.talkers:
            got = [self._known[str(post.data.get("text"))] for post in bots(talker.person)]
            once = [question for question, _ in itertools.groupby(got)]
            wanted = [QUESTIONS[number % len(QUESTIONS)] for number in range(talker.asked)]
            asked += talker.asked
            twice += len(got) - len(once)
            unanswered += max(0, len(wanted) - len(once))
            disordered += once != wanted[: len(once)]
        return Answers(asked, unanswered, twice, disordered)


def newcomer(telegram: Telegram, name: str) -> Person:
    """Somebody whose number lies below those of the people with lessons."""
    return join(telegram, name, chat_id=FIRST_ID + len(telegram.chats))


async def walk(bot: Running, name: str) -> None:
    """Somebody new goes through /spiral from one end to the other, and waits for every answer."""
    anna = newcomer(bot.telegram, name)
    anna.send_text("/spiral")
    for (screen, label), (following, _) in itertools.pairwise([*SPIRAL, ("for now", "")]):
        if label == "I've paused" and _shows(anna, PAUSE_OVER):
            continue
        await bot.until(
            lambda text=screen, tapped=label: _shows(anna, text) and find(anna, tapped),
            f"{label} on {screen}, by {name}",
        )
        found = find(anna, label)
        assert found is not None
        anna.tap(*found)
        shown = f"✓ {label}" if following == screen else following
        enough = (shown, PAUSE_OVER) if label == "Next" else (shown,)
        await bot.until(
            lambda enough=enough: any(_shows(anna, text) for text in enough), f"an answer to {label}, by {name}"
        )


def _shows(anna: Person, text: str) -> bool:
    """It stands in the newest messages: one that came twice is ticked where it was tapped."""
    return any(text in f"{post.data.get('text')}{post.data.get('reply_markup')}" for post in bots(anna)[-3:])
