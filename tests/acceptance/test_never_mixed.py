"""Fifty people write at the same time, each with a mark of their own in every word; nobody ever meets anybody else's.

Everything that can be sent is sent, and buttons and ids that belong to somebody else.
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.clock import MovableClock
from bot.library.load import load
from bot.services.commands import BUTTON_COMMANDS, COMMANDS, UNLISTED
from bot.services.places import Places
from bot.services.privacy import FILE
from bot.simulator.person import Person as Account
from bot.simulator.person import join
from bot.simulator.state import Post
from bot.simulator.telegram import Telegram
from tests.conftest import CONTENT, MONDAY, make_world
from tests.person import World

LIBRARY, PLACES = load(CONTENT), Places()
PEOPLE = 50
MARK = re.compile(r"mark(\d\d)q")
SAYINGS = ("{0} did not reply", "7", "{} hurt me and he hit me", "{}", "I want to die {}", "21:30", "{0} and " * 300)
EVERY_COMMAND = (*COMMANDS, *UNLISTED, *BUTTON_COMMANDS)
ACTS = ("says", "says", "commands", "commands", "taps", "taps", "taps", "forges", "edits", "gives", "hands in", "waits")
Act = tuple[int, str, int]


def _story(seed: int) -> list[Act]:
    """A hundred and sixty acts, evenly mixed: Hypothesis by itself likes one person who says the same."""
    chance = Random(seed)
    return [(chance.randrange(PEOPLE), chance.choice(ACTS), chance.randrange(10_000)) for _ in range(160)]


@dataclass
class Crowd:
    """Everybody, and what each of them does."""

    world: World
    accounts: list[Account]

    async def live(self, story: list[Act]) -> None:
        """Act after act, several of them before Keel takes any up."""
        for account in self.accounts:
            account.send_text("/start")
        await self.world.settle()
        for who, act, number in story:
            self._do(who, act, number)
            if number % 5 == 0:
                await self.world.settle()
            if act == "waits":
                await self.world.move_to(self.world.clock.now() + timedelta(minutes=number % 600))
        await self.world.settle()

    def _do(self, who: int, act: str, number: int) -> None:
        account, mark = self.accounts[who], f"mark{who:02}q"
        match act:
            case "says":
                account.send_text(SAYINGS[number % len(SAYINGS)].format(mark))
            case "commands":
                account.send_text(f"/{EVERY_COMMAND[number % len(EVERY_COMMAND)]} {mark}")
            case "taps":
                self._tap(account, account, number)
            case "forges":  # a button of somebody else's, pressed in one's own chat
                self._tap(account, self.accounts[number % PEOPLE], number)
            case "edits":
                account.edit_text(account.send_text(f"{mark} first"), f"{mark} second")
            case "gives":
                account.send_photo(mark.encode(), caption=f"{mark} in the picture")
            case "hands in":
                account.send_document(mark.encode(), f"{mark}.zip", caption=mark)

    @staticmethod
    def _tap(account: Account, owner: Account, number: int) -> None:
        keys = [data for post in owner.posts[-4:] if post.from_bot for data in _keys(post)]
        own = [post for post in account.posts if post.from_bot]
        if keys and own:
            account.tap(own[-1], keys[number % len(keys)])


def _keys(post: Post) -> Iterator[str]:
    for row in post.data.get("reply_markup", {}).get("inline_keyboard", []):
        yield from (key["callback_data"] for key in row if "callback_data" in key)


def marks(text: str) -> set[int]:
    """Whose marks stand in a text."""
    return {int(number) for number in MARK.findall(text)}


def shown(telegram: Telegram, account: Account) -> str:
    """Everything that the bot ever sent to a chat, files and deleted messages too."""
    said = [str(call.params) for call in telegram.record if str(call.params.get("chat_id")) == str(account.chat.id)]
    for post in account.posts:
        if post.from_bot and post.data.get("document", {}).get("file_name") == FILE:
            archive = zipfile.ZipFile(io.BytesIO(telegram.files[post.data["document"]["file_id"]]))
            said += [archive.read(name).decode() for name in archive.namelist()]
    return "\n".join(said)


async def _check(story: list[Act], folder: Path) -> None:
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    async for world in make_world(folder, telegram, clock, LIBRARY, PLACES):
        crowd = Crowd(world, [join(telegram, f"mark{number:02}q") for number in range(PEOPLE)])
        await crowd.live(story)
        busy = {who for who, _, _ in story}
        for who in busy:
            crowd.accounts[who].send_text("/export")
        await world.settle()
        met = {who: marks(shown(telegram, account)) for who, account in enumerate(crowd.accounts)}
        assert [who for who, found in met.items() if not found <= {who}] == []
        assert sum(map(bool, met.values())) > 5  # and many were shown their own
        await _rows_are_their_owners(world, crowd)


async def _rows_are_their_owners(world: World, crowd: Crowd) -> None:
    async with world.keel.store.transaction(reading=True) as tx:
        for who, account in enumerate(crowd.accounts):
            learner = await tx.learners.find(account.chat.id)
            stored: list[Any] = []
            if learner is not None:
                stored += await tx.records.notes(learner.id)
                stored += await tx.kept.holds(learner.id, undecided=False)
                stored += await tx.sessions.all(learner.id)
            assert marks(str(stored)) <= {who}


# The seed says it all: there is nothing to make smaller.
@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_nobody_ever_meets_somebody_elses_words(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_check(_story(seed), Path(folder)))
