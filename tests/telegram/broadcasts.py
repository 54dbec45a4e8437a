"""Broadcasts in tests: the real command, many people to write to, and how far it is."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.services import broadcast
from bot.simulator.person import Person as Account
from bot.store.broadcasts import Progress
from tests.command import keel
from tests.conftest import MONDAY
from tests.person import World
from tests.telegram.crowd import crowd

TEXT = "Keel moves house on <b>Friday</b> &amp; is quiet for an hour."
WORDS = "Keel moves house on Friday & is quiet for an hour."
FAR = MONDAY + timedelta(days=300)


async def command(world: World, folder: Path, *arguments: str) -> tuple[int, str]:
    """`keel broadcast …` in a process of its own, on the database that the running Keel has open."""
    now = {"KEEL_NOW": world.clock.now().isoformat(), "KEEL_API_URL": "http://127.0.0.1:9"}
    return await asyncio.to_thread(keel, "broadcast", *arguments, KEEL_DATA_DIR=str(folder), **now)


async def written_down(world: World, text: str = TEXT) -> int:
    """What `--yes` does, without a process."""
    item, _ = await broadcast.write_down(world.keel.store, text, world.clock.now())
    return item.id


async def progress(world: World) -> Progress:
    """How far the newest broadcast is."""
    async with world.keel.store.transaction(reading=True) as tx:
        return (await tx.broadcasts.progress())[0]


async def people(world: World, size: int) -> list[Account]:
    """So many people whose next lesson is far away."""
    return await crowd(world, size, FAR)


async def change(world: World, account: Account, **values: object) -> None:
    """Something else about a person."""
    async with world.keel.store.transaction() as tx:
        person = await tx.learners.find(account.chat.id)
        assert person is not None
        await tx.learners.save(replace(person, **values))  # type: ignore[arg-type]


def got(accounts: list[Account], words: str = WORDS) -> Counter[int]:
    """How many people have how many copies."""
    return Counter(sum(post.data.get("text") == words for post in person.posts) for person in accounts)
