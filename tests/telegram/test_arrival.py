"""From one Keel to another: everything comes along, once, and a file that is not right changes nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.__main__ import keel as command
from bot.clock import MovableClock
from bot.library.load import Library
from bot.services.arrival import LARGEST, NotBroughtIn, bring_in, unpack
from bot.services.places import Places
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from bot.store.tables import metadata
from tests.conftest import MONDAY, make_world
from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.test_secrets import PHRASES, confide


@pytest.fixture
async def elsewhere(tmp_path: Path, library: Library, places: Places) -> AsyncIterator[World]:
    """Another Keel, a week later, with nobody in it."""
    (tmp_path / "elsewhere").mkdir()
    clock = MovableClock(MONDAY)
    async for made in make_world(tmp_path / "elsewhere", Telegram(clock.now), clock, library, places):
        yield made


async def packed(world: World, anna: Person) -> bytes:
    """The file of somebody with something of everything."""
    await confide(world, anna)
    await anna.sends("/settings")
    await anna.taps("How long words stay")
    await anna.taps("90 days")
    await anna.sends("/lesson")
    await anna.taps("Tried it")
    await anna.sends("/hold")
    await anna.taps("Hold another one")
    await anna.sends(PHRASES["hold"])
    await anna.taps("20 minutes")
    await take(world, anna)
    return world.telegram.files[anna.bots[-1].data["document"]["file_id"]]


async def arrives(world: World, library: Library, content: bytes, chat: int | None = None) -> None:
    """Bring a file in."""
    async with world.keel.store.transaction() as tx:
        await bring_in(tx, library, unpack(content, chat))


async def rows(world: World) -> dict[str, int]:
    """How many rows there are in each table."""
    async with world.keel.store.transaction(reading=True) as tx:
        found = {}
        for table in metadata.sorted_tables:
            found[table.name] = len((await tx.learners.connection.execute(table.select())).all())
        return found


def changed(content: bytes, change: Callable[[Any], object]) -> bytes:
    """The same file with something changed in data.json."""
    old, new = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    data = json.loads(old.read("data.json"))
    change(data)
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data))
    return new.getvalue()


def with_file(name: str, inside: bytes) -> bytes:
    """A ZIP with one file in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, inside)
    return made.getvalue()


async def test_what_was_erased_here_is_whole_elsewhere(
    world: World, anna: Person, elsewhere: World, library: Library
) -> None:
    content = await packed(world, anna)
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    await arrives(elsewhere, library, content)
    there = Person(elsewhere, join(elsewhere.telegram, "Anna", chat_id=anna.account.chat.id))
    before, after = data_of(zipfile.ZipFile(io.BytesIO(content))), data_of(await take(elsewhere, there))
    assert before.pop("made_at") != after.pop("made_at")
    assert after == before
    await there.sends("/journal")
    await there.taps("Read")
    there.sees(PHRASES["journal"])
    await elsewhere.wait(hours=2)
    assert "What you set aside is ready" in "".join(str(post.data.get("text")) for post in there.bots)


async def test_a_voice_note_comes_along(world: World, anna: Person, elsewhere: World, library: Library) -> None:
    await anna.sends("/letter")
    await anna.taps("A voice note")
    anna.account.send_voice(b"my own calm voice")
    await world.settle()
    async with world.keel.store.transaction() as tx:
        person = await tx.learners.find(anna.account.chat.id)
        assert person is not None
        await tx.kept.keep_copy((await tx.kept.keepsakes(person.id))["voice"].id, b"my own calm voice")
    await take(world, anna)
    await arrives(elsewhere, library, world.telegram.files[anna.bots[-1].data["document"]["file_id"]])
    there = Person(elsewhere, join(elsewhere.telegram, "Anna", chat_id=anna.account.chat.id))
    assert (await take(elsewhere, there)).read("media/voice.ogg") == b"my own calm voice"


async def test_nothing_is_brought_in_twice(world: World, anna: Person, elsewhere: World, library: Library) -> None:
    content = await packed(world, anna)
    await arrives(elsewhere, library, content)
    before = await rows(elsewhere)
    with pytest.raises(NotBroughtIn, match="already"):
        await arrives(elsewhere, library, content)
    with pytest.raises(NotBroughtIn, match="already"):
        await arrives(elsewhere, library, content, chat=77)
    assert await rows(elsewhere) == before


async def test_where_somebody_has_the_ids_what_names_them_follows(
    world: World, anna: Person, elsewhere: World, library: Library
) -> None:
    content = await packed(world, anna)
    ben = Person(elsewhere, join(elsewhere.telegram, "Ben", chat_id=4711))
    await confide(elsewhere, ben)
    bens = data_of(await take(elsewhere, ben))
    await arrives(elsewhere, library, content)
    there = Person(elsewhere, join(elsewhere.telegram, "Anna", chat_id=anna.account.chat.id))
    data = data_of(await take(elsewhere, there))
    held = next(item for item in data["holds"] if item["state"] == "held")
    assert held["text"] == PHRASES["hold"]
    assert str(held["id"]) in [timer["key"] for timer in data["timers"] if timer["kind"] == "hold"]
    assert held["id"] in [run["answers"].get("hold") for run in data["sessions"]]
    now = data_of(await take(elsewhere, ben))
    assert {name: now[name] for name in ("notes", "holds", "entries")} == {
        name: bens[name] for name in ("notes", "holds", "entries")
    }


WRONG: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no ZIP": lambda _: b"PK\x03\x04 but not really" * 20,
    "cut off": lambda content: content[: len(content) // 2],
    "damaged": lambda content: content[:100] + bytes([content[100] ^ 255, content[101] ^ 255]) + content[102:],
    "somebody else's": lambda _: with_file("readme.txt", b"hello"),
    "a way out": lambda _: with_file("../../etc/passwd", b"x"),
    "an absolute way": lambda _: with_file("/etc/passwd", b"x"),
    "no data": lambda _: with_file("notes.html", b"<p>"),
    "no JSON": lambda _: with_file("data.json", b"{"),
    "deep": lambda _: with_file("data.json", b"[" * 100_000),
    "a list": lambda _: with_file("data.json", b"[]"),
    "a bomb": lambda content: with_file(
        "data.json", zipfile.ZipFile(io.BytesIO(content)).read("data.json") + b" " * LARGEST
    ),
    "newer": lambda content: changed(content, lambda data: data.update(version=2)),
    "no version": lambda content: changed(content, lambda data: data.pop("version")),
    "a true version": lambda content: changed(content, lambda data: data.update(version=True)),
    "no notes": lambda content: changed(content, lambda data: data.pop("notes")),
    "a note that is a number": lambda content: changed(content, lambda data: data["notes"][0].update(text=7)),
    "no time zone": lambda content: changed(content, lambda data: data["notes"][0].update(at="2026-11-23T10:00:00")),
    "no such day": lambda content: changed(content, lambda data: data["notes"][0].update(at="2026-13-23T10:00:00Z")),
    "a long kind": lambda content: changed(content, lambda data: data["notes"][0].update(kind="x" * 1_000)),
    "a huge id": lambda content: changed(content, lambda data: data["notes"][0].update(id=2**62)),
    "a huge number": lambda content: changed(content, lambda data: data["entries"][0].update(before=10**30)),
    "a clock of no place": lambda content: changed(content, lambda data: data["entries"][0].update(east=5_000)),
    "a day after all days": lambda content: changed(
        content, lambda data: data["entries"][0].update(at="9999-12-31T23:30:00Z", east=60)
    ),
    "an endless number": lambda content: changed(content, lambda data: data["sessions"][0]["answers"].update(x=1e999)),
    "a strange state": lambda content: changed(content, lambda data: data["holds"][0].update(state="flown")),
    "a nested answer": lambda content: changed(content, lambda data: data["sessions"][0]["answers"].update(x={"a": 1})),
    "a strange lesson": lambda content: changed(content, lambda data: data["lessons"][0].update(lesson="zz9")),
    "one run twice": lambda content: changed(content, lambda data: data["sessions"].append(data["sessions"][0])),
    "a lesson twice": lambda content: changed(content, lambda data: data["lessons"].append(data["lessons"][0])),
    "a strange place": lambda content: changed(
        content, lambda data: data["keepsakes"].append({"id": 1, "kind": "voice", "file_id": "x", "file": "../x",
                                                         "at": "2026-11-23T10:00:00Z"})),
}  # fmt: skip


async def test_a_file_that_is_not_right_changes_nothing(
    world: World, anna: Person, elsewhere: World, library: Library
) -> None:
    content = await packed(world, anna)
    before = await rows(elsewhere)
    for name, make in WRONG.items():
        with pytest.raises(NotBroughtIn) as said:
            await arrives(elsewhere, library, make(content))
        sentence = str(said.value)
        assert sentence.endswith((".", ").")), name
        assert sentence.count(". ") == 0, name
        assert len(sentence) < 200, name
        assert "heron" not in sentence, name
        assert await rows(elsewhere) == before, name
    await arrives(elsewhere, library, content)  # and it was not the file itself


def test_the_command_brings_it_in_and_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEL_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "bad.zip").write_bytes(b"no")
    for path in ("bad.zip", "none.zip"):
        result = CliRunner().invoke(command, ["import", str(tmp_path / path)])
        assert isinstance(result.exception, NotBroughtIn)
