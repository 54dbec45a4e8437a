"""What goes on beside an answer: nobody waits behind it, and it ends with the answer."""

from __future__ import annotations

import asyncio

import pytest

from bot.telegram.beside import beside


async def test_it_is_waited_for_at_the_end_also_where_the_answer_failed() -> None:
    done: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append("work")

    async with beside(work()):
        done.append("answer")
    assert done == ["answer", "work"]
    with pytest.raises(ValueError, match="no answer"):
        async with beside(work()):
            raise ValueError("no answer")
    assert done == ["answer", "work", "work"]


async def test_broken_off_it_is_broken_off_too() -> None:
    ended = asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def answer() -> None:
        async with beside(hangs()):
            await asyncio.Event().wait()

    answering = asyncio.create_task(answer())
    await asyncio.sleep(0.01)
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(answering, 1)
    await asyncio.wait_for(ended.wait(), 1)
