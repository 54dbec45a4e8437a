"""Changes that share a transaction: each fails alone, and nobody hears “done” before it is committed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.core.model import Session
from bot.store.migrate import migrate
from bot.store.sessions import LostRace
from bot.store.store import Store, Transaction, open_store
from bot.store.together import MOST
from tests.store.test_store import NOW


async def people(store: Store, many: int) -> list[int]:
    async with store.transaction() as tx:
        return [(await tx.learners.add(chat, "en", NOW)).id for chat in range(many)]


async def unread(store: Store) -> list[int]:
    async with store.transaction(reading=True) as tx:
        return [person.unread for person in await tx.learners.page(0, 1000)]


async def read(store: Store, chat: int, number: int) -> int:
    """A change as an update makes one: it reads, and then writes."""

    async def work(tx: Transaction) -> int:
        person = await tx.learners.find(chat)
        assert person is not None
        await tx.learners.save(replace(person, unread=number))
        return number

    return await store.change(work)


async def test_what_waits_at_the_same_time_is_one_transaction(store: Store) -> None:
    await people(store, MOST)
    before = store.transactions
    assert await asyncio.gather(*(read(store, chat, chat + 1) for chat in range(MOST))) == list(range(1, MOST + 1))
    assert await unread(store) == list(range(1, MOST + 1))
    if store.engine.dialect.name == "sqlite":
        assert store.transactions - before == 2  # one for all of them, and the reading one above


async def test_one_that_raises_is_undone_alone(store: Store) -> None:
    await people(store, 5)

    async def work(tx: Transaction) -> None:
        person = await tx.learners.find(2)
        assert person is not None
        await tx.learners.save(replace(person, unread=9))
        await tx.learners.find(3)  # so that what was written is in the database already
        raise ValueError("of its own")

    async def at_once(_: Transaction) -> None:
        raise KeyError

    changes = [read(store, 0, 1), store.change(work), read(store, 3, 4), store.change(at_once), read(store, 4, 5)]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(item) for item in outcomes] == [int, ValueError, int, KeyError, int]
    assert await unread(store) == [1, 0, 0, 4, 5]


async def test_a_lost_race_concerns_only_who_lost_it(store: Store) -> None:
    first, *_ = await people(store, 3)
    session = Session("s1", first, "spiral", "arrive", NOW, NOW)
    async with store.transaction() as tx:
        await tx.sessions.add(session)

    async def save(step: str) -> str:
        async def work(tx: Transaction) -> str:
            person = await tx.learners.find(0)
            assert person is not None
            await tx.learners.save(replace(person, unread=person.unread + 1))
            await tx.sessions.save(replace(session, step=step))  # the version that both loaded
            await tx.sessions.set_message("s1", len(step))
            return step

        return await store.change(work)

    outcomes = await asyncio.gather(
        read(store, 1, 7), save("pause"), save("looking"), read(store, 2, 8), return_exceptions=True
    )
    won = [item for item in outcomes if isinstance(item, str)]
    assert [type(item) for item in outcomes].count(LostRace) == 1
    assert await unread(store) == [1, 7, 8]  # of the one that lost, nothing
    async with store.transaction(reading=True) as tx:
        there = await tx.sessions.get("s1", first)
    assert there is not None
    assert [there.step] == won
    assert there.message_id == len(won[0])


async def test_what_the_database_refuses_later_is_told_to_who_asked(store: Store) -> None:
    first, *_ = await people(store, 2)
    session = Session("s1", first, "spiral", "arrive", NOW, NOW)

    async def add(tx: Transaction) -> None:
        await tx.sessions.add(session)

    outcomes = await asyncio.gather(
        store.change(add), read(store, 0, 3), store.change(add), read(store, 1, 4), return_exceptions=True
    )
    assert outcomes[0] is None
    assert outcomes[1] == 3
    assert isinstance(outcomes[2], IntegrityError)
    assert outcomes[3] == 4
    assert await unread(store) == [3, 4]


async def test_a_full_disk_is_told_to_everybody_and_nothing_is_half_done(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}"
    await migrate(url)
    store = await open_store(url, tmp_path / "keel.key")
    await people(store, 6)
    async with store.transaction(reading=True) as tx:
        pages = (await tx.inbox.connection.execute(text("PRAGMA page_count"))).scalar_one()
    for opened in store._free:
        await opened.driver.execute(f"PRAGMA max_page_count={pages + 2}")

    async def much(tx: Transaction) -> None:
        await tx.records.add_note(1, "note", "x" * 200_000, NOW)

    outcomes = await asyncio.gather(
        read(store, 0, 1), store.change(much), read(store, 1, 2), read(store, 2, 3), return_exceptions=True
    )
    written = await unread(store)
    for chat, outcome in ((0, outcomes[0]), (1, outcomes[2]), (2, outcomes[3])):
        assert written[chat] == (outcome if isinstance(outcome, int) else 0)
    assert isinstance(outcomes[1], DBAPIError)
    for opened in store._free:
        await opened.driver.execute("PRAGMA max_page_count=100000")
    assert await read(store, 5, 6) == 6
    assert (await unread(store))[5] == 6
    await store.close()


async def test_who_gives_up_waiting_holds_nobody_up(store: Store) -> None:
    await people(store, 4)
    async with store.transaction() as tx:  # somebody writes
        waiting = [asyncio.create_task(read(store, chat, chat + 1)) for chat in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await tx.learners.find(0)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [outcomes[0], outcomes[2]] == [1, 3]
    assert isinstance(outcomes[1], asyncio.CancelledError)
    assert await read(store, 3, 4) == 4


async def test_closing_waits_for_what_is_being_written(store: Store) -> None:
    await people(store, 3)
    changes = [asyncio.create_task(read(store, chat, chat + 1)) for chat in range(3)]
    await asyncio.sleep(0)
    for change in changes:
        change.cancel()  # who asked is gone, and what is being written is written
    await store.close()
    await asyncio.gather(*changes, return_exceptions=True)
    assert store._together._leader is None


async def test_a_database_that_cannot_be_reached_is_told_to_who_waits(tmp_path: Path, store: Store) -> None:
    opened = await open_store(str(store.engine.url.render_as_string(hide_password=False)), tmp_path / "keel.key")
    await opened.close()

    async def connect() -> None:
        raise ConnectionError("gone")

    opened._connect = connect  # type: ignore[method-assign, assignment]  # no database goes away on request
    outcomes = await asyncio.gather(*(read(opened, 0, 1) for _ in range(3)), return_exceptions=True)
    assert [type(item) for item in outcomes] == [ConnectionError] * 3
