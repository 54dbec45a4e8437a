"""A bulk that is killed again and again, over a bad line; `make deliveries` does the same with 20,000."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.deliveries import deliver


async def test_killed_in_the_middle_of_a_bulk_nobody_gets_two_and_nobody_is_forgotten(tmp_path: Path) -> None:
    count = await deliver(tmp_path, people=200, kills=2)
    assert (count.twice, count.without, count.wrongly) == (0, 0, 0), str(count)
    assert count.states["unknown"] <= 2 * 32 + 200 * 0.1  # what was on the wire at a kill, and what a fault hid
    assert count.got[1] >= 200 - count.states["unknown"]
