"""/import: the file of /export, sent in the chat, comes in whole; a bad one is answered in a sentence and changes
nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.library.load import Library
from bot.services.places import Places
from bot.simulator.faults import Kind
from bot.simulator.person import join
from bot.simulator.telegram import Telegram
from tests.conftest import MONDAY, make_world
from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.test_arrival import WRONG, changed, packed, rows
from tests.telegram.test_secrets import PHRASES, confide

SAME = ("notes", "entries", "lessons", "lessons_sent", "holds", "keepsakes", "noticed", "sessions", "counters")


@pytest.fixture
async def elsewhere(tmp_path: Path, library: Library, places: Places) -> AsyncIterator[World]:
    """Another Keel with nobody in it."""
    (tmp_path / "elsewhere").mkdir()
    clock = MovableClock(MONDAY)
    async for made in make_world(tmp_path / "elsewhere", Telegram(clock.now), clock, library, places):
        yield made


@pytest.fixture
def there(elsewhere: World, anna: Person) -> Person:
    """Anna's chat with the other Keel's bot."""
    return Person(elsewhere, join(elsewhere.telegram, "Anna", chat_id=anna.account.chat.id))


async def sends_file(person: Person, content: bytes, name: str = "notes.zip") -> int:
    """Send a document; gives its message."""
    post = person.account.send_document(content, name)
    await person.world.settle()
    return post.id


async def test_everything_comes_along_and_goes_on(world: World, anna: Person, elsewhere: World, there: Person) -> None:
    content = await packed(world, anna)
    before = data_of(zipfile.ZipFile(io.BytesIO(content)))
    await there.sends("/start")
    await there.sends("/import")
    there.sees("notes.zip", "20 MB", "whole or not at all")
    sent = await sends_file(there, content)
    there.sees("is here now", "file's message")
    assert sent not in there.account.chat.posts
    after = data_of(await take(elsewhere, there))
    assert {name: after[name] for name in SAME} == {name: before[name] for name in SAME}
    assert after["settings"]["keep_days"] == 90
    await there.sends("/journal")
    await there.taps("Read")
    there.sees(PHRASES["journal"])
    await elsewhere.wait(hours=2)
    assert "What you set aside is ready" in "".join(str(post.data.get("text")) for post in there.bots)
    assert elsewhere.telegram.refusals() == []


async def test_who_has_something_here_is_told_and_chooses(world: World, anna: Person) -> None:
    content = await packed(world, anna)
    before = data_of(await take(world, anna))["notes"]
    await anna.sends("/import")
    anna.sees("already", "erase what is here first")
    await sends_file(anna, content)
    anna.sees("/import")  # no file is waited for
    assert data_of(await take(world, anna))["notes"] == before
    await anna.sends("/import")
    await anna.taps("Delete my data")
    await anna.taps("Delete everything")
    await anna.sends("/import")
    await sends_file(anna, content)
    anna.sees("is here now")
    assert data_of(await take(world, anna))["notes"] == before


async def test_nothing_comes_in_twice_or_for_two_people(
    world: World, anna: Person, elsewhere: World, there: Person
) -> None:
    content = await packed(world, anna)
    mallory = Person(elsewhere, join(elsewhere.telegram, "Mallory", chat_id=666))
    for person in (there, mallory):
        await person.sends("/import")
        await sends_file(person, content)
    assert "is here already, under another chat, so nothing changed" in str(mallory.bots[-2].data["text"])
    assert data_of(await take(elsewhere, mallory))["notes"] == []
    await sends_file(there, content)
    there.sees("I can't open files here")


async def test_something_written_meanwhile_is_not_written_over(
    world: World, anna: Person, elsewhere: World, there: Person
) -> None:
    content = await packed(world, anna)
    await there.sends("/import")
    async with elsewhere.keel.store.transaction() as tx:
        learner = await tx.learners.find(there.account.chat.id)
        assert learner is not None
        await tx.records.add_note(learner.id, "note", "meanwhile", elsewhere.clock.now())
    await sends_file(there, content)
    assert "Something of yours is here by now" in "".join(str(post.data.get("text")) for post in there.bots[-2:])
    assert [note["text"] for note in data_of(await take(elsewhere, there))["notes"]] == ["meanwhile"]


async def test_a_bad_file_is_answered_in_a_sentence_and_changes_nothing(
    world: World, anna: Person, elsewhere: World, there: Person
) -> None:
    content = await packed(world, anna)
    wrong = {name: make(content) for name, make in WRONG.items()}
    wrong["a flood"] = changed(content, lambda data: data.update(timers=data["timers"] * 1001))
    await there.sends("/start")
    await there.sends("/import")
    before = {**await rows(elsewhere), "setting": 0}
    for name, file in wrong.items():
        if not file:
            continue  # Telegram takes no empty file
        sent = await sends_file(there, file)
        sorry = str(there.bots[-2].data["text"])
        assert "nothing changed" in sorry, name
        assert sorry.count(".") - sorry.count("notes.zip") == 1, sorry
        there.sees("notes.zip", "20 MB")
        assert sent in there.account.chat.posts, name  # it is only taken out when it is in
        assert {**await rows(elsewhere), "setting": 0} == before, name
    await sends_file(there, content)
    there.sees("is here now")


async def test_a_file_that_is_too_large_is_not_fetched(world: World, anna: Person) -> None:
    await anna.sends("/import")
    post = anna.account.send_document(b"x", "notes.zip")
    world.telegram.updates[-1]["message"]["document"]["file_size"] = 20 * 1024 * 1024 + 1
    await world.settle()
    assert "larger than I can take in" in str(anna.bots[-2].data["text"])
    assert world.telegram.calls("getFile") == []
    assert post.id in anna.account.chat.posts


async def test_when_telegram_does_not_hand_it_over_it_is_asked_for_again(
    world: World, anna: Person, elsewhere: World, there: Person
) -> None:
    content = await packed(world, anna)
    await there.sends("/import")
    elsewhere.telegram.faults.next(Kind.PAGE, "getFile")
    await sends_file(there, content)
    assert "once more" in str(there.bots[-2].data["text"])
    await sends_file(there, content)
    there.sees("is here now")


async def test_a_file_that_nobody_asked_for_is_not_fetched(world: World, anna: Person) -> None:
    await sends_file(anna, await packed(world, anna))
    anna.sees("/import")
    assert world.telegram.calls("getFile") == []


async def test_words_and_pictures_in_place_of_the_file(world: World, anna: Person) -> None:
    await anna.sends("/import")
    await anna.sends("here it is")
    anna.sees("paper clip")
    anna.account.send_photo()
    await world.settle()
    anna.sees("notes.zip")
    await anna.taps("Leave it")
    anna.sees("nothing changed")


async def test_danger_in_the_words_below_a_file_comes_first(
    world: World, anna: Person, elsewhere: World, there: Person
) -> None:
    content = await packed(world, anna)
    await there.sends("/import")
    there.account.send_document(content, "notes.zip", caption="I am going to kill myself tonight")
    await elsewhere.settle()
    assert "More help" in str(there.buttons) or "person" in there.last
    assert data_of(await take(elsewhere, there))["notes"] == []


async def test_a_file_cannot_reach_into_somebody_elses_things(
    world: World, anna: Person, elsewhere: World, there: Person
) -> None:
    """Ids in a file are anybody's guess: they open nothing of anybody else's."""
    ben = Person(elsewhere, join(elsewhere.telegram, "Ben", chat_id=4711))
    await confide(elsewhere, ben)
    before = data_of(await take(elsewhere, ben))
    run = before["sessions"][0]["id"]
    content = changed(await packed(world, anna), lambda data: data["settings"].update(card=run, chat_id=4711))
    await there.sends("/import")
    await sends_file(there, content)
    there.sees("is here now")
    await there.sends("/sos")
    after = data_of(await take(elsewhere, ben))
    assert {name: after[name] for name in SAME} == {name: before[name] for name in SAME}
