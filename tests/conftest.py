"""What every test stands on: a Keel over a fresh database, a Telegram in memory, and a clock."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot.app import build, build_bot
from bot.clock import MovableClock
from bot.library.load import Library, load
from bot.services.places import Places
from bot.simulator.person import join
from bot.simulator.request import SimulatorRequest
from bot.simulator.telegram import Telegram
from bot.store.store import open_store
from tests.database import empty_database
from tests.person import Person, World
from tests.postgresql import NoPostgresql, server

CONTENT = Path(__file__).parent.parent / "content"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests with real processes spend two fifths of their time waiting."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What a test (or a command it runs) does to logging ends with it."""
    root, configured = logging.getLogger(), structlog.is_configured()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    if configured:
        structlog.configure(**config)
    else:
        structlog.reset_defaults()


@pytest.fixture(scope="session")
def library() -> Library:
    """The content as it ships."""
    return load(CONTENT)


@pytest.fixture(scope="session")
def places() -> Places:
    """The cities, loaded once."""
    return Places()


@pytest.fixture
async def world(tmp_path: Path, library: Library, places: Places) -> AsyncIterator[World]:
    """A running Keel at ten in the morning of a Monday."""
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    async for made in make_world(tmp_path, telegram, clock, library, places):
        yield made


async def make_world(
    folder: Path,
    telegram: Telegram,
    clock: MovableClock,
    library: Library,
    places: Places,
    *,
    without: bool = False,
    url: str | None = None,
) -> AsyncIterator[World]:
    """A Keel over the database in `folder`, or over another one. without: its key may be lost."""
    url = url or empty_database(folder)
    store = await open_store(url, folder / "keel.key", without=without)
    bot = build_bot(
        telegram.token, "http://telegram/bot", "http://telegram/file/bot", 10_000, SimulatorRequest(telegram)
    )
    keel = build(bot, store, library, clock, places)
    await keel.application.initialize()
    try:
        yield World(keel, telegram, clock)
    finally:
        await keel.turns.stop(1)
        await keel.sender.close()
        await keel.application.shutdown()
        await store.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL for the length of the run; without its programs, tests that need it say so and are skipped."""
    try:
        with server() as place:
            yield place
    except NoPostgresql as missing:
        pytest.skip(str(missing))


@pytest.fixture
def anna(world: World) -> Person:
    """Somebody new."""
    return Person(world, join(world.telegram, "Anna"))


@pytest.fixture
def ben(world: World) -> Person:
    """Somebody else."""
    return Person(world, join(world.telegram, "Ben"))
