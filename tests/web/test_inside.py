"""What Keel tells about itself: live, ready (in words), counted; cheap, and never about anybody."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot import log
from bot.core.model import Lane
from bot.pulse import Pulse
from bot.simulator.faults import Kind
from bot.store.migrate import migrate
from bot.web.inside import inside
from tests.acceptance.process import running
from tests.conftest import MONDAY
from tests.person import Person, World
from tests.postgresql import database
from tests.telegram.crowd import crowd

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
WORDS = "a phrase that nobody else would write"


class Ticking:
    """A monotonic clock that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def pages(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The pages of a world's Keel, without a network."""
    app = Starlette(routes=inside(world.keel.store, world.clock, world.keel.pulse))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://keel") as client:
        yield client


async def scraped(pages: httpx.AsyncClient) -> dict[str, float]:
    """Every sample by its name and labels: `keel_sends_total lane=live verdict=sent`."""
    return read((await pages.get("/metrics")).text)


def read(text: str) -> dict[str, float]:
    """The samples of a scrape."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {" ".join([one.name, *(f"{name}={of}" for name, of in one.labels.items())]): one.value for one in samples}


def names(text: str) -> set[str]:
    """Every name that may stand in a query of what was scraped."""
    found = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            found |= {name} if kind != "histogram" else {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
    return found


async def test_a_conversation_is_counted(world: World, anna: Person, pages: httpx.AsyncClient) -> None:
    await anna.sends("/spiral")
    await anna.taps("Next")
    found = await scraped(pages)
    assert found["keel_updates_total"] == 2
    assert found["keel_first_answer_seconds_count"] == 2
    assert found["keel_first_answer_seconds_bucket le=+Inf"] == 2
    assert found["keel_sends_total lane=live verdict=sent"] == 2
    assert found["keel_inbox_waiting"] == found["keel_inbox_set_aside"] == 0
    assert found["keel_database_up"] == 1


async def test_what_is_due_and_what_is_late_is_counted(world: World, pages: httpx.AsyncClient) -> None:
    await crowd(world, 3, MONDAY + timedelta(minutes=6))
    await crowd(world, 2, MONDAY + timedelta(minutes=1))
    world.clock.move_to(MONDAY + timedelta(minutes=7))
    found = await scraped(pages)
    assert found["keel_timers_due lane=bulk"] == 5
    assert found["keel_timers_late lane=bulk"] == 2
    assert 360 <= found["keel_timers_oldest_seconds lane=bulk"] < 390
    assert found["keel_timers_due lane=live"] == found["keel_timers_oldest_seconds lane=live"] == 0
    await world.keel.tick(Lane.BULK, 60)
    found = await scraped(pages)
    assert found["keel_sends_total lane=bulk verdict=sent"] == 5
    assert found["keel_ticks_total lane=bulk"] == 1


async def test_a_look_is_one_transaction_that_only_reads(world: World, pages: httpx.AsyncClient) -> None:
    before = world.keel.store.transactions
    await scraped(pages)
    assert world.keel.store.transactions == before + 1


async def test_refusals_and_doubts_are_counted_too(world: World, anna: Person, pages: httpx.AsyncClient) -> None:
    world.telegram.faults.next(Kind.ERROR, "sendMessage")
    await anna.sends("/help")
    found = await scraped(pages)
    others = [name for name, count in found.items() if name.startswith("keel_sends_total") and count == 1]
    assert len(others) == 2, others


async def test_no_label_says_anything_about_anybody(world: World, anna: Person, pages: httpx.AsyncClient) -> None:
    await anna.sends("/journal")
    await anna.sends(WORDS)
    await anna.taps("Keep it")
    text = (await pages.get("/metrics")).text
    assert str(anna.account.chat.id) not in text
    assert "Anna" not in text
    assert WORDS not in text
    labels = {
        (name, of)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        for name, of in sample.labels.items()
    }
    assert {name for name, _ in labels} <= {"lane", "verdict", "le", "result", "kind", "version"}


async def test_ready_says_in_words_what_is_not_well(world: World) -> None:
    tell = Ticking()
    pulse = Pulse(tell)
    app = Starlette(routes=inside(world.keel.store, world.clock, pulse))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://keel") as pages:
        answer = await pages.get("/readyz")
        assert (answer.status_code, "telegram: not reached yet" in answer.text) == (503, True)
        pulse.called(200)
        for lane in Lane:
            pulse.begins(lane.value)
        answer = await pages.get("/readyz")
        assert answer.status_code == 200
        assert answer.text.splitlines() == [
            "database: answers", "telegram: answered 0 seconds ago", "live tick: on time", "bulk tick: on time"
        ]  # fmt: skip
        tell.seconds += 90
        pulse.ticked("live")
        answer = await pages.get("/readyz")
        assert answer.status_code == 503
        assert "telegram: answered 90 seconds ago" in answer.text
        assert "live tick: on time" in answer.text
        assert "bulk tick: nothing that is due went out for 90 seconds" in answer.text
        tell.seconds += 60
        pulse.called(502)
        pulse.called(None)
        assert "telegram: not reached for 150 seconds" in (await pages.get("/readyz")).text
        async with world.keel.store.engine.connect() as connection:
            await connection.exec_driver_sql("ALTER TABLE setting RENAME TO away")
            await connection.commit()
            assert "database: does not answer" in (await pages.get("/readyz")).text
            await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
            await connection.commit()
            assert (await scraped(pages))["keel_database_up"] == 0


async def test_where_telegram_was_asked_nothing_it_is_asked_who_we_are(world: World) -> None:
    before = len(world.telegram.calls("getMe"))
    world.keel.pulse.called(200)
    await world.keel.knock()
    assert len(world.telegram.calls("getMe")) == before
    world.keel.pulse._reached = None
    await world.keel.knock()
    assert len(world.telegram.calls("getMe")) == before + 1


async def test_every_process_tells_and_the_rules_ask_for_what_is_there(tmp_path: Path, unused_tcp_port: int) -> None:
    async with running(tmp_path, MONDAY) as (bot, anna), httpx.AsyncClient() as client:
        bot.settings["KEEL_LISTEN"] = f"127.0.0.1:{unused_tcp_port}"
        await bot.start()
        await bot.ticked()
        anna.send_text("/spiral")
        await bot.until(lambda: len(anna.posts) == 2, "an answer")
        root = f"http://127.0.0.1:{unused_tcp_port}"
        assert (await client.get(f"{root}/healthz")).text == "ok"
        ready = await client.get(f"{root}/readyz")
        assert ready.status_code == 200, ready.text
        text = (await client.get(f"{root}/metrics")).text
    found = read(text)
    assert found["keel_telegram_calls_total result=ok"] > 1
    assert found["keel_ticks_total lane=live"] >= 1
    assert found["process_resident_memory_bytes"] > 1_000_000
    known = names(text) | {"up"}  # Prometheus' own
    for file in ("alerts.yml", "grafana.json"):
        for query in queries(DEPLOY / file):
            used = set(re.findall(r"\b(?:keel|process)_\w+|\bup\b", query))
            assert used, query
            assert used <= known, f"{file}: {used - known}"


async def test_errors_are_counted_by_kind_where_they_are_logged(world: World, pages: httpx.AsyncClient) -> None:
    log.configure("json", "error")
    await crowd(world, 2, MONDAY + timedelta(minutes=1))
    world.clock.move_to(MONDAY + timedelta(minutes=2))
    before = await scraped(pages)
    async with world.keel.store.engine.connect() as connection:
        await connection.exec_driver_sql("ALTER TABLE completion RENAME TO away")
        await connection.commit()
    await world.keel.tick(Lane.BULK, 60)
    after = await scraped(pages)
    more = {
        name: count - before.get(name, 0)
        for name, count in after.items()
        if name.startswith("keel_errors_total") and count > before.get(name, 0)
    }
    assert more == {"keel_errors_total kind=OperationalError": 2}


@pytest.mark.parametrize("command", ["receive", "dispatch"])
async def test_each_of_several_processes_tells_the_same(
    tmp_path: Path, postgresql: str, unused_tcp_port: int, command: str
) -> None:
    root = f"http://127.0.0.1:{unused_tcp_port}"
    with ExitStack() as stack:
        url = stack.enter_context(database(postgresql, f"keel_{uuid4().hex[:12]}"))
        await migrate(url)
        async with running(tmp_path, MONDAY) as (bot, _anna), httpx.AsyncClient() as client:
            bot.settings |= {
                "KEEL_LISTEN": f"127.0.0.1:{unused_tcp_port}",
                "KEEL_DATABASE_URL": url,
                "KEEL_WEBHOOK_URL": f"{root}/telegram",
            }
            await bot.start(command=command)
            await bot.until(lambda: bot.telegram.calls("setMyCommands"), "a start")
            ready = await client.get(f"{root}/readyz")
            found = read((await client.get(f"{root}/metrics")).text)
    assert ready.status_code == 200, ready.text
    assert ("live tick: on time" in ready.text) == (command == "dispatch")
    assert found["keel_timers_due lane=bulk"] == found["keel_inbox_waiting"] == 0


def queries(file: Path) -> Iterator[str]:
    """Every query in the alert rules or the dashboard."""
    if file.suffix == ".json":
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            yield from (target["expr"] for target in panel["targets"])
    else:
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            yield from (rule["expr"] for rule in group["rules"])


def test_the_rules_are_prometheus_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    done = subprocess.run(
        [promtool, "check", "rules", str(DEPLOY / "alerts.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
