"""One turn of a conversation: what came in, and everything a use case may touch while it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.core.model import Entry, Hold, Learner, Session
from bot.core.schedule import east_of, local
from bot.core.screen import Button, CommandTap, Screen, Tap
from bot.core.tally import Tally
from bot.library.load import Content, Library
from bot.library.texts import Texts
from bot.store.arrivals import Luggage
from bot.store.store import Transaction


@dataclass(frozen=True)
class Command:
    """A typed command, or a button that means the same."""

    name: str
    argument: str = ""
    message_id: int | None = None
    """The message whose button was tapped, None when the command was typed."""
    words: str = ""
    """Everything that was typed after the command."""


@dataclass(frozen=True)
class Pressed:
    """A tap on an inline button; None when its data is not one of ours."""

    tap: Tap | None
    message_id: int | None


@dataclass(frozen=True)
class Wrote:
    """Free text, and the message it came in. forwarded: somebody else may have written it."""

    text: str
    message_id: int | None = None
    forwarded: bool = False


@dataclass(frozen=True)
class Shared:
    """A shared location: used once for the time zone, never kept."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Gave:
    """A voice note or a picture: Telegram's name for it, its size in bytes, and the words below it."""

    kind: str
    file_id: str
    size: int
    words: str = ""


@dataclass(frozen=True)
class Other:
    """Anything Keel has no use for here: a sticker, a poll, a video, an edited message; and the words in it."""

    kind: str
    words: str = ""
    forwarded: bool = False


@dataclass(frozen=True)
class Handed:
    """A file that was asked for, unpacked; or why it was not: the end of a text's name (`import-…`)."""

    message_id: int
    luggage: Luggage | None = None
    problem: str = ""
    words: str = ""


Incoming = Command | Pressed | Wrote | Shared | Gave | Handed | Other


@dataclass
class Turn:
    """The person, their language, the time, and the open transaction; `learner` changes as the turn goes on."""

    tx: Transaction
    learner: Learner
    library: Library
    now: datetime
    _tally: Tally | None = None

    @property
    def content(self) -> Content:
        """All words in the person's language."""
        return self.library.speak(self.learner.locale)

    @property
    def texts(self) -> Texts:
        """Small texts in the person's language."""
        return self.content.texts

    @property
    def today(self) -> date:
        """The day on the person's own calendar; UTC's while their clock is not known."""
        return local(self.now, self.learner.zone or "UTC").date()

    async def change(self, **values: Any) -> None:
        """Change something about the person, and save it."""
        self.learner = replace(self.learner, **values)
        await self.tx.learners.save(self.learner)

    async def tally(self) -> Tally:
        """The counters of everything that counts about the person, read once a turn."""
        if self._tally is None:
            self._tally = await self.tx.tallies.tally(self.learner.id)
        return self._tally

    async def add(self, item: Entry) -> int:
        """Something more that counts; gives its id."""
        self._tally = None
        if self.learner.zone is not None:
            item = replace(item, east=east_of(item.at, self.learner.zone))
        return await self.tx.records.add_entry(self.learner.id, item)

    async def take_back(self, entry: int) -> None:
        """Something that counted is erased, and counts no more."""
        self._tally = None
        await self.tx.records.drop_entry(self.learner.id, entry)

    async def rate(self, entry: int, after: int) -> None:
        """The second rating of an entry; given again, the first one stays."""
        self._tally = None
        await self.tx.records.rate_entry(self.learner.id, entry, after)

    async def material(self) -> set[str]:
        """Which kinds of own material there are."""
        kinds = await self.tx.records.note_kinds(self.learner.id)
        return kinds | set(await self.tx.kept.keepsakes(self.learner.id))

    async def holds(self) -> list[Hold]:
        """Messages held for the person that are not decided yet."""
        return await self.tx.kept.holds(self.learner.id)

    async def note(self, kind: str) -> str | None:
        """The newest text of a kind."""
        notes = await self.tx.records.notes(self.learner.id, kind)
        return notes[-1].text if notes else None

    async def keep_only(self, kind: str, text: str, tag: str | None = None) -> None:
        """Keep a text instead of the one there was of this kind (and about this)."""
        await self.tx.records.drop_notes(self.learner.id, kind, tag)
        await self.tx.records.add_note(self.learner.id, kind, text, self.now, tag)

    def button(self, text: str, command: str, argument: str = "") -> Button:
        """A button labelled with the small text `text` that means a command."""
        return self.named(self.texts(text), command, argument)

    def named(self, label: str, command: str, argument: str = "") -> Button:
        """A button with a label of its own that means a command."""
        return Button(label, CommandTap(command, argument))

    def page(self, text: str, *rows: tuple[Button, ...], **values: str | int) -> Screen:
        """A screen that says the small text `text`."""
        return Screen(self.texts(text, **values), rows)


def with_answer(session: Session, **values: str | int | float | bool | tuple[str, ...]) -> Session:
    """The session with facts or answers added."""
    return replace(session, answers={**session.answers, **values})
