"""The tables, once, for SQLite and PostgreSQL. Moments are UTC and aware; free text is always cipher bytes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.store.moment import Moment

# SQLite gives a row number to INTEGER keys only, PostgreSQL wants BIGINT for a million people's rows.
Key = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _owner() -> Column[Any]:
    return Column("learner_id", Key, ForeignKey("learner.id", ondelete="CASCADE"), nullable=False)


learner = Table(
    "learner",
    metadata,
    Column("id", Key, primary_key=True),
    Column("chat_id", BigInteger, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("locale", String(12), nullable=False),
    Column("zone", String(64)),
    Column("window_start", SmallInteger, nullable=False),  # minutes after midnight
    Column("window_minutes", SmallInteger, nullable=False),
    Column("weekdays", SmallInteger, nullable=False),  # one bit a day, Monday lowest
    Column("pace", String(16), nullable=False),
    Column("quiet_start", SmallInteger, nullable=False),
    Column("quiet_end", SmallInteger, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("paused_until", Moment),
    Column("status", String(12), nullable=False),
    Column("country", String(2)),
    Column("unread", SmallInteger, nullable=False),
    Column("last_slot", Moment),
    Column("welcomed", Boolean, nullable=False),
    Column("hidden_tools", String(200), nullable=False, server_default=""),  # ids, joined by spaces
    Column("last_unasked", Moment),
    Column("slow", Boolean, nullable=False, server_default=false()),
    Column("around", String(20)),
    Column("around_since", Moment),
    Column("offered", String(200), nullable=False, server_default=""),  # unit:lesson, joined by spaces
    Column("asks_after", Boolean),
    Column("steady", SmallInteger),
    Column("steady_at", Moment),
    Column("favourite", String(20)),
    Column("card", String(16)),  # the session of the safety card that is open
    Column("card_at", Moment),
    Column("rests_until", Moment),
    Column("signalled_at", Moment),
    Column("idioms", String(2000), nullable=False, server_default=""),  # ids of rules, joined by spaces
    Column("age_band", String(8)),
    Column("keep_days", SmallInteger),
    Column("hidden_lines", String(200), nullable=False, server_default=""),  # ids, joined by spaces
    Column("rough", SmallInteger),  # minute of the week
)

session = Table(
    "session",
    metadata,
    Column("id", String(16), primary_key=True),
    _owner(),
    Column("flow", String(20), nullable=False),
    Column("step", String(20), nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("card_id", BigInteger),
    Column("started_at", Moment, nullable=False),
    Column("touched_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("bare", Boolean, nullable=False, server_default=false()),  # its words were taken out
    Index("ix_session_learner_id_touched_at", "learner_id", "touched_at"),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("kind", String(16), nullable=False),
    Column("key", String(32), nullable=False),
    Column("lane", String(4), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("attempts", SmallInteger, nullable=False),
    UniqueConstraint("learner_id", "kind", "key"),
    Index("ix_timer_lane_due_at", "lane", "due_at"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("lesson", String(20), nullable=False),
    Column("state", String(8), nullable=False),
    Column("at", Moment, nullable=False),
    Column("message_id", BigInteger),
    Column("asked", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("learner_id", "lesson"),
    Index("ix_delivery_lesson", "lesson"),
)

broadcast = Table(
    "broadcast",
    metadata,
    Column("id", Key, primary_key=True),
    Column("text", Text, nullable=False),  # an operator's words to everybody: nobody's secret
    Column("state", String(10), nullable=False),
    Column("made_at", Moment, nullable=False),
)

broadcast_delivery = Table(
    "broadcast_delivery",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("broadcast_id", Key, ForeignKey("broadcast.id", ondelete="CASCADE"), nullable=False),
    Column("state", String(8), nullable=False),
    Column("at", Moment, nullable=False),
    Column("message_id", BigInteger),
    UniqueConstraint("learner_id", "broadcast_id"),
    Index("ix_broadcast_delivery_broadcast_id_state", "broadcast_id", "state"),
)

completion = Table(
    "completion",
    metadata,
    _owner(),
    Column("lesson", String(20), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("at", Moment, nullable=False),
    Column("saved", Boolean, nullable=False),
    Column("choice", String(12)),
    Column("recalls", SmallInteger, nullable=False, server_default="0"),
    Column("recalled_at", Moment),
    UniqueConstraint("learner_id", "lesson"),
    Index("ix_completion_lesson", "lesson"),
)

note = Table(
    "note",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("kind", String(20), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("tag", String(20)),  # the id of what it is about; never free text
    Index("ix_note_learner_id_kind", "learner_id", "kind"),
)

hold = Table(
    "hold",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("text", LargeBinary, nullable=False),
    Column("state", String(12), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("morning", Boolean, nullable=False),
    Column("plain", Boolean, nullable=False, server_default=false()),  # never made into something nicer
    Index("ix_hold_learner_id_state", "learner_id", "state"),
)

keepsake = Table(
    "keepsake",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("kind", String(8), nullable=False),
    Column("file_id", LargeBinary, nullable=False),  # Telegram's name for it, sealed
    Column("content", LargeBinary),  # the file itself, sealed, where the operator keeps copies
    Column("at", Moment, nullable=False),
    UniqueConstraint("learner_id", "kind"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("before", SmallInteger),
    Column("after", SmallInteger),
    Column("tool", String(20)),
    Column("tags", String(600), nullable=False),  # ids of choices, joined by spaces; never free text
    Column("east", SmallInteger),  # minutes that the person's wall clock was ahead of UTC, where it was known
    Index("ix_entry_learner_id_at", "learner_id", "at"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Key, primary_key=True),
    _owner(),
    Column("at", Moment, nullable=False),
    Column("category", String(16), nullable=False),
    Column("tier", String(4), nullable=False),
    Column("immediate", Boolean, nullable=False),
    Column("rules", String(2000), nullable=False),  # ids, joined by spaces; never a word of the text
    Column("card", String(16)),
    Column("pressed", String(400), nullable=False),  # ids of buttons, joined by spaces
    Column("pressed_at", Moment),
    Column("put_away_at", Moment),
    Index("ix_notice_learner_id_at", "learner_id", "at"),
)

tally = Table(
    "tally",
    metadata,
    _owner(),
    Column("name", String(60), nullable=False),  # made of ids and ratings, never of free text
    Column("count", Integer, nullable=False),
    UniqueConstraint("learner_id", "name"),
)

day_tally = Table(
    "day_tally",
    metadata,
    _owner(),
    Column("day", Date, nullable=False),  # on the person's own calendar
    Column("name", String(60), nullable=False),
    Column("count", Integer, nullable=False),
    UniqueConstraint("learner_id", "day", "name"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("set_aside_at", Moment),
    Column("reply", LargeBinary),  # what the applied update leads to, until it was sent
    Column("lease_until", Moment),  # some process answers it, where several share the work
    Index("ix_inbox_chat_id", "chat_id"),
)

arrived = Table(  # updates that Telegram brought by itself: it may bring one again whose receipt was lost
    "arrived",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
)

pace = Table(  # from when the next bulk message may go, for all processes together
    "pace",
    metadata,
    Column("lane", String(8), primary_key=True),
    Column("free_at", Moment, nullable=False),
)

answer_time = Table(
    "answer_time",
    metadata,
    Column("hour", Moment, primary_key=True),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(200), nullable=False),
)
