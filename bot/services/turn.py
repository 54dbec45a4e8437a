"""One turn of a conversation: what came in, and everything a use case may touch while it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.core.model import Learner, Session
from bot.core.screen import Button, CommandTap, Screen, Tap
from bot.library.load import Content, Library
from bot.library.texts import Texts
from bot.store.store import Transaction


@dataclass(frozen=True)
class Command:
    """A typed command, or a button that means the same."""

    name: str
    argument: str = ""
    message_id: int | None = None
    """The message whose button was tapped, None when the command was typed."""


@dataclass(frozen=True)
class Pressed:
    """A tap on an inline button; None when its data is not one of ours."""

    tap: Tap | None
    message_id: int | None


@dataclass(frozen=True)
class Wrote:
    """Free text."""

    text: str


@dataclass(frozen=True)
class Shared:
    """A shared location: used once for the time zone, never kept."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Other:
    """Anything Keel has no use for here: a sticker, a poll, a video, an edited message."""

    kind: str


Incoming = Command | Pressed | Wrote | Shared | Other


@dataclass
class Turn:
    """The person, their language, the time, and the open transaction; `learner` changes as the turn goes on."""

    tx: Transaction
    learner: Learner
    library: Library
    now: datetime

    @property
    def content(self) -> Content:
        """All words in the person's language."""
        return self.library.speak(self.learner.locale)

    @property
    def texts(self) -> Texts:
        """Small texts in the person's language."""
        return self.content.texts

    async def change(self, **values: Any) -> None:
        """Change something about the person, and save it."""
        self.learner = replace(self.learner, **values)
        await self.tx.learners.save(self.learner)

    def button(self, text: str, command: str, argument: str = "") -> Button:
        """A button labelled with the small text `text` that means a command."""
        return Button(self.texts(text), CommandTap(command, argument))

    def page(self, text: str, *rows: tuple[Button, ...], **values: str | int) -> Screen:
        """A screen that says the small text `text`."""
        return Screen(self.texts(text, **values), rows)


def with_answer(session: Session, **values: str | int | float | bool | tuple[str, ...]) -> Session:
    """The session with facts or answers added."""
    return replace(session, answers={**session.answers, **values})
