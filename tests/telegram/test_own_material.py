"""What somebody put together on a calm day comes back on a hard one; and what doesn't fit is met kindly."""

from __future__ import annotations

import pytest

from bot.core.screen import LITERAL_START
from tests.person import Person, World

BIG = 21 * 1024 * 1024


async def to_soothing(anna: Person) -> None:
    """From /spiral to the choice of something kind, without a card."""
    await anna.world.wait(hours=2)
    await anna.sends("/spiral")
    for label in ("Next", "I've paused", "8", "That helped a bit"):
        await anna.taps(label)


async def fill(anna: Person) -> None:
    """One of everything."""
    await anna.sends("/letter")
    await anna.taps("A letter")
    await anna.sends("Dear one, it passes.")
    await anna.taps("Keep it")
    await anna.taps("Something else")
    await anna.taps("A line to say")
    await anna.sends("I have carried worse.")
    await anna.taps("Something else")
    await anna.taps("A voice note")
    await anna.does(anna.account.send_voice(b"my own voice"))
    await anna.taps("Something else")
    await anna.taps("A picture")
    await anna.does(anna.account.send_photo(b"the lake"))
    await anna.taps("Something else")
    await anna.taps("A safe person")
    await anna.sends("Noor")
    await anna.sends("Hey, can you sit with me on the phone?")
    anna.sees("Kept")


async def test_own_material_comes_first_and_is_played_in_the_sequence(world: World, anna: Person) -> None:
    await to_soothing(anna)
    assert anna.buttons[:4] == ["Something warm", "A kind line", "A safe place", "Move a little"]
    await fill(anna)
    await to_soothing(anna)
    assert anna.buttons[:5] == ["My own line", "My letter", "My voice note", "My picture", "My safe person"]
    await anna.taps("My letter")
    assert "Dear one, it passes." in [post.data.get("text") for post in anna.bots]
    anna.sees("calm day")
    await anna.taps("Something else")
    await anna.taps("My own line")
    anna.sees("I have carried worse.")
    await anna.taps("Something else")
    await anna.taps("My voice note")
    assert anna.bots[-2].data["voice"]["file_id"].startswith("voice-")
    await anna.taps("Something else")
    await anna.taps("My picture")
    assert "photo" in anna.bots[-2].data
    await anna.taps("Something else")
    await anna.taps("My safe person")
    assert anna.bots[-2].data["text"] == "Hey, can you sit with me on the phone?"
    anna.sees("Noor is who you chose")
    await anna.taps("Done")
    anna.sees("What's here now")
    assert world.telegram.refusals() == []


async def test_a_line_written_in_the_spiral_is_kept_for_the_next_one(world: World, anna: Person) -> None:
    await to_soothing(anna)
    await anna.taps("A kind line")
    await anna.sends("The heron waits too.")
    anna.sees("What's here now")
    await world.wait(hours=2)
    await to_soothing(anna)
    await anna.taps("My own line")
    anna.sees("The heron waits too.")


async def test_a_letter_of_20_000_characters_over_several_messages_is_kept_whole(world: World, anna: Person) -> None:
    pieces = [f"{number} " + "x" * 3990 for number in range(5)]
    await anna.sends("/letter")
    await anna.taps("A letter")
    for piece in pieces:
        await anna.sends(piece)
    await anna.sends("and one word too many" * 10)
    anna.sees("more than fits here", "20,000")
    await anna.taps("Keep it")
    await to_soothing(anna)
    await anna.taps("My letter")
    whole = "".join(str(post.data.get("text", "")) for post in anna.bots)
    for number in range(5):
        assert f"{number} xxx" in whole
    assert whole.count("x" * 100) >= 5
    assert world.telegram.refusals() == []


async def test_everything_can_be_taken_out_again(anna: Person) -> None:
    await fill(anna)
    for label in ("The letter", "All my lines", "The voice note", "The picture", "The safe person"):
        await anna.sends("/letter")
        await anna.taps("Take something out")
        await anna.taps(label)
    anna.sees("Kept so far: nothing yet")


@pytest.mark.parametrize(
    ("size", "words"), [(0, "came through empty"), (BIG, "too large for me")], ids=["empty", "too large"]
)
@pytest.mark.parametrize("kind", ["voice", "photo"])
async def test_an_unreadable_or_too_large_file_is_said_and_the_step_stays(
    anna: Person, kind: str, size: int, words: str
) -> None:
    await anna.sends("/letter")
    await anna.taps("A voice note" if kind == "voice" else "A picture")
    send = anna.account.send_voice if kind == "voice" else anna.account.send_photo
    await anna.does(send(b"x" * size))
    said = "\n".join(str(post.data.get("text", "")) for post in anna.bots[-2:])
    assert words in said
    await anna.does(send(b"fine"))
    anna.sees("Kept")


async def test_media_where_words_were_asked_and_words_where_media_was(anna: Person) -> None:
    await anna.sends("/letter")
    await anna.taps("A safe person")
    await anna.does(anna.account.send_photo(b"a face"))
    assert "I can't see pictures" in anna.bots[-2].data["text"]
    anna.sees("Somebody who is good to talk to")
    await anna.sends("/letter")
    await anna.taps("A voice note")
    await anna.sends("but I have no voice today")
    anna.sees("A voice note works here")


async def test_a_letter_cannot_forge_marks_and_comes_back_as_it_was(world: World, anna: Person) -> None:
    wild = f"<b>&amp; {LITERAL_START}*not bold* **nor** > this\n- nor that"
    await anna.sends("/letter")
    await anna.taps("A letter")
    await anna.sends(wild)
    await anna.taps("Keep it")
    await to_soothing(anna)
    await anna.taps("My letter")
    assert wild.replace(LITERAL_START, "") in [post.data.get("text") for post in anna.bots]


async def test_a_file_that_telegram_forgot_is_played_from_the_copy_or_missed_kindly(world: World, anna: Person) -> None:
    await fill(anna)
    world.telegram.files.clear()
    await to_soothing(anna)
    await anna.taps("My voice note")
    assert "can't be played any more" in anna.bots[-2].data["text"]
    object.__setattr__(world.keel.sender.files, "copies", True)  # as KEEL_MEDIA_COPIES=yes builds it
    await anna.sends("/letter")
    await anna.taps("A voice note")
    await anna.does(anna.account.send_voice(b"once more"))
    world.telegram.files.clear()
    await to_soothing(anna)
    await anna.taps("My voice note")
    assert "voice" in anna.bots[-2].data
    database = world.keel.store.engine.url.database
    assert database is not None
    with open(database, "rb") as file:  # noqa: ASYNC230, PTH123
        assert b"once more" not in file.read()
