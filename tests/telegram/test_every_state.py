"""Every command, from every screen of every flow, and every kind of thing a person can send: always an answer.

The list is generated from the content files and the commands themselves; nothing is listed by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bot.core.model import Session, Value
from bot.library.load import load
from bot.services.commands import COMMANDS
from bot.store.tables import session
from tests.person import Person, World

FLOWS = load(Path(__file__).parent.parent.parent / "content").speak("en").flows
STATES = {flow.id: [step.id for step in flow.steps.values() if step.say and not step.end] for flow in FLOWS.values()}
FACTS: dict[str, Value] = {"night": False, "nth": 1, "text": "some words", "now": "11:00", "zone_name": "Berlin"}


async def stand_at(anna: Person, flow: str, step: str, number: int) -> None:
    """Put the person on one screen of one flow, as if they had just come there."""
    world = anna.world
    async with world.keel.store.transaction() as tx:
        learner = await tx.learners.find(anna.account.chat.id)
        assert learner is not None
        now = world.clock.now()
        await tx.learners.save(replace(learner, card=None, card_at=None))  # a card that an earlier screen led to
        await tx.sessions.add(Session(f"s{number}", learner.id, flow, step, now, now, answers=FACTS))


async def forget_runs(world: World) -> None:
    """As if nobody had been at a screen before: an /export of hundreds of them takes longer than all else."""
    async with world.keel.store.transaction() as tx:
        await tx.inbox.connection.execute(delete(session))


@pytest.mark.parametrize("flow", STATES)
async def test_every_command_answers_from_every_screen(world: World, anna: Person, flow: str) -> None:
    await anna.sends("/start")
    screens_and_commands = itertools.product(STATES[flow], (*COMMANDS, "nonsense"))
    for number, (step, command) in enumerate(screens_and_commands):
        anna.account.chat.posts.clear()
        if command == COMMANDS[0]:
            await forget_runs(world)
        await stand_at(anna, flow, step, number)
        before = len(anna.bots)
        await anna.sends(f"/{command}")
        assert len(anna.bots) > before, f"/{command} was not answered at {flow}.{step}"
        if command not in ("export", "start"):
            assert anna.buttons, f"/{command} leaves no way on at {flow}.{step}"
    # The chat is emptied here between commands, so /clean finds nothing any more where a message was.
    real = [call for call in world.telegram.refusals() if "to delete not found" not in call.answer["description"]]
    assert real == []


@pytest.mark.parametrize("flow", STATES)
async def test_whatever_is_sent_to_a_screen_is_answered_and_every_button_works(
    world: World, anna: Person, flow: str
) -> None:
    await anna.sends("/start")
    for number, step in enumerate(STATES[flow]):
        await everything_at(anna, flow, step, number * 1000)
    real = [call for call in world.telegram.refusals() if "not modified" not in call.answer["description"]]
    assert real == []


async def everything_at(anna: Person, flow: str, step: str, first: int) -> None:
    """Every kind of message and every button at one screen; session ids count from `first`."""
    world, account = anna.world, anna.account
    account.chat.posts.clear()
    sends: list[Callable[[], Any]] = [
        lambda: account.send_text("x" * 4096),
        lambda: account.send_text("😀" * 2000),
        lambda: account.send_text("\u200b\u200b"),
        lambda: account.send_text("شكرا جزيلا"),
        account.send_sticker,
        account.send_poll,
        account.send_voice,
        account.send_photo,
        account.send_document,
        account.forward_video,
        lambda: account.send_location(52.5, 13.4),
        lambda: account.send({"contact": {"phone_number": "1", "first_name": "A"}}),
    ]
    for number, send in enumerate(sends, start=first):
        await stand_at(anna, flow, step, number)
        before = len(anna.bots)
        await anna.does(send())
        assert len(anna.bots) > before, f"{number} was not answered at {flow}.{step}"
    await stand_at(anna, flow, step, first + 99)
    await anna.sends("/help")
    known = FLOWS[flow].steps[step]
    choices = [*known.choices, *(FLOWS[flow].always if known.always else ())]
    inside = [choice for choice in choices if not (choice.to or "").startswith(("command:", "copy:"))]
    for number, choice in enumerate(inside, start=first + 200):
        await stand_at(anna, flow, step, number)
        record = len(world.telegram.record)
        for _ in range(2):  # and a second time, as from another phone
            account.tap(anna.bots[-1], f"s:s{number}:{step}:{choice.id}{'' if choice.to else '+'}")
            await world.settle()
        made = {call.method for call in world.telegram.record[record:] if call.code == 200}
        assert made & {"sendMessage", "editMessageText"}, f"{choice.id} was not answered at {flow}.{step}"


async def test_every_lesson_can_be_read_tried_and_answered(world: World, anna: Person) -> None:
    lessons = world.keel.library.speak("en").lessons
    for lesson in lessons.values():
        await anna.sends(f"/lesson {lesson.id}")
        anna.sees(lesson.title)
        await anna.taps("Why this works")
        await anna.taps("The question")
        await anna.taps(lesson.replies[-1].label)
        anna.sees(lesson.replies[-1].reply.split(".")[0].replace("*", ""))
        await anna.taps("Save")
        await anna.taps("Later today")
        anna.sees("Later today, then")
    await anna.sends("/library")
    await anna.taps("Saved ones")
    assert len(anna.buttons) == len(lessons) + 2
    assert world.telegram.refusals() == []
