"""`keel run`, and what every command needs of it: everything between the command line and the composition root."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import resource
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog

from bot import tracing
from bot.app import Keel, Receive, build, build_bot, nothing
from bot.clock import Clock, MovableClock, SystemClock
from bot.core.safety import install
from bot.library.findings import ContentProblem
from bot.library.helplines import with_local
from bot.library.load import Library, load
from bot.library.safety import detector_in
from bot.log import report_loop
from bot.lost_keys import say_what_is_lost
from bot.pulse import Pulse
from bot.settings import Settings, SettingsProblem
from bot.store.erased import NAME as ERASED
from bot.store.migrate import head, migrate, require_current
from bot.store.store import Store, StoreProblem, open_store
from bot.telegram.intake import ALLOWED
from bot.web.health import served
from bot.web.inside import inside
from bot.web.webhook import webhook

log = structlog.get_logger()

CLOCK_TOLERANCE = timedelta(minutes=10)


class AlreadyRunning(Exception):
    """Another Keel uses this data folder."""


class LessonsGone(Exception):
    """Somebody did lessons that the content does not have any more; the message says which, and the way out."""


class ClockProblem(Exception):
    """The machine's clock is behind what is stored."""


async def run_bot(settings: Settings) -> None:
    """Migrate, check, then receive and send until SIGTERM or SIGINT."""
    token = settings.require_token()
    asyncio.get_running_loop().set_exception_handler(report_loop)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold whatever was just written
    library = library_of(settings)
    watch_for_danger(settings)
    clock = clock_of(settings)
    with only_one(settings):
        await migrate(settings.database_url)
        async with opened(settings, without_key=not settings.key_file_given) as store:
            store.says_key = True
            await say_what_is_lost(store)
            await store.wipe()  # somebody may have been erased just before the last stop
            await refuse_old_clock(store, clock)
            await follow_moves(store, library)
            keel = built(settings, token, store, library, clock)
            await until_stopped(keel, settings, receive=webhook_of(keel, settings, token))


def built(
    settings: Settings, token: str, store: Store, library: Library, clock: Clock, *, several: bool = False
) -> Keel:
    """The whole bot as it is set, not started. several: other processes share the database."""
    pulse = Pulse()
    bot = build_bot(token, settings.base_url, settings.base_file_url, settings.bulk_rate, pulse=pulse)
    copies, paid = settings.media_copies, settings.paid_broadcast
    return build(bot, store, library, clock, copies=copies, paid=paid, several=several, pulse=pulse)


def webhook_of(keel: Keel, settings: Settings, token: str) -> Receive | None:
    """Receiving by webhook, where one is set; None to ask Telegram for updates."""
    url = settings.webhook_url
    return None if url is None else partial(keel.intake.wait, url, secret_of(settings, token))


def secret_of(settings: Settings, token: str) -> str:
    """What Telegram sends along with each update: as set, or made from the token, so that all processes know it."""
    return settings.webhook_secret or hashlib.sha256(f"keel webhook {token}".encode()).hexdigest()


async def until_stopped(
    keel: Keel, settings: Settings, *, receive: Receive | None = None, dispatch: bool = True
) -> None:
    """Run, with the pages of KEEL_LISTEN, until SIGTERM or SIGINT."""
    tracing.begin()
    routes = inside(keel.store, keel.clock, keel.pulse)
    if settings.webhook_url is not None and receive is not nothing:
        path = urlsplit(settings.webhook_url).path or "/"
        routes.append(
            webhook(path, secret_of(settings, settings.require_token()), frozenset(ALLOWED), keel.intake.take)
        )
    task = asyncio.create_task(keel.run(receive=receive, dispatch=dispatch))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    async with served(settings.listen, routes):
        try:
            await task
        except asyncio.CancelledError:
            log.info("keel stops")


def library_of(settings: Settings) -> Library:
    """All content, with the operator's helplines over those that ship.

    Raises ContentProblem: something in it is not in order; file and line are named.
    """
    library = load(settings.content_dir)
    if settings.helplines_file is None:
        return library
    return replace(library, helplines=with_local(library.helplines, settings.helplines_file))


def watch_for_danger(settings: Settings) -> None:
    """Have the rules about danger ready before the first word arrives.

    Raises ContentProblem: a rules file is not in order; the first thing that is wrong, with file and line.
    """
    try:
        install(detector_in(settings.content_dir))
    except ContentProblem as problem:
        first, others = problem.findings[0], len(problem.findings) - 1
        more = f" ({others} more: keel content check)" if others else ""
        raise ContentProblem([replace(first, message=first.message + more)]) from None


def clock_of(settings: Settings) -> Clock:
    """The system's clock, or for a rehearsal one that starts where KEEL_NOW says."""
    return MovableClock(settings.now) if settings.now is not None else SystemClock()


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder.

    Raises AlreadyRunning; SettingsProblem: the folder cannot be written to.
    """
    lock = settings.data_dir / "keel.lock"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsProblem(
            f"The data folder {settings.data_dir} cannot be written to ({error.strerror}); "
            "mend its owner or rights, or set KEEL_DATA_DIR."
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        message = f"Another Keel is running with the data folder {settings.data_dir}; stop it, or set KEEL_DATA_DIR."
        raise AlreadyRunning(message) from None
    try:
        yield
    finally:
        os.close(descriptor)


async def brought_up_to_date(settings: Settings) -> tuple[str | None, str]:
    """The revision of the database before and after; beside a running Keel only where nothing is to be changed.

    Raises AlreadyRunning, StoreProblem.
    """
    with suppress(StoreProblem):
        await require_current(settings.database_url)
        return head(), head()
    # PostgreSQL's connections say who uses it; there several of these may come at once, and wait for each other.
    with only_one(settings) if settings.database_url.startswith("sqlite") else nullcontext():
        return await migrate(settings.database_url)


@asynccontextmanager
async def opened(settings: Settings, *, without_key: bool = False) -> AsyncIterator[Store]:
    """The store, closed afterwards. without_key: where the key file is gone, go on with a new one."""
    store = await open_store(settings.database_url, settings.key_file, without=without_key)
    store.erased = settings.data_dir / ERASED
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[Store]:
    """The store of a Keel that may be running: the data folder is not held, and nothing is migrated.

    Raises StoreProblem: there is no database yet, or it has another shape.
    """
    await require_current(settings.database_url)
    async with opened(settings) as store:
        yield store


def runs(settings: Settings) -> bool:
    """Whether a Keel runs with this data folder."""
    try:
        with only_one(settings):
            return False
    except AlreadyRunning:
        return True


async def refuse_old_clock(store: Store, clock: Clock) -> None:
    """Do not send with a clock that is behind.

    Raises ClockProblem: rows are newer than now.
    """
    async with store.transaction(reading=True) as tx:
        newest = await tx.learners.newest()
    if newest is not None and clock.now() < newest - CLOCK_TOLERANCE:
        raise ClockProblem(
            f"The clock says {clock.now():%Y-%m-%d %H:%M} UTC, but the database has rows from {newest:%Y-%m-%d %H:%M}; "
            "set the machine's clock right (or KEEL_NOW later)."
        )


async def follow_moves(store: Store, library: Library) -> None:
    """Everybody's progress names lessons by the ids they have now.

    Raises LessonsGone: somebody did a lesson that was removed or renamed without saying where to.
    """
    await refuse_gone_lessons(store, library)
    async with store.transaction() as tx:
        for old, new in library.curriculum.moved.items():
            await tx.records.move_lesson(old, new)


async def refuse_gone_lessons(store: Store, library: Library) -> None:
    """Ids are permanent: progress refers to them.

    Raises LessonsGone: somebody did a lesson that the content does not have, and that did not move.
    """
    async with store.transaction(reading=True) as tx:
        done = await tx.records.lessons_done()
    gone = sorted(done - set(library.speak(None).lessons) - set(library.curriculum.moved))
    if gone:
        raise LessonsGone(
            f"People did lessons that the content does not have any more ({', '.join(gone)}); bring their files back, "
            f"or say in curriculum.yaml where each went, such as moved: {{{gone[0]}: new-id}}."
        )
