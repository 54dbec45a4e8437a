"""What to say about texts whose key is gone: to whoever reads the log, and to whoever runs `keel check`."""

from __future__ import annotations

import structlog

from bot.store.keys import given_up, lost
from bot.store.store import Store

log = structlog.get_logger()


async def say_what_is_lost(store: Store) -> None:
    """One line in the log where texts were sealed with a key that is gone; everything else goes on."""
    found = await given_up(store)
    if found:
        log.error(
            "THE KEY IS LOST: these texts cannot be opened; put the lines of your copy of the key file back above the "
            "line that is in it, and they open again, without a restart",
            file=str(store.cipher.path), **found,
        )  # fmt: skip


async def lost_keys(store: Store) -> list[str]:
    """One sentence where texts were sealed with keys that are gone."""
    found = await lost(store)
    if not found:
        return []
    tables = ", ".join(f"{count} in {table}" for table, count in sorted(found.items()))
    return [
        f"{tables} cannot be opened, because {store.cipher.path} lacks their key; put the lines of your copy of it "
        "back above those that are in it (`keel keys` names the missing ones)."
    ]
