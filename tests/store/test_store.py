"""The store: races, leases, erasure, and nothing readable in the raw file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.core.days import day_counters
from bot.core.model import Entry, Hold, HoldState, Lane, Learner, Note, Session
from bot.core.pattern import Counted
from bot.core.screen import Button, CommandTap, Document, Frame, LessonTap, Reply, Screen, StepTap
from bot.core.tally import Tally
from bot.store.arrivals import Luggage
from bot.store.cipher import Cipher, KeyProblem
from bot.store.inbox import AppliedAlready, Received
from bot.store.migrate import migrate
from bot.store.moment import Moment
from bot.store.sessions import LostRace
from bot.store.store import Store, Transaction
from bot.store.tables import broadcast, metadata
from tests.services.test_drawing import lived

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECRET = "a phrase that nobody else would write"


async def test_the_migrations_make_the_tables(store: Store) -> None:
    async with store.engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


async def test_counters_by_day_come_with_the_update_to_them(store: Store) -> None:
    hours = [NOW - timedelta(hours=7 * number) for number in range(40)]
    lived = [Entry("spiral", at, 7, 4, tags=("facts.seen", "tool.walk")) for at in hours]
    async with store.transaction() as tx:
        here, nowhere = [await tx.learners.add(chat, "en", NOW) for chat in (1, 2)]
        await tx.learners.save(replace(here, zone="Pacific/Auckland"))
        for item in lived:
            await tx.records.add_entry(here.id, replace(item, east=13 * 60))  # it is summer there
            await tx.records.add_entry(nowhere.id, item)
        counted = [await everything_counted(tx, person.id) for person in (here, nowhere)]
    async with store.engine.begin() as connection:  # as it was before
        await connection.execute(text("ALTER TABLE learner DROP COLUMN rough"))
        await connection.execute(text("DROP TABLE arrived"))
        await connection.execute(text("DROP TABLE pace"))
        await connection.execute(text("ALTER TABLE inbox DROP COLUMN lease_until"))
        await connection.execute(text("DROP TABLE day_tally"))
        await connection.execute(text("ALTER TABLE entry DROP COLUMN east"))
        await connection.execute(text("ALTER TABLE learner DROP COLUMN hidden_lines"))
        await connection.execute(text("DELETE FROM tally WHERE name LIKE 'when %' OR name LIKE 'squares:%'"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    await store.close()  # a Keel that runs is not left behind
    await migrate(store.engine.url.render_as_string(hide_password=False))
    async with store.transaction(reading=True) as tx:
        assert [await everything_counted(tx, person.id) for person in (here, nowhere)] == counted


async def everything_counted(tx: Transaction, person: int) -> tuple[object, ...]:
    """Entries and all counters of somebody."""
    counts = (await tx.tallies.tally(person)).counts
    return await tx.records.entries(person), counts, await tx.tallies.day_counters(person)


async def test_counters_follow_what_is_erased(store: Store) -> None:
    lived = [
        Entry("spiral", NOW + timedelta(hours=number), 7, None, tags=("facts.seen",), east=60) for number in range(9)
    ]
    async with store.transaction() as tx:
        person = (await tx.learners.add(1, "en", NOW)).id
        ids = [await tx.records.add_entry(person, item) for item in lived]
        await tx.records.rate_entry(person, ids[0], 3)
        for id_ in ids[1::2]:
            await tx.records.drop_entry(person, id_)
        left = await tx.records.entries(person)
        assert len(left) == 5
        assert (await tx.tallies.tally(person)).counts == Tally.of(left).counts
        assert await tx.tallies.day_counters(person) == day_counters(left)
        everything = await tx.tallies.days(person, NOW.date(), NOW.date() + timedelta(days=9))
        whole = await tx.tallies.all_days(person, Tally.of(left), NOW.date() + timedelta(days=9))
        assert (everything.length, whole.length) == (10, 10)
        assert everything.counters["spiral facts.seen"] == whole.counters["spiral facts.seen"] == Counted(5, 25)
        assert (await tx.tallies.days(person, NOW.date() + timedelta(days=1), NOW.date())).counters == {}
        assert await tx.tallies.by_day(person, ("spiral", "pause"), NOW.date()) == {NOW.date(): 5}
        for id_ in ids[::2]:
            await tx.records.drop_entry(person, id_)
        assert await everything_counted(tx, person) == ([], {}, [])


async def test_a_naive_moment_is_refused(store: Store) -> None:
    with pytest.raises((StatementError, ValueError), match="time zone"):
        async with store.transaction() as tx:
            await tx.learners.add(1, "en", datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


async def test_four_claimers_never_get_the_same_timer(store: Store) -> None:
    async with store.transaction() as tx:
        for chat in range(200):
            person = await tx.learners.add(chat, "en", NOW)
            await tx.timers.set(person.id, "lesson", "", NOW, Lane.BULK)

    async def claim() -> list[int]:
        found: list[int] = []
        while True:
            async with store.transaction() as tx:
                batch = await tx.timers.claim(Lane.BULK, NOW, 7, timedelta(minutes=1))
            if not batch:
                return found
            found += [timer.id for timer in batch]

    found = [id_ for part in await asyncio.gather(*(claim() for _ in range(4))) for id_ in part]
    assert len(found) == len(set(found)) == 200
    async with store.transaction() as tx:
        assert len(await tx.timers.claim(Lane.BULK, NOW + timedelta(minutes=2), 500, timedelta(minutes=1))) == 200


async def test_a_lesson_has_one_row_in_the_ledger(store: Store) -> None:
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", NOW)
        await tx.timers.begin_delivery(person.id, "o1", NOW)
    with pytest.raises(IntegrityError):
        async with store.transaction() as tx:
            await tx.timers.begin_delivery(person.id, "o1", NOW)


async def test_who_saves_an_old_version_loses(store: Store) -> None:
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", NOW)
        session = Session("s1", person.id, "spiral", "arrive", NOW, NOW)
        await tx.sessions.add(session)
        await tx.sessions.save(replace(session, step="pause"))
    with pytest.raises(LostRace):
        async with store.transaction() as tx:
            await tx.learners.save(replace(person, unread=5))
            await tx.sessions.save(replace(session, step="facts"))
    async with store.transaction(reading=True) as tx:
        there, known = await tx.sessions.get("s1", person.id), await tx.learners.get(person.id)
    assert there is not None
    assert known is not None
    assert (there.step, known.unread) == ("pause", 0)  # nothing of the transaction that lost


NOBODYS = {"learner", "inbox", "setting", "broadcast", "answer_time", "arrived", "pace"}
"""Tables without a `learner_id`: the person's own row, updates by chat, what is the installation's and nobody's."""


async def test_erasing_one_person_takes_all_of_theirs_and_nothing_else(store: Store) -> None:
    theirs = [table for table in metadata.sorted_tables if "learner_id" in table.c]
    assert {table.name for table in metadata.sorted_tables} - {table.name for table in theirs} == NOBODYS, (
        "a table that is new: erase must know what of it is somebody's"
    )
    async with store.transaction() as tx:
        people = [await tx.learners.add(chat, "en", NOW) for chat in (1, 2)]
        message = {name: value for name, value in row_for(broadcast, 1).items() if name != "learner_id"}
        await tx.learners.connection.execute(broadcast.insert().values(message))  # what its ledger rows refer to
        for person in people:
            for table in theirs:
                await tx.learners.connection.execute(table.insert().values(row_for(table, person.id)))
        await tx.learners.erase(people[0])
        assert await tx.learners.find(1) is None
        assert await tx.learners.find(2) == people[1]
        for table in theirs:
            left = {row.learner_id for row in await tx.learners.connection.execute(table.select())}
            assert left == {people[1].id}, table.name


def row_for(table: Table, learner_id: int) -> dict[str, object]:
    """A row of any table for one person: something fitting in every column."""
    fitting: dict[type, object] = {int: 1, bool: False, datetime: NOW, date: NOW.date(), bytes: b"sealed"}
    row: dict[str, object] = {"learner_id": learner_id}
    for column in table.c:
        if column.name in row or (column.primary_key and column.autoincrement and column.type.python_type is int):
            continue
        kind = datetime if isinstance(column.type, Moment) else column.type.python_type
        row[column.name] = fitting.get(kind, f"x{learner_id}")
    return row


async def test_who_comes_from_elsewhere_brings_ids_and_new_ones_go_on_from_there(store: Store) -> None:
    came = replace(Learner(40, 7, NOW), keep_days=30)
    notes, holds = [Note(17, "journal", SECRET, NOW)], [Hold(23, SECRET, HoldState.HELD, NOW, NOW)]
    async with store.transaction() as tx:
        await tx.arrivals.bring(Luggage(came, notes, [], [], [], holds, [], [], [], [], {}))
        assert await tx.learners.find(7) == came
        assert await tx.records.notes(40) == notes
        assert await tx.kept.holds(40) == holds
        assert await tx.records.add_note(40, "journal", SECRET, NOW) == 18
        assert await tx.kept.add_hold(40, SECRET, NOW, NOW, morning=False) == 24
        assert (await tx.learners.add(8, "en", NOW)).id == 41


async def test_updates_of_theirs_that_were_set_aside_go_too(store: Store) -> None:
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", NOW)
        await tx.inbox.add(5, [Received(number, chat, SECRET) for number, chat in ((1, 1), (2, 1), (3, 2))], NOW)
        await tx.inbox.set_aside(1, NOW)
        await tx.inbox.set_aside(3, NOW)
        await tx.learners.erase(person)
        assert await tx.inbox.get(1) is None
        assert [item.update_id for item in await tx.inbox.waiting()] == [2]
        assert await tx.inbox.count_set_aside() == 1


def files_with(folder: Path, phrase: str) -> list[str]:
    """Files in which a phrase stands readable."""
    return [file.name for file in folder.iterdir() if phrase.encode() in file.read_bytes()]


async def test_what_people_write_is_nowhere_readable_in_the_files(store: Store, tmp_path: Path) -> None:
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", NOW)
        await tx.records.add_note(person.id, "note", SECRET, NOW)
        await tx.sessions.add(Session("s1", person.id, "spiral", "facts", NOW, NOW, answers={"facts_own": (SECRET,)}))
        await tx.inbox.add(5, [Received(1, 1, SECRET)], NOW)
        await tx.inbox.keep_reply(1, Reply((Screen(SECRET),)))
    assert files_with(tmp_path, SECRET) == []
    async with store.transaction(reading=True) as tx:
        (waiting,) = await tx.inbox.waiting()
        assert waiting.body == SECRET
        assert waiting.reply == Reply((Screen(SECRET),))


async def test_an_answer_comes_back_from_the_inbox_as_it_went_in(store: Store) -> None:
    taps = (
        Button("a", StepTap("s", "b", "c")),
        Button("b", LessonTap("o1", "why")),
        Button("c", CommandTap("sos", "DE")),
    )
    reply = Reply(
        (Screen("x", (taps,), (Frame("in", 4),), 7, False, True, Document("a.zip"), chart=lived(5)),),
        "s",
        3,
        (4,),
        True,
    )
    async with store.transaction() as tx:
        await tx.inbox.add(5, [Received(1, 1, "{}")], NOW)
        await tx.inbox.keep_reply(1, reply)
        (waiting,) = await tx.inbox.waiting()
    assert waiting.reply == reply


async def test_a_batch_that_telegram_repeats_is_taken_once(store: Store) -> None:
    batch = [Received(10, 1, "{}"), Received(11, 1, "{}")]
    async with store.transaction() as tx:
        assert await tx.inbox.add(5, batch, NOW) == {10, 11}
        await tx.inbox.forget(10)
        assert await tx.inbox.add(5, [*batch, Received(12, 1, "{}")], NOW) == {12}
        assert await tx.inbox.next_offset(5, NOW) == 13
        assert await tx.inbox.next_offset(6, NOW) is None
        assert await tx.inbox.next_offset(5, NOW + timedelta(days=8)) is None


async def test_an_update_is_applied_once_whoever_comes_second(store: Store) -> None:
    async def apply(chat_id: int) -> None:
        async with store.transaction() as tx:
            await tx.learners.add(chat_id, "en", NOW)
            await tx.inbox.keep_reply(10, Reply((Screen("hello"),)))

    async with store.transaction() as tx:
        await tx.inbox.add(5, [Received(10, 1, "{}")], NOW)
    await apply(1)
    with pytest.raises(AppliedAlready):  # its answer waits
        await apply(2)
    async with store.transaction() as tx:
        await tx.inbox.forget(10)
    with pytest.raises(AppliedAlready):  # and this was sent
        await apply(3)
    async with store.transaction(reading=True) as tx:
        known = [await tx.learners.find(chat_id) is not None for chat_id in (1, 2, 3)]
    assert known == [True, False, False]


@given(st.text(), st.text())
def test_a_sealed_text_opens_only_where_it_belongs(
    tmp_path_factory: pytest.TempPathFactory, text: str, about: str
) -> None:
    cipher = Cipher.open(tmp_path_factory.getbasetemp() / "key", create=True)
    token = cipher.encrypt(text, about=about)
    assert cipher.decrypt(token, about=about) == text
    with pytest.raises(KeyProblem):
        cipher.decrypt(token, about=about + "!")
    with pytest.raises(KeyProblem):
        cipher.decrypt(token[:-1] + bytes([token[-1] ^ 1]), about=about)


def test_a_malformed_key_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("# fine\nkey nonsense\n")
    with pytest.raises(KeyProblem, match=r"key:2: this line is not a Keel key"):
        Cipher.open(tmp_path / "key", create=False)


def test_an_older_key_still_opens_what_it_sealed(tmp_path: Path) -> None:
    old = Cipher.open(tmp_path / "a", create=True)
    token = old.encrypt("x", about="y")
    Cipher.open(tmp_path / "b", create=True)
    (tmp_path / "both").write_text((tmp_path / "a").read_text() + (tmp_path / "b").read_text())
    both = Cipher.open(tmp_path / "both", create=False)
    assert both.decrypt(token, about="y") == "x"
    assert both.current_key_id != old.current_key_id


async def test_a_lease_from_before_the_clock_was_set_back_counts_as_over(store: Store) -> None:
    minute = timedelta(minutes=1)
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", NOW)
        await tx.timers.set(person.id, "lesson", "", NOW, Lane.BULK)
    async with store.transaction() as tx:
        assert len(await tx.timers.claim(Lane.BULK, NOW + timedelta(hours=1), 5, minute)) == 1
    async with store.transaction() as tx:
        assert len(await tx.timers.claim(Lane.BULK, NOW, 5, minute)) == 1
    async with store.transaction() as tx:  # another machine, whose clock is behind by a little
        assert await tx.timers.claim(Lane.BULK, NOW - minute / 2, 5, minute) == []
