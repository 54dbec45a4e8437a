"""the minute of the week at which somebody wants a pause offered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("rough", sa.SmallInteger(), nullable=True))
