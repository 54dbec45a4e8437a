"""The drill: a backup beside a Keel that is written to, the database destroyed, put back, and on it goes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from bot.clock import MovableClock
from bot.core.model import Completion, Outcome
from bot.library.load import Library
from bot.restoring import back_up, restore, told
from bot.services.places import Places
from bot.settings import Settings
from bot.simulator.person import Person, join
from bot.simulator.telegram import Telegram
from bot.store.backup import BackupProblem
from bot.store.cipher import Cipher, KeyProblem
from bot.store.erased import write_down
from bot.store.migrate import migrate
from bot.store.store import open_store
from tests.acceptance.process import Running, running
from tests.command import keel
from tests.conftest import MONDAY, make_world
from tests.person import Person as Somebody
from tests.person import World
from tests.postgresql import database
from tests.telegram.crowd import crowd
from tests.test_bad_input import refused

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WORDS = "a phrase that nobody else would write"


def settings_of(folder: Path, now: datetime = NOW, **more: str) -> Settings:
    given = {"KEEL_DATA_DIR": str(folder), "KEEL_NOW": now.isoformat(), "KEEL_API_URL": "http://127.0.0.1:9"}
    return Settings.read({**given, **more})


async def command(bot: Running, *arguments: str) -> tuple[int, str]:
    """A command beside the bot, at the same time of day: the bot's own clock is behind by as long as its start took."""
    now = bot.clock.now() - timedelta(seconds=15)
    settings = {"KEEL_NOW": now.isoformat(), "KEEL_API_URL": bot.root, "KEEL_DATA_DIR": str(bot.folder)}
    return await asyncio.to_thread(keel, *arguments, **settings)


def known(folder: Path) -> set[int]:
    """Chats in the database."""
    with closing(sqlite3.connect(folder / "keel.db")) as connection:
        return {chat for (chat,) in connection.execute("SELECT chat_id FROM learner")}


def destroy(folder: Path) -> None:
    """What a dying disk leaves of the database."""
    for file in folder.glob("keel.db*"):
        file.write_bytes(b"gone" * 1000)


async def keeps(bot: Running, person: Person, words: str) -> None:
    """Somebody writes something down."""
    before = len(person.posts)
    person.send_text("/journal")
    await bot.until(lambda: len(person.posts) >= before + 2, "the journal")
    person.send_text(words)
    await bot.until(lambda: len(person.posts) >= before + 4, "an answer to the words")
    taps(person, "Keep it")
    await bot.until(lambda: not waits(bot.folder), "everything to be answered")


def taps(person: Person, label: str) -> None:
    """The newest button with this label."""
    rows = (
        (post, row)
        for post in reversed(person.posts)
        for row in post.data.get("reply_markup", {}).get("inline_keyboard", [])
    )
    post, key = next((post, key) for post, row in rows for key in row if key["text"] == label)
    person.tap(post, key["callback_data"])


def waits(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'keel.db'}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM inbox").fetchone()
        return int(count)


async def test_a_backup_while_keel_is_written_to_and_back_again(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        await bot.start()
        anna.send_text("/start")
        await bot.until(lambda: len(anna.posts) == 3, "an answer")
        await keeps(bot, anna, WORDS)
        crowd_ = [join(bot.telegram, f"Person {number}") for number in range(60)]
        for person in crowd_:
            person.send_text("/start")
        code, said = await command(bot, "backup")  # in the middle of their answers
        assert code == 0, said
        await bot.until(lambda: all(len(person.posts) == 3 for person in crowd_), "answers for all")
        await bot.kill()
        (file,) = (tmp_path / "backups").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        key_line = (tmp_path / "keel.key").read_text().splitlines()[-1].split()
        for secret in (WORDS, key_line[-1]):
            assert secret.encode() not in file.read_bytes()
        destroy(tmp_path)
        refused(await command(bot, "restore", str(file)), "people", "--over")
        code, said = await command(bot, "restore", "--over", str(file))
        assert code == 0, said
        assert anna.chat.id in known(tmp_path)
        assert known(tmp_path) <= {anna.chat.id, *(person.chat.id for person in crowd_)}
        await bot.start()
        await bot.ticked()
        answers = {person.chat.id: len(person.posts) for person in (anna, *crowd_)}
        for person in (anna, *crowd_):
            person.send_text("/about")
        await bot.until(
            lambda: all(len(person.posts) > answers[person.chat.id] + 1 for person in (anna, *crowd_)), "on"
        )
        anna.send_text("/journal")
        await bot.until(lambda: any(k["text"] == "Read" for k in keys(anna)), "the journal")
        taps(anna, "Read")
        await bot.until(lambda: WORDS in str(anna.posts[-1].data), "what was written before the backup")


def keys(person: Person) -> list[dict[str, str]]:
    rows = person.posts[-1].data.get("reply_markup", {}).get("inline_keyboard", [])
    return [key for row in rows for key in row]


async def test_who_used_delete_since_then_stays_away(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, anna):
        ben = join(bot.telegram, "Ben")
        await bot.start()
        for person in (anna, ben):
            person.send_text("/start")
        await bot.until(lambda: len(anna.posts) == len(ben.posts) == 3, "answers")
        await keeps(bot, anna, WORDS)
        assert (await command(bot, "backup"))[0] == 0
        bot.clock.move_to(NOW + timedelta(minutes=5))
        anna.send_text("/delete")
        await bot.until(lambda: any(k["text"] == "Delete everything" for k in keys(anna)), "the question")
        taps(anna, "Delete everything")
        await bot.until(
            lambda: "Done. Everything" in str(anna.posts[-1].data) or not known(tmp_path) - {ben.chat.id}, "the end"
        )
        await bot.until(lambda: not waits(tmp_path), "everything to be answered")
        await bot.kill()
        (line,) = [file.read_text() for file in (tmp_path / "erased").iterdir()]
        assert str(anna.chat.id) not in line
        (file,) = (tmp_path / "backups").iterdir()
        code, said = await command(bot, "restore", "--over", str(file))
        assert code == 0, said
        assert "Erased again" in said
        assert known(tmp_path) == {ben.chat.id}
        with closing(sqlite3.connect(tmp_path / "keel.db")) as connection:
            assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)


async def through_the_window(world: World, day: int) -> None:
    """Live through the hour in which lessons may come."""
    for minutes in range(0, 65, 5):
        await world.move_to(MONDAY + timedelta(days=day, minutes=minutes))
    async with world.keel.store.transaction() as tx:  # everybody reads theirs
        for person in await tx.learners.page(0, 100):
            await tx.learners.save(replace(person, unread=0))
            for sent in await tx.timers.deliveries(person.id):
                await tx.records.complete(person.id, Completion(sent.lesson, Outcome.TRIED, sent.at))


async def test_every_timer_comes_back_and_nobody_gets_a_heap(tmp_path: Path, library: Library, places: Places) -> None:
    clock = MovableClock(MONDAY)
    telegram = Telegram(clock.now)
    people: list[Person] = []

    def got(world: World) -> Counter[int]:
        return Counter({person.chat.id: len(Somebody(world, person).lessons) for person in people})

    async for world in make_world(tmp_path, telegram, clock, library, places):
        people = await crowd(world, 30, MONDAY + timedelta(minutes=1))
        await through_the_window(world, 0)
        assert set(got(world).values()) == {1}
    file = await back_up(settings_of(tmp_path, clock.now()), tmp_path / "backups")
    async for world in make_world(tmp_path, telegram, clock, library, places):
        await through_the_window(world, 1)
        assert set(got(world).values()) == {2}
    destroy(tmp_path)
    clock.move_to(MONDAY + timedelta(days=9, hours=3))  # long after the windows of eight days
    done = await restore(settings_of(tmp_path, clock.now()), file, over=True, without_key=False)
    assert done.contents.timers == done.contents.due == 30
    async for world in make_world(tmp_path, telegram, clock, library, places):
        await world.tick()
        await world.wait(hours=4)
        assert set(got(world).values()) == {2}  # what was missed stays away
        await through_the_window(world, 10)
        assert set(got(world).values()) == {3}


async def test_what_cannot_be_put_back_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    for folder in (home, other):
        await migrate(settings_of(folder).database_url)
        store = await open_store(settings_of(folder).database_url, folder / "keel.key")
        async with store.transaction() as tx:
            person = await tx.learners.add(1 if folder is home else 2, "en", NOW)
            await tx.records.add_note(person.id, "note", WORDS, NOW)
        await store.close()
    file = await back_up(settings_of(home), tmp_path / "backups")
    before = (home / "keel.db").read_bytes()

    async def refusal(which: Path, kind: type[Exception], words: str, folder: Path = home, over: bool = True) -> None:
        with pytest.raises(kind, match=words):
            await restore(settings_of(folder), which, over=over, without_key=False)

    await refusal(tmp_path / "nowhere.db", BackupProblem, "no backup at")
    (tmp_path / "text.db").write_text("not a database" * 100)
    await refusal(tmp_path / "text.db", BackupProblem, "damaged, or no backup")
    torn = bytearray(file.read_bytes())
    torn[5000:9000] = bytes(4000)
    (tmp_path / "torn.db").write_bytes(torn)
    await refusal(tmp_path / "torn.db", BackupProblem, "damaged")
    await refusal(file, BackupProblem, "--over", over=False)
    await refusal(file, KeyProblem, "does not open this backup", folder=other)
    newer = tmp_path / "newer.db"
    newer.write_bytes(file.read_bytes())
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    await refusal(newer, BackupProblem, "newer Keel")
    assert (home / "keel.db").read_bytes() == before
    (other / "keel.key").unlink()
    await refusal(file, KeyProblem, "--without-key", folder=other)
    done = await restore(settings_of(other), file, over=True, without_key=True)
    assert done.lost == 1
    assert done.aside is not None
    assert any("stay closed" in line for line in told(done, settings_of(other), NOW))


async def test_a_running_keel_is_not_replaced(tmp_path: Path) -> None:
    async with running(tmp_path, NOW) as (bot, _):
        await bot.start()
        await bot.ticked()
        assert (await command(bot, "backup", str(tmp_path / "there")))[0] == 0
        (file,) = (tmp_path / "there").iterdir()
        refused(await command(bot, "restore", "--over", str(file)), "Another Keel is running")


async def test_old_backups_go_when_that_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    await migrate(settings_of(tmp_path).database_url)
    await (await open_store(settings_of(tmp_path).database_url, tmp_path / "keel.key")).close()
    old = await back_up(settings_of(tmp_path, NOW - timedelta(days=8)), folder)
    (folder / "something of mine.db").write_text("stays")
    given = {"KEEL_DATA_DIR": str(tmp_path), "KEEL_NOW": NOW.isoformat(), "KEEL_API_URL": "http://127.0.0.1:9"}
    code, said = await asyncio.to_thread(keel, "backup", "--days", "7", **given)
    assert code == 0, said
    left = {file.name for file in folder.iterdir()}
    assert old.name not in left
    assert len(left) == 2


async def test_on_postgresql_too(tmp_path: Path, postgresql: str) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(database(postgresql, f"keel_{uuid4().hex[:12]}"))
        settings = settings_of(tmp_path, KEEL_DATABASE_URL=url)
        await migrate(url)
        store = await open_store(url, settings.key_file)
        async with store.transaction() as tx:
            for chat in (1, 2):
                person = await tx.learners.add(chat, "en", NOW)
                await tx.records.add_note(person.id, "note", WORDS, NOW)
        file = await back_up(settings, tmp_path / "backups")
        with pytest.raises(BackupProblem, match="connected to the database"):
            await restore(settings, file, over=True, without_key=False)
        await store.close()
        write_down(tmp_path / "erased", Cipher.open(settings.key_file, create=False), 2, NOW + timedelta(minutes=1))
        with pytest.raises(BackupProblem, match="--over"):
            await restore(settings, file, over=False, without_key=False)
        for _ in range(2):  # over itself, too
            done = await restore(settings, file, over=True, without_key=False)
            assert (done.contents.people, done.again, done.lost) == (1, 1, 0)
        with pytest.raises(BackupProblem, match=r"no backup|failed"):
            (tmp_path / "torn.dump").write_bytes(file.read_bytes()[:2000])
            await restore(settings, tmp_path / "torn.dump", over=True, without_key=False)


def test_litestream_copies_the_database_and_never_the_key() -> None:
    file = Path(__file__).parent.parent.parent / "deploy" / "litestream.yml"
    (copied,) = yaml.safe_load(file.read_text(encoding="utf-8"))["dbs"]
    unit = (file.parent / "keel.service").read_text(encoding="utf-8")
    folder = Path(copied["path"]).parent
    assert f"KEEL_DATA_DIR={folder}" in unit
    assert settings_of(folder).database_url == f"sqlite+aiosqlite:///{copied['path']}"
    assert "key" not in Path(copied["path"]).name
