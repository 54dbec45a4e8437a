"""What does not fit: old buttons, forged data, groups, channels, other bots, edited messages, two phones."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.model import Status
from bot.simulator.person import add_to_group, say_in_group
from tests.person import Person, World


async def test_an_edited_message_gets_a_line_and_changes_nothing(world: World, anna: Person) -> None:
    post = anna.account.send_text("hello")
    await world.settle()
    anna.account.edit_text(post, "hello there")
    await world.settle()
    anna.sees("I keep to what came first")


async def test_a_button_from_months_ago_shows_where_things_stand(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    old = anna.bots[-1]
    data = old.data["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await anna.taps("Next")
    await world.wait(days=90)
    anna.account.tap(old, data)
    await world.settle()
    anna.sees("six")
    assert "I've paused" in anna.buttons


FORGED = ["", ":", "s:::", "s:nobody:step:choice", "l:nolesson:tried", "x" * 64, "c:", "c:nothing", "s:a:b:c:d"]


@pytest.mark.parametrize("data", FORGED)
async def test_forged_data_is_met_kindly(world: World, anna: Person, data: str) -> None:
    await anna.sends("/help")
    before = len(anna.bots)
    anna.account.tap(anna.bots[-1], data)
    await world.settle()
    assert len(anna.bots) == before + 1
    assert anna.buttons


ODD_FIELDS: list[dict[str, Any]] = [
    {"date": 10**30},
    {"date": "today", "message_id": "7"},
    {"from": "Anna"},
    {"entities": "bold"},
    {"entities": [{"type": 5, "offset": -9, "length": None}]},
    {"reply_to_message": {"text": "no chat, no date"}},
    {"sticker": {"emoji": "a sticker of next year"}},
    {"poll": {"question": None, "options": "none"}},
    {"forward_origin": {"type": "from another planet"}},
    {"location": {"latitude": 1e999, "longitude": None}},
    {"voice": {"file_id": 5}},
    {"photo": [[]]},
    {"document": None, "video": 7},
]


@pytest.mark.parametrize("odd", ODD_FIELDS, ids=str)
async def test_a_field_of_another_shape_costs_nobody_an_answer(anna: Person, odd: dict[str, Any]) -> None:
    command = [{"type": "bot_command", "offset": 0, "length": 5}]
    await anna.does(anna.account.send({"text": "/help", "entities": command} | odd))
    assert anna.bots
    assert "went wrong" not in anna.last
    await anna.sends("/spiral")
    assert "Next" in anna.buttons


async def noted(world: World, anna: Person) -> list[str]:
    """What is kept of what somebody wrote."""
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        return [note.text for note in await tx.records.notes(learner.id)]


async def test_half_a_character_is_kept_as_a_sign_for_what_was_lost(world: World, anna: Person) -> None:
    await anna.sends("/journal")
    await anna.sends("half a \ud83d heart")
    await anna.taps("Keep it")
    assert await noted(world, anna) == ["half a \ufffd heart"]


async def test_a_tap_that_belongs_to_no_private_chat_makes_nobody_known(world: World, anna: Person) -> None:
    author = anna.account.chat.as_user
    group = {"message_id": 1, "date": 1, "chat": {"id": -77, "type": "group", "title": "Friends"}}
    world.telegram.update(callback_query={"id": "1", "from": author, "inline_message_id": "x", "data": "c:spiral"})
    world.telegram.update(callback_query={"id": "2", "from": author, "message": group, "data": "c:spiral"})
    await world.settle()
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.learners.page(0, 10) == []
        assert await tx.inbox.waiting() == []


async def test_somebody_elses_session_cannot_be_tapped(world: World, anna: Person, ben: Person) -> None:
    await anna.sends("/spiral")
    data = anna.bots[-1].data["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await ben.sends("/help")
    ben.account.tap(ben.bots[-1], data)
    await world.settle()
    ben.sees("from a while ago")
    anna.sees("here")


async def test_two_phones_tapping_at_once_make_one_step(world: World, anna: Person) -> None:
    await anna.sends("/spiral")
    post = anna.bots[-1]
    data = post.data["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    anna.account.tap(post, data)
    anna.account.tap(post, data)
    await world.settle()
    anna.sees("six")
    await anna.taps("I've paused")
    anna.sees("Is it passing")


async def test_in_a_group_keel_explains_itself_once_leaves_and_stores_nothing(world: World, anna: Person) -> None:
    group = add_to_group(world.telegram, anna.account, "Friends")
    await world.settle()
    assert "one person alone" in list(group.posts.values())[-1].data["text"]
    assert group.left
    say_in_group(world.telegram, group, anna.account, "/spiral")
    await world.settle()
    assert len(group.posts) == 2  # its own explanation, and what was said
    async with world.keel.store.transaction(reading=True) as tx:
        assert await tx.learners.find(group.id) is None
        assert await tx.inbox.waiting() == []


async def test_in_a_channel_too(world: World, anna: Person) -> None:
    channel = add_to_group(world.telegram, anna.account, "News", kind="channel")
    await world.settle()
    assert channel.left


async def test_another_bot_gets_no_answer(world: World, anna: Person) -> None:
    await anna.sends("/start")
    before = len(anna.bots)
    post = world.telegram.post(anna.account.chat, {"text": "/spiral"}, from_bot=False)
    post.data["from"] = {"id": 77, "is_bot": True, "first_name": "Other"}
    world.telegram.update(message=post.data)
    await world.settle()
    assert len(anna.bots) == before


async def test_who_blocks_the_bot_is_let_go_and_may_come_back(world: World, anna: Person) -> None:
    await anna.sends("/start")
    anna.account.block()
    await world.settle()
    async with world.keel.store.transaction(reading=True) as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        assert learner.status is Status.BLOCKED
    await anna.sends("/spiral")
    assert "Next" in anna.buttons


async def test_free_text_that_asks_for_it_is_offered_the_minute(world: World, anna: Person) -> None:
    await anna.sends("i'm about to text him again!!")
    await anna.taps("Take a minute")
    assert "I'm about to send something" in anna.buttons


async def test_other_free_text_is_kept_only_when_asked(world: World, anna: Person) -> None:
    await anna.sends("the dog ate my lunch")
    await anna.taps("Keep it as a note")
    anna.sees("Kept for you")
    await anna.sends("and my dinner")
    await anna.taps("Leave it")
    assert await noted(world, anna) == ["the dog ate my lunch"]
