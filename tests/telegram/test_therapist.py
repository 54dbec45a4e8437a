"""For my therapist: two files with what somebody ticked and nothing else, and questions that stay."""

from __future__ import annotations

import asyncio
import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from bot import log
from bot.core.model import Entry
from bot.simulator.faults import Kind
from tests.conftest import MONDAY
from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.test_retention import chooses, nights, who
from tests.telegram.test_secrets import PHRASES, confide

QUESTION = "How do I ask for a call, without it sounding like blame?"


async def comes_to(anna: Person, *taps: str) -> None:
    """From /progress through the screens before one's own words."""
    await anna.sends("/progress")
    for label in ("For my therapist", "The last 30 days", "A4", *taps):
        await anna.taps(label)


def files(anna: Person) -> list[Any]:
    """What was handed over: posts with a file, animations aside."""
    return [post.data for post in anna.bots if "file_name" in post.data.get("document", {})]


def handed(world: World, anna: Person) -> tuple[str, str]:
    """The words of the newest PDF, without its line ends, and the newest page."""
    ids = {data["document"]["file_name"]: data["document"]["file_id"] for data in files(anna)}
    pdf, page = (world.telegram.files[ids[name]] for name in ("notes.pdf", "notes.html"))
    printed = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(printed.replace("\u200b", "").split()), page.decode()


async def has_a_past(world: World, anna: Person) -> None:
    """Some hard moments and a fear that was looked at again."""
    await anna.sends("/start")
    learner = await who(world, anna)
    async with world.keel.store.transaction() as tx:
        for before, after in ((8, 3), (6, 6), (7, 2)):
            tags = ("facts.seen", "meanings.fading", "tool.walk")
            await tx.records.add_entry(learner.id, Entry("spiral", MONDAY, before, after, "walk", tags))
        await tx.records.add_entry(learner.id, Entry("fear", MONDAY, tags=("outcome.partly", "meanings.fading")))


async def test_without_a_tick_more_it_holds_counts_and_not_one_word(world: World, anna: Person) -> None:
    await confide(world, anna)
    await comes_to(anna, "Go on", "Go on", "Go on")
    anna.sees("Days: the last 30", "Parts: Counts", "Own words: none", "Questions: none")
    await anna.taps("Make the two files")
    anna.sees("I keep no copy")
    for words in handed(world, anna):
        assert "Check-ins" in words
        assert "heron" not in words
        assert not re.search(r"Ratings|set it off|Fears and|Lessons done|In their own words|would like to raise", words)


async def test_what_is_ticked_is_in_it_and_says_where_it_comes_from(world: World, anna: Person) -> None:
    await has_a_past(world, anna)
    await comes_to(anna, "Ratings", "What set it off", "Fears and", "Lessons done", "Counts", "Go on", "Go on")
    anna.sees("Ratings before and after, What set it off, Fears and what came, Lessons done")
    await anna.taps("Make the two files")
    for words in handed(world, anna):
        assert "25 October 2026 to 23 November 2026" in words
        assert "chose what stands here" in words
        assert "no diagnosis" in words
        assert "Seen, no reply" in words
        assert "Nothing was noted in these days" in words  # lessons
        assert not re.search(r"\b(score|type|anxious|attachment|disorder|symptom)", words, re.IGNORECASE)
    assert "All of these days 3 7 3 2 1 0" in handed(world, anna)[0]
    assert "Interest is fading 0 1 0 0" in handed(world, anna)[0]


async def test_own_words_come_one_by_one_and_stay_hidden_until_asked_for(world: World, anna: Person) -> None:
    await confide(world, anna)
    await comes_to(anna, "Go on")
    anna.sees("None of them goes in unless you tick it", "Ticked so far: 0", "Page 1 of 2")
    assert "heron" not in anna.last + "".join(anna.buttons)
    await anna.taps("Show the first words")
    anna.sees(PHRASES["note"], PHRASES["mood"])
    await anna.taps("Hide the words")
    assert "heron" not in anna.last
    await anna.taps("Notes ·")
    anna.sees("Ticked so far: 1")
    await anna.taps("Older")
    await anna.taps("Journal ·")
    anna.sees("Page 2 of 2", "Ticked so far: 2")
    await anna.taps("Newer")
    assert next(label for label in anna.buttons if "Notes ·" in label).startswith("✓")
    for label in ("Go on", "Go on", "Make the two files"):
        await anna.taps(label)
    for words in handed(world, anna):
        assert PHRASES["note"] in words
        assert PHRASES["journal"] in words
        assert sum(phrase in words for phrase in PHRASES.values()) == 2


async def test_a_tick_is_taken_back(world: World, anna: Person) -> None:
    await confide(world, anna)
    await comes_to(anna, "Go on", "Notes ·", "Notes ·")
    anna.sees("Ticked so far: 0")
    for label in ("Go on", "Go on", "Make the two files"):
        await anna.taps(label)
    assert not any("heron" in words for words in handed(world, anna))


async def test_what_was_typed_in_a_hard_moment_can_be_chosen_too(world: World, anna: Person) -> None:
    await confide(world, anna)
    await comes_to(anna, "Go on", "Show the first words")
    if not any("Typed in a hard moment" in label for label in anna.buttons):
        await anna.taps("Older")
    await anna.taps("Typed in a hard moment")
    for label in ("Go on", "Go on", "Make the two files"):
        await anna.taps(label)
    for words in handed(world, anna):
        assert PHRASES["fact"] in words
        assert PHRASES["meaning"] in words
        assert PHRASES["journal"] not in words


async def test_a_question_is_in_at_once_and_next_time_only_if_it_is_ticked(world: World, anna: Person) -> None:
    await anna.sends("/start")
    await comes_to(anna, "Go on")
    await anna.sends(QUESTION)
    assert anna.buttons[0].startswith("✓ How do I ask")
    await anna.taps("Go on")
    anna.sees("Questions: one")
    await anna.taps("Make the two files")
    assert all(QUESTION in words for words in handed(world, anna))
    await comes_to(anna, "Go on")
    assert anna.buttons[0].startswith("○ How do I ask")
    await anna.taps("Go on")
    await anna.taps("Make the two files")
    assert not any(QUESTION in words for words in handed(world, anna))


async def test_a_question_is_changed_left_out_put_in_and_erased(world: World, anna: Person) -> None:
    await anna.sends("/start")
    await comes_to(anna, "Go on")
    await anna.sends(QUESTION)
    await anna.taps("How do I")
    anna.sees(QUESTION)
    assert "Put it in" not in anna.buttons
    await anna.taps("Leave it out")
    assert anna.buttons[0].startswith("○")
    await anna.taps("How do I")
    await anna.taps("Put it in")
    assert anna.buttons[0].startswith("✓")
    await anna.taps("How do I")
    await anna.taps("Change it")
    await anna.sends("And how do I end a call?")
    assert anna.buttons[0].startswith("✓ And how do I end")
    assert QUESTION not in str(data_of(await take(world, anna)))
    await comes_to(anna, "Go on", "And how", "Erase it")
    anna.sees("can't be brought back")
    await anna.taps("Erase it")
    anna.sees("What you'd like to raise")
    assert not any("And how" in label for label in anna.buttons)
    assert "end a call" not in str(data_of(await take(world, anna))["notes"])


async def test_a_question_goes_with_forget_with_the_days_chosen_and_with_delete(world: World, anna: Person) -> None:
    await anna.sends("/start")
    for words in (QUESTION, "And a second one?", "And a third one?"):
        await comes_to(anna, "Go on")
        await anna.sends(words)
        await world.wait(minutes=5)
    assert [note["kind"] for note in data_of(await take(world, anna))["notes"]] == ["question"] * 3
    await anna.sends("/forget")
    await anna.taps("Questions to raise")
    await anna.taps("Erase it")
    assert "third" not in str(data_of(await take(world, anna)))
    await chooses(anna, "30 days")
    await nights(world, 33)
    assert "second" not in str(data_of(await take(world, anna)))
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    assert "sounding" not in (await take(world, anna)).read("data.json").decode()


async def test_danger_in_a_question_is_seen_before_anything_else(anna: Person) -> None:
    await anna.sends("/start")
    await comes_to(anna, "Go on")
    await anna.sends("I want to kill myself tonight, how do I say that?")
    assert "What you'd like to raise" not in anna.last
    assert any("safe" in label.lower() or "call" in label.lower() for label in anna.buttons)


async def test_every_screen_has_a_way_out_and_an_old_file_choice_makes_nothing(world: World, anna: Person) -> None:
    await confide(world, anna)
    await comes_to(anna)
    for label in ("Go on", "Go on", "Go on"):
        assert {"Leave it", "More help"} <= set(anna.buttons)
        await anna.taps(label)
    await anna.taps("Leave it")
    anna.sees("Nothing was made")
    assert files(anna) == []


async def test_names_of_the_files_say_nothing_and_what_is_below_them_either(world: World, anna: Person) -> None:
    await anna.sends("/start")
    await comes_to(anna, "Go on", "Go on", "Make the two files")
    assert [data["document"]["file_name"] for data in files(anna)] == ["notes.pdf", "notes.html"]
    assert not any(re.search(r"therap|anx|keel", data["caption"], re.IGNORECASE) for data in files(anna))


async def test_us_letter_and_all_days(world: World, anna: Person) -> None:
    await anna.sends("/start")
    await anna.sends("/progress")
    for label in ("For my therapist", "All of it", "US Letter", "Go on", "Go on"):
        await anna.taps(label)
    anna.sees("Days: all of them", "Paper: US Letter")
    await anna.taps("Make the two files")
    pdf = world.telegram.files[files(anna)[0]["document"]["file_id"]]
    sheet = PdfReader(io.BytesIO(pdf)).pages[0]
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [612, 792]


async def test_nobody_gets_what_somebody_else_chose(world: World, anna: Person, ben: Person) -> None:
    await confide(world, anna)
    await comes_to(anna, "Go on", "Notes ·", "Go on", "Go on")
    tap = next(key["callback_data"] for key in anna.keys if key["text"].startswith("Make"))
    await ben.sends("/progress")
    ben.account.tap(ben.bots[-1], tap)
    await world.settle()
    assert files(ben) == []


async def test_no_copy_waits_in_the_inbox_and_a_broken_line_brings_both_all_the_same(
    world: World, anna: Person
) -> None:
    await confide(world, anna)
    await comes_to(anna, "Go on", "Notes ·", "Go on", "Go on")
    world.telegram.faults.next(Kind.PAGE, "sendDocument")
    tap = next(key["callback_data"] for key in anna.keys if key["text"].startswith("Make"))
    anna.account.tap(anna.bots[-1], tap)
    taken = asyncio.create_task(world.settle())
    reply = None
    while reply is None:  # until it is applied; the first send of the answer fails
        await asyncio.sleep(0)
        async with world.keel.store.transaction(reading=True) as tx:
            reply = next((item.reply for item in await tx.inbox.waiting() if item.reply), None)
    await taken
    assert "heron" not in repr(reply)
    assert all(PHRASES["note"] in words for words in handed(world, anna))


async def test_nothing_of_it_is_in_the_log(world: World, anna: Person, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "debug")
    await confide(world, anna)
    await comes_to(anna, "Go on", "Notes ·", "Go on")
    await anna.sends("Is a purple heron question allowed?")
    await anna.taps("Go on")
    await anna.taps("Make the two files")
    said = capsys.readouterr()
    assert "heron" not in said.out + said.err


async def test_the_monthly_look_is_a_part_of_its_own_and_out_unless_ticked(world: World, anna: Person) -> None:
    await has_a_past(world, anna)
    learner = await who(world, anna)
    async with world.keel.store.transaction() as tx:
        tags = ("between.4", "losing.3", "checking.2", "waiting.1")
        await tx.records.add_entry(learner.id, Entry("monthly", MONDAY, tags=tags))
    await comes_to(anna, "Go on", "Go on", "Make the two files")
    assert "Monthly look" not in "".join(handed(world, anna))
    await comes_to(anna, "Monthly look", "Go on", "Go on", "Make the two files")
    printed, page = handed(world, anna)
    assert "Monthly look at the last two weeks" in printed
    assert "23 November 2026 3.0 –" in printed
    assert "<td>3.0</td><td>–</td>" in page
    assert "not a tested scale" in printed
