"""`keel broadcast` and `keel stats` beside a real `keel run`, killed in the middle, and stopped in good order."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.simulator.person import Person, join
from tests.acceptance.process import Running, running
from tests.command import keel

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WORDS = "a word from the people who run this"
POINTS = (
    "the timer is claimed",
    "the ledger is committed and nothing is sent",
    "the lesson is sent and not settled",
    "the verdict is written and not committed",
)


async def command(bot: Running, *arguments: str) -> str:
    """A command beside the bot, at the same time of day."""
    settings = {"KEEL_NOW": bot.clock.now().isoformat(), "KEEL_API_URL": bot.root, "KEEL_DATA_DIR": str(bot.folder)}
    code, said = await asyncio.to_thread(keel, *arguments, **settings)
    assert code == 0, said
    return said


def got(people: list[Person]) -> Counter[int]:
    """How many people have how many copies."""
    return Counter(sum(post.data.get("text") == WORDS for post in person.posts) for person in people)


async def begun(bot: Running, people: list[Person]) -> None:
    """Everybody has written /start, and was answered; nothing of it is left to do."""
    for person in people:
        person.send_text("/start")
    await bot.until(lambda: all(len(person.posts) == 3 for person in people), "answers to /start")
    await bot.until(lambda: not _rows(bot.folder, "inbox"), "an empty inbox")


def listed(said: str) -> list[int]:
    """Sent, waiting, unknown and failed of the newest broadcast."""
    return [int(number) for number in said.splitlines()[1].split()[3:7]]


async def test_beside_a_running_keel_which_sends_it(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        people = [anna, *(join(bot.telegram, f"Person {number}") for number in range(11))]
        await bot.start()
        await begun(bot, people)
        assert "reaches          12  people" in await command(bot, "broadcast", WORDS)
        assert got(people) == {0: 12}
        assert "written down for 12 people" in await command(bot, "broadcast", "--yes", WORDS)
        await bot.until(lambda: got(people) == {1: 12}, "a broadcast for everybody")
        await bot.until(lambda: not _sending(tmp_path), "every verdict")
        assert listed(await command(bot, "broadcast", "--list")) == [12, 0, 0, 0]


def _sending(folder: Path) -> int:
    return _rows(folder, "timer WHERE kind = 'broadcast'")


def _rows(folder: Path, where: str) -> int:
    connection = sqlite3.connect(f"file:{folder / 'keel.db'}?mode=ro", uri=True)
    (count,) = connection.execute(f"SELECT count(*) FROM {where}").fetchone()
    connection.close()
    return int(count)


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_point_it_comes_once_or_is_called_unknown(tmp_path: Path, point: str) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        await bot.start()
        await begun(bot, [anna])
        await bot.kill()
        await command(bot, "broadcast", "--yes", WORDS)
        await bot.start(killed_at=point)
        await bot.dead()
        bot.clock.move_to(NOW + timedelta(minutes=3))  # the lease is over
        await bot.start()
        await bot.until(lambda: not _sending(tmp_path), "the timer to be settled")
        sent, waiting, unknown, failed = listed(await command(bot, "broadcast", "--list"))
        assert (sent + unknown, waiting, failed) == (1, 0, 0)
        assert got([anna]) == {1 if sent or point == POINTS[2] or point == POINTS[3] else 0: 1}


async def test_stats_beside_a_running_keel_name_nobody(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        people = [anna, *(join(bot.telegram, f"Person {number}") for number in range(6))]
        await bot.start()
        await begun(bot, people)
        anna.send_text("/stop")
        await bot.until(lambda: len(anna.posts) == 5, "an answer to /stop")
        assert bot.child is not None
        os.kill(bot.child, signal.SIGTERM)  # what was counted in memory is written at stop
        await bot.dead()
        await bot.start()
        await bot.ticked()
        said, plain = await command(bot, "stats"), await command(bot, "stats", "--json")
    shown = dict(re.findall(r"^ +(\S.*?) {2,}(\S.*?) *$", said, re.MULTILINE))
    assert shown["new"] == "5"
    assert shown["stopped"] == shown["active"] == "fewer than five"
    assert shown["answers"] == "5"
    found = json.loads(plain)
    assert found["people"] == {"new": 5, "active": None, "paused": None, "stopped": None, "blocked": None}
    assert found["first_answer"]["answers"] == 5
    assert 0 < found["first_answer"]["p50_seconds"] <= found["first_answer"]["p99_seconds"] < 10
    for person in people:
        for words in (str(person.chat.id), person.chat.as_user["first_name"]):
            assert words not in said + plain
