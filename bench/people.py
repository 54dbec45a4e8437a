"""A database with so many people in it, written by SQLite itself: a million in some seconds."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store.migrate import migrate

FIRST = 1_000_000


def url_of(folder: Path) -> str:
    """Where `keel run` looks in this data folder."""
    return f"sqlite+aiosqlite:///{folder / 'keel.db'}"


def database(folder: Path, people: int, due_in: timedelta) -> None:
    """An empty Keel with so many people, each with a lesson's timer that far away (spread over an hour if not now)."""
    asyncio.run(migrate(url_of(folder)))
    now = datetime.now(UTC)
    spread = 3600 if due_in > timedelta(0) else 0
    with sqlite3.connect(folder / "keel.db") as connection:
        # A window that holds now, and no quiet hours: what is due is sent.
        window = ((now - timedelta(hours=1)).hour * 60, 720)
        connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :people)
            INSERT INTO learner (id, chat_id, created_at, locale, zone, window_start, window_minutes, weekdays, pace,
                                 quiet_start, quiet_end, paused, status, unread, welcomed)
            SELECT :first + i, :first + i, :now, 'en', 'UTC', :start, :minutes, 127, 'daily', 0, 0, 0, 'active', 0, 1
            FROM n WHERE :people > 0
            """,
            {"people": people, "first": FIRST, "now": _text(now), "start": window[0], "minutes": window[1]},
        )
        connection.execute(
            """
            INSERT INTO timer (learner_id, kind, key, lane, due_at, attempts)
            SELECT id, 'lesson', '', 'bulk', strftime('%Y-%m-%d %H:%M:%f', :due, '+' || (id % :spread) || ' seconds')
                   || '000', 0 FROM learner
            """,
            {"due": _text(now + due_in), "spread": max(spread, 1)},
        )
    connection.close()


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
