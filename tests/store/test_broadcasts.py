"""Broadcasts, counts and answer times, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.core.model import DeliveryState, Lane, Status
from bot.core.stats import Group
from bot.services.broadcast import cancel, look_over, write_down
from bot.services.stats import gather
from bot.store.broadcasts import BROADCAST
from bot.store.store import Store
from tests.store.test_store import NOW


async def test_written_down_twice_it_is_one_and_taken_back_it_is_none(store: Store) -> None:
    async with store.transaction() as tx:
        for chat in range(12):
            await tx.learners.add(chat, "en", NOW)
    day = NOW + timedelta(hours=12)
    assert (await look_over(store, "hello", day)).size == 12
    item, added = await write_down(store, "hello", day)
    assert (item.id, added) == (1, 12)
    assert (await write_down(store, "hello", day))[1] == 0
    async with store.transaction() as tx:
        people = await tx.learners.page(0, 3)
        rows = [await tx.broadcasts.begin_delivery(person.id, item.id, day) for person in people]
        await tx.broadcasts.end_delivery(rows[0], DeliveryState.SENT, 7)
        await tx.broadcasts.end_delivery(rows[1], DeliveryState.FAILED)
        await tx.timers.drop(people[2].id, BROADCAST, "1")
        assert await tx.broadcasts.begun(people[2].id, item.id)
        assert not await tx.broadcasts.begun(people[2].id + 1, item.id)
        (found,) = await tx.broadcasts.progress()
    assert (found.sent, found.waiting, found.unknown, found.failed) == (1, 11, 1, 1)
    assert (await look_over(store, "hello", day)).had == 3
    assert (await cancel(store, item.id)).waiting == 11
    with pytest.raises(IntegrityError):
        async with store.transaction() as tx:
            await tx.broadcasts.begin_delivery(people[0].id, item.id, day)


async def test_stats_count_everybody_once(store: Store) -> None:
    async with store.transaction() as tx:
        for chat in range(30):
            person = await tx.learners.add(chat, "en", NOW)
            wishes = {"status": Status.ACTIVE, "zone": "Europe/Berlin", "paused": chat < 6}
            await tx.learners.save(type(person)(**{**vars(person), **wishes}))
            await tx.timers.set(person.id, "lesson", "", NOW - timedelta(days=chat % 2), Lane.BULK)
            ledger = await tx.timers.begin_delivery(person.id, "o1", NOW - timedelta(hours=chat))
            await tx.timers.end_delivery(ledger, DeliveryState.SENT if chat % 2 else DeliveryState.UNKNOWN)
        for _ in range(2):
            await tx.counts.add_answer_times({(NOW, 3): 4, (NOW - timedelta(days=2), 3): 50})
        await tx.counts.forget_answer_times(NOW - timedelta(days=1))
        assert await tx.counts.answer_times(NOW - timedelta(days=30)) == {3: 8}
    found = await gather(store, NOW + timedelta(minutes=1))
    assert found.statuses == {
        "new": Group(None), "active": Group(20), "paused": Group(5), "stopped": Group(None), "blocked": Group(None),
    }  # fmt: skip
    assert found.lessons["late"] == Group(30)  # at midnight, when nobody's window is open
    assert found.lessons["sent"] == found.lessons["unknown"] == Group(10)
    assert found.queues == {"live": Group(None), "bulk": Group(30)}
    assert found.answers == Group(5)
    assert found.half == found.nearly_all
