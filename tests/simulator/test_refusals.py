# ruff: noqa: E501 - Telegram's own sentences are long
"""The stand-in refuses what Telegram refuses, in Telegram's own words and codes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.app import build_bot
from bot.clock import MovableClock
from bot.simulator.faults import Kind
from bot.simulator.person import Person, join
from bot.simulator.request import SimulatorRequest
from bot.simulator.server import api
from bot.simulator.telegram import Telegram
from bot.web.serve import serving

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONG = "x" * 4097


@pytest.fixture
def clock() -> MovableClock:
    """A clock to move."""
    return MovableClock(NOW)


@pytest.fixture
def telegram(clock: MovableClock) -> Telegram:
    """The stand-in."""
    return Telegram(clock.now)


@pytest.fixture
def anna(telegram: Telegram) -> Person:
    """Somebody who has written to the bot."""
    person = join(telegram, "Anna")
    person.send_text("hello")
    return person


def button(**about: Any) -> dict[str, Any]:
    """A message with one inline button."""
    return {"text": "hi", "reply_markup": {"inline_keyboard": [[about]]}}


SENDS: list[tuple[dict[str, Any], str]] = [
    ({"text": ""}, "message text is empty"),
    ({"text": "  \n"}, "message text is empty"),
    ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    ({"text": LONG}, "message is too long"),
    ({"text": "😀" * 2049}, "message is too long"),
    ({"text": "hi", "parse_mode": "Word"}, "unsupported parse_mode"),
    ({"text": "a <x>b</x>", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag \"x\" at byte offset 2"),
    ({"text": "é <x>", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag \"x\" at byte offset 3"),
    ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    ({"text": "a</b>", "parse_mode": "HTML"}, "can't parse entities: Unexpected end tag at byte offset 1"),
    ({"text": "<b>a</i>", "parse_mode": "HTML"}, "can't parse entities: Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
    (button(text="a", callback_data="x" * 65), "BUTTON_DATA_INVALID"),
    (button(text="a", callback_data=""), "BUTTON_DATA_INVALID"),
    (button(text="a"), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    (button(text="", callback_data="x"), "can't parse inline keyboard button: Button text must be non-empty"),
    ({"text": "hi", "reply_markup": "nonsense"}, "object expected as reply markup"),
    ({"text": "hi", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]] * 101}}, "reply markup is too long"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "words"), SENDS, ids=[item[1][:40] + str(n) for n, item in enumerate(SENDS)])
async def test_send_message_refuses(telegram: Telegram, anna: Person, params: dict[str, Any], words: str) -> None:
    status, body = await telegram.call("sendMessage", {"chat_id": anna.chat.id, **params}, {})
    assert (status, body) == (400, {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"})


async def refusal(telegram: Telegram, method: str, **params: Any) -> str:
    """What a refused call says."""
    status, body = await telegram.call(method, params, {})
    assert status >= 400
    return str(body["description"])


async def test_edits_and_deletions_are_refused_as_telegram_does(
    telegram: Telegram, anna: Person, clock: MovableClock
) -> None:
    chat = anna.chat.id
    _, body = await telegram.call("sendMessage", {"chat_id": chat, "text": "hi"}, {})
    id_ = body["result"]["message_id"]
    same = await refusal(telegram, "editMessageText", chat_id=chat, message_id=id_, text="hi")
    assert same == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as "
        "a current content and reply markup of the message"
    )
    gone = await refusal(telegram, "editMessageText", chat_id=chat, message_id=999, text="x")
    assert gone == "Bad Request: message to edit not found"
    theirs = await refusal(telegram, "editMessageText", chat_id=chat, message_id=1, text="x")
    assert theirs == "Bad Request: message can't be edited"
    assert (
        await refusal(telegram, "deleteMessage", chat_id=chat, message_id=999)
        == "Bad Request: message to delete not found"
    )
    clock.move_to(NOW + timedelta(hours=49))
    old = await refusal(telegram, "deleteMessage", chat_id=chat, message_id=id_)
    assert old == "Bad Request: message can't be deleted for everyone"
    _, body = await telegram.call("sendDocument", {"chat_id": chat, "document": "attach://a"}, {"a": ("a.txt", b"x")})
    wordless = await refusal(
        telegram, "editMessageText", chat_id=chat, message_id=body["result"]["message_id"], text="x"
    )
    assert wordless == "Bad Request: there is no text in the message to edit"
    assert await refusal(telegram, "sendDocument", chat_id=chat, document="AAAA") == (
        "Bad Request: wrong remote file identifier specified: Wrong string length"
    )
    captioned = await refusal(
        telegram, "sendDocument", chat_id=chat, document=body["result"]["document"]["file_id"], caption="x" * 1025
    )
    assert captioned == "Bad Request: message caption is too long"


async def test_a_query_is_answered_once_and_in_time(telegram: Telegram, anna: Person, clock: MovableClock) -> None:
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    first, second = anna.tap(anna.posts[0], "x"), anna.tap(anna.posts[0], "x")
    assert (await telegram.call("answerCallbackQuery", {"callback_query_id": first.id}, {}))[0] == 200
    assert await refusal(telegram, "answerCallbackQuery", callback_query_id=first.id) == too_old
    assert (
        await refusal(telegram, "answerCallbackQuery", callback_query_id=second.id, text="x" * 201)
        == "Bad Request: MESSAGE_TOO_LONG"
    )
    clock.move_to(NOW + timedelta(hours=1))
    assert await refusal(telegram, "answerCallbackQuery", callback_query_id=second.id) == too_old


async def test_chats_that_cannot_be_written_to(telegram: Telegram, anna: Person) -> None:
    async def said(chat: int) -> str:
        return await refusal(telegram, "sendMessage", chat_id=chat, text="hi")

    assert await said(1) == "Bad Request: chat not found"
    assert await said(join(telegram, "New").chat.id) == "Forbidden: bot can't initiate conversation with a user"
    anna.chat.deactivated = True
    assert await said(anna.chat.id) == "Forbidden: user is deactivated"
    anna.chat.deactivated = False
    anna.block()
    assert await said(anna.chat.id) == "Forbidden: bot was blocked by the user"


async def test_commands_are_checked(telegram: Telegram) -> None:
    async def said(*commands: tuple[str, str]) -> str:
        listed = [{"command": name, "description": text} for name, text in commands]
        return await refusal(telegram, "setMyCommands", commands=listed)

    assert await said(("Bad!", "x")) == "Bad Request: BOT_COMMAND_INVALID"
    assert await said(("good", "")) == "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
    assert await said(*[("a", "x")] * 101) == "Bad Request: BOT_COMMANDS_TOO_MUCH"
    assert await refusal(telegram, "flyToTheMoon") == "Not Found"


@pytest.fixture
def bot(telegram: Telegram) -> Bot:
    """PTB's own bot before the stand-in."""
    return Bot(telegram.token, request=SimulatorRequest(telegram), get_updates_request=SimulatorRequest(telegram))


async def test_two_pollers_and_a_webhook_are_conflicts(telegram: Telegram, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(bot.get_updates(timeout=5))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    join(telegram, "Anna").send_text("hi")
    (update,) = await second
    assert await bot.get_updates(offset=update.update_id + 1, timeout=0) == ()
    await bot.set_webhook("https://example.org")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates(timeout=0)


async def test_faults_reach_the_bot_as_the_real_ones_do(telegram: Telegram, bot: Bot, anna: Person) -> None:
    faults = telegram.faults
    faults.next(Kind.FLOOD, "sendMessage", seconds=7)
    with pytest.raises(RetryAfter, match="Retry in"):
        await bot.send_message(anna.chat.id, "a")
    for kind, error in (
        (Kind.TIMEOUT, TimedOut),
        (Kind.RESET, NetworkError),
        (Kind.PAGE, NetworkError),
        (Kind.ERROR, NetworkError),
    ):
        faults.next(kind)
        with pytest.raises(error):
            await bot.send_message(anna.chat.id, "b")
    assert [post.data["text"] for post in anna.posts if post.from_bot] == []
    faults.next(Kind.TIMEOUT_AFTER)
    with pytest.raises(TimedOut):
        await bot.send_message(anna.chat.id, "c")
    assert [post.data["text"] for post in anna.posts if post.from_bot] == ["c"]


async def test_over_http_it_is_the_same(telegram: Telegram, anna: Person) -> None:
    async with serving(api(telegram), 0) as root:
        async with build_bot(telegram.token, f"{root}/bot", f"{root}/file/bot", 25) as bot:
            assert (await bot.send_message(anna.chat.id, "<b>hi</b>", parse_mode="HTML")).entities[0].type == "bold"
            with pytest.raises(BadRequest, match="Message text is empty"):
                await bot.send_message(anna.chat.id, "<b> </b>", parse_mode="HTML")
            sent = await bot.send_document(anna.chat.id, b"content", filename="a.txt")
            assert sent.document is not None
            file = await bot.get_file(sent.document.file_id)
            assert bytes(await file.download_as_bytearray()) == b"content"
            anna.block()
            with pytest.raises(Forbidden):
                await bot.send_message(anna.chat.id, "hi")
        wrong = build_bot("5000000000:BBwrongwrongwrongwrongwrong", f"{root}/bot", f"{root}/file/bot", 25)
        with pytest.raises(InvalidToken):
            await wrong.initialize()
        await wrong.shutdown()
