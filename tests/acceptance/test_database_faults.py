"""The database goes away, cuts connections, is full or read-only: it recovers by itself, and nobody goes unanswered."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.simulator.person import join
from bot.store.engine import engine_for
from tests.acceptance.deliveries import FIRST, NOON, compare, fill, reach
from tests.acceptance.process import running
from tests.acceptance.several import PATIENCE, Shared, sharing
from tests.acceptance.traffic import Traffic
from tests.command import keel
from tests.postgresql import Server, database, own_server
from tests.test_bad_input import refused

LESSONS, RATE = 40, 10.0
LEASES = 4.0


@pytest.fixture
def own() -> Iterator[Server]:
    """A PostgreSQL that nobody else uses, so that it can be restarted."""
    with own_server() as made:
        yield made


@asynccontextmanager
async def busy(folder: Path, url: str) -> AsyncIterator[tuple[Shared, Traffic]]:
    """Processes under load while the block runs; afterwards everybody was answered, and no lesson came twice."""
    ids = range(FIRST, FIRST + LESSONS)
    await fill(url, folder, ids)
    async with sharing(folder, url, NOON, leases=LEASES, rate=RATE, each=1) as shared:
        for id_ in ids:
            join(shared.telegram, "L", chat_id=id_).chat.started = True
        one = shared.receivers[0]
        await shared.start()
        traffic = Traffic(shared.telegram)
        await traffic.learn(one)
        asking = asyncio.create_task(traffic.flow())
        await reach(shared.telegram, LESSONS // 4)
        yield shared, traffic
        await asyncio.sleep(1)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await one.until(lambda: traffic.answers().unanswered == 0, "every answer")
        await reach(shared.telegram, LESSONS, patience=LEASES + 6)
        await asyncio.sleep(LEASES + 1)  # what was in doubt is called unknown
        assert traffic.answers().disordered == 0, str(traffic.answers())
        count = await compare(shared.telegram, url, folder, ids, 0, 0.0)
        assert (count.twice, count.without, count.wrongly) == (0, 0, 0), str(count)
        for bot in shared.everybody:
            assert bot.child is not None
            os.kill(bot.child, 0)  # the same process as before


@pytest.mark.long
async def test_postgresql_is_restarted_under_load_and_everything_goes_on(tmp_path: Path, own: Server) -> None:
    with database(own.place, "keel") as url:
        async with busy(tmp_path, url):
            own.stop()
            await asyncio.sleep(1.5)
            own.start()


@pytest.mark.long
async def test_every_connection_is_cut_again_and_again_and_everything_goes_on(tmp_path: Path, own: Server) -> None:
    with database(own.place, "keel") as url:
        async with busy(tmp_path, url):
            engine = engine_for(f"postgresql+asyncpg://{own.place}/postgres")
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'keel'"
            for _ in range(6):
                async with engine.connect() as connection:
                    await connection.execute(text(cut))
                await asyncio.sleep(0.4)
            await engine.dispose()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own, of a few megabytes; skips where none may be mounted."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def stuff(folder: Path) -> Path:
    """Take all the room that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return ballast


@pytest.mark.long
async def test_a_full_disk_loses_nothing_and_once_there_is_room_everybody_is_answered(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "8m") as folder:
        ids = range(FIRST, FIRST + 20)
        await fill(_url(folder), folder, ids)
        async with running(tmp_path, NOON) as (bot, _):  # whose log stands elsewhere
            bot.settings = {"KEEL_BULK_RATE": "4", "KEEL_LOG_LEVEL": "error", "KEEL_DATA_DIR": str(folder)}
            bot.leases, bot.patience = LEASES, PATIENCE
            for id_ in ids:
                join(bot.telegram, "L", chat_id=id_).chat.started = True
            await bot.start()
            traffic = Traffic(bot.telegram, pause=0.1)
            await traffic.learn(bot)
            asking = asyncio.create_task(traffic.flow())
            await asyncio.sleep(1)
            ballast = stuff(folder)
            await asyncio.sleep(3)
            ballast.unlink()
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            await bot.until(lambda: traffic.answers().unanswered == 0, "every answer")
            assert traffic.answers().disordered == 0, str(traffic.answers())
            assert bot.child is not None
            os.kill(bot.child, 0)
            assert "asking again" in (tmp_path / "log").read_text()
            await bot.kill()  # its bulk lane rests for a minute by now, which nobody wants to wait for
            await bot.start()
            await reach(bot.telegram, len(ids), patience=LEASES + 6)
            await asyncio.sleep(LEASES + 1)  # what was in doubt is called unknown
            count = await compare(bot.telegram, _url(folder), folder, ids, 0, 0.0)
            assert (count.twice, count.without, count.wrongly) == (0, 0, 0), str(count)


def test_no_room_at_the_start_is_said_in_one_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "1m") as folder:
        ballast = stuff(folder)
        ballast.write_bytes(b"x" * (ballast.stat().st_size - 3 * 4096))  # room for the lock file
        refused(keel("migrate", KEEL_DATA_DIR=str(folder)), "full", "room")


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'keel.db'}"


async def test_a_folder_that_becomes_read_only_is_named(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "8m") as folder:
        assert keel("migrate", KEEL_DATA_DIR=str(folder))[0] == 0
        _remount(folder, "ro")
        token = {"KEEL_TOKEN": "123456:AAsimulatedsimulatedsimulated", "KEEL_DATA_DIR": str(folder)}
        refused(keel("run", **token), str(folder), "cannot be written to")
        refused(keel("migrate", **token), str(folder), "cannot be written to")


def _remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)
