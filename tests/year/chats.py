"""The same lives in the real application: everybody has a chat, taps and types, and Telegram stands still or is down.

The clock stands still too, and is moved from one thing that is due to the next, so that the second counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.clock import MovableClock
from bot.core.model import Lane
from bot.core.schedule import local
from bot.core.screen import CommandTap, LessonTap
from bot.simulator.person import join
from bot.simulator.state import Call, Post
from bot.telegram.payload import encode
from tests.person import Person, World
from tests.year.lives import Happening, Life, Reaction

PACES = {
    "daily": "Every day",
    "weekdays": "Weekdays",
    "every_other_day": "Every other day",
    "twice_a_week": "Twice a week",
    "weekly": "Once a week",
    "on_request": "Only when I ask",
}
PAUSES = {3: "Three days", 7: "A week", 30: "A month"}


class StillClock(MovableClock):
    """A clock that stands where it was moved to."""

    def now(self) -> datetime:
        """The moment it was moved to."""
        return self._start


@dataclass
class Chat:
    """One person's chat, and the life they lead."""

    world: World
    person: Person
    life: Life
    waiting: list[Happening]
    zone: str
    came: list[tuple[int, str]] = field(default_factory=list)
    arrivals: int = 0
    looks_back: set[int] = field(default_factory=set)
    newest: str = ""
    reaction: tuple[int, str, Reaction] | None = None

    def next(self) -> int:
        """When this person does something next."""
        moments = [self.up(item.at) for item in self.waiting[:1]]
        moments += [self.up(self.reaction[0])] if self.reaction else []
        return min(moments, default=self.life.ends)

    def up(self, second: int) -> int:
        """The moment itself, or when the machine is up again."""
        return next((end for begin, end in self.life.outages if begin <= second < end), second)

    async def acts(self, now: int) -> None:
        """Do what this person does by now."""
        while self.waiting and self.up(self.waiting[0].at) <= now:
            await self.happens(self.waiting.pop(0))
        if self.reaction and self.up(self.reaction[0]) <= now:
            _, lesson, reaction = self.reaction
            self.reaction = None
            if lesson == self.newest and not self.person.account.chat.blocked:
                await self.reacts(lesson, reaction)

    async def happens(self, it: Happening) -> None:
        """Change something, by taps and words."""
        anna = self.person
        if anna.account.chat.blocked and it.what != "back":
            return
        match it.what, it.value:
            case "zone", str(zone):
                self.zone = zone
                await self.settings("My clock", typed=zone)
            case "pace", str(pace):
                await self.settings("How often", PACES[pace])
            case "time", int(minute):
                await self.settings("Time of day", typed=f"{minute // 60:02}:{minute % 60:02}")
            case "pause", int(days):
                await anna.sends("/pause")
                await anna.taps(PAUSES[days])
            case "pause-date", int(days):
                await anna.sends("/pause")
                day = local(self.world.clock.now(), self.zone).date() + timedelta(days=days)
                await anna.sends(day.isoformat())
            case "pause-open", _:
                await anna.sends("/pause")
                await anna.taps("Until I say")
            case "resume", _:
                await anna.sends("/resume")
            case "block", _:
                anna.account.chat.blocked = True  # Telegram may tell the bot so; here it finds out by itself
            case "back", _:
                await anna.sends("/progress")
            case "spiral", _:
                await anna.sends("/spiral")

    async def settings(self, *labels: str, typed: str | None = None) -> None:
        """Change a setting."""
        await self.person.sends("/settings")
        for label in labels:
            await self.person.taps(label)
        if typed is not None:
            await self.person.sends(typed)

    async def reacts(self, lesson: str, reaction: Reaction) -> None:
        """Do something with the newest lesson."""
        match reaction.what:
            case "tried" | "later" | "tomorrow" as choice:
                await self.taps(encode(LessonTap(lesson, choice)))
            case "at":
                await self.taps(encode(CommandTap("snooze", lesson)))
                await self.person.sends(f"{reaction.clock // 60:02}:{reaction.clock % 60:02}")

    async def taps(self, data: str) -> None:
        """Tap a button of the newest message, or one of an older message."""
        post: Post = self.person.bots[-1]
        self.person.account.tap(post, data)
        await self.world.settle()

    def sees(self, call: Call) -> None:
        """Something was sent to this chat while nobody asked."""
        now = int(call.at.timestamp())
        keys = json.dumps(call.params.get("reply_markup", ""))
        text = str(call.params["text"])
        if call.code == 403:
            self.came.append((now, "blocked"))
            return
        if text.startswith("A quiet minute"):
            self.came.append((now, "pause"))
            return
        if "The lessons will wait" in text:
            self.came.append((now, "quiet"))
            return
        lesson = next(part.split(":")[1] for part in keys.replace("\\", "").split('"') if part.startswith("l:"))
        back = lesson == self.newest and not text.startswith("A while ago")
        self.came.append((now, "back" if back else "lesson"))
        if text.startswith("A while ago"):
            self.looks_back.add(self.arrivals)
        else:
            self.newest = lesson
            reaction = self.life.reactions[self.arrivals]
            self.reaction = (now + reaction.after, lesson, reaction)
        self.arrivals += 1


async def enrol(world: World, life: Life) -> Chat:
    """Somebody comes, chooses zone, pace and time, and starts their life."""
    person = Person(world, join(world.telegram, f"Person {life.id}"))
    await person.sends("/start")
    await person.taps("Choose a time")
    await person.sends(life.zone)
    await person.taps("Yes")
    await person.taps(PACES[life.pace])
    if life.pace != "on_request":
        await person.sends(f"{life.start // 60:02}:{life.start % 60:02}")
    if life.rough is not None:
        person.account.tap(person.bots[-1], encode(CommandTap("rough", f"on-{life.rough}")))
        await world.settle()
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(person.account.chat.id)
    assert learner is not None
    begins = int(world.clock.now().timestamp())
    return Chat(world, person, replace(life, id=learner.id, begins=begins), list(life.happenings), life.zone)


async def live_through(world: World, chats: list[Chat], ends: int) -> None:
    """From one thing that is due to the next, until the end."""
    by_id = {str(chat.person.account.chat.id): chat for chat in chats}
    outages = chats[0].life.outages
    while True:
        async with world.keel.store.transaction(reading=True) as tx:
            due = [timer for timer in await tx.timers.due(limit=200) if timer.lane is Lane.BULK]
        now = int(world.clock.now().timestamp())
        first = max(int(due[0].due_at.timestamp()), now) if due else ends
        first = next((end for begin, end in outages if begin <= first < end), first)
        moment = min(first, *(chat.next() for chat in chats))
        if moment >= ends:
            return
        world.clock.move_to(datetime.fromtimestamp(moment, UTC))
        for chat in chats:
            await chat.acts(moment)
        said = len(world.telegram.record)
        await world.keel.dispatcher.tick(Lane.BULK, 60)
        for call in world.telegram.record[said:]:
            if call.method == "sendMessage":
                by_id[str(call.params["chat_id"])].sees(call)
