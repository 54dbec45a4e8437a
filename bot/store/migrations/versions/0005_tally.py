"""counters beside the entries; lessons found by id without reading every person's."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

from bot.core.model import Entry
from bot.core.tally import raised

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 5_000


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_tally_learner_id_learner"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("learner_id", "name", name=op.f("uq_tally_learner_id_name")),
    )
    op.create_index("ix_completion_lesson", "completion", ["lesson"])
    op.create_index("ix_delivery_lesson", "delivery", ["lesson"])
    _count()


def _count() -> None:
    """Every counter from the entries there are."""
    connection = op.get_bind()
    tally = sa.table("tally", sa.column("learner_id"), sa.column("name"), sa.column("count"))
    query = 'SELECT learner_id, kind, "before", "after", tags FROM entry ORDER BY learner_id'
    counts: Counter[tuple[int, str]] = Counter()
    last = None
    for row in connection.execute(sa.text(query)).all():
        if row.learner_id != last and len(counts) >= AT_ONCE:
            _write(connection, tally, counts)  # between two people, so that no counter is written twice
        last = row.learner_id
        item = Entry(row.kind, None, row.before, row.after, None, tuple(row.tags.split()))  # type: ignore[arg-type]
        counts.update((row.learner_id, name) for name in raised(item))
    _write(connection, tally, counts)


def _write(connection: sa.Connection, tally: sa.TableClause, counts: Counter[tuple[int, str]]) -> None:
    rows = [{"learner_id": learner, "name": name, "count": count} for (learner, name), count in counts.items()]
    if rows:
        connection.execute(tally.insert(), rows)
    counts.clear()
