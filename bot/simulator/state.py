"""What Telegram keeps: chats with their messages, people's keyboards, taps, and every call made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BOT_ID = 5000000000


@dataclass
class Post:
    """One message in a chat as it stands now. `data` is its Bot API form."""

    id: int
    from_bot: bool
    data: dict[str, Any]
    at: datetime
    silent: bool = False
    edits: int = 0


@dataclass
class Chat:
    """One chat: a person's, a group's, a channel's."""

    id: int
    kind: str
    name: str
    language: str = "en"
    posts: dict[int, Post] = field(default_factory=dict)
    keyboard: list[list[str]] = field(default_factory=list)
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    left: bool = False
    pinned: int | None = None
    action: tuple[str, datetime] | None = None
    revision: int = 0

    @property
    def as_chat(self) -> dict[str, Any]:
        """The Bot API's Chat."""
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.name}
        return {"id": self.id, "type": self.kind, "title": self.name}

    @property
    def as_user(self) -> dict[str, Any]:
        """The Bot API's User behind a private chat."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}


@dataclass
class Query:
    """A tap on an inline button, waiting for its answer."""

    id: str
    chat_id: int
    at: datetime
    answered: dict[str, Any] | None = None


@dataclass
class Call:
    """One request and what came of it, for tests to read."""

    method: str
    params: dict[str, Any]
    code: int
    answer: dict[str, Any]
    at: datetime
