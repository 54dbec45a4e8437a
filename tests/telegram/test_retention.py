"""How long words stay: 30 days, 90 days, or until they are erased. What was made to keep stays in any case."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot import log
from bot.core.fading import without_words
from bot.core.model import Lane, Learner, Session, Value
from bot.library.load import Library
from tests.conftest import MONDAY
from tests.person import Person, World
from tests.telegram.test_secrets import PHRASES, confide

PASSING = {"journal", "mood", "note"}
"""Phrases that were written in passing and are notes."""
ON_THE_WAY = {"fact", "meaning", "reading", "ask"}
"""Phrases that stand only in the answers of a run."""
MADE_TO_KEEP = {"letter", "line", "person", "sign"}


async def chooses(anna: Person, label: str) -> None:
    """In the settings, how long words stay."""
    await anna.sends("/settings")
    await anna.taps("How long words stay")
    anna.sees("for good", "made to keep")
    await anna.taps(label)


async def who(world: World, anna: Person) -> Learner:
    """Anna as the store knows her."""
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
    assert learner is not None
    return learner


async def still_there(world: World, anna: Person) -> set[str]:
    """Which of the phrases are still anywhere."""
    learner = await who(world, anna)
    async with world.keel.store.transaction(reading=True) as tx:
        texts = [note.text for note in await tx.records.notes(learner.id)]
        texts += [json.dumps(dict(run.answers)) for run in await tx.sessions.all(learner.id)]
        texts += [held.text for held in await tx.kept.holds(learner.id, undecided=False)]
    return {name for name, phrase in PHRASES.items() if phrase in "\n".join(texts)}


async def nights(world: World, count: int) -> None:
    """So many nights go by, each with its tick."""
    for _ in range(count):
        await world.wait(days=1)


async def test_words_stay_until_somebody_chooses_otherwise(world: World, anna: Person) -> None:
    await confide(world, anna)
    before = await still_there(world, anna)
    assert before >= PASSING | ON_THE_WAY | MADE_TO_KEEP
    await nights(world, 100)
    assert await still_there(world, anna) == before


@pytest.mark.parametrize(("label", "days"), [("30 days", 30), ("90 days", 90)])
async def test_after_the_days_chosen_words_go_and_what_was_made_to_keep_stays(
    world: World, anna: Person, label: str, days: int
) -> None:
    await confide(world, anna)
    before = await still_there(world, anna)
    await chooses(anna, label)
    anna.sees(f"goes after {days} days")
    await nights(world, days - 1)
    assert await still_there(world, anna) == before
    await nights(world, 2)
    left = await still_there(world, anna)
    assert left >= MADE_TO_KEEP
    assert not left & (PASSING | ON_THE_WAY)


async def test_a_message_that_is_held_is_not_erased_before_it_is_decided(world: World, anna: Person) -> None:
    await chooses(anna, "30 days")
    await anna.sends("/hold")
    await anna.sends(PHRASES["hold"])
    await anna.taps("20 minutes")
    await nights(world, 40)
    assert await still_there(world, anna) == {"hold"}


async def test_what_was_tapped_and_the_ratings_stay(world: World, anna: Person) -> None:
    await confide(world, anna)
    await chooses(anna, "30 days")
    learner = await who(world, anna)
    async with world.keel.store.transaction(reading=True) as tx:
        tally = await tx.tallies.tally(learner.id)
    await nights(world, 33)
    async with world.keel.store.transaction(reading=True) as tx:
        runs = [run for run in await tx.sessions.all(learner.id) if run.flow == "spiral"]
        assert await tx.tallies.tally(learner.id) == tally
        assert await tx.sessions.with_words(learner.id, MONDAY + timedelta(days=2), 10) == []
    assert runs[0].answers["before"] == 6


async def test_keeping_them_again_ends_the_erasing(world: World, anna: Person) -> None:
    await confide(world, anna)
    await chooses(anna, "30 days")
    await chooses(anna, "Keep them")
    anna.sees("stays until you erase it")
    before = await still_there(world, anna)
    await nights(world, 60)
    assert await still_there(world, anna) == before


async def test_it_goes_on_for_somebody_who_blocked_the_bot(world: World, anna: Person) -> None:
    await confide(world, anna)
    await chooses(anna, "30 days")
    await world.keel.dispatcher.tick(Lane.LIVE, 1)
    anna.account.block()
    await world.settle()
    await nights(world, 33)
    assert not await still_there(world, anna) & (PASSING | ON_THE_WAY)


async def test_five_hundred_old_runs_go_in_one_night(world: World, anna: Person) -> None:
    await chooses(anna, "30 days")
    learner = await who(world, anna)
    old = MONDAY - timedelta(days=50)
    async with world.keel.store.transaction() as tx:
        for number in range(500):
            said = {"facts_own": (PHRASES["fact"],)}
            await tx.sessions.add(Session(f"run{number}", learner.id, "spiral", "done", old, old, said))
    await world.wait(hours=20)
    await world.tick()
    assert await still_there(world, anna) == set()


async def test_the_log_has_numbers_and_no_words(world: World, anna: Person, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json", "debug")
    await confide(world, anna)
    await chooses(anna, "30 days")
    await nights(world, 33)
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if "words past their time" in line]
    assert lines
    assert '"notes": 3' in "".join(lines)
    assert "heron" not in said.out + said.err
    assert str(anna.account.chat.id) not in "".join(lines)


async def test_privacy_tells_of_the_choice(anna: Person) -> None:
    await anna.sends("/privacy")
    anna.sees("30 or 90 days", "/settings")


def test_only_ids_and_numbers_are_left_of_a_run(library: Library) -> None:
    flow = library.speak("en").flows["spiral"]
    fact = next(step for step in flow.steps.values() if step.name == "facts").choices[0].id
    answers: dict[str, Value] = {
        "facts": (fact, "typed"), "facts_own": (fact, "typed"), "before": 7, "paused": True,
        "planned": "If they are late, then first: tea.", "tools": ("breathe", "typed"), "reading": "typed",
    }  # fmt: skip
    run = Session("s", 1, "spiral", "done", MONDAY, MONDAY, answers)
    assert without_words(flow, run) == {"facts": (fact,), "before": 7, "paused": True, "tools": ("breathe",)}
    assert without_words(None, run) == {"before": 7, "paused": True}
