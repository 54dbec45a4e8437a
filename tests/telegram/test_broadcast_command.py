"""`keel broadcast`, the real command beside the real application: what it says, and what it writes."""

from __future__ import annotations

import sqlite3
from datetime import time, timedelta
from pathlib import Path

from bot.core.model import Status
from tests.conftest import MONDAY
from tests.person import World
from tests.telegram.broadcasts import TEXT, WORDS, change, command, got, people
from tests.test_bad_input import refused


async def test_a_dry_run_says_whom_it_reaches_and_sends_nothing(world: World, tmp_path: Path) -> None:
    accounts = await people(world, 30)
    different: list[dict[str, object]] = [
        {"paused": True},
        {"status": Status.STOPPED},
        {"status": Status.STOPPED},
        {"status": Status.BLOCKED},
        {"quiet_start": time(9), "quiet_end": time(13)},
        {"last_unasked": MONDAY - timedelta(hours=2)},
        {"zone": None},
    ]
    for number, values in enumerate(different):
        await change(world, accounts[number], **values)
    code, said = await command(world, tmp_path, TEXT)
    assert code == 0, said
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines == [
        "Nothing is sent yet. This is what people would see:",
        "",
        f"│ {WORDS}",
        "│ [ Change times ] [ Pause ]",
        "",
        "reaches 26 people",
        "at once 24",
        "later 1 in their quiet hours; they get it when those end",
        "later 1 who got something today; they get it in the morning",
        "left out 4 (1 paused, 2 stopped, 1 blocked)",
        "no clock 1 never said what time it is for them; UTC stands in",
        "takes 1 s at 25 a second",
        "To send it, give the same command with --yes.",
    ]
    await world.tick()
    assert got(accounts) == {0: 30}
    assert (await command(world, tmp_path, "--list"))[1] == "There was no broadcast yet.\n"


async def test_it_goes_out_silently_with_its_buttons_and_is_listed_and_cancelled(world: World, tmp_path: Path) -> None:
    accounts = await people(world, 12)
    await change(world, accounts[0], quiet_start=time(9), quiet_end=time(13))
    code, said = await command(world, tmp_path, "--yes", TEXT)
    assert code == 0, said
    assert said.startswith("Broadcast 1 is written down for 12 people.\n")
    await world.tick()
    assert got(accounts) == {1: 11, 0: 1}
    post = accounts[5].posts[-1]
    assert post.silent
    assert [entity["type"] for entity in post.data["entities"]] == ["bold"]
    assert [key["text"] for row in post.data["reply_markup"]["inline_keyboard"] for key in row] == [
        "Change times",
        "Pause",
    ]
    code, said = await command(world, tmp_path, "--list")
    assert said.splitlines()[1].split() == ["1", "2026-11-23", "10:00", "11", "1", "0", "0"]
    code, said = await command(world, tmp_path, "--yes", TEXT)
    assert "Broadcast 1 was written down already, and nobody is new to it." in said
    code, said = await command(world, tmp_path, "--cancel", "1")
    assert said == "Broadcast 1 is cancelled: one person will not get it, 11 had it already.\n"
    await world.wait(hours=8)
    assert got(accounts) == {1: 11, 0: 1}
    assert (await command(world, tmp_path, "--list"))[1].splitlines()[1].endswith("cancelled")


async def test_to_nobody_and_bad_input_is_one_sentence_each_and_nothing_is_written(
    world: World, tmp_path: Path
) -> None:
    await people(world, 1)
    refused(await command(world, tmp_path, "--yes", "I <3 you"), "line 1, character 3", "&lt;")
    refused(await command(world, tmp_path, "--yes", ""), "The text is empty")
    refused(await command(world, tmp_path), "Give one of TEXT", "--cancel ID")
    refused(await command(world, tmp_path, "--yes", "--list"), "Give one of TEXT")
    refused(await command(world, tmp_path, "--cancel", "first"), "“first” is not the number of a broadcast")
    refused(await command(world, tmp_path, "--cancel", "9"), "There is no broadcast 9", "keel broadcast --list")
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.broadcasts.progress() == []


async def test_without_a_database_or_with_another_shape_it_says_so(world: World, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    refused(await command(world, nowhere, TEXT), "There is no database at", "keel run")
    assert not nowhere.exists()
    assert await command(world, tmp_path, TEXT) == (0, "Nobody would get this (0 paused, 0 stopped, 0 blocked).\n")
    with sqlite3.connect(tmp_path / "keel.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0005'")
    connection.close()
    refused(await command(world, tmp_path, TEXT), "revision 0005", "keel migrate")
