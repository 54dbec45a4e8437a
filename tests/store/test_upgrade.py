"""From every schema there ever was: nothing is lost on the way to the newest, and Keel works on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from bot.clock import MovableClock
from bot.core.model import HoldState
from bot.core.tally import Tally
from bot.library.load import Library
from bot.runner import brought_up_to_date
from bot.services.places import Places
from bot.settings import Settings
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from bot.store import migrate as module
from bot.store.cipher import Cipher
from bot.store.engine import engine_for
from bot.store.migrate import head, migrate
from bot.store.store import StoreProblem, open_store
from bot.store.tables import metadata
from tests.acceptance.process import running
from tests.command import keel
from tests.conftest import MONDAY, make_world
from tests.person import Person, World
from tests.postgresql import database
from tests.store.earlier import ENTRY, SOMEBODY, WORDS, make_earlier, missing, revisions

DAYS = 5
"""Within these a lesson comes, also after a hard moment and where every second day is free of new ones."""
BEFORE_THE_LAST = revisions()[-2]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            place = request.getfixturevalue("postgresql")
            yield stack.enter_context(database(place, f"keel_{uuid4().hex[:12]}"))
        else:
            yield f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}"


async def opened(folder: Path, url: str, library: Library, places: Places) -> AsyncIterator[World]:
    clock = MovableClock(MONDAY)
    async for world in make_world(folder, Telegram(clock.now), clock, library, places, url=url):
        yield world


@pytest.mark.parametrize("revision", revisions())
async def test_from_every_earlier_shape_nothing_is_lost_and_keel_goes_on(
    empty: str, tmp_path: Path, library: Library, places: Places, revision: str
) -> None:
    before = await make_earlier(empty, revision, Cipher.open(tmp_path / "keel.key", create=True))
    assert await migrate(empty) == (revision, head())
    assert await missing(empty, before) == []
    await has_the_newest_shape(empty)
    async for world in opened(tmp_path, empty, library, places):
        await reads_what_was_there(world, before)
        await goes_on(world)


async def has_the_newest_shape(url: str) -> None:
    engine = engine_for(url)
    async with engine.connect() as connection:
        context = await connection.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), metadata))
    await engine.dispose()
    assert context == []


async def reads_what_was_there(world: World, before: dict[str, list[dict[str, object]]]) -> None:
    """What was sealed opens, and what stands beside the entries was counted from them."""
    async with world.keel.store.transaction(reading=True) as tx:
        assert [note.text for note in await tx.records.notes(SOMEBODY)] == [WORDS]
        (run,) = await tx.sessions.all(SOMEBODY)
        assert run.answers["facts_own"] == (WORDS,)
        assert await tx.records.entries(SOMEBODY) == [ENTRY]
        assert (await tx.tallies.tally(SOMEBODY)).counts == Tally.of([ENTRY]).counts
        assert len(await tx.tallies.day_counters(SOMEBODY)) > 0
        if "hold" in before:
            (held,) = await tx.kept.holds(SOMEBODY)
            assert (held.text, held.state) == (WORDS, HoldState.HELD)
            assert await tx.kept.copy(8) == b"a voice"


async def goes_on(world: World) -> None:
    """Whoever waited is answered, and both people go on from where they were."""
    anna, ben = (Person(world, join(world.telegram, name)) for name in ("Anna", "Ben"))
    anna.account.chat.started = ben.account.chat.started = True
    await world.keel.intake.leftovers()
    await world.settle()
    said = [str(post.data["text"]) for post in anna.bots]
    assert len(said) == 2
    assert "About Keel" in said[0]
    assert WORDS in said[1]
    for person in (anna, ben):
        await person.sends("/spiral")
        assert "Next" in person.buttons
        await person.sends("/journal")
        await person.sends("and something new")
        await person.taps("Keep it")
    await anna.sends("/progress")
    anna.sees("One hard moment", "One practice tried")
    title = world.keel.library.speak("en").lessons["o2"].title
    for _ in range(DAYS):
        if title not in anna.last:
            await world.next_lesson()
    anna.sees(title)  # the one after the one that was done
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.inbox.waiting() == []
        assert [done.lesson for done in await tx.records.completions(SOMEBODY)] == ["o1"]


async def test_nothing_is_changed_under_a_keel_that_runs(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OTHERS_LEAVE", 3)
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as url:
        await make_earlier(url, BEFORE_THE_LAST, Cipher.open(tmp_path / "keel.key", create=True))
        store = await open_store(url, tmp_path / "keel.key")
        async with store.transaction(reading=True):
            pass  # as a Keel that answered somebody: its connections stay open
        with pytest.raises(StoreProblem, match="stop every keel"):
            await migrate(url)
        await store.close()
        nameless = await asyncpg.connect(url.replace("+asyncpg", ""))  # a Keel of the time before names
        with pytest.raises(StoreProblem, match="stop every keel"):
            await migrate(url)
        await nameless.close()
        named = {"application_name": "psql"}
        looking_on = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=named)
        assert await migrate(url) == (BEFORE_THE_LAST, head())
        await looking_on.close()


async def test_of_several_that_bring_it_up_to_date_at_once_one_does_and_all_go_on(
    postgresql: str, tmp_path: Path
) -> None:
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as url:
        await make_earlier(url, BEFORE_THE_LAST, Cipher.open(tmp_path / "keel.key", create=True))
        settings = Settings.read({"KEEL_DATABASE_URL": url, "KEEL_DATA_DIR": str(tmp_path)})
        done = await asyncio.gather(*(brought_up_to_date(settings) for _ in range(4)))
        assert sorted(done) == sorted([(BEFORE_THE_LAST, head()), *[(head(), head())] * 3])


async def test_what_is_up_to_date_may_be_asked_for_beside_a_keel_that_runs(postgresql: str, tmp_path: Path) -> None:
    with database(postgresql, f"keel_{uuid4().hex[:12]}") as url:
        await migrate(url)
        store = await open_store(url, tmp_path / "keel.key")
        async with store.transaction(reading=True):
            pass
        assert await migrate(url) == (head(), head())
        await store.close()


async def test_a_running_keel_holds_its_file_against_a_newer_one(tmp_path: Path) -> None:
    settings = {"KEEL_DATA_DIR": str(tmp_path)}
    async with running(tmp_path, MONDAY) as (bot, _anna):
        await bot.start()
        await bot.ticked()
        code, said = keel("migrate", **settings)
        assert (code, said.strip()) == (0, f"The database is at {head()}.")
        await pretend(f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}", BEFORE_THE_LAST)
        for command in (("migrate",), ("safety", "report")):
            code, said = keel(*command, **settings)
            assert code == 2, said
            assert "Another Keel is running" in said
        await pretend(f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}", head())


async def pretend(url: str, revision: str) -> None:
    """The database says of itself that it has another shape."""
    engine = engine_for(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    await engine.dispose()
