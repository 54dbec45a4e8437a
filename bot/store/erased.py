"""Who used /delete, for the day on which a backup from before is put back.

A folder beside the database, with a file for each month and a line for each /delete: the key's id, the moment, and a
hash of the chat under that key. Whoever has the folder and not the key cannot tell whose it is. Lines are only ever
added, and a file goes when everything in it is older than KEPT, so backups are not to be kept for longer.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from bot.store.cipher import Cipher
from bot.store.store import Store
from bot.store.tables import inbox

NAME = "erased"
KEPT = timedelta(days=90)
PAGE = 500


@dataclass(frozen=True)
class Erased:
    """When which chats were erased last, by their hash; unknown: those of lines whose key is gone."""

    moments: dict[str, datetime]
    unknown: tuple[datetime, ...]

    def since(self, cipher: Cipher, chat_id: int) -> datetime | None:
        """When this chat was erased last; None if it never was."""
        found = [self.moments[trace] for trace in cipher.traces(chat_id).values() if trace in self.moments]
        return max(found, default=None)


def write_down(folder: Path, cipher: Cipher, chat_id: int, now: datetime) -> None:
    """Add a line, and wait until it is safe. The same once more is no harm.

    Raises OSError: the folder cannot be written to.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, trace = list(cipher.traces(chat_id).items())[-1]
    descriptor = os.open(folder / f"{now:%Y-%m}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{key} {now.isoformat()} {trace}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    oldest = f"{now - KEPT:%Y-%m}"
    for file in folder.iterdir():
        if file.name < oldest:
            with suppress(FileNotFoundError):  # another process was faster
                file.unlink()


def read(folder: Path, cipher: Cipher) -> Erased:
    """All lines. A line that a kill cut off is left out: its /delete goes on with the next start, and adds it anew."""
    moments: dict[str, datetime] = {}
    unknown: list[datetime] = []
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        for line in file.read_text(encoding="ascii").splitlines():
            match line.split():
                case [key, moment, trace] if len(trace) == 64:
                    at = datetime.fromisoformat(moment)
                    moments[trace] = max(at, moments.get(trace, at))
                    unknown += [] if key in cipher.key_ids else [at]
    return Erased(moments, tuple(unknown))


async def erase_again(store: Store, erased: Erased, after: datetime) -> int:
    """Erase whoever was erased after a moment, at which the backup was made; gives how many people that were."""

    def gone(chat_id: int) -> bool:
        since = erased.since(store.cipher, chat_id)
        return since is not None and since > after

    people, last = 0, 0
    while True:
        async with store.transaction() as tx:
            page = await tx.learners.page(last, PAGE)
            for person in page:
                if gone(person.chat_id):
                    await tx.learners.erase(person)
                    people += 1
        if not page:
            break
        last = page[-1].id
    async with store.transaction() as tx:
        chats = (await tx.inbox.connection.execute(select(inbox.c.chat_id).distinct())).scalars()
        for chat_id in [chat_id for chat_id in chats if gone(chat_id)]:
            await tx.inbox.connection.execute(delete(inbox).where(inbox.c.chat_id == chat_id))
    await store.wipe()
    return people
