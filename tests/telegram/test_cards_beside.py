"""Around the safety cards: nothing comes unasked, hiding, help at hand, every way in, young people, what is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.model import Lane
from bot.services.due import UNASKED
from tests.export import data_of, take
from tests.person import Person, World
from tests.telegram.cards import DYING, HIT, arrive, card, learner, notices, put_away

# ---------------------------------------------------------------- nothing comes unasked


async def test_for_a_day_after_it_nothing_comes_by_itself(world: World, anna: Person) -> None:
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Every day", "12:30"):
        await anna.taps(label)
    await anna.sends(DYING)
    await put_away(anna)
    before = len(anna.bots)
    for _ in range(12):
        await world.wait(hours=2)
    assert len(anna.bots) == before
    await world.wait(hours=6)
    for _ in range(24):
        await world.wait(hours=1)
    assert len(anna.bots) > before


@pytest.mark.parametrize("kind", sorted(UNASKED))
async def test_each_kind_of_thing_that_comes_by_itself_rests_for_a_day(world: World, anna: Person, kind: str) -> None:
    await anna.sends("/start")
    for label in ("Choose a time", "11:00 Berlin", "Yes", "Weekdays", "12:30"):
        await anna.taps(label)
    await anna.sends(DYING)
    for label in ("Not right now", "Close this"):
        await anna.taps(label)
    before, now = len(anna.bots), world.clock.now()
    async with world.keel.store.transaction() as tx:
        await tx.timers.set(
            (await learner(anna)).id, kind, "" if kind in ("lesson", "steady") else "o1", now, Lane.BULK
        )
    await world.wait(minutes=5)
    assert len(anna.bots) == before
    async with world.keel.store.transaction(reading=True) as tx:
        due = [timer.due_at for timer in await tx.timers.due((await learner(anna)).id) if timer.kind == kind]
    assert due
    assert all(moment >= now + timedelta(hours=23, minutes=59) for moment in due)


async def test_a_question_alone_rests_only_while_it_is_open(world: World, anna: Person) -> None:
    await anna.sends("I wish I could disappear")
    await anna.taps("Worn out")
    await anna.taps("Put it away")
    assert (await learner(anna)).rests_until is None
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    await anna.taps("Thoughts of suicide")  # then it is no question any more
    assert (await learner(anna)).rests_until is not None


async def test_somebody_asks_to_be_looked_in_on(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    for label in ("Not right now", "Look in once later", "Close this"):
        await anna.taps(label)
    await world.wait(hours=3)
    anna.sees("You asked me to look in once")
    assert anna.bots[-1].silent
    for label in ("Easier now", "Close this"):
        await anna.taps(label)
    before = len(anna.bots)
    await world.wait(days=1)
    assert len(anna.bots) == before


async def test_a_card_that_nobody_touches_for_a_day_is_open_no_more(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await world.wait(hours=25)
    await anna.sends("/spiral")
    assert "This first" not in anna.last
    assert anna.buttons[0] == "Next"


# ---------------------------------------------------------------- hiding, help, other ways in


async def test_hide_takes_both_sides_out_of_the_chat_and_says_what_stays(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    await anna.taps("Next")
    await anna.sends(HIT)
    await anna.taps("No, hide")
    assert [post.data.get("text", "")[:5] for post in anna.account.posts] == ["Done."]
    anna.sees("two days", "other devices", "backups", "delete this chat")
    assert {"Delete my data", "More help"} <= set(anna.buttons)
    assert await card(anna) is None
    assert (await notices(anna))[0].pressed == ("clean",)
    assert world.telegram.refusals() == []


async def test_the_plan_and_the_people_are_at_hand_beside_the_card_and_lead_back_to_it(
    world: World, anna: Person
) -> None:
    await anna.sends(DYING)
    await anna.taps("Not right now")
    await anna.taps("My own plan")
    await anna.taps("Safer place")
    await anna.sends("the box at Noor's")
    await anna.taps("Done")
    anna.sees("People for exactly this")
    await anna.taps("Choose my country")
    await anna.taps("United Kingdom")
    anna.sees("Samaritans: call 116 123")
    assert "Choose my country" not in anna.buttons
    await anna.taps("More help")
    anna.sees("People to reach now", "999")
    await anna.taps("Back")
    anna.sees("People for exactly this", "Shout: text SHOUT to 85258")


async def test_a_country_is_asked_for_once_and_one_that_is_not_listed_has_its_own_page(
    world: World, anna: Person
) -> None:
    await anna.sends("/sos")
    anna.sees("choose your country")
    await anna.taps("My country isn't here")
    await anna.taps("Greece")
    anna.sees("112", "Greece", "no lines for this country yet", "findahelpline.com")
    await anna.taps("Another country")
    await anna.taps("My country isn't here")
    await anna.taps("Not here either")
    anna.sees("112 works in many countries", "findahelpline.com", "befrienders.org")
    await anna.sends("/sos")
    anna.sees("no list for where you are")  # it is not asked again
    await anna.sends(DYING)
    anna.sees("findahelpline.com")
    assert "Choose my country" not in anna.buttons
    await put_away(anna)
    await anna.sends("/settings")
    await anna.taps("Country for help")
    await anna.taps("United Kingdom")
    anna.sees("Samaritans", "999")
    assert "Last seen on" in anna.last  # one of its lines is old, and that is said


async def caption(anna: Person) -> None:
    """Words below a picture."""
    anna.account.send_photo(caption=DYING)


async def below_a_letters_picture(anna: Person) -> None:
    """Words below a picture that is kept."""
    await arrive(anna, ("/letter", "A picture"))
    anna.account.send_photo(caption=DYING)


async def edited(anna: Person) -> None:
    """Words that take the place of others."""
    post = anna.account.send_text("hello")
    await anna.world.settle()
    anna.account.edit_text(post, DYING)


async def after_a_command(anna: Person) -> None:
    """Words after a command."""
    anna.account.send_text(f"/library {DYING}")


@pytest.mark.parametrize("way", [caption, below_a_letters_picture, edited, after_a_command])
async def test_every_way_in_is_read(world: World, anna: Person, way: Callable[[Person], Awaitable[None]]) -> None:
    await way(anna)
    await world.settle()
    anna.sees("thoughts of dying")


async def test_another_language_is_not_read_and_help_is_there(world: World, anna: Person) -> None:
    await anna.sends("haluan kuolla")
    assert await card(anna) is None
    assert "More help" in anna.buttons


async def test_ordinary_distress_opens_nothing(world: World, anna: Person) -> None:
    for line in ("this wait is killing me", "I'm dying to hear from him", "he read it and didn't answer"):
        await anna.sends(line)
        assert await card(anna) is None, line
    assert await notices(anna) == []


# ---------------------------------------------------------------- young people


async def test_somebody_below_sixteen_meets_other_words_and_no_lessons(world: World, anna: Person) -> None:
    await anna.sends("I'm 15 and I want to die")
    await anna.taps("Not right now")
    anna.sees("A grown-up you trust")
    await anna.taps("Close this")
    anna.sees("how old are you")
    await anna.taps("Under 16")
    anna.sees("a parent, an aunt, a teacher")
    await anna.taps("Somebody grown up is involved")
    anna.sees("isn't your fault")
    await anna.taps("Go on to that page")
    anna.sees("is it safe to talk on this phone")
    for label in ("Yes", "Not right now", "Close this"):
        await anna.taps(label)
    await anna.sends("/lesson")
    anna.sees("written for adults")
    assert (await learner(anna)).age_band == "under16"
    await anna.taps("My age is another")
    await anna.taps("18 or over")
    await anna.sends("/lesson")
    anna.sees("Try it")


async def test_it_can_be_said_at_the_start(world: World, anna: Person) -> None:
    await anna.sends("/start")
    await anna.taps("I'm not 18 yet")
    await anna.taps("16 or 17")
    anna.sees("a grown-up you trust")
    await anna.taps("Close this")
    await anna.taps("Go on where I was")
    anna.sees("Keel is a set of messages")


# ---------------------------------------------------------------- what is kept


async def test_export_shows_it_and_delete_erases_it(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.taps("I'm safe")
    (noticed,) = data_of(await take(world, anna))["noticed"]
    assert "suicide-want-to-die" in noticed["rules"]
    await anna.sends("/delete")
    await anna.taps("Delete everything")
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.notices.everybody() == []


async def test_an_ordinary_message_costs_no_more_than_before(world: World, anna: Person) -> None:
    await anna.sends("/start")
    start = world.keel.store.transactions
    await anna.sends("just a hello")
    assert world.keel.store.transactions - start <= 3
    assert (await learner(anna)).card is None
