"""Of an update only what Keel uses, and all of it of the right shape.

Telegram adds fields and kinds of content without asking, and a library that reads them strictly fails on the first one
that it does not expect: then somebody's /spiral would go unanswered for a sticker of next year. So whatever is not used
is left out before anything looks at it, whatever has the wrong shape counts as not there, and what is only asked for by
its presence (a video, a poll) stands there in the plainest shape. Nor is anything kept in the inbox that nobody reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]

LONGEST_TEXT = 4096
"""UTF-16 units of a message at most; more does not come from Telegram."""
LONGEST_NAME = 512
"""Characters of Telegram's name for a file, or for a tap, at most."""
LARGEST = 2**63 - 1
CHATS = ("private", "group", "supergroup", "channel")
GONE = ("left", "kicked")
SERVICE = frozenset((
    *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo"),
    *("group_chat_created", "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed"),
    *("migrate_to_chat_id", "migrate_from_chat_id", "pinned_message", "successful_payment", "refunded_payment"),
    *("users_shared", "chat_shared", "gift", "unique_gift", "gift_upgrade_sent", "connected_website"),
    *("write_access_allowed", "proximity_alert_triggered", "boost_added", "chat_background_set"),
    *("checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed", "paid_message_price_changed"),
    *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
    *("general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "giveaway_completed"),
    *("suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid"),
    *("suggested_post_refunded", "video_chat_scheduled", "video_chat_started", "video_chat_ended"),
    *("video_chat_participants_invited", "web_app_data", "chat_owner_left", "chat_owner_changed"),
    *("managed_bot_created", "poll_option_added", "poll_option_deleted"),
))  # fmt: skip
"""What Telegram says about a chat, and nobody in it: no answer is waited for."""

_FILE: Json = {"file_id": "0", "file_unique_id": "0"}
_FRAME: Json = {"width": 1, "height": 1}
PRESENCE: Mapping[str, Json] = {
    "audio": _FILE | {"duration": 0},
    "video_note": _FILE | {"duration": 0, "length": 1},
    "video": _FILE | _FRAME | {"duration": 0},
    "animation": _FILE | _FRAME | {"duration": 0},
    "sticker": _FILE | _FRAME | {"is_animated": False, "is_video": False, "type": "regular"},
    "forward_origin": {"type": "hidden_user", "sender_user_name": "", "date": 0},
}
"""Content of which nothing is used but that it is there."""


def is_update(item: Any) -> bool:
    """Whether it can be counted: an update's number is how Telegram is told that it arrived."""
    number = item.get("update_id") if isinstance(item, dict) else None
    return number is not None and _is_number(number) and 0 <= number <= LARGEST


def essentials(update: Json) -> Json:
    """The update with what Keel uses of it; its number alone where there is nothing to answer."""
    for kind, read in _KINDS.items():
        content = update.get(kind)
        kept = read(content) if isinstance(content, dict) else None
        if kept is not None:
            return {"update_id": update["update_id"], kind: kept}
    return {"update_id": update["update_id"]}


def _message(message: Json) -> Json | None:
    chat = _chat(message.get("chat"))
    if chat is None:
        return None
    kept = {"message_id": _number(message.get("message_id")), "date": 0, "chat": chat}
    author = _user(message.get("from"))
    if author is not None:
        kept["from"] = author
    if chat["type"] != "private":
        return kept  # of a group nothing is read
    content = _content(message)
    is_service = any(message[name] not in (None, False) for name in message.keys() & SERVICE)
    return None if is_service and not content else kept | content


def _content(message: Json) -> Json:
    kept: Json = {name: plain for name, plain in PRESENCE.items() if isinstance(message.get(name), dict)}
    for name, read in _CONTENT.items():
        found = read(message[name]) if name in message else None
        if found:
            kept[name] = found
    if _begins_with_command(message.get("entities")) and kept.get("text", "").startswith("/"):
        kept["entities"] = [{"type": "bot_command", "offset": 0, "length": 1}]
    return kept


def _tap(query: Json) -> Json | None:
    """A tap without what the tapped message says: Keel wrote it, and somebody's own words may stand in it.

    What is left of the message is what the Bot API says of one too old to be shown (a date of 0).
    """
    tapped = query.get("message")
    message: Json = tapped if isinstance(tapped, dict) else {}
    chat = _chat(message.get("chat"))
    if chat is None or chat["type"] != "private":
        return None  # Keel's buttons stand in private chats only
    kept = {"message_id": _number(message.get("message_id")), "chat": chat, "date": 0}
    author = _user(query.get("from")) or {"id": chat["id"], "is_bot": False, "first_name": ""}
    tap: Json = {"id": _name(query.get("id")) or "", "from": author, "message": kept, "chat_instance": ""}
    data = _text(query.get("data"))
    return tap | {"data": data} if data else tap


def _membership(change: Json) -> Json | None:
    chat, newest = _chat(change.get("chat")), change.get("new_chat_member")
    status = newest.get("status") if isinstance(newest, dict) else None
    if chat is None or not isinstance(status, str):
        return None
    nobody = {"id": 0, "is_bot": True, "first_name": ""}
    became = {"user": nobody, "status": "left" if status in GONE else "member"}
    author = _user(change.get("from")) or nobody
    return {"chat": chat, "from": author, "date": 0, "old_chat_member": became, "new_chat_member": became}


def _chat(chat: Any) -> Json | None:
    if not isinstance(chat, dict) or chat.get("type") not in CHATS or not _number(chat.get("id")):
        return None
    return {"id": chat["id"], "type": chat["type"]}


def _user(user: Any) -> Json | None:
    if not isinstance(user, dict):
        return None
    kept = {"id": _number(user.get("id")), "is_bot": user.get("is_bot") is True, "first_name": ""}
    language = _name(user.get("language_code"))
    return kept | {"language_code": language} if language else kept


def _place(place: Any) -> Json | None:
    if not isinstance(place, dict):
        return None
    north, east = (_degrees(place.get(name), most) for name, most in (("latitude", 90), ("longitude", 180)))
    return None if north is None or east is None else {"latitude": north, "longitude": east}


def _file(file: Any) -> Json | None:
    name = _name(file.get("file_id")) if isinstance(file, dict) else None
    return _FILE | {"file_id": name, "file_size": max(0, _number(file.get("file_size")))} if name else None


def _voice(voice: Any) -> Json | None:
    file = _file(voice)
    return file | {"duration": 0} if file else None


def _sizes(sizes: Any) -> list[Json] | None:
    """The largest of a picture's sizes, which is the last."""
    found = [file | _FRAME for size in sizes if (file := _file(size))] if isinstance(sizes, list) else []
    return found[-1:]


def _poll(poll: Any) -> Json | None:
    if not isinstance(poll, dict):
        return None
    given = poll.get("options")
    found = given if isinstance(given, list) else []
    options = [_text(option.get("text")) for option in found if isinstance(option, dict)]
    return {
        "id": "0",
        "question": _text(poll.get("question")) or "",
        "options": [{"text": text, "voter_count": 0, "persistent_id": "0"} for text in options if text],
        "total_voter_count": 0,
        "type": "regular",
        **dict.fromkeys(("is_closed", "is_anonymous", "allows_multiple_answers"), False),
        **dict.fromkeys(("allows_revoting", "members_only"), False),
    }


def _text(text: Any) -> str | None:
    """A text that can be written down: no longer than Telegram's, and without half characters."""
    if not isinstance(text, str) or (text.isascii() and len(text) <= LONGEST_TEXT):
        return text if isinstance(text, str) else None
    units = text[:LONGEST_TEXT].encode("utf-16-le", "surrogatepass")[: 2 * LONGEST_TEXT]
    return units.decode("utf-16-le", "replace")


def _name(name: Any) -> str | None:
    return (
        name if isinstance(name, str) and name.isascii() and name.isprintable() and len(name) <= LONGEST_NAME else None
    )


def _number(number: Any) -> int:
    return number if _is_number(number) and abs(number) <= LARGEST else 0


def _degrees(number: Any, most: int) -> float | None:
    fits = (_is_number(number) or isinstance(number, float)) and math.isfinite(number) and abs(number) <= most
    return float(number) if fits else None


def _begins_with_command(entities: Any) -> bool:
    match entities:
        case [{"type": "bot_command", "offset": 0}, *_]:
            return True
    return False


def _is_number(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


_CONTENT: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "caption": _text,
    "location": _place,
    "voice": _voice,
    "photo": _sizes,
    "document": _file,
    "poll": _poll,
}
_KINDS: Mapping[str, Callable[[Json], Json | None]] = {
    "message": _message,
    "edited_message": _message,
    "callback_query": _tap,
    "my_chat_member": _membership,
}
