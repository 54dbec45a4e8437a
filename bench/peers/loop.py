"""A loop on python-telegram-bot that sends lessons one after the other and writes its ledger the plain way."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys

from telegram import Bot

FIRST = 1_000_000
LESSON = "A lesson. " * 60


async def main() -> None:
    """Send to so many people; then wait to be ended."""
    ledger = sqlite3.connect(f"{sys.argv[1]}/ledger.db")
    ledger.execute("CREATE TABLE sent (person INTEGER PRIMARY KEY, message INTEGER)")
    async with Bot("4000000000:bench", base_url=f"{os.environ['KEEL_API_URL']}/bot") as bot:
        for number in range(int(sys.argv[2])):
            message = await bot.send_message(FIRST + number, LESSON)
            ledger.execute("INSERT INTO sent VALUES (?, ?)", (number, message.message_id))
            ledger.commit()
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(main())
