"""Monthly look: begun by nobody but its person, skippable, left at any time, two lines of one's own."""

from __future__ import annotations

from dataclasses import replace

from bot.core.fading import without_words
from bot.core.model import Entry
from tests.export import data_of, table_of, take
from tests.person import Person, World
from tests.telegram.spirals import past, set_clock
from tests.telegram.test_progress import MORE, moments, on_sunday_evenings
from tests.telegram.test_retention import chooses, nights, who

BUTTON = "Monthly look"


async def looks(anna: Person, *answers: str) -> None:
    """From /progress through six items."""
    await anna.sends("/progress")
    await anna.taps(BUTTON)
    anna.sees("no test", "afraid of being hurt")
    await anna.taps("Begin")
    for number, label in enumerate(answers, 1):
        anna.sees(f"{number} of 6. In the last two weeks")
        await anna.taps(label)


ROUGH = ("Often", "A little", "Often", "A little", "Often", "A little")
BETTER = ("A little", "Some of the time", "Often", "A little", "A little", "A little")


async def test_it_makes_two_lines_for_this_time_and_last_time(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, *ROUGH)
    anna.sees("The alarm side, from 0 to 4: 3.0 so far.", "The steady side, from 0 to 4: 1.0 so far.")
    anna.sees("Less than 0.7 apart is the usual swing")
    await anna.sends("/progress")
    anna.sees("The alarm side, from 0 to 4: 3.0 so far.")
    assert BUTTON not in anna.buttons, "at most every four weeks"
    await world.wait(days=28)
    await looks(anna, *BETTER)
    await anna.taps("Progress")
    anna.sees("The alarm side, from 0 to 4: 1.7 this time, 3.0 last time, a change.")
    anna.sees("The steady side, from 0 to 4: 1.3 this time, 1.0 last time, about the same.")
    assert not any(word in anna.last.lower() for word in ("total", "score", "anxious", "avoidant", "secure"))


async def test_it_says_what_the_swing_rests_on(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, *ROUGH)
    await anna.taps("Why 0.7")
    anna.sees("Keel's own choice", "Fraley")


async def test_it_never_comes_by_itself(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, *ROUGH)
    before = len(anna.bots)
    for _ in range(60):
        await world.wait(days=1)
    assert len(anna.bots) == before


async def test_every_item_can_be_skipped_and_too_little_is_no_line(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, "Often", "Skip", "Skip", "Skip", "Skip", "Often")
    anna.sees("nothing is kept")
    await looks(anna, "Often", "Skip", "Not at all", "Skip", "Skip", "Skip")
    anna.sees("The alarm side, from 0 to 4: 1.5 so far.")
    assert "steady side" not in anna.last


async def test_left_at_any_time_nothing_of_it_is_kept(world: World, anna: Person) -> None:
    await set_clock(anna)
    for answered in range(6):
        await looks(anna, *ROUGH[:answered])
        await anna.taps("Stop here")
        anna.sees("nothing of it is kept")
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await who(world, anna)
        assert await tx.records.entries(learner.id) == []
        runs = [run for run in await tx.sessions.all(learner.id) if run.flow == "monthly"]
        assert len(runs) == 6 and not any("between" in run.answers for run in runs)


async def test_a_second_run_on_another_phone_does_not_count_twice(world: World, anna: Person) -> None:
    await set_clock(anna)
    await anna.sends("/progress")
    progress = anna.bots[-1]
    await looks(anna, *ROUGH)
    data = next(
        key["callback_data"]
        for row in progress.data["reply_markup"]["inline_keyboard"]
        for key in row
        if key["text"] == BUTTON
    )
    anna.account.tap(progress, data)
    await world.settle()
    anna.sees("The last look was this one: today", "3.0 so far")
    async with world.keel.store.transaction(reading=True) as tx:
        assert len(await tx.records.entries((await who(world, anna)).id)) == 1


async def test_its_lines_are_put_away_with_its_button(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, *ROUGH)
    await anna.sends("/progress")
    await anna.taps("Choose lines")
    await anna.taps("Monthly look")
    await world.wait(days=40)
    await anna.sends("/progress")
    assert "alarm side" not in anna.last and BUTTON not in anna.buttons
    await anna.taps("Choose lines")
    await anna.taps("Monthly look")
    await anna.taps("Back")
    anna.sees("alarm side")
    assert BUTTON in anna.buttons


async def test_with_everything_else_it_is_still_twelve_lines(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, *ROUGH)
    await world.wait(days=29)
    await anna.sends("/lesson")
    await anna.taps("Tried it")
    await past(world, anna, *on_sunday_evenings(world), *moments(world, 1))
    more = [moment for kind, tags in MORE for moment in _five(world, kind, tags)]
    await past(world, anna, *more)
    await looks(anna, *BETTER)
    await anna.sends("/progress")
    assert len(anna.last.splitlines()) == 12
    anna.sees("5 pauses taken. 31 hard moments gone through to the end", "alarm side", "a change", "Where you are")


async def test_a_range_shows_the_lines_where_the_newest_lies_in_it(world: World, anna: Person) -> None:
    await set_clock(anna)
    await past(world, anna, *moments(world, 3))
    await looks(anna, *ROUGH)
    await anna.sends("/progress")
    await anna.taps("Last 30 days")
    anna.sees("alarm side")
    await world.wait(days=31)
    await past(world, anna, *moments(world, 1))
    await anna.sends("/progress")
    anna.sees("alarm side")
    await anna.taps("Last 30 days")
    assert "alarm side" not in anna.last
    assert BUTTON in anna.buttons


async def test_it_is_taken_along_erased_alone_and_stays_when_words_fade(world: World, anna: Person) -> None:
    await set_clock(anna)
    await looks(anna, *ROUGH)
    archive = await take(world, anna)
    (entry,) = data_of(archive)["entries"]
    assert entry["kind"] == "monthly" and "between.3" in entry["tags"]
    assert [row["kind"] for row in table_of(archive, "entries.csv")] == ["monthly"]
    assert "a monthly look" in archive.read("notes.html").decode()
    await chooses(anna, "30 days")
    await nights(world, 33)
    await anna.sends("/progress")
    anna.sees("alarm side")
    await anna.sends("/forget")
    await anna.taps("a monthly look")
    await anna.taps("Erase it")
    await anna.sends("/progress")
    assert "alarm side" not in anna.last
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await who(world, anna)
        assert await tx.records.entries(learner.id) == []
        assert not (await tx.tallies.tally(learner.id)).counts
        for run in await tx.sessions.all(learner.id):
            assert without_words(world.keel.library.speak("en").flows.get(run.flow), run).get("between") is None


async def test_below_sixteen_it_is_not_offered(world: World, anna: Person) -> None:
    await set_clock(anna)
    async with world.keel.store.transaction() as tx:
        learner = await who(world, anna)
        await tx.learners.save(replace(learner, age_band="under16"))
    await anna.sends("/progress")
    assert BUTTON not in anna.buttons
    await anna.sends("/monthly")
    assert "Begin" not in anna.buttons


def _five(world: World, kind: str, tags: tuple[str, ...]) -> list[Entry]:
    return [Entry(kind, world.clock.now(), tags=tags) for _ in range(5)]
