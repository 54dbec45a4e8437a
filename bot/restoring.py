"""`keel backup` and `keel restore`: what they do, between the command line and the store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.core.stats import Group
from bot.runner import beside, clock_of, only_one, opened
from bot.settings import Settings
from bot.store import backup
from bot.store.backup import MADE, BackupProblem, Contents, Copy
from bot.store.cipher import Cipher, KeyProblem
from bot.store.erased import KEPT, erase_again, read
from bot.store.keys import lost
from bot.store.migrate import migrate
from bot.store.store import CANARY

STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Restored:
    """What is there now. made: when the backup was. again: people who used /delete since then, erased once more.

    unknown: erasures whose key is gone. lost: texts that do not open. aside: where what stood there before is now.
    """

    contents: Contents
    made: datetime | None
    again: int
    unknown: int
    lost: int
    aside: Path | None = None


async def back_up(settings: Settings, folder: Path) -> Path:
    """A copy of the database as it is now, beside a running Keel; gives the file.

    Raises BackupProblem; StoreProblem, KeyProblem: there is no database, or its key does not belong to it.
    """
    now = clock_of(settings).now()
    async with beside(settings) as store:
        if not store.fits:
            raise KeyProblem(
                f"{settings.key_file} is not this database's key; set KEEL_ENCRYPTION_KEY_FILE to the one in use."
            )
        async with store.transaction() as tx:
            await tx.marks.put(MADE, now.isoformat())
    file = folder / f"keel-{now:{STAMP}}{backup.suffix(settings.database_url)}"
    if file.exists():
        raise BackupProblem(f"There is a backup at {file} already; wait a second.")
    await asyncio.to_thread(backup.make, settings.database_url, file)
    return file


async def restore(settings: Settings, file: Path, *, over: bool, without_key: bool) -> Restored:
    """Put a backup in the place of the database, once it was looked over; the Keel that uses it must stand still.

    over: there may be people in what is replaced. without_key: texts may be closed for good.

    Raises BackupProblem, StoreProblem, KeyProblem, AlreadyRunning: nothing was replaced.
    """
    with only_one(settings):
        found = await asyncio.to_thread(backup.look_over, settings.database_url, file)
        _look_at_key(settings, found, without=without_key)
        await backup.refuse_live(settings.database_url, over=over)
        now = clock_of(settings).now()
        if settings.database_url.startswith("sqlite"):
            return await _onto_sqlite(settings, file, now, without_key=without_key)
        script = settings.data_dir / f"keel-{now:{STAMP}}.restoring"
        await asyncio.to_thread(backup.replace_postgresql, settings.database_url, file, script)
        return await _settled(settings, now, without_key=True)  # it is in place: what does not open is told


async def _onto_sqlite(settings: Settings, file: Path, now: datetime, *, without_key: bool) -> Restored:
    """Everything is done to a copy, which then takes the place at once."""
    place = backup.place_of(settings.database_url)
    staged, aside = (place.with_name(f"{place.name}.{what}") for what in ("restoring", f"before-{now:{STAMP}}"))
    _clear(staged)
    try:
        await asyncio.to_thread(backup.copy_sqlite, file, staged)
        at = replace(settings, database_url=f"sqlite+aiosqlite:///{staged}")
        done = await _settled(at, now, without_key=without_key)
        await asyncio.to_thread(backup.replace_sqlite, place, staged, aside)
        return replace(done, aside=aside if await asyncio.to_thread(aside.exists) else None)
    finally:
        _clear(staged)


async def _settled(settings: Settings, now: datetime, *, without_key: bool) -> Restored:
    """Bring what was put back up to date, erase again who left since then, and count."""
    await migrate(settings.database_url)
    async with opened(settings, without_key=without_key) as store:
        assert store.erased is not None
        closed = (await lost(store)).total()
        if closed and not without_key:
            raise KeyProblem(
                f"{closed:,} texts of this backup were sealed with keys that {settings.key_file} lacks; put the lines "
                "of the key file of that day above those that are in it, or add --without-key to give these texts up."
            )
        made = (await backup.contents(store, now)).made
        erased = read(store.erased, store.cipher)
        again = await erase_again(store, erased, made) if made is not None else 0
        unknown = sum(made is None or moment > made for moment in erased.unknown)
        return Restored(await backup.contents(store, now), made, again, unknown, closed)


def _look_at_key(settings: Settings, found: Copy, *, without: bool) -> None:
    """Nothing, where the key belongs to the backup.

    Raises KeyProblem: it does not, or is not there.
    """
    if without:
        return
    try:
        cipher = Cipher.open(settings.key_file, create=False)
    except KeyProblem as problem:
        raise KeyProblem(f"{problem} (Or add --without-key to give up all words in the backup.)") from None
    fits = found.canary is None or cipher.read(bytes.fromhex(found.canary), about=CANARY) is not None
    if not fits:
        raise KeyProblem(
            f"{settings.key_file} does not open this backup; put the lines of the key file of that day above those "
            "that are in it, or add --without-key to give up all words in the backup."
        )


def _clear(staged: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            staged.with_name(staged.name + ending).unlink()


def told(done: Restored, settings: Settings, now: datetime) -> Iterator[str]:
    """What to say after a restore, a sentence a line."""
    found = done.contents
    when = "an unknown moment" if done.made is None else f"{done.made:%Y-%m-%d %H:%M} UTC"
    yield f"Everything is as it was at {when}: {Group.of(found.people)} people, {found.timers:,} timers."
    yield f"{found.due:,} of the timers are due: each keeps to the rules for what is late, so nobody gets a heap."
    if done.again:
        yield f"Erased again, because they used /delete since then: {Group.of(done.again)} people."
    if done.unknown:
        yield (
            f"{done.unknown} lines of {settings.data_dir / 'erased'} name a key that {settings.key_file} lacks; put "
            "the newest copy of the key file's lines below those that are in it and restore again, or people who used "
            "/delete are back."
        )
    if done.made is None or done.made < now - KEPT:
        yield (
            f"The backup is older than {KEPT.days} days, and who used /delete is kept no longer: people may be back "
            "who left; do not start Keel with it unless nobody did."
        )
    if found.broadcasts:
        ids = ", ".join(map(str, found.broadcasts))
        yield (
            f"Broadcasts were under way ({ids}); if they went out since then, take them back before you start Keel: "
            "`keel broadcast --cancel ID`."
        )
    if done.lost:
        yield f"{done.lost:,} texts stay closed, because their keys are gone."
    if done.aside is not None:
        yield f"What stood there before is {done.aside}; delete it when all is well: people in it may use /delete."
    yield "What somebody erased with /forget since then is back; tell people that you restored a backup, and of when."
