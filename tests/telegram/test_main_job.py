"""The whole main job, as one person goes through it."""

from __future__ import annotations

from tests.person import Person, World


async def test_a_first_day_from_start_to_progress(world: World, anna: Person) -> None:
    await anna.sends("/start")
    anna.sees("not therapy", "18 and over")
    assert anna.account.chat.keyboard == [["I need a minute", "More help"]]
    await anna.taps("Choose a time")
    await anna.taps("11:00 Berlin")
    anna.sees("11:00", "Berlin")
    await anna.taps("Yes")
    await anna.taps("Every day")
    await anna.sends("7:45")
    anna.sees("All set", "tomorrow, 0")

    await anna.sends("/spiral")
    await anna.taps("Next")
    anna.sees("In … 2 … 3 … 4", "six")
    await anna.taps("I've paused")
    await anna.sends("seven")
    await anna.taps("Seen, no reply")
    assert "✓ Seen, no reply" in anna.buttons
    await anna.taps("That's all")
    await anna.taps("Interest is fading")
    await anna.taps("That's all")
    await anna.taps("Why it happened")
    card = next(post.data["text"] for post in anna.bots if "Known" in post.data.get("text", ""))
    assert "Known\n• Seen, no reply" in card
    assert "Guessed\n• Interest is fading" in card
    assert "Don't know yet\n• Why it happened" in card
    await anna.taps("A kind line")
    await anna.taps("Said it")
    await anna.taps("Scared")
    await anna.taps("Rest")
    anna.sees("You stayed with a hard moment")
    await anna.taps("4")
    await anna.taps("That's all")
    assert anna.lessons == []

    await world.next_lesson()
    (lesson,) = anna.lessons
    assert "Why trying harder backfires" in lesson.data["text"]
    assert lesson.silent
    await anna.taps("Tried it")
    await anna.taps("Not sure yet")
    anna.sees("Not knowing is a fine place")

    await anna.sends("/progress")
    anna.sees("One pause taken", "One hard moment", "One practice tried", "One of 62 lessons")
    assert len(anna.last.splitlines()) <= 12
    assert world.telegram.refusals() == []
