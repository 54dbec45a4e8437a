"""An operator's message to everybody: looked over, written down in batches, taken back, and sent one at a time.

Writing down is idempotent. Each batch is one transaction that gives a timer to whoever has none and does not stand in
the ledger, so a command that was cut off, or run twice, goes on where it is and nobody gets two.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.broadcast import SAME_FOR, LeftOut, Wait, Waits, comes
from bot.core.model import Broadcast, BroadcastState, Lane, Timer
from bot.core.screen import Reply, Screen
from bot.core.unasked import AFTER_SPIRAL
from bot.services.spiral import SPIRAL
from bot.services.turn import Turn
from bot.services.unasked import Prepared
from bot.store.broadcasts import BROADCAST, Progress
from bot.store.store import Store

BATCH = 200
BREATH = 0.03
"""Seconds between two batches, in which a running Keel writes."""


class BroadcastProblem(Exception):
    """A broadcast cannot be made or taken back; the message says why, and how to mend it."""


@dataclass(frozen=True)
class Audience:
    """Whom a broadcast reaches, in counts.

    now: those who may get it at once. waits, left_out: the others, by the reason. no_clock: of those whom it reaches,
    how many never gave a clock. goes_on: the broadcast with the same text that this would go on with. had: how many of
    its people are done with already.
    """

    now: int
    waits: Counter[Waits]
    left_out: Counter[LeftOut]
    no_clock: int
    goes_on: Broadcast | None = None
    had: int = 0

    @property
    def size(self) -> int:
        """How many people get it, sooner or later."""
        return self.now + sum(self.waits.values())


async def look_over(store: Store, text: str, now: datetime) -> Audience:
    """Whom this text would reach; nothing is written."""
    audience = Audience(0, Counter(), Counter(), 0)
    after = 0
    while True:
        async with store.transaction(reading=True) as tx:
            same = await tx.broadcasts.newest(text, now - SAME_FOR)
            people = await tx.learners.page(after, BATCH)
            if not people:
                return replace(audience, goes_on=same)
            after = people[-1].id
            had = await tx.broadcasts.reached(same.id, people[0].id, after) if same is not None else set()
            for person in people:
                if person.id in had:
                    audience = replace(audience, had=audience.had + 1)
                    continue
                match comes(person, now):  # a hard moment is looked for when its time has come
                    case LeftOut() as why:
                        audience.left_out[why] += 1
                        continue
                    case Wait() as wait:
                        audience.waits[wait.why] += 1
                    case None:
                        audience = replace(audience, now=audience.now + 1)
                if person.zone is None:
                    audience = replace(audience, no_clock=audience.no_clock + 1)


async def write_down(store: Store, text: str, now: datetime) -> tuple[Broadcast, int]:
    """Set everybody's timer; gives the broadcast, and for how many people a timer is new.

    Raises BroadcastProblem: it was cancelled while it was written down.
    """
    async with store.transaction() as tx:
        item = await tx.broadcasts.newest(text, now - SAME_FOR) or await tx.broadcasts.add(text, now)
        await tx.broadcasts.turn(item.id, BroadcastState.WRITING)
    after, added = 0, 0
    while True:
        # Read and decided without the writer's place, which a running Keel needs; when a timer is due, all of this is
        # asked again.
        async with store.transaction(reading=True) as tx:
            people = await tx.learners.page(after, BATCH)
            had = await tx.broadcasts.reached(item.id, people[0].id, people[-1].id) if people else set()
        dues = {}
        for person in people:
            found = comes(person, now)
            if person.id not in had and not isinstance(found, LeftOut):
                dues[person.id] = now if found is None else found.until
        async with store.transaction() as tx:
            current = await tx.broadcasts.get(item.id)
            if current is None or current.state is not BroadcastState.WRITING:
                raise BroadcastProblem(f"Broadcast {item.id} was cancelled or stopped meanwhile; nobody more gets it.")
            if not people:
                await tx.broadcasts.turn(item.id, BroadcastState.READY)
                return replace(item, state=BroadcastState.READY), added
            added += await tx.timers.add_missing(BROADCAST, str(item.id), Lane.BULK, dues)
        after = people[-1].id
        await asyncio.sleep(BREATH)


async def cancel(store: Store, id_: int) -> Progress:
    """Nobody more gets it; gives how far it came. `waiting` is how many were spared.

    Raises BroadcastProblem: there is no such broadcast.
    """
    async with store.transaction() as tx:
        if await tx.broadcasts.get(id_) is None:
            raise BroadcastProblem(f"There is no broadcast {id_}; `keel broadcast --list` shows those there are.")
        await tx.broadcasts.turn(id_, BroadcastState.CANCELLED)
        spared = await tx.timers.drop_for_all(BROADCAST, str(id_))
        (found,) = [item for item in await tx.broadcasts.progress() if item.broadcast.id == id_]
        return replace(found, waiting=spared)


async def due(turn: Turn, timer: Timer, stopped: frozenset[str] = frozenset()) -> Prepared | None:
    """One person's turn has come: it goes out now, or is put off, or is over."""
    tx, learner = turn.tx, turn.learner
    item = await tx.broadcasts.get(int(timer.key))
    if item is not None and about(item) in stopped and item.state is not BroadcastState.STOPPED:
        # Written down, so that it stays stopped after a restart; those that wait are not asked one by one.
        await tx.broadcasts.turn(item.id, BroadcastState.STOPPED)
        await tx.timers.drop_for_all(BROADCAST, timer.key)
        return None
    if item is None or item.state in (BroadcastState.CANCELLED, BroadcastState.STOPPED):
        await tx.timers.settle(timer)
        return None
    spiral = await tx.sessions.touched_since(learner.id, SPIRAL, turn.now - AFTER_SPIRAL)
    found = comes(learner, turn.now, spiral=spiral)
    if await tx.broadcasts.begun(learner.id, item.id) or isinstance(found, LeftOut):
        await tx.timers.settle(timer)
        return None
    if found is not None:
        await tx.timers.put_off(timer, found.until)
        return None
    ledger = await tx.broadcasts.begin_delivery(learner.id, item.id, turn.now)
    await turn.change(last_unasked=turn.now)
    rows = ((turn.button("button-change", "settings"), turn.button("button-pause", "pause")),)
    shown = Reply((Screen(item.text, rows, silent=True, marked_up=True),))
    return Prepared(timer, learner.chat_id, learner.locale, shown, ledger, about(item), before=learner)


def about(item: Broadcast) -> str:
    """What a broadcast is called where lessons go by their ids."""
    return f"broadcast:{item.id}"
