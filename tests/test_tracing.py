"""Traces: an update's way and a tick are in them, and nobody's chat or words; without the extra nothing is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot import tracing
from bot.core.model import Lane
from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.telegram import desk
from tests.acceptance.process import running
from tests.conftest import MONDAY
from tests.person import Person, World

PHRASE = "purple heron"
CHAT = 7_310_558_242
"""A chat whose number stands nowhere by chance."""


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Every span of the test."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.use(provider)
    yield kept
    tracing.use(None)


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def everything(spans: InMemorySpanExporter) -> str:
    return "\n".join(span.to_json() for span in spans.get_finished_spans())


async def test_an_updates_way_and_a_tick_are_traced(world: World, anna: Person, spans: InMemorySpanExporter) -> None:
    await anna.sends("/spiral")
    (received,), (handled,), (delivered,) = (named(spans, name) for name in ("receive", "handle", "deliver"))
    assert received.attributes == {"updates": 1}
    assert delivered.attributes == {"lane": "live", "screens": 1, "verdict": "sent"}
    assert handled.parent is None
    assert delivered.parent is not None
    assert delivered.parent.span_id == handled.context.span_id
    await world.tick()
    assert [dict(tick.attributes or {}) for tick in named(spans, "tick")] == [
        {"lane": lane.value, "claimed": 0} for lane in (Lane.LIVE, Lane.BULK)
    ]


async def test_nobodys_chat_or_words_are_in_any_span(
    world: World, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "FIRST_REPEAT", 0.0)
    anna = Person(world, join(world.telegram, PHRASE, chat_id=CHAT))
    for said in ("/start", "/journal", f"{PHRASE} in the journal", f"/search {PHRASE}", "/hold", f"{PHRASE} for her"):
        await anna.sends(said)
    anna.account.tap(anna.bots[-1], f"c:{PHRASE}")
    await anna.does(anna.account.send_photo(caption=PHRASE))
    world.telegram.faults.next(Kind.ERROR, "sendMessage")
    await anna.sends(f"{PHRASE} while Telegram stumbles")

    async def broken(*_: object) -> None:
        raise ValueError(f"{PHRASE} {CHAT}")

    monkeypatch.setattr(world.keel.sender, "send", broken)
    await anna.sends(f"{PHRASE} while something fails")
    await world.wait(hours=30)
    told = everything(spans)
    assert len(named(spans, "deliver")) > 8
    assert "ValueError" in told
    assert PHRASE not in told
    assert str(CHAT) not in told


def test_without_the_variable_nothing_is_loaded() -> None:
    asks = (
        "import sys, bot.__main__, bot.tracing as t; t.begin(); print([m for m in sys.modules if 'opentelemetry' in m])"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert tracing.span("handle") is tracing.span("deliver")


def test_without_the_extra_the_variable_is_answered_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(tracing.ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    tracing.begin()
    assert "keel-bot[otel]" in capsys.readouterr().out
    assert tracing.span("handle") is tracing.span("deliver")


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Where traces are sent to over OTLP/HTTP: its address, and what came."""
    came: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        came.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", came
    finally:
        await runner.cleanup()


async def test_a_real_keel_sends_them_where_the_standard_variable_says(tmp_path: Path) -> None:
    async with running(tmp_path, MONDAY) as (bot, _), collector() as (address, came):
        anna = join(bot.telegram, "Anna", chat_id=CHAT)
        bot.settings = {tracing.ENDPOINT: address, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        await bot.start()
        anna.send_text(f"/spiral {PHRASE}")
        await bot.until(lambda: len(anna.posts) == 2, "an answer")
        await bot.until(lambda: b"deliver" in b"".join(came), "a trace")
    sent = b"".join(came)
    assert all(name in sent for name in (b"receive", b"handle", b"tick"))
    assert PHRASE.encode() not in sent
    assert str(CHAT).encode() not in sent
