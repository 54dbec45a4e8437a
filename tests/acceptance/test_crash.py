"""A real process that crashes, is aborted, or complains with somebody's words in its mouth: none of them are in what
it leaves behind."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.simulator.person import Person
from tests.acceptance.killed import CRASH_POINTS
from tests.acceptance.process import Running, running
from tests.acceptance.test_kill import newest

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SECRET = "purple heron"


def left_behind(folder: Path) -> dict[str, bytes]:
    """Every file below the folder: data, log, temporary ones, a core."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def confides(bot: Running, anna: Person) -> None:
    """A journal entry, half written."""
    anna.send_text("/journal")
    await bot.until(lambda: "Write whatever is there" in newest(anna), "the question")
    anna.send_text(f"{SECRET} in the journal")
    await bot.until(lambda: "Keep it" in str(anna.posts[-1].data) or "Keep it" in str(anna.posts[-2].data), "an answer")


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_an_error_that_quotes_them_is_reported_without_its_words(tmp_path: Path, point: str) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        bot.settings = {"KEEL_LOG_LEVEL": "debug", "TMPDIR": str(tmp_path), "PYTHONFAULTHANDLER": "1"}
        await bot.start(killed_at=point)
        anna.send_text(f"{SECRET} out of the blue")
        anna.tap(anna.posts[-1], f"c:{SECRET}")
        await bot.until(lambda: b"RuntimeError" in left_behind(tmp_path).get("log", b""), "a report")
    files = left_behind(tmp_path)
    assert [name for name, content in files.items() if b"heron" in content] == []


async def test_a_process_that_is_aborted_leaves_no_word(tmp_path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    async with running(tmp_path, NOW) as (bot, anna):
        bot.settings = {"KEEL_LOG_LEVEL": "debug", "TMPDIR": str(tmp_path), "PYTHONFAULTHANDLER": "1"}
        await bot.start(from_scratch=True)
        await confides(bot, anna)
        assert bot.process is not None
        limits = await asyncio.to_thread(Path(f"/proc/{bot.process.pid}/limits").read_text)
        assert "Max core file size        0 " in limits
        os.kill(bot.process.pid, signal.SIGABRT)
        await bot.process.wait()
        bot.process = None
    files = left_behind(tmp_path)
    assert b"Fatal Python error: Aborted" in files["log"]
    assert [name for name, content in files.items() if b"heron" in content] == []
