"""Made-up updates through the whole application: none is an error, none is set aside, and /spiral is answered after."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import log
from bot.simulator.person import join
from bot.simulator.state import Chat
from bot.telegram import desk
from tests.person import World
from tests.updates import CHATS, PHRASE, Json, updates

AT_ONCE = 10
"""Updates that are handed over together."""
GIVEN = os.environ.get("KEEL_FUZZ_UPDATES")
UPDATES = int(GIVEN or "200")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, from debug on, as an operator would read it."""
    monkeypatch.setattr(desk, "FIRST_REPEAT", 0.0)  # what cannot be answered is tried again at once
    written = io.StringIO()
    log.configure("json", "debug")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written


@pytest.fixture
async def open_to_all(world: World, said: io.StringIO) -> AsyncIterator[World]:
    """A Keel that really asks for updates, and a Telegram that hands over every kind."""
    asyncio.get_running_loop().set_exception_handler(log.report_loop)
    world.telegram.any_kind = True
    for chat_id in CHATS:
        join(world.telegram, "Somebody", chat_id=chat_id).chat.started = True
    receiving = asyncio.create_task(world.keel.intake.run())
    yield world
    receiving.cancel()
    with suppress(asyncio.CancelledError):
        await receiving


async def handed_over(world: World) -> None:
    """Wait until all of them are confirmed and answered."""
    async with asyncio.timeout(60):
        async with world.telegram.changed:
            await world.telegram.changed.wait_for(lambda: not world.telegram.updates)
        await world.keel.turns.drain()


def chats_of(update: Json) -> Iterator[int]:
    """Private chats of which Telegram would know, with ids that it could have."""
    for kind in ("message", "edited_message", "callback_query"):
        holder: Any = update.get(kind)
        holder = holder.get("message") if kind == "callback_query" and isinstance(holder, dict) else holder
        chat = holder.get("chat") if isinstance(holder, dict) else None
        match chat:
            case {"id": int(id_), "type": "private"} if not isinstance(id_, bool) and 0 < abs(id_) < 2**63:
                yield id_


async def answers_spiral(world: World, chat_id: int) -> bool:
    chat = world.telegram.chats.setdefault(chat_id, Chat(chat_id, "private", "Somebody"))
    chat.started, chat.blocked = True, False
    before = len(world.telegram.calls("sendMessage"))
    author = {"id": chat_id, "is_bot": False, "first_name": "Somebody"}
    world.telegram.update(message={
        "message_id": 1, "date": 1, "chat": {"id": chat_id, "type": "private"}, "from": author, "text": "/spiral",
        "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
    })  # fmt: skip
    await handed_over(world)
    sent = world.telegram.calls("sendMessage")[before:]
    return any(call.code == 200 and int(call.params["chat_id"]) == chat_id for call in sent)


@settings(
    max_examples=max(1, UPDATES // AT_ONCE),
    deadline=None,
    derandomize=GIVEN is None,  # the same ones in every test run, others with every `make fuzz`
    suppress_health_check=list(HealthCheck),
)
@given(batch=st.lists(updates(), min_size=AT_ONCE, max_size=AT_ONCE))
async def test_no_update_does_any_harm(open_to_all: World, said: io.StringIO, batch: list[Json]) -> None:
    """200 here, and 20,000 by `make fuzz`."""
    world = open_to_all
    said.seek(0)
    said.truncate()
    world.telegram.record.clear()
    used = {chat_id for update in batch for chat_id in chats_of(update)}
    for chat_id in used:
        world.telegram.chats.setdefault(chat_id, Chat(chat_id, "private", "Somebody", started=True))
    for update in batch:
        world.telegram.update(**update)
    await handed_over(world)
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.inbox.waiting() == []
        assert await tx.inbox.count_set_aside() == 0
    for chat_id in used:
        assert await answers_spiral(world, chat_id), chat_id
    assert PHRASE not in said.getvalue()
    worse = [line for line in said.getvalue().splitlines() if json.loads(line)["level"] in ("error", "critical")]
    assert worse == []
