"""Faults under load, each for some seconds on real processes: nobody goes unanswered, and no lesson comes twice."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.faults import Case, filled, on_postgresql, on_sqlite
from tests.acceptance.mishaps import MISHAPS
from tests.postgresql import database


def brief(name: str) -> Case:
    """One of them, for as long as a test may take."""
    return Case(MISHAPS[name], MISHAPS[name].brief, brief=True)


@pytest.mark.long
@pytest.mark.parametrize("name", MISHAPS)
async def test_nobody_goes_unanswered_and_no_lesson_comes_twice_on_sqlite(tmp_path: Path, name: str) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}"
    toll = await on_sqlite(tmp_path, url, brief(name), await filled(tmp_path, url, brief(name)))
    assert not brief(name).wrong(toll), str(toll)


@pytest.mark.long
@pytest.mark.parametrize("name", MISHAPS)
async def test_nobody_goes_unanswered_and_no_lesson_comes_twice_on_postgresql(
    tmp_path: Path, postgresql: str, name: str
) -> None:
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as url:
        toll = await on_postgresql(tmp_path, url, brief(name), await filled(tmp_path, url, brief(name)))
    assert not brief(name).wrong(toll), str(toll)
