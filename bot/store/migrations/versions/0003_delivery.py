"""stages gone through again, small questions about earlier lessons, companion units offered, steady messages."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:

    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("slow", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("around", sa.String(length=20), nullable=True))
        batch.add_column(sa.Column("around_since", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("offered", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("asks_after", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("steady", sa.SmallInteger(), nullable=True))
        batch.add_column(sa.Column("steady_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("favourite", sa.String(length=20), nullable=True))
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("completion") as batch:
        batch.add_column(sa.Column("recalls", sa.SmallInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True))
