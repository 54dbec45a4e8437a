"""The plain reference: what should come, worked out from the rules in words, with no code of Keel's.

The wall clock of every zone is walked minute by minute, once, and what it shows is written down (`Almanac`); every
question about a wall clock is looked up there. Everything is a whole number: seconds since 1970, days, minutes.
Where the rules below and Keel differ, one of them is wrong.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.year.lives import DAY, HOUR, Happening, Life, Reaction

TWO_HOURS, HALF_AN_HOUR, THREE_HOURS = 2 * HOUR, HOUR // 2, 3 * HOUR


class Almanac:
    """What the wall clock of one zone shows, for each minute from `begins` to `ends`."""

    def __init__(self, zone: str, begins: int, ends: int) -> None:
        place = ZoneInfo(zone)
        self.first_minute = begins // 60
        self.days = array("l")
        self.clocks = array("h")
        self.shown: dict[int, array[int]] = {}
        for minute in range(begins // 60, ends // 60):
            wall = datetime.fromtimestamp(minute * 60, place)
            day, clock = wall.toordinal(), wall.hour * 60 + wall.minute
            self.days.append(day)
            self.clocks.append(clock)
            if day not in self.shown:
                self.shown[day] = array("l", [0]) * 1440
            if not self.shown[day][clock]:
                self.shown[day][clock] = minute  # a minute that comes twice counts the first time
        after = ends // 60
        for day in sorted(self.shown, reverse=True):
            for clock in reversed(range(1440)):
                if self.shown[day][clock]:
                    after = self.shown[day][clock]
                else:
                    self.shown[day][clock] = -after  # skipped: the first real minute after it

    def day(self, second: int) -> int:
        """The date on the wall."""
        return self.days[second // 60 - self.first_minute]

    def clock(self, second: int) -> int:
        """The minute of the day on the wall."""
        return self.clocks[second // 60 - self.first_minute]

    def at(self, day: int, seconds: int) -> tuple[int, bool]:
        """The moment when the wall shows so many seconds after midnight, and whether a clock change moved it."""
        day, seconds = day + seconds // DAY, seconds % DAY
        while day not in self.shown:  # the calendar skips this day whole
            day, seconds = day + 1, 0
            if day in self.shown:
                return abs(self.shown[day][0]) * 60, True
        minute = self.shown[day][seconds // 60]
        return (minute * 60 + seconds % 60, False) if minute > 0 else (-minute * 60, True)


class Person:
    """One life, lived by the rules.

    looks_back: which of the things that come are a look back at an earlier lesson: these want no answer.
    """

    def __init__(self, life: Life, almanacs: dict[str, Almanac], looks_back: frozenset[int] = frozenset()) -> None:
        self.life = life
        self.almanacs = almanacs
        self.looks_back = looks_back
        self.zone, self.pace, self.start, self.weekdays = life.zone, life.pace, life.start, life.weekdays
        self.active, self.blocked_us, self.noticed_block = True, False, False
        self.paused_openly = False
        self.paused_to = 0
        self.unread = 0
        self.slot_before: int | None = None
        self.came: int | None = None
        self.hard_moment = -TWO_HOURS
        self.lesson = ""  # "", or what the newest lesson is: unread, put off, done
        self.lesson_at = 0
        self.put_off_at = 0
        self.next_slot: int | None = None
        self.back_at: int | None = None
        self.pause_at: int | None = None
        self.arrivals = 0
        self.reaction: tuple[int, int, Reaction] | None = None

    # ------------------------------------------------------------------ the wall clock

    @property
    def wall(self) -> Almanac:
        """The almanac of where this person is now."""
        return self.almanacs[self.zone]

    def in_quiet(self, second: int) -> bool:
        """Whether the wall shows a minute within the quiet hours."""
        return self._quiet_minute(self.wall.clock(second))

    def _quiet_minute(self, clock: int) -> bool:
        begin, end = self.life.quiet
        if begin <= end:
            return begin <= clock < end
        return clock >= begin or clock < end

    @property
    def chose_quiet(self) -> bool:
        """A window that begins in the quiet hours was chosen so."""
        return self._quiet_minute(self.start)

    @property
    def length(self) -> int:
        """Minutes of the window, up to the quiet hours."""
        begin, end = self.life.quiet
        if begin == end or self.chose_quiet:
            return self.life.minutes
        for minutes in range(1, self.life.minutes):
            if self._quiet_minute((self.start + minutes) % 1440):
                return minutes
        return self.life.minutes

    def slot_on(self, day: int) -> int | None:
        """The slot of the window that begins on a day."""
        digest = hashlib.sha256(b"keel:%d" % self.life.id).digest()
        own_place = int.from_bytes(digest[:8], "big") % (self.length * 60 * 5 // 6)
        wall_second = self.start * 60 + own_place
        if day + wall_second // DAY not in self.wall.shown:
            return None
        moment, moved = self.wall.at(day, wall_second)
        if moved and self.in_quiet(moment) and not self.chose_quiet:
            return None
        return moment

    def window_of(self, slot: int) -> tuple[int, int, int]:
        """The day on which the window of a slot began, its first moment, and the moment after its last."""
        yesterday = self.wall.day(slot) - 1
        begin, end = self._window_on(yesterday)
        if begin <= slot < end:
            return yesterday, begin, end
        return yesterday + 1, *self._window_on(yesterday + 1)

    def _window_on(self, day: int) -> tuple[int, int]:
        begin, _ = self.wall.at(day, self.start * 60)
        end, _ = self.wall.at(day, (self.start + self.length) * 60)
        return begin, max(end, begin + self.length * 60)

    def still_open(self, slot: int, now: int) -> bool:
        """Whether a slot's window is still open, and its person not in quiet hours."""
        _, begin, end = self.window_of(slot)
        return begin <= slot <= now < end and (self.chose_quiet or not self.in_quiet(now))

    # ------------------------------------------------------------------ which days

    def suits(self, day: int) -> bool:
        """Whether a day is one of those on which lessons come."""
        weekday = (day - 1) % 7  # the first of January of the year 1 was a Monday
        chosen = set(self.weekdays)
        if self.pace == "weekdays" and chosen & {0, 1, 2, 3, 4}:
            chosen &= {0, 1, 2, 3, 4}
        if self.pace == "twice_a_week" and len(chosen) > 1:
            chosen = set(self.pair())
        return weekday in chosen

    def pair(self) -> tuple[int, int]:
        """Two of the chosen days, as far apart as can be; of several such pairs the first in the week."""
        best, distance = (0, 0), 0
        for one in sorted(self.weekdays):
            for other in sorted(self.weekdays):
                if one < other and self.apart(one, other) > distance:
                    best, distance = (one, other), self.apart(one, other)
        return best

    @staticmethod
    def apart(one: int, other: int) -> int:
        """Days between two weekdays, the shorter way round."""
        return min((other - one) % 7, (one - other) % 7)

    def days_between(self) -> int:
        """The fewest days from one slot to the next."""
        match self.pace:
            case "every_other_day":
                return 2
            case "weekly":
                return 7
            case "twice_a_week":
                return self.apart(*self.pair()) if len(self.weekdays) > 1 else 7
        return 1

    def find_slot(self, now: int) -> int | None:
        """The next slot after a moment: day by day."""
        if not self.active or self.noticed_block or self.paused_openly or self.pace == "on_request":
            return None
        from_day = self.wall.day(max(now, self.paused_to)) - 2
        for day in range(from_day, from_day + 50):
            slot = self.slot_on(day) if self.suits(day) else None
            if slot is None or slot <= now or slot < self.paused_to:
                continue
            if self.slot_before is not None:
                if day - self.window_of(self.slot_before)[0] < self.days_between():
                    continue
                if self.wall.day(slot) <= self.wall.day(self.slot_before):
                    continue
            before = self.slot_on(day - 1) if self.suits(day - 1) else None
            if before is not None and self.wall.day(before) == self.wall.day(slot):
                continue  # a clock change moved the slot before onto this day
            return slot
        return None

    def came_today(self, now: int) -> bool:
        """Whether something came by itself on this local day."""
        return self.came is not None and self.wall.day(self.came) == self.wall.day(now)

    def next_opening(self, now: int) -> int:
        """When the window begins next."""
        for day in range(self.wall.day(now), self.wall.day(now) + 5):
            moment, _ = self.wall.at(day, self.start * 60)
            if moment > now:
                return moment
        raise AssertionError("five days without a window")

    def after_sleep(self, now: int) -> int:
        """When the window begins tomorrow; before six in the morning that is today, if it is still ahead."""
        today, _ = self.wall.at(self.wall.day(now), self.start * 60)
        if self.wall.clock(now) < 6 * 60 and today > now:
            return today
        return self.wall.at(self.wall.day(now) + 1, self.start * 60)[0]

    # ------------------------------------------------------------------ the year

    def lives(self) -> Iterator[tuple[int, str]]:
        """Everything that comes by itself, with its moment; what blocked people would have got as "blocked"."""
        self.next_slot = self.find_slot(self.life.begins)
        self.pause_at = self.find_pause(self.life.begins)
        waiting = list(self.life.happenings)
        while True:
            happens = self.up(waiting[0].at) if waiting else self.life.ends
            reacts = self.up(self.reaction[0]) if self.reaction else self.life.ends
            slot = self.up(self.next_slot) if self.next_slot is not None else self.life.ends
            back = self.up(self.back_at) if self.back_at is not None else self.life.ends
            pause = self.up(self.pause_at) if self.pause_at is not None else self.life.ends
            now = min(happens, reacts, slot, back, pause)
            if now >= self.life.ends:
                return
            if happens == now:
                self.happens(waiting.pop(0), now)
            elif reacts == now:
                self.reacts(now)
            else:
                # After the machine was down several things are there at once: what was due first comes first.
                waits = [(self.next_slot or 0, 1)] if slot == now else []
                waits += [(self.back_at or 0, 2)] if back == now else []
                waits += [(self.pause_at or 0, 3)] if pause == now else []
                match min(waits)[1]:
                    case 1:
                        yield from self.slot_comes(now)
                    case 2:
                        yield from self.lesson_comes_back(now)
                    case 3:
                        yield from self.pause_comes(now)

    def up(self, second: int) -> int:
        """The moment itself, or when the machine is up again."""
        for begin, end in self.life.outages:
            if begin <= second < end:
                return end
        return second

    def slot_comes(self, now: int) -> Iterator[tuple[int, str]]:
        """A slot's moment is there."""
        slot = self.next_slot
        assert slot is not None
        if not self.still_open(slot, now) or self.came_today(now):
            self.pass_on(slot, now)
        elif now - self.hard_moment <= TWO_HOURS:
            if self.still_open(slot, now + HALF_AN_HOUR):
                self.next_slot = now + HALF_AN_HOUR
            else:
                self.pass_on(slot, now)
        elif self.lesson in ("unread", "put off"):
            self.unread += 1
            if self.unread < 3:
                self.pass_on(slot, now)
            else:
                self.unread, self.active, self.came, self.next_slot = 0, False, now, None
                yield now, self.sent("quiet")
        elif self.arrivals in self.looks_back:
            self.came = now
            said = self.sent("lesson")
            yield now, said
            if said == "lesson":
                self.arrivals += 1
                self.pass_on(slot, now)
        else:
            self.unread, self.came = 1, now
            said = self.sent("lesson")
            yield now, said
            if said == "lesson":
                self.lesson, self.lesson_at = "unread", now
                self.expect_reaction(now)
                self.pass_on(slot, now)

    def pass_on(self, slot: int, now: int) -> None:
        """This slot is used; the next one."""
        self.slot_before = slot
        self.next_slot = self.find_slot(now)

    def sent(self, what: str) -> str:
        """What becomes of a send: whoever blocked the bot is written to no more."""
        if not self.blocked_us:
            return what
        self.noticed_block, self.next_slot, self.pause_at, self.active = True, None, None, True
        return "blocked"

    def lesson_comes_back(self, now: int) -> Iterator[tuple[int, str]]:
        """A lesson that was put off is due again."""
        due, self.back_at = self.back_at, None
        assert due is not None
        if self.lesson != "put off" or self.noticed_block or not self.active or self.paused_openly:
            return
        if self.paused_to > now:
            self.back_at = self.next_opening(self.paused_to - 1)
        elif now - self.hard_moment <= TWO_HOURS:
            self.back_at = now + TWO_HOURS
        elif self.came_today(now) and self.wall.day(self.put_off_at) != self.wall.day(now):
            self.back_at = self.after_sleep(now)
        elif self.in_quiet(now) and not (self.in_quiet(due) and now - due < HOUR):
            self.back_at = self.next_opening(now)
        else:
            self.came = now
            said = self.sent("back")
            yield now, said
            if said == "back":
                self.expect_reaction(now)

    def find_pause(self, now: int) -> int | None:
        """The next weekly pause after a moment: the minute of the week that was asked for, on the wall of the place."""
        if self.life.rough is None:
            return None
        weekday, clock = divmod(self.life.rough, 1440)
        for day in range(self.wall.day(now) - 1, self.wall.day(now) + 20):
            if (day - 1) % 7 == weekday and day in self.wall.shown:
                moment, _ = self.wall.at(day, clock * 60)
                if moment > now:
                    return moment
        raise AssertionError("twenty days without this minute of the week")

    def pause_comes(self, now: int) -> Iterator[tuple[int, str]]:
        """The weekly pause is due: it was asked for, so neither quiet hours nor anything else that day matter."""
        due, self.pause_at = self.pause_at, self.find_pause(now)
        assert due is not None
        silent = not self.active or self.paused_openly or self.paused_to > now
        if not silent and now - self.hard_moment > TWO_HOURS and now - due < HOUR:
            yield now, self.sent("pause")

    def expect_reaction(self, now: int) -> None:
        """What the person will do with what came."""
        reaction = self.life.reactions[self.arrivals]
        self.arrivals += 1
        self.reaction = (now + reaction.after, self.lesson_at, reaction)

    def reacts(self, now: int) -> None:
        """The person does something with the lesson."""
        assert self.reaction is not None
        _, about, reaction = self.reaction
        self.reaction = None
        if about != self.lesson_at or self.blocked_us or reaction.what == "nothing":
            return
        match reaction.what:
            case "tried":
                self.lesson, self.unread = "done", 0
                return
            case "later":
                if self.lesson == "put off" and self.back_at is None:
                    self.put_off_at = now  # put off twice: it waits to be asked for
                    return
                later = now + THREE_HOURS
                today = self.wall.day(later) == self.wall.day(now)
                self.back_at = later if today and not self.in_quiet(later) else self.next_opening(later)
            case "tomorrow":
                self.back_at = self.after_sleep(now)
            case "at":
                moment, _ = self.wall.at(self.wall.day(now), reaction.clock * 60)
                if moment <= now:
                    return
                self.back_at = moment
        self.lesson, self.put_off_at = "put off", now

    def happens(self, it: Happening, now: int) -> None:
        """The person changes something."""
        if self.blocked_us and it.what != "back":
            return
        match it.what:
            case "zone":
                self.zone = str(it.value)
            case "pace":
                self.pace = str(it.value)
            case "time":
                assert isinstance(it.value, int)
                self.start = it.value
            case "days":
                assert isinstance(it.value, tuple)
                self.weekdays = it.value
            case "pause" | "pause-date":
                assert isinstance(it.value, int)
                midnight, _ = self.wall.at(self.wall.day(now) + it.value, 0)
                if midnight <= now:
                    return
                self.paused_openly, self.paused_to = False, midnight
            case "pause-open":
                self.paused_openly, self.paused_to = True, 0
            case "resume":
                if not self.active and self.lesson in ("unread", "put off"):
                    self.lesson, self.back_at = "done", None
                self.active, self.paused_openly, self.paused_to, self.unread = True, False, 0, 0
            case "block":
                self.blocked_us = True
                return
            case "back":
                self.blocked_us = False
                if not self.noticed_block:
                    return
                self.noticed_block = False
            case "spiral":
                self.hard_moment = now
                return
        if it.what in ("zone", "pace", "time", "days") and self.pace != "on_request":
            self.active, self.unread = True, 0
        self.next_slot = self.find_slot(now)
        if self.pause_at is None or self.find_pause(self.pause_at - 1) != self.pause_at:
            self.pause_at = self.find_pause(now)  # they are back, or somewhere else
        if it.what == "resume" and self.lesson == "put off" and self.back_at is None:
            self.back_at = self.next_slot
