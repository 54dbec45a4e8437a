"""danger noticed in free text: which rule, which card, what was pressed; never a word of the text."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:

    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("card", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("card_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("signalled_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("idioms", sa.String(length=2000), nullable=False, server_default=""))
        batch.add_column(sa.Column("age_band", sa.String(length=8), nullable=True))
    with op.batch_alter_table("hold") as batch:
        batch.add_column(sa.Column("plain", sa.Boolean(), nullable=False, server_default=sa.false()))

    op.create_table(
        "notice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("learner_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=4), nullable=False),
        sa.Column("immediate", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.String(length=2000), nullable=False),
        sa.Column("card", sa.String(length=16), nullable=True),
        sa.Column("pressed", sa.String(length=400), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_away_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_notice_learner_id_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice") as batch:
        batch.create_index("ix_notice_learner_id_at", ["learner_id", "at"], unique=False)
