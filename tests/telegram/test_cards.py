"""Danger in what somebody writes: the card comes first, everything else stops, and it goes on only when they say so."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.flow import COMMAND, COPY
from bot.core.model import Lane, Learner, Notice, Session
from bot.library.load import Library
from bot.services.cards import CARDS
from bot.services.due import UNASKED
from bot.simulator.person import join
from tests.person import Person, World

DYING, HURT, HIT, THEIRS, HARM = (
    "I want to die",
    "I cut myself last night",
    "he hit me",
    "he said he will kill himself",
    "I'm going to hurt him",
)
LINES = {
    "safety-suicide": (DYING, "I took all the pills", "I wish I could disappear"),
    "safety-selfharm": (HURT, "did 12 cuts tonight", "I used to cut"),
    "safety-abuse": (HIT, "he strangled me last night", "he checks my phone"),
    "safety-partner": (
        THEIRS,
        "worried my partner is going to kill himself tonight",
        "he's drunk and driving around saying he'll crash",
    ),
    "safety-harm": (HARM, "going to slash her tyres tonight", "I could kill him when he does this"),
    "safety-young": ("hi, I'm 15",),
}
"""For each card: a line that says it plainly, one that is immediate, and one that is only worth a question."""


async def learner(anna: Person) -> Learner:
    """The person as they are stored."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        found = await tx.learners.find(anna.account.chat.id)
    assert found is not None
    return found


async def notices(anna: Person) -> list[Notice]:
    """What was noted about them."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        return await tx.notices.all((await learner(anna)).id)


async def card(anna: Person) -> Session | None:
    """The card that is open."""
    async with anna.world.keel.store.transaction(reading=True) as tx:
        person = await tx.learners.find(anna.account.chat.id)
        assert person is not None
        return await tx.sessions.get(person.card, person.id) if person.card else None


async def put_away(anna: Person) -> None:
    """The shortest way to close a card about dying."""
    await anna.taps("I'm safe")
    await anna.taps("Put it away")


# ---------------------------------------------------------------- every card, every button


@pytest.mark.parametrize("name", LINES)
async def test_every_button_of_every_card(world: World, library: Library, name: str) -> None:
    flow, known, number = library.speak("en").flows[name], set[tuple[str, str]](), 0
    waiting: deque[tuple[str, tuple[str, ...]]] = deque((line, ()) for line in LINES[name])
    reached: set[str] = set()
    while waiting:
        line, path = waiting.popleft()
        number += 1
        anna = Person(world, join(world.telegram, f"{name}-{number}"))
        await anna.sends(line)
        for label in path:
            await anna.taps(label)
        session = await card(anna)
        if session is None or session.flow != name:
            assert "More help" in anna.buttons
            continue
        assert anna.bots[-1].silent
        reached.add(session.step)
        if (session.step, line) in known:
            continue
        known.add((session.step, line))
        step = flow.steps[session.step]
        assert {"More help", "Hide everything"} <= set(anna.buttons)
        for choice in (*step.choices, *flow.always):
            if choice.label in anna.buttons and not (choice.to or "").startswith((COMMAND, COPY)):
                waiting.append((line, (*path, choice.label)))
    shown = {id_ for id_, step in flow.steps.items() if step.say and not step.end}
    # What other stories come to: test_somebody_asks_to_be_looked_in_on, test_three_quiet_signals…
    elsewhere = {"look-in", "easier", "several"} if name == "safety-suicide" else set()
    assert shown - reached == elsewhere
    assert [call for call in world.telegram.refusals() if "not modified" not in call.answer["description"]] == []


@pytest.mark.parametrize("name", sorted(set(LINES) - {"safety-young"}))
async def test_a_press_is_noted_by_its_id_and_no_word_of_the_text_is(world: World, anna: Person, name: str) -> None:
    await anna.sends(LINES[name][0])
    if name == "safety-abuse":
        await anna.taps("Yes")
    await anna.taps("I'm safe" if name not in ("safety-partner", "safety-harm") else anna_safe(anna))
    await anna.taps("Put it away")
    found = (await notices(anna))[0]
    assert found.pressed[-2:] == ("safe", "close")
    assert found.tier == "act"
    assert found.put_away_at is not None
    assert LINES[name][0] not in repr(found)


def anna_safe(anna: Person) -> str:
    """The label that says nobody is in danger."""
    return next(label for label in anna.buttons if "way of speaking" in label)


# ---------------------------------------------------------------- from within everything else

Arrive = tuple[str, ...]
PLACES: dict[str, tuple[Arrive, str, str]] = {
    # steps to get there; what is written; what the place shows when it goes on
    "spiral": (("/spiral", "Next", "I've paused", "6"), DYING, "What would a camera have seen"),
    "journal": (("/journal",), DYING, "Write whatever is there"),
    "plan": (("/plan", "Signs"), DYING, "My own plan"),
    "onboarding": (("/start", "Choose a time"), DYING, "What time is it for you now"),
    "lesson": (("/lesson r12", "Write my plan"), HURT, "then I will do this first"),
    "hold": (("/hold",), "I want to die and it's your fault", "How long shall I hold it"),
    "letter": (("/letter", "A letter"), DYING, "Write to yourself"),
    "free": ((), DYING, "What would"),
}


async def arrive(anna: Person, steps: Arrive) -> None:
    """Go to a place."""
    for step in steps:
        await (anna.sends(step) if step.startswith("/") else anna.taps(step))


@pytest.mark.parametrize("name", PLACES)
async def test_from_within_everything_it_stops_and_goes_on_only_when_said(
    world: World, anna: Person, name: str
) -> None:
    steps, line, shown = PLACES[name]
    await arrive(anna, steps)
    await anna.sends(line)
    first = anna.last
    assert await card(anna) is not None
    assert shown not in first
    # Nothing goes on by itself, and nothing that calms, teaches, coaches or counts is to be had.
    await world.wait(minutes=3)
    assert anna.last == first
    for command in ("/spiral", "I need a minute", "/lesson", "/progress", "/checkin", "/hold", "/library"):
        await anna.sends(command)
        anna.sees("This first")
        assert "Hide everything" in anna.buttons
    await anna.sends("a few words")
    anna.sees("This first")
    await (anna.taps("I'm safe") if "I'm safe, it was a way of speaking" in anna.buttons else anna.taps("Worn out"))
    await anna.taps("Put it away")
    anna.sees("put away")
    assert await card(anna) is None
    # Closed, and still nothing goes on: words are new words.
    await anna.sends("a few words")
    assert shown not in anna.last or name == "free"
    await anna.taps("Leave it")
    await anna.taps("Go on where I was")
    anna.sees(shown)
    assert world.telegram.refusals() == []


@pytest.mark.parametrize("name", PLACES)
async def test_it_can_be_left_where_it_is_instead(world: World, anna: Person, name: str) -> None:
    steps, line, shown = PLACES[name]
    await arrive(anna, steps)
    await anna.sends(line)
    await put_away(anna)
    await anna.taps("Stop for now")
    anna.sees("Nothing you wrote is lost")
    await anna.taps("Go on where I was")
    anna.sees("Pick up anywhere")
    assert shown not in anna.last


async def test_what_was_written_is_kept_as_it_would_have_been(world: World, anna: Person) -> None:
    await arrive(anna, ("/plan", "Signs"))
    await anna.sends(DYING)
    await put_away(anna)
    await anna.sends("/journal")
    await anna.sends(HURT)
    await put_away(anna)
    await anna.taps("Go on where I was")
    await anna.taps("Keep it")
    await anna.sends("he hit me")
    await anna.taps("Yes")
    await put_away(anna)
    await anna.taps("Go on where I was")
    await anna.taps("Keep it as a note")
    async with world.keel.store.transaction(reading=True) as tx:
        kept = {note.kind: note.text for note in await tx.records.notes((await learner(anna)).id)}
    assert kept == {"safe_signs": DYING, "journal": HURT, "note": "he hit me"}


# ---------------------------------------------------------------- messages to somebody


async def test_a_draft_with_a_threat_is_held_as_asked_and_never_made_nicer(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("If you leave me I will kill myself")
    assert not any("kill myself" in post.data.get("text", "") for post in anna.account.posts)  # out of the chat
    await put_away(anna)
    await anna.taps("Go on where I was")
    await anna.taps("20 minutes")
    anna.sees("Held")
    await world.wait(minutes=21)
    anna.sees("ready")
    assert "One clear ask" not in anna.buttons
    await anna.taps("Show it")
    anna.sees("If you leave me I will kill myself")
    assert "One clear ask" not in anna.buttons
    await anna.taps("Let it go")


async def test_a_threat_to_the_partner_is_not_polished_either(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("I will kill you")
    assert (await card(anna) or pytest.fail("no card")).flow in CARDS
    await anna.taps(anna_safe(anna))
    await anna.taps("Put it away")
    await anna.taps("Go on where I was")
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    assert "One clear ask" not in anna.buttons


async def test_a_threat_is_not_polished_even_when_no_card_comes_again(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("If you leave me I will kill myself")
    await put_away(anna)
    await anna.sends("/hold")
    await anna.sends("If you leave me I will kill myself")
    assert await card(anna) is None
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    anna.sees("ready")
    assert "One clear ask" not in anna.buttons
    await anna.sends("/hold")
    await anna.taps("Hold another one")
    await anna.sends("you never answer")
    await anna.taps("10 minutes")
    await world.wait(minutes=11)
    await anna.taps("One clear ask")
    await anna.sends("If you leave me I will kill myself")
    assert await card(anna) is None
    assert "One clear ask" not in anna.buttons
    anna.sees("ready")


async def test_in_the_middle_of_a_clear_ask_the_words_are_not_used_and_the_message_stays_held(
    world: World, anna: Person
) -> None:
    await anna.sends("/hold")
    await anna.sends("you never answer")
    await anna.taps("20 minutes")
    await world.wait(minutes=21)
    await anna.taps("One clear ask")
    await anna.sends("I'll kill myself if you don't answer")
    assert await card(anna) is not None
    await put_away(anna)
    await anna.taps("Go on where I was")
    anna.sees("What you set aside is ready")
    assert anna.buttons[:2] == ["Let it go", "Show it"]
    await anna.taps("Show it")
    anna.sees("you never answer")


async def test_a_hold_comes_back_while_a_card_is_open_and_waits_for_it(world: World, anna: Person) -> None:
    await anna.sends("/hold")
    await anna.sends("see you at eight")
    await anna.taps("20 minutes")
    await anna.sends(DYING)
    await world.wait(minutes=21)
    anna.sees("What you set aside is ready")
    await anna.taps("Let it go")
    anna.sees("This first")
    await put_away(anna)
    await anna.taps("Let it go")
    assert "Let it go" not in anna.buttons


async def test_after_danger_the_sorting_of_thoughts_does_not_go_on(world: World, anna: Person) -> None:
    await arrive(anna, ("/spiral", "Next", "I've paused", "6"))
    await anna.sends(HIT)
    for label in ("Yes", "Not right now", "Close this", "Go on where I was"):
        await anna.taps(label)
    anna.sees("Now something kind")


# ---------------------------------------------------------------- who wrote it


async def test_the_same_words_from_somebody_else_lead_elsewhere(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.taps("Somebody else wrote it")
    anna.sees("somebody near you may be thinking of suicide")


async def test_a_forwarded_message_is_asked_about_first(world: World, anna: Person) -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    for label, words in (("They wrote it", "somebody near you"), ("I wrote it", "thoughts of dying")):
        anna.account.send({"text": "If you leave me I will kill myself", "forward_origin": origin})
        await world.settle()
        anna.sees("who wrote it")
        await anna.taps(label)
        anna.sees(words)
        await anna.sends("/stop")


async def test_pasted_words_that_are_plain_only_as_theirs_are_asked_about(world: World, anna: Person) -> None:
    await anna.sends("You're not going anywhere tonight, I'll break your phone and your arm")
    if "who wrote it" in anna.last:
        await anna.taps("They wrote it")
    anna.sees("is it safe to talk on this phone")


async def test_who_wrote_it_may_lead_to_nothing(world: World, anna: Person) -> None:
    await anna.sends("I said some things I regret")
    anna.sees("who wrote it")
    await anna.taps("I wrote it")
    anna.sees("nothing to add")
    await anna.taps("Go on where I was")
    anna.sees("What would")


# ---------------------------------------------------------------- one no is not the last word


async def test_one_no_leaves_help_in_view_and_the_same_rule_rests_for_twelve_hours(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.taps("I'm safe")
    anna.sees("findahelpline.com")
    assert {"Put it away", "A little of it is true", "My own plan", "More help"} <= set(anna.buttons)
    await anna.taps("Put it away")
    assert {"More help", "My own plan"} <= set(anna.buttons)
    assert anna.account.chat.keyboard == [["I need a minute", "More help"]]
    await anna.sends(DYING)
    assert await card(anna) is None
    await anna.taps("Leave it")
    await world.wait(hours=11)
    await anna.sends(DYING)
    assert await card(anna) is None
    await world.wait(days=6)
    await anna.sends("More help")
    anna.sees("People to reach now")
    await anna.sends(DYING)
    assert await card(anna) is not None
    assert not any("you said" in post.data.get("text", "").lower() for post in anna.bots)


async def test_another_rule_or_danger_now_shows_it_again_at_once(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await put_away(anna)
    await anna.sends("I took all the pills")
    anna.sees("Call your local emergency number")
    await put_away(anna)
    await anna.sends("I took all the pills")
    anna.sees("Call your local emergency number")
    await put_away(anna)
    await anna.sends("I'm going to hang myself")
    assert await card(anna) is not None


async def test_it_gets_worse_while_the_card_is_open(world: World, anna: Person) -> None:
    await anna.sends(DYING)
    await anna.sends(DYING)
    anna.sees("This first")
    await anna.sends(HIT)
    anna.sees("is it safe to talk on this phone")
    for label in ("Yes", "Not right now", "Close this"):
        await anna.taps(label)
    anna.sees("Thank you for")
    assert (await card(anna) or pytest.fail("the first card is gone")).flow == "safety-suicide"
    await anna.sends("I took all the pills")
    anna.sees("Call your local emergency number")


async def test_several_cards_come_one_after_the_other_in_their_order(world: World, anna: Person) -> None:
    await anna.sends("He said he'll kill himself. He hit me. I want to die and I cut myself last night.")
    met = []
    while (session := await card(anna)) is not None:
        met.append(session.flow)
        if session.flow == "safety-abuse":
            await anna.taps("Yes")
        await anna.taps(anna_safe(anna))
        await anna.taps("Put it away")
    assert met == ["safety-suicide", "safety-selfharm", "safety-abuse", "safety-partner"]
    assert len(await notices(anna)) == 4


async def test_a_threat_that_binds_brings_the_card_about_fear_as_well(world: World, anna: Person) -> None:
    await anna.sends(THEIRS)
    await anna.taps("They say it when I want to go")
    await anna.taps("Go on to that page")
    anna.sees("is it safe to talk on this phone")


# ---------------------------------------------------------------- questions


async def test_a_phrase_that_is_an_idiom_here_is_asked_about_no_more_until_wished(world: World, anna: Person) -> None:
    await anna.sends("I wish I could disappear")
    await anna.taps("Just a way of speaking")
    await anna.taps("Don't ask about these words")
    anna.sees("won't ask about those words")
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    assert await card(anna) is None
    await anna.sends(DYING)
    assert await card(anna) is not None
    assert "Don't ask about these words" not in anna.buttons
    await put_away(anna)
    await anna.sends("/settings")
    await anna.taps("Questions back on")
    await world.wait(days=8)
    await anna.sends("I wish I could disappear")
    anna.sees("which is nearer")


async def test_three_quiet_signals_in_a_week_are_worth_the_question_once(world: World, anna: Person) -> None:
    await anna.sends("I wish I could disappear")
    for label in ("Just a way of speaking", "Don't ask about these words"):
        await anna.taps(label)
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    assert await card(anna) is None
    await world.wait(hours=13)
    await anna.sends("I wish I could disappear")
    anna.sees("Together I'd rather ask")
    await anna.taps("Worn out")
    await anna.taps("Put it away")
    await anna.sends("I wish I could disappear")
    assert await card(anna) is None


async def test_numbers_that_rise_with_a_quiet_signal_are_asked_about_and_the_minute_goes_on(
    world: World, anna: Person
) -> None:
    await anna.sends("I wish I could disappear")
    for label in ("Worn out", "Put it away", "Stop for now"):
        await anna.taps(label)
    for number in ("4", "6", "7"):
        await world.wait(hours=3)
        await anna.sends("/spiral")
        for label in (
            "Next",
            "I've paused",
            number,
            "That's all",
            "That's all",
            "Something warm",
            "Done",
            "Skip",
            "Skip",
        ):
            await anna.taps(label)
        if number != "7":
            await anna.taps("That's all")
    anna.sees("Together I'd rather ask")
    for label in ("No, nothing like that", "Put it away", "Go on where I was"):
        await anna.taps(label)
    anna.sees("how upset are you now")


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
    await anna.sends("ich will sterben")
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
    await anna.sends("/export")
    document = world.telegram.files[anna.bots[-1].data["document"]["file_id"]].decode()
    assert '"noticed"' in document
    assert "suicide-want-to-die" in document
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
