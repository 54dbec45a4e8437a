"""how long free text stays, where somebody chose that; runs whose words were taken out."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("keep_days", sa.SmallInteger(), nullable=True))
    with op.batch_alter_table("session") as batch:
        batch.add_column(sa.Column("bare", sa.Boolean(), nullable=False, server_default=sa.false()))
