"""The same stand-in with a crowd: newcomers arrive at a steady pace, each does some things and leaves.

What the crowd asks does not wait for the bot: how many arrive is fixed, and so is how long each thinks from one thing
to the next, unless an answer takes longer than that. An answer is the first message to the chat, sent or edited, from a
process that receives (`receive` in its KEEL_API_URL); an edit that leaves the buttons alone is a living message's
frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import uvloop
from aiohttp import web

from bench.people import FIRST
from bench.telegram import FIRST_CHAT, BotApi, Chat, keys_of, serve

RECEIVES = "receive"
SHORTEST_THOUGHT = 0.5
SHOWS = ("sendmessage", "editmessagetext", "sendanimation")


@dataclass
class Person(Chat):
    """Somebody of the crowd. plan: words they say, and buttons by a part of what stands on them, in order.

    asked: what they asked last. markup: what stands below the message that they tap. answered: nothing is open.
    """

    plan: Sequence[str] = ()
    asked: str = ""
    markup: object = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Wanted:
    """What the crowd is to do. newcomers: a second. thought: seconds from one thing to the next, on average."""

    newcomers: float
    thought: float
    plan: Sequence[str]


class Crowd(BotApi):
    """answers: when something was asked (seconds since 1970), what, and after how many seconds the answer began."""

    def __init__(self, latency: float) -> None:
        super().__init__(latency)
        self.people: dict[int, Person] = {}
        self.answers: list[tuple[float, str, float]] = []
        self.callers: Counter[str] = Counter()
        self._numbers = count(FIRST_CHAT)
        self._chance = Random(1)
        self._lives: set[asyncio.Task[None]] = set()
        self._arriving: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        """A crowd can begin and end."""
        return [web.post("/bench/begin", self.begin), web.post("/bench/end", self.end), *super().routes()]

    async def begin(self, request: web.Request) -> web.Response:
        """From now on people arrive."""
        wanted = Wanted(**await request.json())
        self.answers, self.callers, self.bringing.brought_again = [], Counter(), 0
        self._arriving = asyncio.create_task(self._arrive(wanted))
        return web.json_response({})

    async def end(self, request: web.Request) -> web.Response:
        """Nobody arrives or goes on any more; gives the answers once everybody has one, or patience is over."""
        patience = (await request.json())["patience"]
        assert self._arriving is not None
        self._arriving.cancel()
        waiting = [person for person in self.people.values() if person.asked and not person.answered.is_set()]
        for person in self.people.values():
            person.plan = ()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await asyncio.gather(*(person.answered.wait() for person in waiting))
        unanswered = sum(not person.answered.is_set() for person in waiting)
        for life in self._lives:
            life.cancel()
        self.people = {}
        return web.json_response({
            "answers": self.answers, "unanswered": unanswered, "callers": self.callers,
            "brought_again": self.bringing.brought_again, "lessons": len(self.sent),
            "twice": sum(len(moments) > 1 for moments in self.sent.values()),
        })  # fmt: skip

    async def _arrive(self, wanted: Wanted) -> None:
        begin = time.perf_counter()
        for number in count(1):
            person = Person(next(self._numbers), 0, plan=wanted.plan)
            life = asyncio.create_task(self._live(person, wanted.thought))
            self._lives.add(life)
            life.add_done_callback(self._lives.discard)
            await asyncio.sleep(begin + number / wanted.newcomers - time.perf_counter())

    async def _live(self, person: Person, thought: float) -> None:
        self.people[person.id] = person
        while self._do_next(person):
            began = time.perf_counter()
            await person.answered.wait()
            thinks = self._chance.expovariate(1 / thought) - (time.perf_counter() - began)
            await asyncio.sleep(max(SHORTEST_THOUGHT, thinks))
        self.people.pop(person.id, None)

    def _do_next(self, person: Person) -> bool:
        """The next of the plan that can be done, because the bot may have gone on by itself; False: that was all."""
        while person.plan:
            person.asked, *person.plan = person.plan
            if person.asked.startswith("/"):
                person.answered.clear()
                self._say(person, person.asked)
                return True
            key = next((key for key in person.keys if person.asked in key["text"]), None)
            if key is not None:
                person.answered.clear()
                self._tap(person, key)
                return True
        return False

    def _heard(self, who: str, method: str, given: dict[str, Any]) -> None:
        self.callers[who] += 1
        person = self.people.get(int(given.get("chat_id", 0))) if method in SHOWS else None
        if person is None or person.answered.is_set() or not who.startswith(RECEIVES) or _is_frame(person, given):
            return
        took = time.perf_counter() - person.asked_at
        self.answers.append((time.time() - took, person.asked, took))
        person.answered.set()

    def _message(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        chat_id = int(given["chat_id"])
        if chat_id in self.chats or chat_id >= FIRST:
            return super()._message(method, given)
        message_id = int(given["message_id"]) if method == "editmessagetext" else next(self.ids)
        person = self.people.get(chat_id)
        if person is not None and person.asked != "/help":
            person.message_id, person.markup = message_id, given.get("reply_markup")
            person.keys = keys_of(person.markup)
        return self._shown(chat_id, message_id, str(given.get("text", "")))


def _is_frame(person: Person, given: dict[str, Any]) -> bool:
    same = int(given.get("message_id", 0)) == person.message_id
    return same and given.get("reply_markup") == person.markup


if __name__ == "__main__":
    serve(Crowd, uvloop.new_event_loop())
