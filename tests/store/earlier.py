"""A database as an earlier Keel left it: the schema of one revision, and something in every column that it had."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, and_, column, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.days import day_counters
from bot.core.model import Entry
from bot.core.pattern import WHEN
from bot.core.screen import Reply, Screen
from bot.core.tally import SQUARES, Tally
from bot.simulator.person import FIRST_PERSON
from bot.store.cipher import Cipher
from bot.store.engine import MIGRATING, engine_for
from bot.store.inbox import _replies
from bot.store.migrate import _config
from bot.store.store import CANARY, canary_of
from bot.store.tables import metadata

THEN = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 9, 14, 29, tzinfo=UTC)
LATER = THEN + timedelta(days=30)
SOMEBODY, NEWCOMER = 7, 8
"""Ids of two people: one with everything that there is, and one who only said /start."""
WORDS = "what somebody wrote in an earlier Keel"
ENTRY = Entry("spiral", THEN, 7, 4, "walk", ("facts.seen", "tool.walk"), east=0)
WAITING, ANSWERED = 900, 901
"""Updates in the inbox: one that nobody has looked at, and one whose answer is missing."""

Row = dict[str, Any]


def revisions() -> list[str]:
    """All there ever were, oldest first."""
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in found][::-1]


async def make_earlier(url: str, revision: str, cipher: Cipher) -> dict[str, list[Row]]:
    """Make it in an empty database; gives what was put into which table."""
    engine = engine_for(url, MIGRATING)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade_to, revision)
            columns = await connection.run_sync(_columns)
            rows = _rows(cipher, columns)
            for name, names in columns.items():
                for row in rows[name]:
                    missing = set(names) - set(row)
                    assert not missing, f"the table {name} has columns of which nothing is known here: {missing}"
                    await connection.execute(_table(name, names).insert().values({key: row[key] for key in names}))
            if connection.dialect.name == "postgresql":
                await _count_on(connection, columns)
            return {name: [{key: row[key] for key in names} for row in rows[name]] for name, names in columns.items()}
    finally:
        await engine.dispose()


async def missing(url: str, before: dict[str, list[Row]]) -> list[str]:
    """What of it is not there any more as it was."""
    engine = engine_for(url)
    lost = []
    async with engine.connect() as connection:
        for name, rows in before.items():
            for row in rows:
                there = _table(name, list(row))
                same = (
                    there.c[key] == value if value is not None else there.c[key].is_(None) for key, value in row.items()
                )
                if len((await connection.execute(select(there).where(and_(*same)))).all()) != 1:
                    lost.append(f"{name}: {row}")
    await engine.dispose()
    return lost


def _upgrade_to(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _columns(connection: Connection) -> dict[str, list[str]]:
    """Every table with its columns, whoever is referred to before who refers to it."""
    found = inspect(connection)
    there = [table.name for table in metadata.sorted_tables if found.has_table(table.name)]
    assert set(there) == set(found.get_table_names()) - {"alembic_version"}
    return {name: [column["name"] for column in found.get_columns(name)] for name in there}


def _table(name: str, names: list[str]) -> Any:
    return table(name, *(column(key, metadata.tables[name].c[key].type) for key in names))


async def _count_on(connection: AsyncConnection, columns: dict[str, list[str]]) -> None:
    """The database gives the next numbers from where the rows end, as if it had numbered them itself."""
    for name, names in columns.items():
        if "id" in names and name != "session":
            query = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
            await connection.execute(text(query))


def _rows(cipher: Cipher, columns: dict[str, list[str]]) -> dict[str, list[Row]]:
    counted = _counted(columns)
    return {
        "learner": _people(),
        "session": [_session(cipher)],
        "timer": [
            {"id": 3, "learner_id": SOMEBODY, "kind": "lesson", "key": "", "lane": "bulk", "due_at": DUE,
             "lease_until": None, "attempts": 0},
        ],
        "delivery": [
            {"id": 4, "learner_id": SOMEBODY, "lesson": "o1", "state": "sent", "at": THEN, "message_id": 41,
             "asked": True},
        ],
        "completion": [
            {"learner_id": SOMEBODY, "lesson": "o1", "outcome": "tried", "at": THEN, "saved": True, "choice": None,
             "recalls": 1, "recalled_at": THEN},
        ],
        "note": [
            {"id": 5, "learner_id": SOMEBODY, "kind": "journal", "text": cipher.encrypt(WORDS, about="note:5"),
             "at": THEN, "tag": None},
        ],
        "hold": [
            {"id": 6, "learner_id": SOMEBODY, "text": cipher.encrypt(WORDS, about="hold:6"), "state": "held",
             "made_at": THEN, "due_at": LATER, "morning": False, "plain": True},
        ],
        "keepsake": [_keepsake(cipher)],
        "entry": [
            {"id": 9, "learner_id": SOMEBODY, "kind": ENTRY.kind, "at": ENTRY.at, "before": ENTRY.before,
             "after": ENTRY.after, "tool": ENTRY.tool, "tags": " ".join(ENTRY.tags), "east": ENTRY.east},
        ],
        "notice": [
            {"id": 10, "learner_id": SOMEBODY, "at": THEN, "category": "suicide", "tier": "ask", "immediate": False,
             "rules": "a-rule", "card": None, "pressed": "fine", "pressed_at": THEN, "put_away_at": THEN},
        ],
        **counted,
        "broadcast": [{"id": 11, "text": "Keel was off.", "state": "done", "made_at": THEN}],
        "broadcast_delivery": [
            {"id": 12, "learner_id": SOMEBODY, "broadcast_id": 11, "state": "sent", "at": THEN, "message_id": 42},
        ],
        "inbox": _waiting(cipher),
        "arrived": [{"update_id": 899, "at": THEN}],
        "pace": [{"lane": "bulk", "free_at": THEN}],
        "answer_time": [{"hour": THEN.replace(minute=0), "bucket": 3, "count": 5}],
        "setting": [{"name": CANARY, "value": canary_of(cipher)}],
    }  # fmt: skip


def _people() -> list[Row]:
    settled: Row = {
        "id": SOMEBODY, "chat_id": FIRST_PERSON, "created_at": THEN, "locale": "en", "zone": "Europe/London",
        "window_start": 9 * 60, "window_minutes": 60, "weekdays": 127, "pace": "daily", "quiet_start": 22 * 60,
        "quiet_end": 7 * 60, "paused": False, "paused_until": None, "status": "active", "country": "GB", "unread": 1,
        "last_slot": THEN, "welcomed": True, "hidden_tools": "wall", "last_unasked": THEN, "slow": True,
        "around": None, "around_since": None, "offered": "partner:a6", "asks_after": True, "steady": 1,
        "steady_at": THEN, "favourite": "walk", "card": None, "card_at": None, "rests_until": None,
        "signalled_at": THEN, "idioms": "a-rule", "age_band": "adult", "keep_days": 365, "hidden_lines": "pairs",
        "rough": 600,
    }  # fmt: skip
    nothing: Row = dict.fromkeys(
        ("zone", "country", "last_slot", "last_unasked", "asks_after", "steady", "steady_at", "favourite",
         "signalled_at", "age_band", "keep_days", "rough")
    )  # fmt: skip
    bare = {"hidden_tools": "", "offered": "", "idioms": "", "hidden_lines": "", "slow": False}
    newcomer: Row = settled | nothing | bare | {"id": NEWCOMER, "chat_id": FIRST_PERSON + 1, "status": "new"}
    return [settled, newcomer | {"pace": "on_request", "welcomed": False, "unread": 0}]


def _session(cipher: Cipher) -> Row:
    answers = cipher.encrypt(json.dumps({"before": 7, "facts_own": [WORDS]}), about="session:s1")
    return {
        "id": "s1", "learner_id": SOMEBODY, "flow": "spiral", "step": "now", "answers": answers, "ordinal": 0,
        "version": 5, "message_id": 43, "card_id": 44, "started_at": THEN, "touched_at": THEN, "ended_at": THEN,
        "bare": False,
    }  # fmt: skip


def _keepsake(cipher: Cipher) -> Row:
    copy = cipher.encrypt(base64.b64encode(b"a voice").decode(), about="copy:8")
    name = cipher.encrypt("voice-name", about="keepsake:8")
    return {"id": 8, "learner_id": SOMEBODY, "kind": "voice", "file_id": name, "content": copy, "at": THEN}


def _waiting(cipher: Cipher) -> list[Row]:
    chat = {"id": FIRST_PERSON, "type": "private", "first_name": "Anna"}
    author = {"id": FIRST_PERSON, "is_bot": False, "first_name": "Anna"}
    said = {"message_id": 45, "date": 1, "chat": chat, "from": author, "text": "/about",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}  # fmt: skip
    body = json.dumps({"update_id": WAITING, "message": said})
    reply = _replies.dump_json(Reply((Screen(WORDS),))).decode()
    row: Row = {"chat_id": FIRST_PERSON, "received_at": THEN, "attempts": 0, "set_aside_at": None, "lease_until": None}
    seal = cipher.encrypt
    return [
        row | {"update_id": WAITING, "body": seal(body, about=f"inbox:{WAITING}"), "reply": None},
        row | {"update_id": ANSWERED, "body": seal(body, about=f"inbox:{ANSWERED}"),
               "reply": seal(reply, about=f"reply:{ANSWERED}")},
    ]  # fmt: skip


def _counted(columns: dict[str, list[str]]) -> dict[str, list[Row]]:
    """The counters as the Keel of that time kept them: the first ones knew no days and no clocks."""
    counts = Tally.of([ENTRY]).counts
    if "day_tally" not in columns:
        counts = {name: count for name, count in counts.items() if not name.startswith((WHEN, SQUARES))}
    owner = {"learner_id": SOMEBODY}
    return {
        "tally": [owner | {"name": name, "count": count} for name, count in counts.items()],
        "day_tally": [
            owner | {"day": counter.day, "name": counter.name, "count": counter.count}
            for counter in day_counters([ENTRY])
        ],
    }
