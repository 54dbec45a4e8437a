"""several processes: who answers an update, what Telegram brought, one pace for all."""

import sqlalchemy as sa
from alembic import op

from bot.store.moment import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("inbox") as batch:
        batch.add_column(sa.Column("lease_until", Moment(), nullable=True))
    op.create_table(
        "arrived",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_arrived")),
    )
    op.create_index(op.f("ix_arrived_at"), "arrived", ["at"])
    op.create_table(
        "pace",
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("free_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_pace")),
    )
