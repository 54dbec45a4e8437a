"""/export: everything there is about somebody, at once, as one file with a name that says nothing."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot import log
from bot.core.model import Session, Value
from bot.simulator.faults import Kind
from bot.store.tables import metadata
from tests.conftest import MONDAY
from tests.export import data_of, page_of, table_of, take
from tests.person import Person, World
from tests.telegram.test_secrets import PHRASES, confide

ROOT = Path(__file__).parent.parent.parent
NASTY = '<script>alert("x")</script><img src=x onerror=alert(1)> & \u202e {name} =1+1'
NOT_EXPORTED = {"inbox", "setting", "broadcast", "broadcast_delivery", "answer_time", "arrived", "pace"}
"""An update that waits is about to be answered; the operator's messages and counts are nobody's, and a ledger row of
such a message says no more than that it came."""
NAMES = {
    "learner": "settings",
    "session": "sessions",
    "timer": "timers",
    "delivery": "lessons_sent",
    "completion": "lessons",
    "note": "notes",
    "hold": "holds",
    "keepsake": "keepsakes",
    "entry": "entries",
    "notice": "noticed",
    "tally": "counters",
    "day_tally": "counters_by_day",
}
"""Where the rows of each table stand in data.json."""


async def test_everything_confided_is_in_it_to_read_and_for_programs(world: World, anna: Person) -> None:
    await confide(world, anna)
    archive = await take(world, anna)
    anna.sees("only you can open")
    assert archive.testzip() is None
    assert set(archive.namelist()) == {"data.json", "notes.html", "entries.csv", "lessons.csv", "ratings.csv"}
    data, page = data_of(archive), page_of(archive)
    assert data["version"] == 1
    phrases = {name: phrase for name, phrase in PHRASES.items() if name not in ("ask", "hold")}
    assert [name for name, phrase in phrases.items() if phrase not in str(data)] == []
    assert [name for name, phrase in phrases.items() if phrase not in page] == []
    assert {note["kind"] for note in data["notes"]} >= {"journal", "checkin", "note", "letter", "line", "safe_signs"}


async def test_nobody_elses_is_in_it(world: World, anna: Person, ben: Person) -> None:
    await confide(world, anna)
    archive = await take(world, ben)
    assert "heron" not in "".join(archive.read(name).decode() for name in archive.namelist())
    assert str(anna.account.chat.id) not in archive.read("data.json").decode()


async def test_its_name_says_nothing_and_its_entries_have_no_date(world: World, anna: Person) -> None:
    archive = await take(world, anna)
    name = anna.bots[-1].data["document"]["file_name"]
    assert re.fullmatch(r"[a-z]+\.zip", name)
    assert not any(word in name for word in ("keel", "anx", "attach", "spiral"))
    assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


async def test_the_tables_open_as_tables(world: World, anna: Person) -> None:
    await confide(world, anna)
    await anna.sends("/lesson")
    await anna.taps("Not for me")
    archive = await take(world, anna)
    entries = table_of(archive, "entries.csv")
    assert {row["kind"] for row in entries} >= {"checkin", "hold", "pause"}
    assert [row["before"] for row in entries if row["kind"] == "checkin"] == ["1"]
    assert "mood.heavy" in [row["tags"] for row in entries]
    (lesson,) = table_of(archive, "lessons.csv")
    assert lesson["outcome"] == "not_for_me"
    assert lesson["title"]
    assert "heron" not in "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith("csv"))


async def test_every_table_about_a_person_is_in_it(world: World, anna: Person) -> None:
    data = data_of(await take(world, anna))
    tables = {table.name for table in metadata.tables.values()}
    assert tables - NOT_EXPORTED == set(NAMES), "a table that is new: say where it stands in data.json"
    assert set(NAMES.values()) | {"version", "made_at"} == set(data)


async def test_what_it_holds_is_documented(world: World, anna: Person) -> None:
    archive = await take(world, anna)
    said = (ROOT / "docs" / "EXPORT.md").read_text(encoding="utf-8")
    assert [name for name in (*data_of(archive), *archive.namelist()) if f"`{name}`" not in said] == []


async def test_the_page_shows_what_was_typed_and_runs_none_of_it(world: World, anna: Person) -> None:
    await anna.sends("/journal")
    await anna.sends(NASTY)
    await anna.taps("Keep it")
    page = page_of(await take(world, anna))

    class Read(HTMLParser):
        tags: set[str] = set()  # noqa: RUF012
        texts: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.add(tag)
            assert not any(name.startswith("on") or name == "src" for name, _ in attrs)

        def handle_data(self, data: str) -> None:
            self.texts.append(data)

    read = Read()
    read.feed(page)
    assert NASTY in read.texts
    assert not read.tags & {"script", "img", "link", "iframe"}
    assert "default-src 'none'" in page
    assert "prefers-color-scheme:dark" in page


async def test_a_voice_note_is_in_it_where_copies_are_kept(world: World, anna: Person) -> None:
    await anna.sends("/letter")
    await anna.taps("A voice note")
    anna.account.send_voice(b"my own calm voice")
    await world.settle()
    archive = await take(world, anna)
    assert data_of(archive)["keepsakes"][0]["file"] is None
    assert "no copy is kept here" in page_of(archive)
    async with world.keel.store.transaction() as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        await tx.kept.keep_copy((await tx.kept.keepsakes(learner.id))["voice"].id, b"my own calm voice")
    archive = await take(world, anna)
    assert archive.read("media/voice.ogg") == b"my own calm voice"
    assert 'href="media/voice.ogg"' in page_of(archive)


async def test_no_copy_of_it_waits_in_the_inbox(world: World, anna: Person) -> None:
    await confide(world, anna)
    anna.account.send_text("/export")
    world.telegram.faults.next(Kind.PAGE, "sendDocument")
    taken = asyncio.create_task(world.settle())
    reply = None
    while reply is None:  # until it is applied; the first send of the answer fails
        await asyncio.sleep(0)
        async with world.keel.store.transaction(reading=True) as tx:
            reply = next((item.reply for item in await tx.inbox.waiting() if item.reply), None)
    await taken
    assert "heron" not in repr(reply)
    assert len(repr(reply)) < 1_000
    anna.sees("only you can open")


async def test_a_line_that_breaks_brings_it_all_the_same(world: World, anna: Person) -> None:
    await confide(world, anna)
    world.telegram.faults.next(Kind.PAGE, "sendDocument")
    assert data_of(await take(world, anna))["version"] == 1


async def test_after_years_it_is_still_quick_and_small(world: World, anna: Person) -> None:
    await anna.sends("/start")
    async with world.keel.store.transaction() as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        for number in range(3_000):
            said: dict[str, Value] = {
                "facts": ("seen", "short"),
                "facts_own": (f"heron number {number}",),
                "before": 7,
                "after": 4,
            }
            await tx.sessions.add(Session(f"run{number}", learner.id, "spiral", "done", MONDAY, MONDAY, said))
            await tx.records.add_note(learner.id, "journal", "many words " * 40, MONDAY)
    archive = await take(world, anna)
    assert len(data_of(archive)["sessions"]) >= 3_000
    size = len(world.telegram.files[anna.bots[-1].data["document"]["file_id"]])
    assert size < 1_000_000


async def test_nothing_of_it_is_in_the_log(world: World, anna: Person, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "debug")
    await confide(world, anna)
    await take(world, anna)
    said = capsys.readouterr()
    assert "heron" not in said.out + said.err
