"""counters by day beside the entries, the wall clock of each entry, lines of /progress that somebody put away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.core.days import day_counters
from bot.core.model import Entry
from bot.core.pattern import WHEN
from bot.core.schedule import east_of, is_zone
from bot.core.tally import SQUARES, Tally

revision = "0008"
down_revision = "0007"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 500
"""People whose entries are read together."""


def upgrade() -> None:
    with op.batch_alter_table("entry") as batch:
        batch.add_column(sa.Column("east", sa.SmallInteger(), nullable=True))
    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("hidden_lines", sa.String(length=200), nullable=False, server_default=""))
    op.create_table(
        "day_tally",
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_day_tally_learner_id_learner"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("learner_id", "day", "name", name=op.f("uq_day_tally_learner_id_day_name")),
    )
    _count()


def _count() -> None:
    """Every counter from the entries there are, on the clock that each person has now: an older one is not known."""
    connection = op.get_bind()
    person = sa.table("learner", sa.column("id"), sa.column("zone"))
    people = connection.execute(sa.select(person.c.id, person.c.zone).order_by(person.c.id)).all()
    for first in range(0, len(people), AT_ONCE):
        zones = {row.id: row.zone for row in people[first : first + AT_ONCE]}
        _count_for(connection, zones)


def _count_for(connection: sa.Connection, zones: dict[int, str | None]) -> None:
    day_tally = sa.table("day_tally", *map(sa.column, ("learner_id", "name", "count")), sa.column("day", sa.Date()))
    entry = sa.table("entry", *map(sa.column, ("id", "learner_id", "east")))
    entries: dict[int, list[Entry]] = {}
    clocks = []
    for row in _entries(connection, min(zones), max(zones)):
        zone = zones[row.learner_id]
        item = Entry(row.kind, _moment(row.at), row.before, row.after, None, tuple(row.tags.split()))
        if zone is not None and is_zone(zone):
            item = replace(item, east=east_of(item.at, zone))
            clocks.append({"which": row.id, "ahead": item.east})
        entries.setdefault(row.learner_id, []).append(item)
    rows = [
        {"learner_id": learner, "day": counter.day, "name": counter.name, "count": counter.count}
        for learner, items in entries.items()
        for counter in day_counters(items)
    ]
    tally = sa.table("tally", *map(sa.column, ("learner_id", "name", "count")))
    new = [
        {"learner_id": learner, "name": name, "count": count}
        for learner, items in entries.items()
        for name, count in Tally.of(items).counts.items()
        if name.startswith((WHEN, SQUARES))
    ]
    if new:
        connection.execute(tally.insert(), new)
    if clocks:
        change = entry.update().where(entry.c.id == sa.bindparam("which")).values(east=sa.bindparam("ahead"))
        connection.execute(change, clocks)
    if rows:
        connection.execute(day_tally.insert(), rows)


def _entries(connection: sa.Connection, first: int, last: int) -> Sequence[Any]:
    columns = ("id", "learner_id", "kind", "before", "after", "tags")
    entry = sa.table("entry", *map(sa.column, columns), sa.column("at", sa.DateTime(timezone=True)))
    return connection.execute(sa.select(entry).where(entry.c.learner_id.between(first, last))).all()


def _moment(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
