"""Many people with a lesson due, written straight into the store: asking a thousand for their clock takes long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time

from bot.core.model import Delivery, Lane, Status
from bot.core.schedule import Pace
from bot.services.onboarding import LESSON
from bot.simulator.person import Person, join
from tests.person import World


async def crowd(world: World, size: int, due_at: datetime) -> list[Person]:
    """So many people in Berlin, one lesson a day in the hour after 11:00, all of them due at `due_at`."""
    accounts = [join(world.telegram, f"Person {number}") for number in range(size)]
    async with world.keel.store.transaction() as tx:
        for account in accounts:
            account.chat.started = True
            person = await tx.learners.add(account.chat.id, "en", due_at)
            await tx.learners.save(
                replace(
                    person, zone="Europe/Berlin", window_start=time(11), window_minutes=60, pace=Pace.daily,
                    status=Status.ACTIVE, welcomed=True,
                )
            )  # fmt: skip
            await tx.timers.set(person.id, LESSON, "", due_at, Lane.BULK)
    return accounts


async def ledger(world: World, people: Iterable[Person]) -> list[Delivery]:
    """What was sent to all of them."""
    async with world.keel.store.transaction(reading=True) as tx:
        found = [await tx.learners.find(person.chat.id) for person in people]
        return [item for learner in found if learner for item in await tx.timers.deliveries(learner.id)]
