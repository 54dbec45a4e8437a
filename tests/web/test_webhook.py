"""The webhook: updates are safe before Telegram hears so, and what is no update does no harm and leaves no trace."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.simulator.bringing import bringing
from bot.simulator.person import join
from bot.telegram import desk
from bot.telegram.intake import ALLOWED
from bot.web import webhook as module
from bot.web.health import served
from bot.web.serve import serving
from bot.web.webhook import LARGEST, SECRET_HEADER, webhook
from tests.person import Person, World, soon

SECRET = "a-secret-of-thirty-two-characters"
PHRASE = "nobody else would write these words"
KINDS = frozenset(ALLOWED)


class Brought(World):
    """A world whose updates come by the webhook: what settles it is Telegram's own bringing."""

    async def settle(self) -> None:
        """Wait until everything was brought and answered."""
        async with asyncio.timeout(20):
            while self.telegram.updates:
                async with self.telegram.changed:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.telegram.changed.wait(), 0.02)
            await self.keel.turns.drain()


@pytest.fixture
async def brought(world: World) -> AsyncIterator[Brought]:
    """A Keel behind a webhook over loopback."""
    route = webhook("/telegram", SECRET, KINDS, world.keel.intake.take)
    async with serving(Starlette(routes=[route]), 0) as root, bringing(world.telegram):
        waiting = asyncio.create_task(world.keel.intake.wait(f"{root}/telegram", SECRET))
        yield Brought(world.keel, world.telegram, world.clock)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


@pytest.fixture
async def door(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The webhook's own side of the door, without a network."""
    app = Starlette(routes=[webhook("/telegram", SECRET, KINDS, world.keel.intake.take)])
    waiting = asyncio.create_task(world.keel.intake.wait("https://keel.example/telegram", SECRET))
    async with asyncio.timeout(5):
        while not world.keel.intake.open:
            await soon()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://keel") as client:
        yield client
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting


def message(update_id: int, text: str = PHRASE) -> dict[str, Any]:
    chat = {"id": 1001, "type": "private", "first_name": "Anna"}
    about = {"message_id": update_id, "date": 1, "chat": chat, "from": {"id": 1001, "is_bot": False, "first_name": "A"}}
    return {"update_id": update_id, "message": {**about, "text": text}}


async def knock(door: httpx.AsyncClient, body: Any, secret: str | None = SECRET) -> int:
    """Send a body; gives the status."""
    headers = {} if secret is None else {SECRET_HEADER: secret}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (await door.post("/telegram", content=content, headers=headers)).status_code


async def test_the_hard_minute_goes_by_webhook_as_it_does_by_asking(brought: Brought) -> None:
    anna = Person(brought, join(brought.telegram, "Anna"))
    await anna.sends("/spiral")
    anna.sees("stop at any point")
    await anna.taps("Next")
    await anna.taps("I've paused")
    anna.sees("Is it passing")
    (call,) = brought.telegram.calls("setWebhook")
    assert call.params["secret_token"] == SECRET
    assert set(call.params["allowed_updates"]) == KINDS
    assert brought.telegram.refusals() == []


async def test_a_tap_is_acknowledged_once_and_by_telegram_itself(brought: Brought) -> None:
    anna = Person(brought, join(brought.telegram, "Anna"))
    await anna.sends("/spiral")
    await anna.taps("Next")
    assert [query.answered is not None for query in brought.telegram.queries.values()] == [True]
    assert len(brought.telegram.calls("answerCallbackQuery")) == 1  # Telegram's own, of what the answer said


async def test_the_answer_to_a_tap_says_what_telegram_is_to_call(door: httpx.AsyncClient) -> None:
    tap = {"id": "77", "from": {"id": 5, "is_bot": False, "first_name": "B"}, "message": message(1)["message"]}
    answer = await door.post("/telegram", json={"update_id": 5, "callback_query": tap}, headers={SECRET_HEADER: SECRET})
    assert answer.json() == {"method": "answerCallbackQuery", "callback_query_id": "77"}
    answer = await door.post("/telegram", json=message(6), headers={SECRET_HEADER: SECRET})
    assert answer.content == b""


async def test_many_people_at_once_each_get_their_own_answers_in_order(brought: Brought) -> None:
    people = [Person(brought, join(brought.telegram, f"P{number}")) for number in range(20)]
    for person in people:
        person.account.send_text("/journal")
    await brought.settle()
    for person in people:
        person.account.send_text(f"what only {person.account.chat.name} thinks")
    await brought.settle()
    for person in people:
        await person.taps("Keep it")
    async with brought.keel.store.transaction(reading=True) as tx:
        for person in people:
            learner = await tx.learners.find(person.account.chat.id)
            assert learner is not None
            (kept,) = await tx.records.notes(learner.id)
            assert kept.text == f"what only {person.account.chat.name} thinks"


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (message(1), None, 403),
        (message(1), "wrong", 403),
        (message(1), SECRET + "x", 403),
        (b"x" * (LARGEST + 1), SECRET, 413),
        (b"x" * 10 * LARGEST, SECRET, 413),
        (b"", SECRET, 400),
        (b"{", SECRET, 400),
        (b"\xff\xfe", SECRET, 400),
        (b"[" * 100_000, SECRET, 400),
        (b'{"update_id":' + b"[" * 50_000 + b"]" * 50_000 + b"}", SECRET, 400),
        ([], SECRET, 400),
        ({"message": message(1)["message"]}, SECRET, 400),
        ({"update_id": "1", "message": {}}, SECRET, 400),
        ({"update_id": True, "message": {}}, SECRET, 400),
        ({"update_id": -1, "message": {}}, SECRET, 400),
        ({"update_id": 2**63, "message": {}}, SECRET, 400),
        ({"update_id": 7}, SECRET, 200),
        ({"update_id": 7, "inline_query": {"query": PHRASE}}, SECRET, 200),
        ({"update_id": 7, "message": PHRASE}, SECRET, 200),
        ({"update_id": 7, "message": {"chat": {"id": 2**70}, "text": PHRASE}}, SECRET, 200),
        ({"update_id": 7, "message": {"chat": {"id": "one"}, "text": PHRASE}}, SECRET, 200),
        ({"update_id": 7, "callback_query": {"message": {"chat": PHRASE}}}, SECRET, 200),
    ],
)
async def test_what_knocks_gets_the_right_answer_and_leaves_no_words(
    door: httpx.AsyncClient, world: World, caplog: pytest.LogCaptureFixture, body: Any, secret: str | None, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    assert await knock(door, body, None if secret is None else secret) == status
    async with asyncio.timeout(20):
        await world.keel.turns.drain()
    assert PHRASE not in caplog.text
    assert await knock(door, message(1000)) == 200
    await world.keel.turns.drain()
    assert world.telegram.calls("sendMessage")  # it goes on


async def test_an_update_brought_twice_is_answered_once(door: httpx.AsyncClient, world: World) -> None:
    for _ in range(3):
        assert await knock(door, message(5, "/spiral")) == 200
        await world.keel.turns.drain()
    assert len(world.telegram.calls("sendMessage")) == 1
    assert await knock(door, message(4, "/help")) == 200  # an earlier one may come later
    await world.keel.turns.drain()
    assert len(world.telegram.calls("sendMessage")) == 2


async def test_asked_for_and_brought_is_answered_once_whichever_was_first(
    door: httpx.AsyncClient, world: World
) -> None:
    await world.keel.intake.receive([message(10, "/spiral")])
    assert await knock(door, message(10, "/spiral")) == 200
    assert await knock(door, message(11, "/help")) == 200
    await world.keel.intake.receive([message(11, "/help"), message(12, "/about")])
    await world.keel.turns.drain()
    assert len(world.telegram.calls("sendMessage")) == 3


async def test_nothing_is_received_before_it_is_safe(
    door: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction = world.keel.store.transaction

    def broken(**_: Any) -> Any:
        raise OSError("disk")

    monkeypatch.setattr(world.keel.store, "transaction", broken)
    assert await knock(door, message(5, "/spiral")) == 503
    monkeypatch.setattr(world.keel.store, "transaction", transaction)
    assert await knock(door, message(5, "/spiral")) == 200
    await world.keel.turns.drain()
    assert len(world.telegram.calls("sendMessage")) == 1


async def test_before_and_after_it_is_open_telegram_is_asked_to_come_again(world: World) -> None:
    app = Starlette(routes=[webhook("/telegram", SECRET, KINDS, world.keel.intake.take)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://keel") as client:
        assert await knock(client, message(5)) == 503


async def test_who_sends_too_slowly_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOWEST", 0.2)
    route = webhook("/telegram", SECRET, KINDS, world.keel.intake.take)
    async with serving(Starlette(routes=[route]), 0) as root:
        host, port = root.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /telegram HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 100\r\n\r\n"
        writer.write(head.encode() + b'{"update')
        async with asyncio.timeout(5):
            assert b"408" in await reader.readline()
        writer.close()


async def test_the_page_for_watchers_is_served_beside_it(world: World, unused_tcp_port: int) -> None:
    route = webhook("/telegram", SECRET, KINDS, world.keel.intake.take)
    async with served(("127.0.0.1", unused_tcp_port), [route]), httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{unused_tcp_port}/healthz")).text == "ok"
        assert (await client.get(f"http://127.0.0.1:{unused_tcp_port}/telegram")).status_code == 405


leaves = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(["update_id", *ALLOWED, "chat", "from", "text", "message_id", "date", "data", "id", "type"])
bodies = (
    st.binary(max_size=200)
    | st.dictionaries(fields, trees, max_size=6).map(lambda tree: json.dumps(tree).encode())
    | st.builds(
        lambda number, kind, tree: json.dumps({"update_id": number, kind: tree}).encode(),
        st.integers(0, 2**63), st.sampled_from(ALLOWED), st.dictionaries(fields, trees, max_size=5),
    )
)  # fmt: skip


@settings(
    max_examples=int(os.environ.get("KEEL_FUZZ", "600")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=bodies)
async def test_no_body_does_any_harm(door: httpx.AsyncClient, world: World, body: bytes) -> None:
    """600 here, and 10,000 by `make fuzz`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "FIRST_REPEAT", 0.0)  # what cannot be answered is tried again at once
        assert await knock(door, body) in (200, 400)
        await world.keel.turns.drain()
