"""The nouns of Keel as frozen values: learner, session, timer, delivery, completion, note, entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from bot.core.schedule import Pace, Plan, Quiet, Window

Value = str | int | float | bool | tuple[str, ...]
"""One answer in a session: a choice, a number, somebody's words, or several of them."""

EVERY_DAY = frozenset(range(7))


class Status(StrEnum):
    """Whether Keel may write to a learner unasked."""

    NEW = "new"  # has not set a time yet: only answers
    ACTIVE = "active"
    STOPPED = "stopped"  # sent /stop: only answers
    BLOCKED = "blocked"  # blocked the bot: nothing can be sent


@dataclass(frozen=True)
class Learner:
    """A person enrolled. All times of day are on the wall clock of `zone`; all moments are UTC.

    last_unasked: when something last came by itself, of whatever kind.
    slow: every second slot stays free of new lessons.
    around, around_since: the stage that is gone through once more, and since when.
    offered: companion units that were offered, each with its lesson (`safety:r4`).
    asks_after: whether the day after a lesson may bring a question about it; None while that was not asked.
    steady: how many steady messages came so far; None while there are to be none. steady_at: the newest one.
    favourite: the tool that somebody chose for themselves.
    card, card_at: the session of the safety card that is open, and when it was touched last.
    rests_until: until then nothing comes unasked, because danger was said plainly.
    signalled_at: when a quiet signal was noticed last.
    idioms: rules about which this person wishes to be asked no more.
    hidden_lines: ids of lines of /progress that are not shown.
    rough: the minute of the week (0 is Monday's midnight, on their own clock) at which a pause is offered because they
        said so; None while none is.
    keep_days: after how many days words written in passing are erased; None while they stay.
    age_band: `under16`, `16-17` or `adult`, where somebody said so; nothing else about age is kept.
    """

    id: int
    chat_id: int
    created_at: datetime
    locale: str = "en"
    zone: str | None = None
    window_start: time = time(9, 0)
    window_minutes: int = 60
    weekdays: frozenset[int] = EVERY_DAY
    pace: Pace = Pace.on_request
    quiet_start: time = time(22, 0)
    quiet_end: time = time(7, 0)
    paused: bool = False
    paused_until: datetime | None = None
    status: Status = Status.NEW
    country: str | None = None
    unread: int = 0
    last_slot: datetime | None = None
    welcomed: bool = False
    hidden_tools: frozenset[str] = frozenset()
    last_unasked: datetime | None = None
    slow: bool = False
    around: str | None = None
    around_since: datetime | None = None
    offered: tuple[str, ...] = ()
    asks_after: bool | None = None
    steady: int | None = None
    steady_at: datetime | None = None
    favourite: str | None = None
    card: str | None = None
    card_at: datetime | None = None
    rests_until: datetime | None = None
    signalled_at: datetime | None = None
    idioms: frozenset[str] = frozenset()
    age_band: str | None = None
    keep_days: int | None = None
    hidden_lines: frozenset[str] = frozenset()
    rough: int | None = None

    @property
    def plan(self) -> Plan | None:
        """When lessons may come, or None while no zone is known."""
        if self.zone is None:
            return None
        return Plan(
            zone=self.zone,
            window=Window(self.window_start, self.window_minutes),
            weekdays=self.weekdays,
            pace=self.pace,
            quiet=Quiet(self.quiet_start, self.quiet_end),
            paused_until=self.paused_until,
            paused=self.paused,
        )


@dataclass(frozen=True)
class Session:
    """One run of a flow by one learner.

    answers: what was chosen or typed, and the facts the flow was started with.
    ordinal: how many runs of this flow came before; picks the wording, so that it rotates.
    version: counts saves; a save against an older version loses the race.
    message_id: the living message that taps edit.
    card_id: the message that stays in view beside it.
    """

    id: str
    learner_id: int
    flow: str
    step: str
    started_at: datetime
    touched_at: datetime
    answers: Mapping[str, Value] = field(default_factory=dict)
    ordinal: int = 0
    version: int = 0
    message_id: int | None = None
    card_id: int | None = None
    ended_at: datetime | None = None


class Lane(StrEnum):
    """Which way out: replies and what somebody asked for are live; lessons and the like are bulk."""

    LIVE = "live"
    BULK = "bulk"


@dataclass(frozen=True)
class Timer:
    """A durable 'not before': unique for learner, kind and key."""

    id: int
    learner_id: int
    kind: str
    key: str
    due_at: datetime
    lane: Lane
    attempts: int = 0


class DeliveryState(StrEnum):
    """What became of a lesson's send: written `sending` before, settled after."""

    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """One lesson sent to one learner; the newest send of it, when a stage is gone through again.

    asked: whether the one question of the day after came.
    """

    id: int
    learner_id: int
    lesson: str
    state: DeliveryState
    at: datetime
    message_id: int | None = None
    asked: bool = False


class BroadcastState(StrEnum):
    """Whether a broadcast goes out."""

    WRITING = "writing"  # not everybody's timer is written down yet; those that are go out already
    READY = "ready"
    CANCELLED = "cancelled"  # the operator took it back
    STOPPED = "stopped"  # Telegram refuses it for everybody


@dataclass(frozen=True)
class Broadcast:
    """An operator's message to everybody; `text` is Telegram's HTML."""

    id: int
    text: str
    state: BroadcastState
    made_at: datetime


class Outcome(StrEnum):
    """What a learner did with a lesson."""

    READ = "read"  # asked for it, or opened it, and nothing more yet
    TRIED = "tried"
    LATER = "later"
    NOT_FOR_ME = "not_for_me"


@dataclass(frozen=True)
class Completion:
    """What one learner made of one lesson; `choice` is the reply to its question.

    recalls: how often it came back as a small question. recalled_at: the newest time.
    """

    lesson: str
    outcome: Outcome
    at: datetime
    saved: bool = False
    choice: str | None = None
    recalls: int = 0
    recalled_at: datetime | None = None


@dataclass(frozen=True)
class Note:
    """Free text somebody asked Keel to keep, decrypted. tag: what it is about, as an id (a trigger); never words."""

    id: int
    kind: str
    text: str
    at: datetime
    tag: str | None = None


class HoldState(StrEnum):
    """What became of a held message."""

    HELD = "held"
    READY = "ready"  # its time has come; nothing was decided yet
    LET_GO = "let_go"
    ASKED = "asked"  # turned into one clear ask
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Hold:
    """A message that somebody asked Keel to keep for a while. `text` is erased with the decision.

    morning: it waits for a morning on the person's wall clock, so a change of zone moves it.
    plain: danger was noticed in it, so it is handed back as it is and never made into something nicer.
    """

    id: int
    text: str
    state: HoldState
    made_at: datetime
    due_at: datetime
    morning: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Notice:
    """Something that was noticed in free text, as ids: which rules, which card, which buttons. Never the text.

    card: the session of the card that was shown; None where none was. put_away_at: when “I'm safe” closed it.
    """

    at: datetime
    category: str
    tier: str
    immediate: bool
    rules: tuple[str, ...]
    card: str | None = None
    pressed: tuple[str, ...] = ()
    pressed_at: datetime | None = None
    put_away_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One thing that counts in /progress: a pause taken, with its ratings if both were given, and plain tags.

    tags: ids, never words: `facts.seen`, `tool.walk`, `outcome.partly`.
    east: minutes that the person's wall clock was ahead of UTC then; None where it was not known.
    """

    kind: str
    at: datetime
    before: int | None = None
    after: int | None = None
    tool: str | None = None
    tags: tuple[str, ...] = ()
    east: int | None = None
