"""What is kept of danger that was noticed: ids, tiers and buttons. Never a word, and never one person's story."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import log
from bot.core.model import Notice
from bot.core.safety.report import report
from bot.simulator.faults import Kind
from bot.simulator.person import join
from tests.command import keel
from tests.conftest import MONDAY
from tests.person import Person, World

LINE = "I want to die by the purple heron"
WAYS = (
    ("/spiral", "Next", "I've paused", "6"),
    ("/journal",),
    ("/plan", "Signs"),
    ("/hold",),
    ("/letter", "A line to say"),
    ("/start", "Choose a time"),
    ("/checkin", "Heavy"),
    (),
)


async def test_no_word_of_it_is_in_logs_or_anywhere_unsealed(
    world: World, anna: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure("json", "debug")
    for way in WAYS:
        for step in way:
            await (anna.sends(step) if step.startswith("/") else anna.taps(step))
        world.telegram.faults.next(Kind.PAGE, "sendMessage")  # and something to complain about
        await anna.sends(LINE)
        assert "heron" not in anna.last
        await anna.taps("Not right now")
        await anna.taps("Close this")
        await anna.taps("Stop for now" if "Stop for now" in anna.buttons else "More help")
    anna.account.send_photo(caption=LINE)
    post = anna.account.send_text("hello")
    await world.settle()
    anna.account.edit_text(post, LINE)
    anna.account.send_text(f"/library {LINE}")
    await world.settle()
    await world.wait(days=2)
    said = capsys.readouterr()
    assert "danger noticed" in said.out + said.err  # the logs are on
    assert "heron" not in said.out + said.err
    assert files_with(tmp_path, b"heron") == []
    async with world.keel.store.transaction(reading=True) as tx:
        rows = await tx.notices.everybody()
    assert len(rows) >= len(WAYS)
    assert "heron" not in repr(rows)
    unasked = [str(post.data.get("text", "")) for post in anna.bots if post.silent]
    assert not any("heron" in text for text in unasked)


def files_with(folder: Path, secret: bytes) -> list[Path]:
    """The files that hold these bytes."""
    return [path for path in folder.iterdir() if secret in path.read_bytes()]


def noticed(rule: str, *pressed: str) -> Notice:
    """One thing noticed."""
    return Notice(MONDAY, "suicide", "act", False, (rule,), "card", pressed)


def test_a_group_of_fewer_than_five_people_is_not_shown() -> None:
    rows = [(who, noticed("suicide-plan", "safe", "close")) for who in range(5)]
    rows += [(who % 4, noticed("suicide-rare", "now")) for who in range(40)]
    by_category, _, rules, pressed = report(rows)
    assert [(group.name, group.times, group.people) for group in by_category.groups] == [("suicide, act", 45, 5)]
    assert [group.name for group in rules.groups] == ["suicide-plan"]
    assert rules.hidden
    assert [group.name for group in pressed.groups] == ["suicide: safe"]


async def test_keel_safety_report_counts(world: World, tmp_path: Path) -> None:
    environment = {"KEEL_DATA_DIR": str(tmp_path)}
    assert (await asyncio.to_thread(lambda: keel("safety", "report", **environment)))[
        1
    ] == "Nothing was noticed so far.\n"
    for number in range(6):
        anna = Person(world, join(world.telegram, f"somebody {number}"))
        await anna.sends(LINE)
        await anna.taps("I'm safe" if number else "Yes, right now")
    code, said = await asyncio.to_thread(lambda: keel("safety", "report", **environment))
    assert code == 0, said
    assert "suicide, act" in said
    assert "6 people" in said
    assert "suicide: safe" in said
    assert "suicide: now" not in said
    assert "fewer than 5 people are not shown" in said
