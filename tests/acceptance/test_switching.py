"""From asking to a webhook and back, by restarts, while messages arrive: none is lost, none is answered twice."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from bot.simulator.bringing import bringing
from tests.acceptance.deliveries import NOON
from tests.acceptance.process import running
from tests.acceptance.several import PATH, PATIENCE, free_ports
from tests.acceptance.traffic import Traffic


@pytest.mark.long
async def test_from_asking_to_a_webhook_and_back_nothing_is_lost_or_answered_twice(tmp_path: Path) -> None:
    async with running(tmp_path, NOON) as (bot, _), bringing(bot.telegram):
        address = f"127.0.0.1:{free_ports(1)[0]}"
        brought = {"KEEL_WEBHOOK_URL": f"http://{address}{PATH}", "KEEL_LISTEN": address}
        bot.patience = PATIENCE
        await bot.start()
        traffic = Traffic(bot.telegram, pause=0.03)
        await traffic.learn(bot)
        asking = asyncio.create_task(traffic.flow())
        for settings in (brought, {}, brought, {}):
            await asyncio.sleep(1.5)
            bot.send(signal.SIGTERM)
            await bot.dead()
            bot.settings = settings
            await bot.start()
            await bot.until(lambda by=bool(settings): bool(bot.telegram.webhook) == by, "the other way in")
        await asyncio.sleep(1.5)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await bot.until(lambda: traffic.answers().unanswered == 0, "every answer")
        await asyncio.sleep(1)
        answers = traffic.answers()
        assert answers.asked > 200
        assert (answers.unanswered, answers.twice, answers.disordered) == (0, 0, 0), str(answers)
