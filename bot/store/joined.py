"""Several writes in one statement, for PostgreSQL: one way to the server instead of one for each, and BEGIN and COMMIT.

PostgreSQL lets a statement write in its WITH, and carries all of it out or nothing (its manual, 7.8.4, "Data-Modifying
Statements in WITH"). Two of them may not touch the same row there, so only writes to different tables are joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.store.prepared import Prepared

_HURRY = "set_config('synchronous_commit', 'off', true)"
"""Until the end of the transaction, which is the statement's."""
_MARK = re.compile(r"\$(\d+)")


@dataclass(frozen=True)
class Write:
    """A prepared write and its values. must: raised where it does not change exactly one row."""

    prepared: Prepared
    values: dict[str, Any]
    must: Exception | None = None


def batches(writes: Sequence[Write]) -> list[list[Write]]:
    """The writes in their order, those that can be joined together."""
    found: list[list[Write]] = []
    tables: set[str | None] = set()
    for write in writes:
        table = write.prepared.for_postgresql.table
        if not found or table in tables:
            found.append([])
            tables = set()
        found[-1].append(write)
        tables.add(table)
    return found


def joined(batch: Sequence[Write]) -> tuple[str, tuple[Any, ...]]:
    """One statement for a batch, and its parameters; what comes back is one row: how many rows each write changed."""
    writes = tuple(write.prepared for write in batch)
    return _with(writes, tuple(_counted(at) for at in range(len(batch)))), _values(batch)


def joined_alone(batch: Sequence[Write], *, waits_for_disk: bool) -> tuple[str, tuple[Any, ...]]:
    """The same as a transaction of its own. Where a write that must change exactly one row does not, the statement
    divides by zero, and nothing of it happens."""
    said = [
        f"1 / (SELECT (count(*) = 1)::int FROM w{at})" if write.must is not None else _counted(at)  # noqa: S608  # a number
        for at, write in enumerate(batch)
    ]
    said += [] if waits_for_disk else [_HURRY]
    return _with(tuple(write.prepared for write in batch), tuple(said)), _values(batch)


def _counted(at: int) -> str:
    # What the SELECT names is carried out in its order; the rest in none that is promised, and whoever locks rows in
    # another order can end in a deadlock.
    return f"(SELECT count(*) FROM w{at})"  # noqa: S608  # a number


@lru_cache(maxsize=1000)
def hurried(prepared: Prepared) -> str:
    """One write that does not wait for the disk; each row that comes back has one column more at its end."""
    return f"WITH w0 AS ({prepared.for_postgresql.sql}) SELECT w0.*, {_HURRY} FROM w0"  # noqa: S608  # Core's own words


@lru_cache(maxsize=1000)
def _with(writes: tuple[Prepared, ...], said: tuple[str, ...]) -> str:
    parts, before = [], 0
    for at, prepared in enumerate(writes):
        compiled = prepared.for_postgresql
        text = _MARK.sub(lambda mark, before=before: f"${int(mark[1]) + before}", compiled.sql)  # type: ignore[misc]
        before += len(compiled.names)
        parts.append(f"w{at} AS ({text}{'' if compiled.returns else ' RETURNING 1'})")
    return f"WITH {', '.join(parts)} SELECT {', '.join(said)}"


def _values(batch: Sequence[Write]) -> tuple[Any, ...]:
    return tuple(value for write in batch for value in write.prepared.for_postgresql.parameters(write.values))
