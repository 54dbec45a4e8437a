"""The stand-in itself: takes Bot API calls, keeps what Telegram keeps, refuses what Telegram refuses."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.simulator import errors, methods
from bot.simulator.errors import Refused
from bot.simulator.faults import Fault, Faults, Kind
from bot.simulator.state import BOT_ID, Call, Chat, Post, Query

TOKEN = f"{BOT_ID}:AAsimulatedsimulatedsimulatedsimulated"
JSON_PARAMETERS = {"reply_markup", "commands", "scope", "allowed_updates", "message_ids", "entities", "menu_button"}


class Broken(Exception):
    """The line broke instead of an answer: `kind` says how. body: what the answer would have been."""

    def __init__(self, kind: Kind, body: Any = None) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.body = body


class Telegram:
    """now: the time on Telegram's own clock."""

    def __init__(self, now: Callable[[], datetime], token: str = TOKEN) -> None:
        self.now = now
        self.token = token
        self.faults = Faults()
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, bytes] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.record: list[Call] = []
        self.webhook: str = ""
        self.webhook_secret: str = ""
        self.updates: list[dict[str, Any]] = []
        self.any_kind = False
        """Whether kinds of updates are handed over that were not asked for."""
        self.changed = asyncio.Condition()
        self.poller = 0
        self.message_ids = itertools.count(1)
        self._update_ids = itertools.count(100_000)
        self._query_ids = itertools.count(1)

    async def call(
        self, method: str, params: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]
    ) -> tuple[int, Any]:
        """Carry a call out; gives the HTTP status and the JSON (or, for a 502, a page).

        Raises Broken: a fault says that no answer comes.
        """
        wanted = {name: _decoded(name, value) for name, value in params.items()}
        chat_id = _integer(wanted.get("chat_id"))
        if self.faults.slow and method.lower() != "getupdates":
            await asyncio.sleep(self.faults.slow)
        fault = self.faults.take(method, chat_id)
        if fault is not None and fault.kind in (Kind.TIMEOUT, Kind.RESET):
            raise Broken(fault.kind)
        if fault is not None and fault.kind not in (Kind.TIMEOUT_AFTER, Kind.CUT):
            return self._noted(method, wanted, *_faulty(fault))
        try:
            function = methods.METHODS.get(method.lower())
            if function is None:
                raise errors.NOT_FOUND
            result = await function(self, wanted, files)
            answer: tuple[int, Any] = (200, {"ok": True, "result": result})
        except Refused as refusal:
            answer = (refusal.code, refusal.body)
        status, body = self._noted(method, wanted, *answer)
        if fault is not None:
            raise Broken(fault.kind, body)
        return status, body

    def calls(self, method: str) -> list[Call]:
        """Every call of a method so far."""
        return [call for call in self.record if call.method.lower() == method.lower()]

    def refusals(self) -> list[Call]:
        """Every call that Telegram itself refused with a 400: a bot that is well made has none."""
        return [call for call in self.record if call.code == 400]

    def post(self, chat: Chat, data: dict[str, Any], *, from_bot: bool, silent: bool = False) -> Post:
        """Put a message into a chat."""
        id_ = next(self.message_ids)
        now = self.now()
        author = self.me if from_bot else chat.as_user
        full = {"message_id": id_, "from": author, "chat": chat.as_chat, "date": int(now.timestamp()), **data}
        post = Post(id_, from_bot, full, now, silent)
        chat.posts[id_] = post
        self.touch(chat)
        return post

    def touch(self, chat: Chat) -> None:
        """Something in a chat changed: whoever watches it hears of it."""
        chat.revision += 1
        self._wake()

    def update(self, **content: Any) -> int:
        """Queue an update for the bot; gives its id."""
        id_ = next(self._update_ids)
        self.updates.append({"update_id": id_, **content})
        self._wake()
        return id_

    def query(self, chat: Chat, post: Post | None, data: str) -> Query:
        """Somebody tapped a button."""
        query = Query(f"9{next(self._query_ids):018}", chat.id, self.now())
        self.queries[query.id] = query
        shown: dict[str, Any] = {"message_id": 1, "chat": chat.as_chat, "date": 0}
        if post is not None:
            shown = post.data
        self.update(
            callback_query={
                "id": query.id,
                "from": chat.as_user,
                "message": shown,
                "chat_instance": str(chat.id),
                "data": data,
            }
        )
        return query

    @property
    def me(self) -> dict[str, Any]:
        """The bot as a User."""
        return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Keel", "username": "keel_demo_bot"}

    def _wake(self) -> None:
        async def wake() -> None:
            async with self.changed:
                self.changed.notify_all()

        try:
            task = asyncio.get_running_loop().create_task(wake())
        except RuntimeError:
            return  # nobody can be waiting without a loop
        self._waking = task

    def _noted(self, method: str, params: dict[str, Any], code: int, body: Any) -> tuple[int, Any]:
        if method.lower() != "getupdates":
            self.record.append(Call(method, params, code, body if isinstance(body, dict) else {}, self.now()))
        return code, body


def _faulty(fault: Fault) -> tuple[int, Any]:
    if fault.kind is Kind.FLOOD:
        refusal = errors.flood(fault.seconds)
        return refusal.code, refusal.body
    if fault.kind is Kind.PAGE:
        return 502, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return 500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}


def _decoded(name: str, value: Any) -> Any:
    if name in JSON_PARAMETERS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _integer(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
