"""A stand-in for the Bot API in a process of its own, with people who tap as soon as they were answered.

It keeps no rules (the tests' stand-in does that) and does as little as it can, so that what is measured is the bot.
Updates are asked for, or brought as soon as somebody names an address (bringing.py).
Whoever measures asks it by HTTP: `POST /bench/load` has so many people tap so often and gives back how long each answer
took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bench.bringing import Bringing

ON_THE_WAY = ("/spiral", "Next", "I've paused", "Skip")
"""From the first word to the screen whose tick boxes are tapped on and off ever after."""
TICKED = "No reply yet"
BOT_ID = 4_000_000_000
FIRST_CHAT = 10_000
SOME_DAY = 1_790_000_000
ANIMATION = {"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1, "duration": 1}


@dataclass
class Chat:
    """One person: how far they are, what they can tap, and how many taps are still to come."""

    id: int
    left: int
    keys: list[dict[str, str]] = field(default_factory=list)
    message_id: int = 0
    said: int = 0
    asked_at: float = 0.0
    ready: bool = False
    stuck: bool = False
    once: bool = False


class BotApi:
    """latency: seconds before each answer to a call."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.updates: deque[dict[str, Any]] = deque()
        self.arrived = asyncio.Event()
        self.ids = itertools.count(int(time.time() * 1000))  # a database that saw an earlier stand-in sees new updates
        self.chats: dict[int, Chat] = {}
        self.took: list[float] = []
        self.calls = 0
        self.sent: dict[int, list[float]] = {}
        self.finished = asyncio.Event()
        self.running = 0
        self.bringing = Bringing()

    def routes(self) -> list[web.RouteDef]:
        """What can be asked. `who` is any word in KEEL_API_URL that tells several processes apart."""
        return [
            web.post("/bench/load", self.load),
            web.post("/bench/first", self.first),
            web.get("/bench/counted", self.counted),
            web.route("*", "/bot{token}/{method}", self.call),
            web.route("*", "/{who}/bot{token}/{method}", self.call),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """Any method of the Bot API."""
        method = request.match_info["method"].lower()
        if method == "getupdates":
            return self._answer(await self._get_updates())
        given = await _parameters(request)
        self.calls += 1
        self._heard(request.match_info.get("who", ""), method, given)
        if self.latency:
            await asyncio.sleep(self.latency)
        if method == "getme":
            return self._answer({"id": BOT_ID, "is_bot": True, "first_name": "Bench", "username": "bench_bot"})
        if method == "getwebhookinfo":
            return self._answer({"url": "", "has_custom_certificate": False, "pending_update_count": 0})
        if method == "setwebhook":
            self.bringing.to(given["url"], given["secret_token"])
        if method in ("sendmessage", "editmessagetext"):
            return self._answer(self._message(method, given))
        if method == "sendanimation":
            return self._answer({**self._shown(int(given["chat_id"]), next(self.ids), ""), "animation": ANIMATION})
        return self._answer(True)

    async def load(self, request: web.Request) -> web.Response:
        """Run so many chats with so many taps each; answers when all are done."""
        wanted = await request.json()
        ready = wanted.get("warm", False)
        if ready or not self.chats:
            self.chats = {FIRST_CHAT + n: Chat(FIRST_CHAT + n, 0) for n in range(wanted["chats"])}
        self.took, self.finished, self.running = [], asyncio.Event(), len(self.chats)
        begin = time.perf_counter()
        for chat in self.chats.values():
            chat.left = wanted["taps"]
            self._next(chat)
        await self.finished.wait()
        return web.json_response({"seconds": time.perf_counter() - begin, "took": self.took})

    async def first(self, request: web.Request) -> web.Response:
        """People who never wrote before say /spiral, one after another; seconds to each first answer, or until
        patience ends."""
        wanted = await request.json()
        took = []
        for n in range(wanted["people"]):
            chat = Chat(wanted["from"] + n, 0, once=True)
            self.chats[chat.id] = chat
            self.finished, self.running, self.took = asyncio.Event(), 1, []
            self._say(chat, "/spiral")
            try:
                async with asyncio.timeout(wanted["patience"]):
                    await self.finished.wait()
                took += self.took
            except TimeoutError:
                took.append(wanted["patience"])
            await asyncio.sleep(wanted["pause"])
        return web.json_response({"took": took})

    async def counted(self, _request: web.Request) -> web.Response:
        """How many calls there were, and the moments of the messages to each chat that never wrote."""
        return web.json_response({"calls": self.calls, "sent": self.sent})

    def _heard(self, who: str, method: str, given: dict[str, Any]) -> None:
        """A call has just arrived; whoever notes more of it does so here, before it takes its time."""

    async def _get_updates(self) -> list[dict[str, Any]]:
        # A confirmed update is never asked for again here, so offsets need not be kept.
        if not self.updates:
            self.arrived.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(20):
                    await self.arrived.wait()
        return [self.updates.popleft() for _ in range(min(100, len(self.updates)))]

    def _message(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        chat_id = int(given["chat_id"])
        message_id = int(given["message_id"]) if method == "editmessagetext" else next(self.ids)
        chat = self.chats.get(chat_id)
        if chat is None:
            self.sent.setdefault(chat_id, []).append(time.time())
        else:
            self._answered(chat, message_id, given)
        return self._shown(chat_id, message_id, str(given.get("text", "")))

    def _shown(self, chat_id: int, message_id: int, text: str) -> dict[str, Any]:
        chat = {"id": chat_id, "type": "private", "first_name": "P"}
        return {"message_id": message_id, "date": SOME_DAY, "text": text[:60], "chat": chat}

    def _answered(self, chat: Chat, message_id: int, given: dict[str, Any]) -> None:
        chat.keys = keys_of(given.get("reply_markup"))
        chat.message_id = message_id
        if chat.asked_at:
            self.took.append(time.perf_counter() - chat.asked_at)
            chat.asked_at = 0.0
        elif not chat.stuck:
            return  # a living message moved by itself
        if chat.once:
            self._done()
        else:
            self._next(chat)

    def _next(self, chat: Chat) -> None:
        """The next word on the way, else the tick box, else this one is done."""
        if not chat.ready and chat.said == 0:
            return self._say(chat, ON_THE_WAY[0])
        ticks = [key for key in chat.keys if TICKED in key["text"]]
        if not ticks:
            label = ON_THE_WAY[chat.said]
            key = next((key for key in chat.keys if key["text"] == label), None)
            chat.stuck = key is None
            if key is None:
                return None  # the answer came in two messages, and this was the first
            chat.said += 1
            return self._tap(chat, key)
        chat.ready = True
        if chat.left <= 0:
            self._done()
            return None
        chat.left -= 1
        return self._tap(chat, ticks[0])

    def _done(self) -> None:
        self.running -= 1
        if self.running == 0:
            self.finished.set()

    def _say(self, chat: Chat, text: str) -> None:
        chat.said = 1
        message = {**self._about(chat), "message_id": next(self.ids), "text": text,
                   "entities": [{"type": "bot_command", "offset": 0, "length": len(text)}]}  # fmt: skip
        self._put(chat, {"message": message})

    def _tap(self, chat: Chat, key: dict[str, str]) -> None:
        message = {"message_id": chat.message_id, "date": SOME_DAY, "text": "…",
                   "chat": {"id": chat.id, "type": "private", "first_name": "P"}}  # fmt: skip
        query = {"id": str(next(self.ids)), "from": self._about(chat)["from"], "message": message,
                 "chat_instance": str(chat.id), "data": key["callback_data"]}  # fmt: skip
        self._put(chat, {"callback_query": query})

    def _put(self, chat: Chat, update: dict[str, Any]) -> None:
        chat.asked_at = time.perf_counter()
        brought = {"update_id": next(self.ids), **update}
        if self.bringing.receivers:
            self.bringing.put(chat.id, brought)
            return
        self.updates.append(brought)
        self.arrived.set()

    def _about(self, chat: Chat) -> dict[str, Any]:
        return {
            "date": SOME_DAY,
            "from": {"id": chat.id, "is_bot": False, "first_name": "P", "language_code": "en"},
            "chat": {"id": chat.id, "type": "private", "first_name": "P"},
        }

    def _answer(self, result: Any) -> web.Response:
        return web.json_response({"ok": True, "result": result})


def keys_of(markup: object) -> list[dict[str, str]]:
    """What can be tapped below a message."""
    rows = json.loads(markup)["inline_keyboard"] if isinstance(markup, str) and "inline" in markup else []
    return [key for row in rows for key in row if "callback_data" in key]


async def _parameters(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(await request.post())


def serve(make: Callable[[float], BotApi], loop: asyncio.AbstractEventLoop | None = None) -> None:
    """Serve a stand-in until killed; the command line says on which port, and how slow its answers are."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    options = parser.parse_args()
    api = make(options.latency)
    application = web.Application()
    application.router.add_routes(api.routes())
    web.run_app(
        application, host="127.0.0.1", port=options.port, access_log=None, print=None, shutdown_timeout=0.1,
        loop=loop,
    )  # fmt: skip


if __name__ == "__main__":
    serve(BotApi)
