"""The files that somebody asked for, made when they are sent: /export, and what they show to a therapist."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bot.clock import Clock
from bot.core.screen import Document
from bot.library.load import Library
from bot.services import handout
from bot.services.own_data import gather, pack
from bot.services.turn import Turn
from bot.store.store import Store
from bot.telegram.files import MakeDocument

_WRITING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writing")
"""Everybody else is answered meanwhile. One at a time: what a large file takes of memory is taken once and not in each
of many threads, and nobody's file has the whole machine."""


def documents(store: Store, library: Library, clock: Clock) -> MakeDocument:
    """Makes a person's own file out of what is stored at that moment; None when nothing is."""

    async def make(chat_id: int, wanted: Document) -> bytes | None:
        async with store.transaction(reading=True) as tx:
            learner = await tx.learners.find(chat_id)
            if learner is None:
                return None
            turn = Turn(tx, learner, library, clock.now())
            if wanted.handout is None:
                own = await gather(turn)
                write: Callable[[], bytes] = partial(pack, turn.content, own)
            else:
                chosen = await handout.gather(turn, wanted.handout)
                if chosen is None:
                    return None
                write = partial(handout.write, turn.content, chosen, wanted.name, library.folder)
        return await asyncio.get_running_loop().run_in_executor(_WRITING, write)

    return make
