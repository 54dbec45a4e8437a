"""What only PostgreSQL does: connections that the server closes, transactions that are begun by hand, joined writes."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.core.model import Session
from bot.core.screen import Reply
from bot.store.engine import NOT_NOW
from bot.store.inbox import AppliedAlready, Received
from bot.store.joined import Write, joined, joined_alone
from bot.store.marks import PUT
from bot.store.migrate import migrate
from bot.store.prepared import Prepared
from bot.store.sessions import LostRace
from bot.store.store import Store, open_store
from bot.telegram.claims import LEASE
from tests.conftest import MONDAY
from tests.postgresql import database


@pytest.fixture
async def store(postgresql: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database on PostgreSQL."""
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as url:
        await migrate(url)
        opened = await open_store(url, tmp_path / "keel.key")
        yield opened
        await opened.close()


async def test_a_connection_that_the_server_closed_is_replaced(store: Store) -> None:
    async with store.transaction() as tx:
        before = (await tx.inbox.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    with pytest.raises(NOT_NOW):
        async with store.transaction() as tx:
            await tx.inbox.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    await asyncio.sleep(0.1)
    async with store.transaction() as tx:
        await tx.learners.add(1, "en", MONDAY)
        after = (await tx.inbox.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    assert after != before


async def test_prepared_statements_and_cores_own_are_one_transaction(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.transaction() as tx:
            await tx.learners.add(1, "en", MONDAY)
            await tx.inbox.connection.execute(text("UPDATE learner SET locale = 'de'"))
            assert (await tx.learners.find(1)) is not None
            raise RuntimeError
    async with store.transaction(reading=True) as tx:
        assert await tx.learners.find(1) is None


async def test_what_only_repeats_itself_waits_for_no_disk_and_the_rest_does(store: Store) -> None:
    says = text("SHOW synchronous_commit")
    async with store.transaction(repeatable=True) as tx:
        assert (await tx.inbox.connection.execute(says)).scalar_one() == "off"
    async with store.transaction() as tx:
        assert (await tx.inbox.connection.execute(says)).scalar_one() == "on"


async def test_the_inbox_is_never_read_whole_however_few_rows_are_in_it(store: Store) -> None:
    claim = """UPDATE inbox SET lease_until = now() WHERE update_id =
        (SELECT update_id FROM inbox WHERE chat_id = 1 AND set_aside_at IS NULL ORDER BY update_id LIMIT 1)"""
    async with store.transaction() as tx:
        await tx.inbox.add(7, [Received(1, 1, "a")], MONDAY)
        await tx.inbox.connection.execute(text("ANALYZE inbox"))
        plan = (await tx.inbox.connection.execute(text(f"EXPLAIN {claim}"))).scalars().all()
    assert any("Index Scan" in line for line in plan)
    assert not any("Seq Scan" in line for line in plan)


async def test_of_many_who_claim_a_chat_at_once_one_has_it(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.inbox.add(7, [Received(1, 5, "a"), Received(2, 5, "b"), Received(3, 6, "c")], MONDAY)

    async def claims(chat: int) -> int | None:
        async with store.transaction(repeatable=True, single=True) as tx:
            found = await tx.chats.claim(chat, MONDAY, MONDAY + LEASE)
        return found.update_id if found is not None else None

    got = await asyncio.gather(*(claims(chat) for chat in (5, 6) * 8))
    assert sorted(update_id for update_id in got if update_id is not None) == [1, 3]
    async with store.transaction() as tx:
        await tx.inbox.forget(1)
    got = await asyncio.gather(*(claims(5) for _ in range(8)))
    assert [update_id for update_id in got if update_id is not None] == [2]


async def test_a_single_statement_that_had_to_change_something_says_when_it_did_not(store: Store) -> None:
    with pytest.raises(AppliedAlready):
        async with store.transaction() as tx:
            await tx.inbox.keep_reply(1, Reply(()))


WRITES = sorted(
    {
        (name, statement)
        for name, module in list(sys.modules.items())
        if name.startswith("bot.store.")
        for statement in vars(module).values()
        if isinstance(statement, Prepared) and statement.for_postgresql.table
    },
    key=lambda item: (item[0], item[1].for_postgresql.sql),
)


async def test_every_write_can_be_joined(store: Store) -> None:
    assert len(WRITES) > 20
    async with store.engine.connect() as core:
        driver = (await core.get_raw_connection()).driver_connection
        assert driver is not None
        for _, write in WRITES:
            parts = [Write(write, dict.fromkeys(write.for_postgresql.names), LostRace())]
            if write is not PUT:
                parts.append(Write(PUT, dict.fromkeys(("name", "value"))))
            hurried, waits = (joined_alone(parts, waits_for_disk=waits)[0] for waits in (False, True))
            assert "synchronous_commit" in hurried
            assert "synchronous_commit" not in waits
            for sql in (joined(parts)[0], hurried, waits):
                await driver.prepare(sql)
                said = sql.rpartition(") SELECT ")[2]  # in their order, or two could wait for each other's rows
                assert [int(at) for at in re.findall(r"FROM w(\d)", said)] == list(range(len(parts)))


async def test_joined_writes_all_happen_in_one_way_to_the_server_or_none_does(store: Store) -> None:
    async with store.transaction() as tx:
        anna = await tx.learners.add(1, "en", MONDAY)
        await tx.inbox.add(7, [Received(1, 1, "a"), Received(2, 1, "b")], MONDAY)
        run = Session("run", anna.id, "spiral", "pause", MONDAY, MONDAY)
        await tx.sessions.add(run)

    async def goes_on(update_id: int, at: Session) -> None:
        async with store.transaction(repeatable=True) as tx:
            await tx.learners.save(replace(anna, locale=f"x{update_id}"))
            await tx.sessions.save(at)
            await tx.inbox.keep_reply(update_id, Reply(()))

    await goes_on(1, run)
    later = replace(run, version=run.version + 1)
    with pytest.raises(AppliedAlready):
        await goes_on(1, later)
    with pytest.raises(LostRace):
        await goes_on(2, run)
    async with store.transaction(reading=True) as tx:
        stands = await tx.sessions.get("run", anna.id)
        second = await tx.inbox.get(2)
        found = await tx.learners.find(1)
    assert stands is not None and stands.version == later.version
    assert second is not None and second.reply is None
    assert found is not None and found.locale == "x1"


async def test_joined_writes_after_others_all_happen_or_none_does(store: Store) -> None:
    async with store.transaction() as tx:
        anna = await tx.learners.add(1, "en", MONDAY)
        await tx.inbox.add(7, [Received(1, 1, "a")], MONDAY)

    async def applies(locale: str) -> None:
        async with store.transaction() as tx:
            await tx.learners.get(anna.id, alone=True)
            await tx.learners.save(replace(anna, locale=locale))
            await tx.inbox.keep_reply(1, Reply(()))

    await applies("de")
    with pytest.raises(AppliedAlready):
        await applies("fr")
    async with store.transaction(reading=True) as tx:
        found = await tx.learners.find(1)
    assert found is not None and found.locale == "de"


async def test_writes_to_one_table_keep_their_order(store: Store) -> None:
    async with store.transaction() as tx:
        for value in ("first", "second", "third"):
            await tx.marks.put("a mark", value)
    async with store.transaction(reading=True) as tx:
        assert await tx.marks.get("a mark") == "third"
