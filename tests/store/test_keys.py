"""Keys: a new one while Keel runs, everything sealed anew, the old one retired; and what is left when one is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from bot.core.model import HoldState, Session
from bot.core.screen import LOST, Reply, Screen
from bot.store import key_file
from bot.store.backup import make, replace_postgresql, suffix
from bot.store.cipher import Cipher, KeyProblem
from bot.store.inbox import Received
from bot.store.keys import SEALED, counted, given_up, lost, reseal, retire
from bot.store.store import Store, open_store
from bot.store.tables import metadata

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECRET = "a phrase that nobody else would write"
LONG_NAME = "k" * 253
"""So long that no other file's name fits beside it: one that cannot be replaced, whoever runs the test."""


async def fill(store: Store) -> None:
    """Something in every sealed column, more than a batch of notes, and a hold whose text is erased."""
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", NOW)
        for number in range(120):
            await tx.records.add_note(person.id, "note", f"{SECRET} {number}", NOW)
        await tx.sessions.add(Session("s1", person.id, "spiral", "facts", NOW, NOW, answers={"facts_own": (SECRET,)}))
        await tx.kept.add_hold(person.id, SECRET, NOW, NOW + timedelta(hours=1), morning=False)
        empty = await tx.kept.add_hold(person.id, SECRET, NOW, NOW + timedelta(hours=1), morning=False)
        await tx.kept.decide(person.id, empty, HoldState.SENT)
        voice = await tx.kept.keep(person.id, "voice", "a-name", NOW)
        await tx.kept.keep_copy(voice, SECRET.encode())
        await tx.inbox.add(5, [Received(1, 1, SECRET)], NOW)
        await tx.inbox.keep_reply(1, Reply((Screen(SECRET),)))


async def everything(store: Store) -> list[object]:
    """All of it, opened."""
    async with store.transaction(reading=True) as tx:
        person = await tx.learners.find(1)
        assert person is not None
        keepsakes = await tx.kept.keepsakes(person.id)
        return [
            await tx.records.notes(person.id),
            await tx.sessions.all(person.id),
            await tx.kept.holds(person.id, undecided=False),
            keepsakes,
            await tx.kept.copy(keepsakes["voice"].id),
            await tx.inbox.waiting(),
        ]


def restored(url: str, backup: Path, folder: Path) -> str:
    """The backup as the database of somebody who has no key; gives its URL. No phrase can be read on the way."""
    if backup.suffix == ".db":
        readable = backup.read_bytes()
        to = f"sqlite+aiosqlite:///{backup}"
    else:
        readable = subprocess.run(["pg_restore", "--file=-", backup], check=True, capture_output=True).stdout
        replace_postgresql(url, backup, folder / "script")
        to = url
    assert SECRET.encode() not in readable
    assert readable.count(b"spiral") >= 1  # what is no secret can be: the looking is not in vain
    return to


def test_every_column_with_sealed_text_is_sealed_anew() -> None:
    sealed = {
        column for table in metadata.tables.values() for column in table.c if isinstance(column.type, LargeBinary)
    }
    assert {item.column for item in SEALED} == sealed


async def test_everything_goes_over_to_the_new_key_and_the_old_one_goes(store: Store) -> None:
    await fill(store)
    before, old = await everything(store), store.cipher.current_key_id
    key_file.add(store.cipher.path)
    store.cipher.refresh()
    done, closed = await reseal(store)
    assert done == {"note": 120, "session": 1, "hold": 1, "keepsake": 2, "inbox": 2}
    assert not closed
    assert await retire(store) == {old}
    assert set(await counted(store)) == set(Cipher.open(store.cipher.path, create=False).key_ids)
    assert await everything(store) == before
    again = await open_store(store.engine.url.render_as_string(hide_password=False), store.cipher.path)
    assert again.fits
    assert await everything(again) == before
    await again.close()


async def test_a_key_that_a_row_names_stays(store: Store) -> None:
    await fill(store)
    old = store.cipher.current_key_id
    key_file.add(store.cipher.path)
    store.cipher.refresh()
    assert await retire(store) == frozenset()
    assert old in Cipher.open(store.cipher.path, create=False).key_ids


async def test_a_running_keel_takes_up_a_new_key_by_itself(store: Store) -> None:
    store.says_key = True
    await fill(store)
    key_file.add(store.cipher.path)
    newest = Cipher.open(store.cipher.path, create=False).current_key_id
    async with store.transaction() as tx:
        await tx.learners.add(2, "en", NOW)
    async with store.transaction() as tx:
        assert await tx.marks.get("sealing") == newest
        note = await tx.records.add_note(1, "note", SECRET, NOW)
    assert (await counted(store))[newest] == {"note": 1}
    async with store.transaction(reading=True) as tx:
        assert (await tx.records.notes(1))[-1].id == note


async def test_a_lost_key_costs_the_words_and_nothing_else(store: Store) -> None:
    await fill(store)
    url, path = store.engine.url.render_as_string(hide_password=False), store.cipher.path
    kept = path.read_text()
    path.unlink()
    with pytest.raises(KeyProblem, match="missing"):
        await open_store(url, path)
    without = await open_store(url, path, without=True)
    assert not without.fits
    assert await given_up(without) == {"note": 120, "session": 1, "hold": 1, "keepsake": 2, "inbox": 2}
    notes, sessions, holds, keepsakes, copy, waiting = await everything(without)
    assert {note.text for note in notes} == {LOST}  # type: ignore[attr-defined]
    assert sessions[0].answers == {LOST: True}  # type: ignore[index]
    assert [held.text for held in holds] == [LOST, ""]  # type: ignore[attr-defined]
    assert keepsakes["voice"].file_id == LOST  # type: ignore[index]
    assert copy is None
    assert waiting[0].lost  # type: ignore[index]
    async with without.transaction() as tx:
        await tx.records.add_note(1, "note", "something new", NOW)
    # The copy is found: its lines go above those that are there, and a Keel that runs opens everything again.
    path.write_text(kept + "".join(line for line in path.read_text().splitlines(keepends=True) if line[0] == "k"))
    assert await everything(without) != [notes, sessions, holds, keepsakes, copy, waiting]
    assert not await lost(without)
    await without.close()


async def test_once_nothing_is_left_of_it_a_lost_key_is_not_spoken_of(store: Store) -> None:
    await fill(store)
    url, path = store.engine.url.render_as_string(hide_password=False), store.cipher.path
    path.unlink()
    without = await open_store(url, path, without=True)
    async with without.transaction() as tx:
        person = await tx.learners.find(1)
        assert person is not None
        await tx.learners.erase(person)
        await tx.inbox.forget(1)
    assert not await given_up(without)
    await without.close()
    again = await open_store(url, path)
    assert again.fits
    await again.close()


CHANGES: dict[str, Callable[[Path], object]] = {
    "a key is added": key_file.add,
    "a key is retired": lambda path: key_file.retire(path, frozenset(Cipher.open(path, create=False).key_ids)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_key_file_that_may_not_be_changed_says_how_it_is_done_then(tmp_path: Path, name: str) -> None:
    path = tmp_path / LONG_NAME
    Cipher.open(path, create=True)
    path.write_text(path.read_text() + key_file.new_line())
    before = path.read_text()
    with pytest.raises(KeyProblem, match=r"may not be changed from here; where it is made, (add|take out) the line"):
        CHANGES[name](path)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_file_keeps_its_mode_its_link_and_what_else_stands_in_it(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    Cipher.open(real, create=True)
    real.write_text("# mine\n" + real.read_text())
    real.chmod(0o640)
    link.symlink_to(real)
    key_file.add(link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_text().startswith("# mine\n# Keel's keys")
    assert len(Cipher.open(link, create=False).key_ids) == 2


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with key_file.held(tmp_path / "key"), pytest.raises(KeyProblem, match="already"), key_file.held(tmp_path / "key"):
        pass


async def test_a_backup_without_its_key_is_of_no_use(store: Store, tmp_path: Path) -> None:
    await fill(store)
    url = store.engine.url.render_as_string(hide_password=False)
    backup = tmp_path / "stolen" / f"keel{suffix(url)}"
    make(url, backup)
    thief = await open_store(restored(url, backup, tmp_path), backup.parent / "keel.key", without=True)
    assert SECRET not in str(await everything(thief))
    assert (await lost(thief)).total() == 126
    await thief.close()
