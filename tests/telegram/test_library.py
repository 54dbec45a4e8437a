"""/library: by part, by trigger, by what one does, saved, put away, and a search that forgives spelling."""

from __future__ import annotations

import pytest

from bot.core.model import Learner
from bot.library.load import Library
from bot.services.search import search
from bot.services.turn import Turn
from tests.conftest import MONDAY
from tests.person import Person

QUERIES = {
    "breahting exersise": "r5",
    "how to say no": "s5",
    "saying no without feeling guilty": "s5",
    "bounderies": "s4",
    "hot and cold": "r7",
    "writting a letter": "p12",
    "how long does this take": "qu3",
    "can it really change": "qu2",
    "find a therapst": "th3",
    "when do i need therapy": "th1",
    "partner consistent": "pa1",
    "scared of him": "sa1",
    "jurnal": "p8",
    "self compasion": "a8",
    "overthinking everything": "a5",
    "thoughts are not facts": "r7",
    "urge to text": "r11",
    "if then plan": "r12",
    "grounding": "r13",
    "naming feelings": "r14",
    "where do i feel it in my body": "a11",
    "breakup": "s14",
    "uncertanty": "r10",
    "trigger map": "a6",
    "morning routine": "p11",
    "reasurance": "p3",
    "my needs": "s7",
    "red flags": "mi3",
    "giving to much": "mi2",
    "boring relationship": "s11",
    "put my phone away": "r4",
    "other reasons he didnt reply": "r8",
    "am i too much": "a8",
    "inner critic": "p5",
}
"""What people type, misspelt too, and the lesson that they hope for."""


@pytest.mark.parametrize(("typed", "lesson"), QUERIES.items(), ids=str)
def test_a_search_finds_what_was_meant_among_the_first_three(library: Library, typed: str, lesson: str) -> None:
    turn = Turn(None, Learner(1, 1, MONDAY), library, MONDAY)  # type: ignore[arg-type]  # it reads no row
    assert lesson in search(turn, typed)[:3]


@pytest.mark.parametrize("typed", ["", "  ", "???", "the and for", "zzzzqq", "😀"])
def test_a_search_for_nothing_finds_nothing(library: Library, typed: str) -> None:
    turn = Turn(None, Learner(1, 1, MONDAY), library, MONDAY)  # type: ignore[arg-type]
    assert search(turn, typed) == []


async def test_words_after_the_command_are_looked_for(anna: Person) -> None:
    await anna.sends("/library breathing")
    anna.sees("This may be it")
    await anna.taps("Too hot to eat")
    anna.sees("Soup that's too hot")
    await anna.sends("/library zzzzqq")
    anna.sees("Nothing fits those words")
    await anna.taps("Search")
    anna.sees("What are you looking for?")


async def test_the_search_button_asks_and_shows_what_it_found(anna: Person) -> None:
    await anna.sends("/library")
    await anna.taps("Search")
    await anna.sends("bounderies")
    anna.sees("Is it one of these?")
    await anna.taps("A no can be short")
    assert anna.bots[-2].data["text"].startswith("A no can be short\n")  # the list itself became the lesson
    await anna.taps("Look again")
    anna.sees("What are you looking for?")


async def test_a_lesson_from_the_library_leads_to_the_one_before_and_after(anna: Person) -> None:
    await anna.sends("/library")
    await anna.taps("First things")
    await anna.taps("Two clocks are ticking")
    await anna.taps("After")
    anna.sees("What getting better looks like")
    await anna.taps("‹ Before")
    await anna.taps("‹ Before")
    anna.sees("Why trying harder backfires")
    assert "‹ Before" not in anna.buttons
    await anna.taps("Back")
    anna.sees("First things")


async def test_by_trigger_and_by_what_one_does(anna: Person) -> None:
    await anna.sends("/library")
    await anna.taps("By what sets it off")
    await anna.taps("Guilt")
    assert "A no can be short" in anna.buttons
    await anna.sends("/library")
    await anna.taps("By what you do")
    await anna.taps("Slow breaths")
    assert "Too hot to eat" in anna.buttons


async def test_what_is_not_for_me_is_offered_nowhere_until_it_is_brought_back(anna: Person) -> None:
    await anna.sends("/lesson")
    await anna.taps("Not for me")
    anna.sees("won't be offered again")
    await anna.sends("/lesson")
    anna.sees("Two clocks are ticking")
    await anna.sends("/library")
    await anna.taps("First things")
    assert "Why trying harder backfires" not in anna.buttons
    await anna.sends("/library trying harder")
    assert "Why trying harder backfires" not in anna.buttons
    await anna.sends("/library")
    await anna.taps("Put away")
    await anna.taps("Why trying harder backfires")
    await anna.taps("Tried it")
    await anna.sends("/library")
    assert "Put away" not in anna.buttons


async def test_every_tag_of_a_lesson_has_a_name(library: Library) -> None:
    content = library.speak("en")
    tags = {f"{kind}-{tag}" for item in content.lessons.values() for kind, group in item.tags.items() for tag in group}
    assert [tag for tag in sorted(tags) if not content.texts.has(tag)] == []
