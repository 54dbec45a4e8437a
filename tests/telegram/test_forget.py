"""/forget: one thing goes, after one question, and nothing of it is left anywhere."""

from __future__ import annotations

import pytest

from bot.core.model import Entry
from bot.core.tally import Tally
from tests.conftest import MONDAY
from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.test_retention import who
from tests.telegram.test_secrets import PHRASES, confide


async def tally_is_right(world: World, anna: Person) -> bool:
    """Whether the counters are what the entries add up to."""
    learner = await who(world, anna)
    async with world.keel.store.transaction(reading=True) as tx:
        return (await tx.tallies.tally(learner.id)).counts == Tally.of(await tx.records.entries(learner.id)).counts


async def erases(anna: Person, label: str) -> None:
    """Find it in the list, tap it, say yes."""
    await anna.sends("/forget")
    for _ in range(10):
        if any(button.startswith(label) for button in anna.buttons):
            break
        await anna.taps("‹ Before")
    await anna.taps(label)
    anna.sees("for good?", label, "can't be brought back")
    await anna.taps("Erase it")
    anna.sees("Gone.")


async def test_the_list_shows_no_word_until_it_is_asked_to(world: World, anna: Person) -> None:
    await confide(world, anna)
    await anna.sends("/forget")
    anna.sees("newest come first")
    assert "heron" not in anna.last + "".join(anna.buttons)
    assert anna.buttons[0].startswith("Notes · today, ")
    await anna.taps("Show the first words")
    anna.sees(PHRASES["note"], PHRASES["sign"])
    await anna.taps("Hide the words")
    assert "heron" not in anna.last


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Journal", "journal"),
        ("Words with a check-in", "mood"),
        ("Letter", "letter"),
        ("Notes", "note"),
        ("Lines of your own", "line"),
        ("Your own plan for a bad day: Signs", "sign"),
    ],
)
async def test_what_goes_is_gone_wherever_it_stood(world: World, anna: Person, label: str, name: str) -> None:
    await confide(world, anna)
    assert PHRASES[name] in str(data_of(await take(world, anna)))
    await erases(anna, label)
    data = str(data_of(await take(world, anna)))
    assert PHRASES[name] not in data
    others = {"journal", "mood", "letter", "note", "line", "sign", "fact", "meaning", "reading"} - {name}
    assert [other for other in others if PHRASES[other] not in data] == []
    assert await tally_is_right(world, anna)


async def test_a_held_message_goes_and_never_comes_back(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends(PHRASES["hold"])
    await anna.taps("20 minutes")
    await erases(anna, "A message set aside")
    before = len(anna.bots)
    await world.wait(hours=1)
    assert len(anna.bots) == before
    data = data_of(await take(world, anna))
    assert data["holds"] == []
    assert not [timer for timer in data["timers"] if timer["kind"] == "hold"]


async def test_the_ask_made_of_a_held_message_goes_with_it(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends(PHRASES["hold"])
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    await anna.taps("One clear ask")
    await anna.sends(PHRASES["ask"])
    assert PHRASES["ask"] in str(data_of(await take(world, anna)))
    await erases(anna, "A message set aside")
    assert "heron" not in str(data_of(await take(world, anna)))


async def test_a_checkin_that_goes_counts_no_more(world: World, anna: Person) -> None:
    for mood in ("Heavy", "Light", "Heavy"):
        await anna.sends("/checkin")
        await anna.taps(mood)
        await world.wait(minutes=5)
    learner = await who(world, anna)
    await erases(anna, "a check-in")
    async with world.keel.store.transaction(reading=True) as tx:
        tally = await tx.tallies.tally(learner.id)
    assert tally.kind("checkin") == 2
    assert tally.tags("checkin") == {"mood.heavy": 1, "mood.light": 1}
    await erases(anna, "a check-in")
    await erases(anna, "a check-in")
    async with world.keel.store.transaction(reading=True) as tx:
        assert (await tx.tallies.tally(learner.id)).counts == {}


async def test_a_pair_of_ratings_leaves_its_counters_too(world: World, anna: Person) -> None:
    await anna.sends("/start")
    learner = await who(world, anna)
    item = Entry("spiral", MONDAY, 8, 3, "walk", ("tool.walk", "facts.seen"))
    async with world.keel.store.transaction() as tx:
        first = await tx.records.add_entry(learner.id, item)
        await tx.records.add_entry(learner.id, item)
        await tx.records.drop_entry(learner.id, first)
        await tx.records.drop_entry(learner.id, first)
    assert await tally_is_right(world, anna)


async def test_a_plan_goes_from_the_run_it_was_made_in(world: World, anna: Person) -> None:
    await anna.sends("/start")
    learner = await who(world, anna)
    line = "If they are late, then first: " + PHRASES["sign"]
    await anna.sends("/spiral")
    async with world.keel.store.transaction() as tx:
        run = await tx.sessions.current(learner.id, "spiral")
        assert run is not None
        await tx.sessions.rewrite(run, {**run.answers, "planned": line, "plan_then": PHRASES["sign"]}, bare=False)
        await tx.records.add_note(learner.id, "plan", line, run.touched_at, "late")
    await erases(anna, "If-then plans")
    assert "heron" not in str(data_of(await take(world, anna)))


@pytest.mark.parametrize("name", ["fact", "meaning", "reading"])
async def test_what_was_typed_in_a_run_goes_and_its_numbers_stay(world: World, anna: Person, name: str) -> None:
    await confide(world, anna)
    learner = await who(world, anna)
    async with world.keel.store.transaction(reading=True) as tx:
        before = await tx.records.entries(learner.id)
    assert PHRASES[name] in str(data_of(await take(world, anna))["sessions"])
    await erases(anna, "Your words in /spiral")
    data = data_of(await take(world, anna))
    assert PHRASES[name] not in str(data)
    (run,) = [run for run in data["sessions"] if run["flow"] == "spiral"]
    assert run["answers"]["before"] == 6
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.records.entries(learner.id) == before
    await anna.sends("/forget")
    assert "Your words in /spiral" not in str(anna.buttons)


async def test_words_that_were_left_unkept_can_be_erased_too(world: World, anna: Person) -> None:
    await anna.sends("/start")
    await anna.sends(PHRASES["note"])
    await anna.taps("Leave it")
    await erases(anna, "Words you typed in passing")
    assert "heron" not in str(data_of(await take(world, anna)))


async def test_every_word_that_is_stored_can_be_found_and_erased(world: World, anna: Person) -> None:
    await confide(world, anna)
    for _ in range(60):
        await anna.sends("/forget")
        own = [label for label in anna.buttons if " · " in label]
        if not own:
            break
        await anna.taps(own[0])
        await anna.taps("Erase it")
    anna.sees("nothing here to erase")
    assert "heron" not in str(data_of(await take(world, anna)))


async def test_keeping_it_keeps_it_and_an_old_button_says_so(world: World, anna: Person) -> None:
    await confide(world, anna)
    await anna.sends("/forget")
    await anna.taps("Notes")
    await anna.taps("Keep it")
    anna.sees("newest come first")
    old = next(post for post in reversed(anna.bots) if "Show the first words" in str(post.data))
    tap = next(key["callback_data"] for key in anna.keys if key["text"].startswith("Notes"))
    await erases(anna, "Notes")
    anna.account.tap(old, tap)
    await world.settle()
    assert "isn't here any more" in old.data["text"]


@pytest.mark.parametrize("typed", ["yn1", "n1", "n999999999999999999999", "p99999", "p-1", "w²", "x", "y", "n", "ny1"])
async def test_nothing_goes_by_typing(world: World, anna: Person, typed: str) -> None:
    await confide(world, anna)
    before = data_of(await take(world, anna))["notes"]
    await anna.sends(f"/forget {typed}")
    assert data_of(await take(world, anna))["notes"] == before


async def test_nobody_erases_what_is_somebody_elses(world: World, anna: Person, ben: Person) -> None:
    await confide(world, anna)
    await ben.sends("/forget")
    ben.sees("nothing here to erase")
    await ben.sends("/forget n1")
    ben.sees("isn't here any more")
    assert PHRASES["journal"] in str(data_of(await take(world, anna)))
