"""/delete: said what goes, asked once, and then not a byte of it is left in the files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.store.tables import hold, keepsake, learner, metadata, note, session
from tests.person import Person, World
from tests.telegram.test_secrets import confide

CHAT = 0x5EC2E7C0FFEE
"""A chat id whose six bytes nothing else in the files is made of."""
CHAT_BYTES = CHAT.to_bytes(6, "big")


@pytest.fixture
def cleo(world: World) -> Person:
    """Somebody with a chat id that can be looked for."""
    return Person(world, join(world.telegram, "Cleo", chat_id=CHAT))


def places(folder: Path, secrets: list[bytes]) -> dict[str, int]:
    """How many of these bytes stand in which file of the database."""
    counts: dict[str, int] = {}
    for file in folder.glob("keel.db*"):
        content = file.read_bytes()
        found = sum(secret in content for secret in secrets)
        counts |= {file.name: found} if found else {}
    return counts


async def sealed(world: World) -> list[bytes]:
    """A piece from the middle of everything that is sealed now."""
    columns = (note.c.text, session.c.answers, hold.c.text, keepsake.c.file_id, keepsake.c.content)
    found: list[bytes] = []
    async with world.keel.store.transaction(reading=True) as tx:
        for column in columns:
            rows = await tx.learners.connection.execute(column.table.select().with_only_columns(column))
            found += [value for value in rows.scalars() if value]
    return [value[len(value) // 2 - 12 : len(value) // 2 + 12] for value in found]


async def gives_a_voice_note(world: World, cleo: Person) -> None:
    """A large one, of which a copy is kept."""
    await cleo.sends("/letter")
    await cleo.taps("A voice note")
    cleo.account.send_voice(b"my own calm voice" * 3_000)
    await world.settle()
    async with world.keel.store.transaction() as tx:
        person = await tx.learners.find(CHAT)
        assert person is not None
        kept = (await tx.kept.keepsakes(person.id))["voice"]
        await tx.kept.keep_copy(kept.id, b"my own calm voice" * 3_000)


async def test_it_says_what_goes_and_asks_once(world: World, cleo: Person) -> None:
    await confide(world, cleo)
    await cleo.sends("/delete")
    cleo.sees("notes", "letters", "plans", "set aside", "voice notes and pictures", "for good", "Backups")
    await cleo.taps("Keep it")
    cleo.sees("Nothing was deleted")
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.learners.find(CHAT) is not None


async def test_nothing_is_left_in_the_files_sealed_or_not(world: World, cleo: Person, tmp_path: Path) -> None:
    await confide(world, cleo)
    await gives_a_voice_note(world, cleo)
    secrets = [CHAT_BYTES, *await sealed(world)]
    assert len(secrets) > 15
    assert sum(places(tmp_path, secrets).values()) >= len(secrets)
    await cleo.sends("/delete")
    await cleo.taps("Delete everything")
    cleo.sees("Done. Everything")
    assert places(tmp_path, secrets) == {}
    async with world.keel.store.transaction(reading=True) as tx:
        for table in metadata.sorted_tables:
            if table.name != "setting":
                assert (await tx.learners.connection.execute(table.select())).all() == [], table.name


async def test_others_are_as_they_were(world: World, anna: Person, cleo: Person, tmp_path: Path) -> None:
    await confide(world, anna)
    theirs = await sealed(world)
    await confide(world, cleo)
    await cleo.sends("/delete")
    await cleo.taps("Delete everything")
    assert await sealed(world) == theirs
    assert places(tmp_path, [CHAT_BYTES]) == {}
    await anna.sends("/journal")
    await anna.taps("Read")
    anna.sees("purple heron journal")


async def test_done_is_said_only_when_it_is_done(world: World, cleo: Person, tmp_path: Path) -> None:
    await confide(world, cleo)
    secrets = await sealed(world)
    await cleo.sends("/delete")
    world.telegram.faults.next(Kind.RESET, "editMessageText", times=2)
    cleo.account.tap(cleo.bots[-1], next(k["callback_data"] for k in cleo.keys if k["text"] == "Delete everything"))
    working = asyncio.create_task(world.settle())
    while places(tmp_path, secrets):
        assert not cleo.last.startswith("Done.")
        await asyncio.sleep(0.01)
    assert not cleo.last.startswith("Done.")  # Telegram refused it once, so it is said half a second later
    await working
    cleo.sees("Done. Everything")
    assert places(tmp_path, [CHAT_BYTES]) == {}


async def test_somebody_who_reads_meanwhile_is_waited_for(world: World, cleo: Person, tmp_path: Path) -> None:
    await confide(world, cleo)
    secrets = [CHAT_BYTES, *await sealed(world)]
    await cleo.sends("/delete")
    async with world.keel.store.transaction(reading=True) as tx:
        await tx.learners.connection.execute(learner.select())
        deleting = asyncio.create_task(cleo.taps("Delete everything"))
        await asyncio.sleep(0.5)
        assert not deleting.done()
    await deleting
    cleo.sees("Done. Everything")
    assert places(tmp_path, secrets) == {}


async def test_a_list_for_backups_that_cannot_be_written_keeps_nobody_here(
    world: World, cleo: Person, tmp_path: Path
) -> None:
    (tmp_path / "in the way").write_text("a file")
    world.keel.store.erased = tmp_path / "in the way" / "erased"
    await confide(world, cleo)
    await cleo.sends("/delete")
    await cleo.taps("Delete everything")
    cleo.sees("Done. Everything")


async def test_who_comes_back_is_new(world: World, cleo: Person) -> None:
    await confide(world, cleo)
    await cleo.sends("/delete")
    await cleo.taps("Delete everything")
    await cleo.sends("/start")
    await world.wait(days=3)
    assert "heron" not in "".join(str(post.data) for post in cleo.bots[-3:])
