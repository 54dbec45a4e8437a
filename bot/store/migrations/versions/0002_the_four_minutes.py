"""held messages, keepsakes, the card that stays in view, tools somebody does not like, one unasked message a day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:

    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("hidden_tools", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("last_unasked", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("session") as batch:
        batch.add_column(sa.Column("card_id", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("note") as batch:
        batch.add_column(sa.Column("tag", sa.String(length=20), nullable=True))
    with op.batch_alter_table("entry") as batch:
        batch.alter_column("tags", existing_type=sa.String(length=400), type_=sa.String(length=600))

    op.create_table(
        "hold",
        sa.Column("id", KEY, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("morning", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_hold_learner_id_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold") as batch:
        batch.create_index("ix_hold_learner_id_state", ["learner_id", "state"], unique=False)

    op.create_table(
        "keepsake",
        sa.Column("id", KEY, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("file_id", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_keepsake_learner_id_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keepsake")),
        sa.UniqueConstraint("learner_id", "kind", name=op.f("uq_keepsake_learner_id_kind")),
    )
