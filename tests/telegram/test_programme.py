"""A person goes through the whole programme, at each pace, with pauses, unread spells, refusals and repeats.

The clock moves from timer to timer, so months pass in seconds. Another person only ever presses "later".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from bot.core.model import Lane, Timer
from bot.core.schedule import Pace, local
from bot.services.lessons import AGAIN
from bot.services.steady import STEADY
from bot.simulator.state import Post
from tests.person import Person

BERLIN = "Europe/Berlin"
PACES = {
    Pace.daily: "Every day",
    Pace.weekdays: "Weekdays",
    Pace.every_other_day: "Every other day",
    Pace.twice_a_week: "Twice a week",
    Pace.weekly: "Once a week",
}
ENDS = {"a12": ["Do this stage again", "Go on"], "r15": ["Stay a while"], "p15": ["Go back"], "s15": ["Keep a few"]}
"""What is chosen at the end of each stage, in order; going back means back to the first things."""
LONGEST = 1500


async def enrol(anna: Person, pace: str) -> None:
    """Set a clock, a pace and an hour."""
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", pace, "8:30"):
        await anna.taps(label)


@dataclass
class Walk:
    """One person's way through the programme, and what came unasked on it."""

    anna: Person
    order: list[str] = field(default_factory=list)
    days: Counter[date] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unread: bool = False
    refused: set[str] = field(default_factory=set)
    refused_before: set[str] = field(default_factory=set)
    turns: Counter[str] = field(default_factory=Counter)

    async def timer(self) -> Timer | None:
        """What is due next in the bulk lane."""
        async with self.anna.world.keel.store.transaction(reading=True) as tx:
            bulk = [item for item in await tx.timers.due() if item.lane is Lane.BULK]
            # Steady messages go on for ever; they are no reason to walk on.
            return bulk[0] if any(item.kind != STEADY for item in bulk) else None

    async def go(self) -> None:
        """From timer to timer until nothing is due any more."""
        for _ in range(LONGEST):
            timer = await self.timer()
            if timer is None:
                return
            before = {post.id for post in self.anna.bots}
            self.anna.world.clock.move_to(timer.due_at + timedelta(seconds=1))
            await self.anna.world.keel.dispatcher.tick(Lane.BULK, 60)
            new = [post for post in self.anna.bots if post.id not in before]
            assert len(new) <= 1, "more than one thing came at once"
            for post in new:
                self.kinds[timer.kind] += 1
                if timer.kind != AGAIN:  # that one was asked for
                    self.days[local(self.anna.world.clock.now(), BERLIN).date()] += 1
                assert post.silent
                await self.meets(post, timer)
            if not new:
                await self.passes()
        raise AssertionError("the programme does not come to an end")

    async def meets(self, post: Post, timer: Timer) -> None:
        """Something came: do what this person does with it."""
        text = post.data["text"]
        if text.startswith("A while ago"):
            self.kinds["recall"] += 1
            await self.anna.taps("I use it")
            self.anna.sees("found its place")
        elif text.startswith("The last one was"):
            await self.anna.taps("Not yet")
        elif timer.kind == STEADY:
            assert [button for button in self.anna.buttons if button in ("Change times", "Pause")]
        else:
            titles = {item.title: item.id for item in self.anna.world.keel.library.speak("en").lessons.values()}
            lesson = titles[text.splitlines()[0]]
            if timer.kind == AGAIN:
                await self.anna.taps("Tried it")
                return
            self.order.append(lesson)
            await self.reads(lesson)

    async def reads(self, lesson: str) -> None:
        """What this person does with one lesson."""
        number = len(self.order)
        if lesson in ENDS:
            await self.looks_back(lesson)
        elif number % 13 == 5:
            self.refused.add(lesson)
            if "a12" not in self.order:
                self.refused_before.add(lesson)
            await self.anna.taps("Not for me")
        elif number % 9 == 4:
            await self.anna.taps("Later today")
        elif number % 7 == 3:
            self.unread = True
        else:
            await self.anna.taps("Tried it")
        if number == 10:
            await self.anna.sends("/pause")
            await self.anna.taps("A week")

    async def looks_back(self, lesson: str) -> None:
        """The end of a stage: a summary, and a choice."""
        turn = ENDS[lesson][min(self.turns[lesson], len(ENDS[lesson]) - 1)]
        self.turns[lesson] += 1
        await self.anna.taps("Look back over it")
        self.anna.sees("looking back", "lessons met", "Written by you so far")
        await self.anna.taps(turn)
        if turn == "Go back":
            await self.anna.taps("First things")
            self.anna.sees("First things once more")

    async def passes(self) -> None:
        """A slot passed in silence; what waited is read after its spell."""
        if self.unread:
            self.unread = False
            await self.anna.taps("Tried it")


@pytest.mark.parametrize(("pace", "label"), PACES.items(), ids=str)
async def test_the_whole_programme_at_every_pace(anna: Person, pace: Pace, label: str) -> None:
    await enrol(anna, label)
    if pace is Pace.every_other_day:
        await anna.sends("/settings")
        for tapped in ("Steady messages", "Yes, please", "The day after", "Yes, ask", "Done"):
            await anna.taps(tapped)
    walk = Walk(anna)
    await walk.go()
    curriculum = anna.world.keel.library.curriculum
    stages = {stage.id: list(stage.lessons) for stage in curriculum.stages}
    again = [lesson for lesson in stages["awareness"] if lesson not in walk.refused_before]
    first = walk.order.index("a12") + 1
    assert walk.order[:first] == stages["orientation"] + stages["awareness"]
    second = walk.order.index("a12", first) + 1
    assert walk.order[first:second] == again
    after = walk.order[second:]
    end = after.index("p15") + 1
    assert after[:end] == stages["regulation"] + stages["reparenting"]
    assert after[-15:] == stages["relating"]
    assert set(after[end:-15]) <= set(stages["orientation"])
    assert after[end:-15] == sorted(after[end:-15])
    assert set(walk.order) == set(curriculum.lessons), "a lesson was never reached"
    assert max(walk.days.values()) == 1, "two things came unasked on one day"
    assert walk.kinds["recall"] >= 10
    assert walk.kinds[AGAIN] >= 3
    if pace is Pace.every_other_day:
        assert walk.kinds["after"] >= 1
        assert walk.kinds["steady"] >= 10
    assert anna.world.telegram.refusals() == []


async def test_the_whole_programme_on_request_only(anna: Person) -> None:
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Only when I ask"):
        await anna.taps(label)
    lessons = {item.title: item.id for item in anna.world.keel.library.speak("en").lessons.values()}
    met = []
    while True:
        await anna.sends("/lesson")
        if "every lesson there is" in anna.last:
            break
        met.append(lessons[anna.last.splitlines()[0]])
        if len(met) % 5 == 1:
            await anna.taps("Not for me")
    assert met == list(anna.world.keel.library.curriculum.lessons)
    assert anna.lessons[len(met) :] == []


async def test_somebody_who_only_presses_later_is_left_in_peace(anna: Person) -> None:
    await enrol(anna, "Every day")
    walk = Walk(anna)
    came = 0
    while (timer := await walk.timer()) is not None:
        before = len(anna.bots)
        await anna.world.move_to(timer.due_at + timedelta(seconds=1))
        if len(anna.bots) > before and timer.kind != "quiet" and "Later today" in anna.buttons:
            came += 1
            await anna.taps("Later today")
    anna.sees("The lessons will wait until you want them")
    assert came == 2, "the lesson, and once more because it was put off"
    await anna.world.wait(days=60)
    anna.sees("The lessons will wait until you want them")
    await anna.taps("Next lesson")
    anna.sees("Why trying harder backfires")


async def test_after_a_quiet_time_resume_goes_on_with_the_next_lesson(anna: Person) -> None:
    await enrol(anna, "Every day")
    for _ in range(3):
        await anna.world.next_lesson()
    anna.sees("The lessons will wait")
    await anna.sends("/resume")
    await anna.world.next_lesson()
    anna.sees("Two clocks are ticking")


async def test_staying_means_every_second_slot(anna: Person) -> None:
    await enrol(anna, "Every day")
    await anna.sends("/lesson r15")
    await anna.taps("Look back over it")
    await anna.taps("Stay a while")
    anna.sees("every second of your times")
    came = []
    for _ in range(6):
        before = len(anna.bots)
        await anna.world.next_lesson()
        came.append("" if len(anna.bots) == before else "back" if "A while ago" in anna.last else "lesson")
        if came[-1]:
            await anna.taps("I use it" if came[-1] == "back" else "Tried it")
    assert came == ["lesson", "", "lesson", "", "lesson", "back"]
    await anna.sends("/lesson p15")
    await anna.taps("Look back over it")
    await anna.taps("Stay here")
    await anna.taps("The usual pace again")
    anna.sees("The usual pace, then")
