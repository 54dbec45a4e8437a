"""What somebody confides is on their screen and sealed in the database, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import log
from bot.simulator.faults import Kind
from tests.export import take
from tests.person import Person, World

PLACES = ["hold", "journal", "letter", "line", "person", "fact", "meaning", "reading", "mood", "sign", "ask", "note"]
PHRASES = {name: f"purple heron {name}" for name in PLACES}


async def confide(world: World, anna: Person) -> None:
    """One phrase into every place that takes words."""
    say = PHRASES
    await anna.sends("/hold")
    await anna.sends(say["hold"])
    await anna.taps("20 minutes")
    await anna.sends("/journal")
    await anna.sends(say["journal"])
    await anna.taps("Keep it")
    for first, words in (("A letter", say["letter"]), ("A line to say", say["line"]), ("A safe person", say["person"])):
        await anna.sends("/letter")
        await anna.taps(first)
        await anna.sends(words)
        await anna.taps(
            "Keep it" if first == "A letter" else "Take yours" if first == "A safe person" else "That's all"
        )
    await anna.sends("/spiral")
    for step in ("Next", "I've paused", "6", say["fact"], "That's all", say["meaning"], "That's all", say["reading"]):
        await (anna.sends(step) if step in say.values() else anna.taps(step))
    await anna.sends("/checkin")
    await anna.taps("Heavy")
    await anna.sends(say["mood"])
    await anna.sends("/plan")
    await anna.taps("Signs")
    await anna.sends(say["sign"])
    await world.wait(minutes=21)
    await anna.taps("One clear ask")
    await anna.sends(say["ask"])
    await anna.taps("Leave it")
    await world.wait(minutes=31)
    await anna.sends(say["note"])
    await anna.taps("Keep it as a note")


async def test_no_word_of_it_is_in_logs_database_or_unasked_messages(
    world: World, anna: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure("json", "debug")
    shown: list[str] = []
    await confide(world, anna)
    world.telegram.faults.next(Kind.PAGE, "sendMessage")  # and something to complain about
    await anna.sends("/journal")
    await world.wait(days=1)
    shown += [str(post.data.get("text", "")) for post in anna.bots if post.silent]
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        kept = {note.text for note in await tx.records.notes(learner.id)}
        kept |= {item.text for item in await tx.kept.holds(learner.id)}
    assert {PHRASES[name] for name in ("hold", "journal", "letter", "line", "person", "mood", "sign", "note")} <= kept
    said = capsys.readouterr()
    everything = said.out + said.err + "".join(shown)
    assert "heron" not in everything
    assert _files_with(tmp_path, b"heron") == []
    assert (tmp_path / "keel.db") in _files_with(tmp_path, b"SQLite")


def _files_with(folder: Path, secret: bytes) -> list[Path]:
    """The database, its log and whatever else lies there, that hold these bytes."""
    return [path for path in folder.iterdir() if secret in path.read_bytes()]


async def test_after_delete_nothing_is_left_in_a_decrypted_store(world: World, anna: Person) -> None:
    await confide(world, anna)
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    archive = await take(world, anna)
    assert "heron" not in "".join(archive.read(name).decode() for name in archive.namelist())
