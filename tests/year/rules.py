"""The same lives by Keel's own pure rules: `bot.core.schedule` and `bot.core.unasked`, as the services use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.core.curriculum import unread
from bot.core.model import Completion, Delivery, DeliveryState, Learner, Outcome, Status
from bot.core.rough import next_pause
from bot.core.schedule import Pace, Passed, later_today, local, pause_for, pause_until, today_at, tomorrow
from bot.core.unasked import (
    AFTER_SPIRAL,
    SPIRAL_STEP,
    Slot,
    Unread,
    at_slot,
    comes_back,
    next_lesson_at,
    pause_comes,
    unread_slot,
)
from tests.year.lives import Happening, Life, Reaction

NEVER = datetime.max.replace(tzinfo=UTC)


def moment(second: int) -> datetime:
    """Seconds since 1970 as a moment."""
    return datetime.fromtimestamp(second, UTC)


def clock(minute: int) -> time:
    """A minute of the day as a time."""
    return time(minute // 60, minute % 60)


class Person:
    """One life, as the services would lead it, with the store and the chat left out."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.learner = Learner(
            id=life.id,
            chat_id=life.id,
            created_at=moment(life.begins),
            zone=life.zone,
            window_start=clock(life.start),
            window_minutes=life.minutes,
            weekdays=frozenset(life.weekdays),
            pace=Pace(life.pace),
            quiet_start=clock(life.quiet[0]),
            quiet_end=clock(life.quiet[1]),
            status=Status.ACTIVE,
            rough=life.rough,
        )
        self.outages = [(moment(begin), moment(end)) for begin, end in life.outages]
        self.blocked = False
        self.spiral: datetime | None = None
        self.due: datetime | None = None
        self.again: datetime | None = None
        self.pause: datetime | None = None
        self.done: list[Completion] = []
        self.deliveries: list[Delivery] = []
        self.arrivals = 0
        self.reaction: tuple[datetime, str, Reaction] | None = None

    def lives(self) -> Iterator[tuple[int, str]]:
        """Everything that comes by itself, with its moment."""
        waiting = list(self.life.happenings)
        end = moment(self.life.ends)
        self.schedule(moment(self.life.begins))
        while True:
            happens = self.up(moment(waiting[0].at)) if waiting else NEVER
            reacts = self.up(self.reaction[0]) if self.reaction else NEVER
            due = self.up(self.due) if self.due is not None else NEVER
            again = self.up(self.again) if self.again is not None else NEVER
            pause = self.up(self.pause) if self.pause is not None else NEVER
            now = min(happens, reacts, due, again, pause)
            if now >= end:
                return
            if happens == now:
                self.happens(waiting.pop(0), now)
                continue
            if reacts == now:
                self.reacts(now)
                continue
            waits = [
                (self.due, due, self.slot),
                (self.again, again, self.back),
                (self.pause, pause, self.weekly_pause),
            ]
            came = min((item for item in waits if item[1] == now), key=lambda item: item[0] or NEVER)[2](now)
            if came is not None:
                yield int(now.timestamp()), came

    def up(self, when: datetime) -> datetime:
        """The moment itself, or when the machine is up again."""
        return next((end for begin, end in self.outages if begin <= when < end), when)

    def schedule(self, now: datetime) -> None:
        """What `onboarding.schedule` does."""
        self.due = next_lesson_at(self.learner, now)
        zone, minute = self.learner.zone, self.learner.rough
        if zone is None or minute is None or self.learner.status is Status.BLOCKED:
            self.pause = None
        elif self.pause is None or next_pause(self.pause - timedelta(seconds=1), zone, minute) != self.pause:
            self.pause = next_pause(now, zone, minute)

    def slot(self, now: datetime) -> str | None:
        """What `unasked.slot` does."""
        due = self.due
        assert due is not None
        match at_slot(self.learner, due, now, spiral=self.lately(now)):
            case Slot.NONE:
                self.due = None
                return None
            case Slot.OVER:
                self.pass_on(due, now)
                return None
            case Slot.LATER:
                self.due = now + SPIRAL_STEP
                return None
        if unread(self.done, self.deliveries) is not None:
            if unread_slot(self.learner) is Unread.PASSES:
                self.learner = replace(self.learner, unread=self.learner.unread + 1)
                self.pass_on(due, now)
                return None
            self.learner = replace(self.learner, unread=0, status=Status.STOPPED, last_unasked=now)
            self.due = None
            return self.sent("quiet", now)
        self.learner = replace(self.learner, unread=1, last_unasked=now)
        came = self.sent("lesson", now)
        if came == "lesson":
            # Lessons before the newest one were dealt with; they are left out to keep the years short.
            lesson = f"lesson {self.arrivals}"
            self.done, self.deliveries = [], [Delivery(0, self.learner.id, lesson, DeliveryState.SENT, now)]
            self.expect(now)
            self.pass_on(due, now)
        return came

    def pass_on(self, due: datetime, now: datetime) -> None:
        """What `unasked.pass_on` does."""
        self.learner = replace(self.learner, last_slot=due)
        self.schedule(now)

    def sent(self, what: str, now: datetime) -> str:
        """What `Due.settle` makes of a send."""
        if not self.blocked:
            return what
        self.learner = replace(self.learner, status=Status.BLOCKED)
        self.schedule(now)
        return "blocked"

    def back(self, now: datetime) -> str | None:
        """What `unasked.again` does."""
        due, self.again = self.again, None
        assert due is not None
        if not self.done or self.done[0].outcome is not Outcome.LATER:
            return None
        answer = comes_back(self.learner, due, now, self.done[0].at, spiral=self.lately(now))
        self.again = answer.later
        if not answer.now:
            return None
        self.learner = replace(self.learner, last_unasked=now)
        came = self.sent("back", now)
        if came == "back":
            self.expect(now)
        return came

    def weekly_pause(self, now: datetime) -> str | None:
        """What `unasked.weekly_pause` does."""
        comes = pause_comes(self.learner, now, spiral=self.lately(now))
        self.pause = next_pause(now, str(self.learner.zone), self.learner.rough or 0)
        return self.sent("pause", now) if comes else None

    def lately(self, now: datetime) -> bool:
        """Whether there was a hard moment lately."""
        return self.spiral is not None and self.spiral >= now - AFTER_SPIRAL

    def expect(self, now: datetime) -> None:
        """What the person will do with what came."""
        reaction = self.life.reactions[self.arrivals]
        self.arrivals += 1
        self.reaction = (now + timedelta(seconds=reaction.after), self.deliveries[0].lesson, reaction)

    def reacts(self, now: datetime) -> None:
        """What `lessons.tap` and `lessons.snooze` do."""
        assert self.reaction is not None
        _, lesson, reaction = self.reaction
        self.reaction = None
        plan = self.learner.plan
        assert plan is not None
        if lesson != self.deliveries[0].lesson or self.blocked or reaction.what == "nothing":
            return
        before = self.done[0] if self.done else Completion(lesson, Outcome.READ, now)
        match reaction.what:
            case "tried":
                self.done = [replace(before, outcome=Outcome.TRIED, at=now)]
                self.learner = replace(self.learner, unread=0)
                return
            case "later" if before.outcome is Outcome.LATER and self.again is None:
                pass  # it waits to be asked for
            case "later":
                self.again = later_today(now, plan)
            case "tomorrow":
                self.again = tomorrow(now, plan)
            case "at":
                try:
                    self.again = today_at(now, clock(reaction.clock), plan.zone)
                except Passed:
                    return
        self.done = [replace(before, outcome=Outcome.LATER, at=now)]

    def happens(self, it: Happening, now: datetime) -> None:
        """What the settings, /pause, /resume and a block do."""
        if self.blocked and it.what != "back":
            return
        try:
            if not self.changes(it, now):
                return
        except Passed:
            return
        if it.what in ("zone", "pace", "time", "days") and self.learner.pace is not Pace.on_request:
            self.learner = replace(self.learner, status=Status.ACTIVE, unread=0)
        self.schedule(now)
        if it.what == "resume" and self.done and self.done[0].outcome is Outcome.LATER and self.again is None:
            self.again = self.due

    def changes(self, it: Happening, now: datetime) -> bool:
        """Carry out one change; whether the next slot is looked for anew."""
        zone = str(self.learner.zone)
        match it.what, it.value:
            case "zone", str(name):
                self.learner = replace(self.learner, zone=name)
            case "pace", str(pace):
                self.learner = replace(self.learner, pace=Pace(pace))
            case "time", int(minute):
                self.learner = replace(self.learner, window_start=clock(minute))
            case "days", tuple(days):
                self.learner = replace(self.learner, weekdays=frozenset(days))
            case "pause", int(days):
                self.learner = replace(self.learner, paused=False, paused_until=pause_for(now, days, zone))
            case "pause-date", int(days):
                day = local(now, zone).date() + timedelta(days=days)
                self.learner = replace(self.learner, paused=False, paused_until=pause_until(now, day, zone))
            case "pause-open", _:
                self.learner = replace(self.learner, paused=True, paused_until=None)
            case "resume", _:
                if self.learner.status is Status.STOPPED and unread(self.done, self.deliveries) is not None:
                    lesson = self.deliveries[0].lesson
                    self.done, self.again = [Completion(lesson, Outcome.READ, now)], None
                self.learner = replace(self.learner, paused=False, paused_until=None, unread=0, status=Status.ACTIVE)
            case "block", _:
                self.blocked = True
                return False
            case "back", _:
                self.blocked = False
                if self.learner.status is not Status.BLOCKED:
                    return False
                self.learner = replace(self.learner, status=Status.ACTIVE)
            case "spiral", _:
                self.spiral = now
                return False
        return True
