"""A phrase in every place that takes words, and then a look everywhere that is not its writer's chat.

The places come from the content files: a new question is planted without anybody listing it here.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import log
from bot.__main__ import keel as command
from bot.services.commands import COMMANDS
from bot.services.conversation import Conversation
from bot.simulator import errors, methods
from bot.simulator.faults import Kind
from bot.simulator.person import add_to_group, join, say_in_group
from bot.simulator.state import Post
from bot.store.keys import SEALED
from bot.web.health import served
from tests.export import data_of, page_of, take
from tests.person import Person, World
from tests.telegram.test_every_state import FLOWS, stand_at
from tests.telegram.test_secrets import confide

ASKED = [(flow.id, step.id) for flow in FLOWS.values() for step in flow.steps.values() if step.ask]
OPERATOR = (("stats",), ("stats", "--json"), ("check",), ("keys",), ("safety", "report"), ("broadcast", "--list"))
ANYWHERE = re.compile(rb"zq\d\d\dx")
"""What every phrase has in it, and nothing else in the world has."""


class Phrases:
    """A new phrase each time; a mark in it says which one it is."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def new(self) -> str:
        """One that was never said before, with a word about danger now and then: cards take words, too."""
        number = len(self.planted)
        more = (" I want to die", " he hit me", "")[number % 3] if number % 10 == 0 else ""
        self.planted.append(f"a zq{number:03}x heron waits{more}")
        return self.planted[-1]


async def plant(world: World, anna: Person) -> Phrases:
    """One phrase into everything that takes any."""
    phrases, account = Phrases(), anna.account
    account.chat.name = phrases.new()  # the name that Telegram sends along with everything
    await anna.sends("/start")
    for number, (flow, step) in enumerate(ASKED):
        await stand_at(anna, flow, step, number)
        await anna.sends(phrases.new())
        for button in ("Keep it", "That's all", "Keep it as a note", "20 minutes"):
            if button in anna.buttons:
                await anna.taps(button)
    for words in COMMANDS:
        if words not in ("delete", "stop"):
            await anna.sends(f"/{words} {phrases.new()}")
    await anna.sends(f"/{phrases.new().replace(' ', '_')}")
    sent = account.send_text(phrases.new())
    await world.settle()
    account.edit_text(sent, phrases.new())
    await world.settle()
    for flow, step in (("letter", "voice"), ("letter", "photo"), ("import", "file"), ("hold", "paste")):
        await stand_at(anna, flow, step, 900 + len(phrases.planted))
        account.send({"voice": account.send_voice().data["voice"], "caption": phrases.new()})
        account.send_photo(phrases.new().encode(), caption=phrases.new())
        account.send_document(phrases.new().encode(), f"{phrases.new()}.zip", caption=phrases.new())
        await world.settle()
    poll = account.send_poll().data["poll"]
    account.send({"poll": {**poll, "question": phrases.new()}})
    account.send({"contact": {"phone_number": "1", "first_name": phrases.new()}})
    account.tap(anna.bots[-1], f"c:{phrases.new()}"[:64])
    group = add_to_group(world.telegram, account, phrases.new())
    say_in_group(world.telegram, group, account, phrases.new())
    await world.settle()
    return phrases


async def break_things(world: World, anna: Person, phrases: Phrases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram fails in every way it can, and a handler in the middle, with the words in its complaint."""
    monkeypatch.setattr("bot.telegram.desk.FIRST_REPEAT", 0.01)
    for kind in Kind:
        world.telegram.faults.next(kind, "sendMessage", chat_id=anna.account.chat.id)
        anna.account.send_text(phrases.new())
        await world.settle()
    with monkeypatch.context() as quoting:  # Telegram quotes what it refuses
        refused = errors.bad(f'can\'t parse entities: unsupported start tag "{phrases.new()}" at byte offset 7')
        quoting.setitem(methods.METHODS, "sendmessage", _refusing(refused))
        anna.account.send_text(phrases.new())
        await world.settle()
    answer = Conversation.answer

    async def failing(self: Conversation, turn: object, incoming: object) -> object:
        raise RuntimeError(f"cannot make sense of {incoming!r}")

    monkeypatch.setattr(Conversation, "answer", failing)
    await anna.sends(phrases.new())
    anna.sees("went wrong")
    monkeypatch.setattr(Conversation, "answer", answer)


def _refusing(refused: errors.Refused) -> Any:
    async def refuse(*_: object) -> None:
        raise refused

    return refuse


def shown(post: Post) -> str:
    """What stands in a message, and so in a notification: not whose chat it is."""
    return str({name: value for name, value in post.data.items() if name not in ("chat", "from")})


def files_with_any(folder: Path) -> list[tuple[str, bytes]]:
    """Every file below a folder that has any of the phrases in it."""
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for way in (content, content.replace(b"\x00", b"")):  # and as UTF-16
            if hit := ANYWHERE.search(way):
                found.append((path.name, hit[0]))
    return found


def operators_see(folder: Path) -> list[tuple[Sequence[str], str]]:
    """Every command for an operator, and what it says."""
    done = [(words, CliRunner().invoke(command, words, env={"KEEL_DATA_DIR": str(folder)})) for words in OPERATOR]
    return [(words, result.output + str(result.exception or "")) for words, result in done]


async def test_what_is_planted_is_nowhere_but_in_the_chat(
    world: World, anna: Person, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    log.configure("json", "debug")
    logging.getLogger("anything").debug("the log is listened to")
    phrases = await plant(world, anna)
    await break_things(world, anna, phrases, monkeypatch)
    assert len(phrases.planted) > 100
    before = {post.id for post in anna.bots}
    for _ in range(30):
        await world.wait(hours=7)
    unasked = [shown(post) for post in anna.bots if post.id not in before]
    assert unasked
    async with served(("127.0.0.1", 0)):
        pass
    said = capfd.readouterr()
    assert "the log is listened to" in said.err
    assert "an update could not be handled" in said.err
    assert "telegram rejected a screen" in said.err
    assert ANYWHERE.findall((said.out + said.err).encode()) == []
    assert ANYWHERE.findall("".join(unasked).encode()) == []
    assert files_with_any(tmp_path) == []
    await world.keel.store.wipe()
    for words, output in await asyncio.to_thread(operators_see, tmp_path):
        assert ANYWHERE.search(output.encode()) is None, words
        assert len(output) > 20, words


async def test_what_is_planted_is_sealed_and_in_its_writers_own_file(world: World, anna: Person) -> None:
    phrases = await plant(world, anna)
    await anna.sends("/start")
    archive = await take(world, anna)
    data, page = str(data_of(archive)), page_of(archive)
    kept = [phrase for phrase in phrases.planted if phrase in data]
    assert len(kept) >= 30
    unread = [phrase for phrase in kept if phrase not in page]
    assert unread == []


async def test_after_delete_no_sealed_row_opens_to_any_of_it(world: World, anna: Person, ben: Person) -> None:
    await confide(world, ben)
    phrases = await plant(world, anna)
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    opened = await everything_opened(world)
    assert "purple heron journal" in opened  # Ben's
    assert [phrase for phrase in phrases.planted if phrase in opened] == []
    archive = await take(world, anna)
    for name in archive.namelist():
        assert ANYWHERE.search(archive.read(name)) is None, name


async def everything_opened(world: World) -> str:
    """Every sealed text of the whole database."""
    store, found = world.keel.store, []
    async with store.transaction(reading=True) as tx:
        for sealed in SEALED:
            rows: Any = await tx.inbox.connection.execute(
                sealed.column.table.select().with_only_columns(sealed.key, sealed.column).where(sealed.written)
            )
            found += [store.cipher.decrypt(token, about=f"{sealed.about}:{key}") for key, token in rows]
    return "\n".join(found)


async def test_a_task_that_nobody_waits_for_is_reported_without_its_words(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "debug")
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(log.report_loop)

    async def fails() -> None:
        raise RuntimeError("a zq000x heron")

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    loop.set_exception_handler(before)
    said = capfd.readouterr().err
    assert "nobody waits for" in said
    assert "RuntimeError" in said
    assert "heron" not in said


async def test_a_stranger_sees_nothing_of_it(world: World, anna: Person) -> None:
    await plant(world, anna)
    eve = Person(world, join(world.telegram, "Eve"))
    for words in COMMANDS:
        await eve.sends(f"/{words}")
    assert ANYWHERE.search("".join(map(shown, eve.bots)).encode()) is None
