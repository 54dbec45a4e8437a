"""Some weeks of some people in the real application, compared with the plain reference."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.telegram import Telegram
from tests.conftest import make_world
from tests.year.chats import StillClock, enrol, live_through
from tests.year.lives import DAY, Life, live
from tests.year.reference import Almanac, Person

ZONES = ("America/Nuuk", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Chatham", "Europe/Berlin")
PEOPLE, DAYS = int(os.environ.get("KEEL_PEOPLE", "12")), int(os.environ.get("KEEL_DAYS", "30"))
BEGINS = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
"""Two weeks before clocks change in three of the zones, in both directions."""


def fuller(life: Life, ends: int) -> Life:
    """The same life from another day on, with six times as much in it, and more put off."""
    by, first = int(BEGINS.timestamp()) - life.begins, life.begins
    happenings = [replace(item, at=first + (item.at - first) // 6 + by) for item in life.happenings]
    kinds = ("tried", "later", "at", "tomorrow", "later")
    reactions = [replace(item, what=kinds[number % 5]) if number % 4 else item
                 for number, item in enumerate(life.reactions)]  # fmt: skip
    kept = tuple(item for item in happenings if item.what != "days" and item.at < ends)
    return replace(life, ends=ends, happenings=kept, reactions=tuple(reactions))


async def test_weeks_in_the_real_application_go_as_the_rules_say(
    tmp_path: Path, library: Library, places: Places
) -> None:
    ends = int(BEGINS.timestamp()) + DAYS * DAY
    outages = ((int(BEGINS.timestamp()) + 9 * DAY, int(BEGINS.timestamp()) + 11 * DAY + 7_000),)
    clock = StillClock(BEGINS)
    almanacs = {zone: Almanac(zone, int(BEGINS.timestamp()) - 12 * DAY, ends + 75 * DAY) for zone in ZONES}
    async for world in make_world(tmp_path, Telegram(clock.now), clock, library, places):
        chats = []
        for number in range(PEOPLE):
            life = replace(live(number, 2026, ZONES), minutes=60, weekdays=tuple(range(7)), quiet=(22 * 60, 7 * 60))
            life = replace(fuller(life, ends), outages=outages)
            chats.append(await enrol(world, life))
        await live_through(world, chats, ends)
        came: Counter[str] = Counter()
        for chat in chats:
            wanted = list(Person(chat.life, almanacs, frozenset(chat.looks_back)).lives())
            assert chat.came == wanted, f"person {chat.life.id}, {chat.life.zone}, {chat.life.pace}"
            came.update(what for _, what in wanted)
        print(f"{PEOPLE} people, {DAYS} days: {dict(came)}")
        assert {"lesson", "back", "quiet", "pause"} <= set(came)
        assert world.telegram.refusals() == []
