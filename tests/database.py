"""A migrated SQLite database, made once for all tests of a process: bringing one up to date takes longer than most."""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from bot.store.migrate import migrate


def empty_database(folder: Path) -> str:
    """Put one into a folder that has none; gives its URL."""
    path = folder / "keel.db"
    if not path.exists():
        path.write_bytes(_template())
    return f"sqlite+aiosqlite:///{path}"


@lru_cache(maxsize=1)
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as apart:
        path = Path(name) / "keel.db"
        apart.submit(lambda: asyncio.run(_made(path))).result()  # a test's own loop runs here already
        return path.read_bytes()


async def _made(path: Path) -> None:
    await migrate(f"sqlite+aiosqlite:///{path}")
