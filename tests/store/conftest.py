"""A store of its own for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from bot.store.migrate import migrate
from bot.store.store import Store, open_store
from tests.database import empty_database
from tests.postgresql import database


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty, migrated database: every promise of the store holds on both."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            place = request.getfixturevalue("postgresql")
            url = stack.enter_context(database(place, f"keel_{uuid4().hex[:12]}"))
            await migrate(url)
        else:
            url = empty_database(tmp_path)
        opened = await open_store(url, tmp_path / "keel.key")
        yield opened
        await opened.close()
