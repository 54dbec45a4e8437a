"""Updates as Telegram might bring them, and as it never would: made from the Bot API's types, then damaged.

Every update begins as one that the Bot API describes, with odd values where any value is allowed. Two in five are then
damaged in a place or two: a field is gone, is something else, or is one that nobody knows yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

PHRASE = "purple heron"
"""Stands in every text that a person could have written, and must stand in no log."""
CHATS = tuple(range(5_001, 5_007))
"""Private chats that come again and again, so that there is something to disturb."""
HUGE = 60_000

Json = dict[str, Any]


class Huge(str):
    """A text so long that a report is better off without it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} characters>"


def often(*weighted: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """One of these, each about as often as its number says beside the others'.

    Hypothesis likes the ends of a range, so the first, which is the one that is wanted most, stands at both of them.
    """
    (many, first), *others = weighted
    half = [first] * (many // 2)
    between = [one for weight, one in others for _ in range(weight)]
    return st.sampled_from([*half, *between, *half]).flatmap(lambda one: one)


_signs = st.characters(codec="utf-16") | st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So"])
_said = st.text(_signs, max_size=30).map(lambda text: f"{PHRASE} {text}")
_known = st.sampled_from([
    *("/spiral", "/start", "/help", "/hold", "/journal", "/import", "/export", "/stop", "/pause", "/settings", "/sos"),
    *("/plan", "/letter", "/therapist", "/lesson", "/progress", "/language xx", "/start deep_link", "/spiral@keel_bot"),
    *("/", "//", "/ spiral", "/" + "x" * 300, "Next", "That's all", "Keep it", "7", "0", "-1", "9" * 400, "21:30"),
    *("Berlin", "I want to die", "he hit me", "I'm 15", "I am about to text him"),
])  # fmt: skip
_huge = _said.map(lambda text: Huge((text * HUGE)[:HUGE]))
texts = often((4, _known), (3, _said), (1, st.just("")), (1, _huge))
ids = st.integers(-(2**70), 2**70) | st.sampled_from([0, 1, -1, 2**31, 2**52, 2**63, -(2**63), -1_001_234_567_890])
numbers = st.integers(0, 2**31) | ids | st.floats()
odd = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def made(needed: Json, more: Json | None = None) -> st.SearchStrategy[Json]:
    """An object with these fields, and perhaps some of the others."""
    return st.fixed_dictionaries(needed, optional=more or {})


odd_names = st.sampled_from(["", "x" * 700, "\ud800", "☂"]) | st.text(max_size=12)
names = often((6, st.just("a-file")), (1, odd_names))
users = made(
    {"id": st.sampled_from(CHATS) | ids, "is_bot": st.just(False), "first_name": texts},
    {"last_name": texts, "username": texts, "language_code": st.sampled_from(["en", "de-AT", "", "-", "xx" * 40])},
)
private = made({"id": st.sampled_from(CHATS), "type": st.just("private"), "first_name": texts})
strangers = made({"id": ids, "type": st.just("private"), "first_name": texts})
others = made({"id": ids, "type": st.sampled_from(["group", "supergroup", "channel", "sender", ""]), "title": texts})
chats = often((8, private), (1, strangers), (1, others))

kinds_of_entities = st.sampled_from(["bot_command", "mention", "url", "pre", "text_link", "custom_emoji", "unheard_of"])
entities = st.lists(
    made({"type": kinds_of_entities, "offset": numbers, "length": numbers}, {"url": texts, "user": users}), max_size=4
) | st.just([{"type": "bot_command", "offset": 0, "length": 7}])
files = made({"file_id": names, "file_unique_id": names}, {"file_size": numbers, "file_name": texts, "thumbnail": odd})
sized = made({"file_id": names, "file_unique_id": names, "width": numbers, "height": numbers, "duration": numbers})
degrees = often((4, st.floats(-90, 90)), (1, numbers))
places = made({"latitude": degrees, "longitude": degrees},
              {"live_period": numbers, "heading": numbers})  # fmt: skip
polls = made({
    "id": names, "question": texts, "options": st.lists(made({"text": texts, "voter_count": numbers}), max_size=4),
    "total_voter_count": numbers, "is_closed": st.booleans(), "type": st.sampled_from(["regular", "quiz", "new"]),
})  # fmt: skip
stickers = made({"file_id": names, "file_unique_id": names, "type": st.sampled_from(["regular", "mask"]),
                 "width": numbers, "height": numbers, "is_animated": st.booleans(),
                 "is_video": st.booleans()})  # fmt: skip
origins = made({"type": st.sampled_from(["user", "hidden_user", "chat", "channel", "new"]), "date": numbers},
               {"sender_user": users, "sender_user_name": texts, "sender_chat": others,
                "message_id": numbers})  # fmt: skip

CONTENT: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "caption": texts,
    "voice": files,
    "audio": files,
    "document": files,
    "photo": st.lists(sized, max_size=4),
    "live_photo": sized,
    "video": sized,
    "video_note": sized,
    "animation": sized,
    "sticker": stickers,
    "location": places,
    "venue": made({"location": places, "title": texts, "address": texts}),
    "contact": made({"phone_number": texts, "first_name": texts}, {"vcard": texts, "user_id": ids}),
    "dice": made({"emoji": st.sampled_from(["🎲", "🎯", "?"]), "value": numbers}),
    "poll": polls,
    "game": made({"title": texts, "description": texts, "photo": st.lists(sized, max_size=2)}),
    "story": made({"chat": others, "id": numbers}),
    "invoice": made({"title": texts, "description": texts, "currency": texts, "total_amount": numbers}),
    "paid_media": made({"star_count": numbers, "paid_media": odd}),
    "checklist": made({"title": texts, "tasks": st.lists(made({"id": numbers, "text": texts}), max_size=3)}),
    "passport_data": odd,
    "something_of_next_year": odd,
}
SERVICE = (
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo", "pinned_message",
    "group_chat_created", "supergroup_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id",
    "migrate_from_chat_id", "successful_payment", "refunded_payment", "users_shared", "chat_shared", "gift",
    "unique_gift", "write_access_allowed", "proximity_alert_triggered", "boost_added", "chat_background_set",
    "forum_topic_created", "forum_topic_closed", "video_chat_started", "video_chat_ended", "web_app_data",
)  # fmt: skip
BESIDE: Json = {
    "entities": entities, "caption_entities": entities, "reply_to_message": odd, "quote": odd, "via_bot": users,
    "forward_origin": origins, "edit_date": numbers, "media_group_id": names, "author_signature": texts,
    "message_thread_id": numbers, "reply_markup": odd, "link_preview_options": odd, "sender_chat": others,
    "is_from_offline": st.booleans(), "has_media_spoiler": st.booleans(), "business_connection_id": names,
}  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> Json:
    """A message of one kind of content, rarely of several, with a few of the fields that stand beside it."""
    chat = draw(chats)
    author = {"id": chat["id"], "is_bot": draw(st.integers(0, 19)) == 0, "first_name": PHRASE, "language_code": "en"}
    message: Json = {"message_id": draw(numbers), "date": draw(numbers), "chat": chat, "from": author}
    kinds = often((4, st.just("text")), (4, st.sampled_from(sorted(CONTENT))), (1, st.sampled_from(SERVICE)))
    for kind in draw(st.lists(kinds, min_size=1, max_size=2)):
        message[kind] = draw(CONTENT.get(kind, odd))
    if message.get("text", "") and str(message["text"]).startswith("/") and draw(st.integers(0, 4)) != 2:
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(message["text"].split()[0])}]
    for name in draw(st.lists(st.sampled_from(sorted(BESIDE)), max_size=2)):
        message[name] = draw(BESIDE[name])
    return message


commands = st.sampled_from(["spiral", "again", "open", "stage", "hide", "why", "card", "goon", "back", "age", "asks"])
step = st.sampled_from(["arrive", "pause", "facts", "now", "", "é", "x" * 40])
data = (
    st.builds("s:{}:{}:{}".format, st.sampled_from(["nobody", "0" * 16, ""]), step, step)
    | st.builds("c:{}:{}".format, commands, st.sampled_from(["", "DE", "o1", "1", "-1", "9" * 40, "under16"]))
    | st.builds("l:{}:{}".format, st.sampled_from(["o1", "r4", "none"]), step)
    | st.text(max_size=64)
    | st.sampled_from(["x" * 64, "ß" * 32, "\0" * 9, "s:\0:a:b", "c:spiral\n", "old|1|2", "{}", "c:\ud800"])
)  # fmt: skip
taps = made(
    {
        "id": names,
        "from": users,
        "message": made({"message_id": numbers, "date": st.just(0) | numbers, "chat": chats}, {"text": texts}),
        "chat_instance": names,
    },
    {"data": data, "inline_message_id": names, "game_short_name": texts},
)
members = made(
    {"user": users, "status": st.sampled_from(["member", "left", "kicked", "administrator", "restricted", "new"])},
    {"until_date": numbers, "can_manage_chat": st.booleans(), "custom_title": texts},
)
memberships = made(
    {"chat": chats, "from": users, "date": numbers, "old_chat_member": members, "new_chat_member": members},
    {"invite_link": odd, "via_join_request": st.booleans()},
)
NOT_ASKED_FOR = (
    "channel_post", "edited_channel_post", "business_message", "edited_business_message", "guest_message",
    "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "poll", "poll_answer",
    "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "message_reaction",
    "message_reaction_count", "business_connection", "deleted_business_messages", "purchased_paid_media",
    "managed_bot", "unheard_of",
)  # fmt: skip
_unasked = st.builds(lambda kind, content: {kind: content}, st.sampled_from(NOT_ASKED_FOR), messages() | taps | odd)
whole = often(
    (10, st.builds(lambda message: {"message": message}, messages())),
    (2, st.builds(lambda message: {"edited_message": message}, messages())),
    (4, st.builds(lambda tap: {"callback_query": tap}, taps)),
    (2, st.builds(lambda change: {"my_chat_member": change}, memberships)),
    (2, _unasked),
)


@st.composite
def updates(draw: st.DrawFn) -> Json:
    """Everything of an update but its number."""
    update: Json = deepcopy(draw(whole))  # some parts are the same object every time
    for _ in range(draw(st.sampled_from([0, 0, 1, 2, 0]))):
        where = list(_places(update))
        holder, key = where[draw(st.integers(0, len(where) - 1))]
        match draw(st.sampled_from(["odd", "gone", "more"])):
            case "odd":
                holder[key] = draw(odd)
            case "gone":
                del holder[key]
            case _:
                holder["unheard_of"] = draw(odd)
        update = update or {"unheard_of": None}
    return update


def _places(update: Json) -> Iterator[tuple[Json, str]]:
    """Every field at any depth, with the object that it stands in."""
    for key, value in list(update.items()):
        yield update, key
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _places(inner)
