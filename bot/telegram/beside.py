"""Something that goes on beside an answer, so that nobody waits for their answer behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def beside(work: Coroutine[object, object, None] | None) -> AsyncIterator[None]:
    """Do this while the block runs, and wait for it; where the block is broken off, it is too. None: nothing."""
    if work is None:
        yield
        return
    task = asyncio.create_task(work)
    try:
        yield
    except asyncio.CancelledError:
        task.cancel()
        raise
    except Exception:
        await task
        raise
    await task
