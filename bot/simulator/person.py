"""A person's side of the chat: what they send and tap, and what they see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from bot.simulator.state import Chat, Post, Query
from bot.simulator.telegram import Telegram

FIRST_PERSON = 1001


@dataclass(frozen=True)
class Person:
    """One person with one private chat with the bot."""

    telegram: Telegram
    chat: Chat

    @property
    def posts(self) -> list[Post]:
        """The chat as it looks now, oldest first."""
        return list(self.chat.posts.values())

    def send_text(self, text: str) -> Post:
        """Write something; a leading slash makes it a command."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0].encode("utf-16-le")) // 2
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self.send(content)

    def send(self, content: dict[str, Any]) -> Post:
        """Send any kind of message, given in the Bot API's form."""
        self.chat.started = True
        self.chat.blocked = False
        post = self.telegram.post(self.chat, content, from_bot=False)
        self.telegram.update(message=post.data)
        return post

    def edit_text(self, post: Post, text: str) -> None:
        """Change something written before."""
        post.data = post.data | {"text": text, "edit_date": int(self.telegram.now().timestamp())}
        self.telegram.update(edited_message=post.data)
        self.telegram.touch(self.chat)

    def tap(self, post: Post, data: str) -> Query:
        """Tap a button, or send whatever data a forged client would."""
        return self.telegram.query(self.chat, post, data)

    def send_location(self, latitude: float, longitude: float) -> Post:
        """Share a place."""
        return self.send({"location": {"latitude": latitude, "longitude": longitude}})

    def send_sticker(self) -> Post:
        """A sticker."""
        about = _file("sticker") | {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
        return self.send({"sticker": about})

    def send_voice(self, content: bytes = b"voice") -> Post:
        """A voice message."""
        about = _file("voice", content)
        self.telegram.files[about["file_id"]] = content
        return self.send({"voice": about | {"duration": 3, "mime_type": "audio/ogg"}})

    def send_photo(self, content: bytes = b"photo", caption: str | None = None) -> Post:
        """A picture."""
        about = _file("photo", content)
        self.telegram.files[about["file_id"]] = content
        return self.send({"photo": [about | {"width": 90, "height": 90}], **({"caption": caption} if caption else {})})

    def send_document(self, content: bytes = b"file", name: str = "a.txt", caption: str | None = None) -> Post:
        """A file."""
        about = _file("document", content) | {"file_name": name}
        self.telegram.files[about["file_id"]] = content
        return self.send({"document": about, **({"caption": caption} if caption else {})})

    def forward_video(self) -> Post:
        """A video from somewhere else."""
        video = _file("video") | {"width": 10, "height": 10, "duration": 3}
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": int(self.telegram.now().timestamp())}
        return self.send({"video": video, "forward_origin": origin})

    def send_poll(self) -> Post:
        """A poll."""
        options = [
            {"text": "Yes", "voter_count": 0, "persistent_id": "1"},
            {"text": "No", "voter_count": 0, "persistent_id": "2"},
        ]
        poll = {"id": "1", "question": "?", "options": options, "total_voter_count": 0, "is_closed": False}
        more = {
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
        return self.send({"poll": poll | more})

    def block(self) -> None:
        """Stop and block the bot."""
        self.chat.blocked = True
        self._membership("member", "kicked")

    def unblock(self) -> None:
        """Let the bot write again."""
        self.chat.blocked = False
        self._membership("kicked", "member")

    def _membership(self, before: str, after: str) -> None:
        me = self.telegram.me
        self.telegram.update(
            my_chat_member={
                "chat": self.chat.as_chat,
                "from": self.chat.as_user,
                "date": int(self.telegram.now().timestamp()),
                "old_chat_member": _member(me, before),
                "new_chat_member": _member(me, after),
            }
        )


def join(telegram: Telegram, name: str, language: str = "en", chat_id: int | None = None) -> Person:
    """A new person opens the chat; nothing is sent yet."""
    private = [id_ for id_ in telegram.chats if id_ > 0]
    id_ = chat_id or max([FIRST_PERSON - 1, *private]) + 1
    telegram.chats[id_] = Chat(id_, "private", name, language)
    return Person(telegram, telegram.chats[id_])


def add_to_group(telegram: Telegram, by: Person, title: str, kind: str = "group") -> Chat:
    """Somebody adds the bot to a group or channel."""
    chat = Chat(-1_000_000 - len(telegram.chats), kind, title, started=True)
    telegram.chats[chat.id] = chat
    status = "administrator" if kind == "channel" else "member"
    telegram.update(
        my_chat_member={
            "chat": chat.as_chat,
            "from": by.chat.as_user,
            "date": int(telegram.now().timestamp()),
            "old_chat_member": _member(telegram.me, "left"),
            "new_chat_member": _member(telegram.me, status),
        }
    )
    return chat


def say_in_group(telegram: Telegram, chat: Chat, by: Person, text: str) -> None:
    """Somebody writes in a group."""
    post = telegram.post(chat, {"text": text}, from_bot=False)
    post.data = post.data | {"from": by.chat.as_user}
    telegram.update(message=post.data)


def _member(user: dict[str, Any], status: str) -> dict[str, Any]:
    member: dict[str, Any] = {"user": user, "status": status}
    if status == "kicked":
        member["until_date"] = 0
    if status == "administrator":
        rights = (
            "can_be_edited can_manage_chat can_change_info can_delete_messages can_invite_users can_restrict_members "
            "can_promote_members can_manage_video_chats can_post_stories can_edit_stories can_delete_stories "
            "is_anonymous"
        )
        member |= dict.fromkeys(rights.split(), False)
    return member


def _file(kind: str, content: bytes = b"") -> dict[str, Any]:
    mark = hashlib.sha256(kind.encode() + content).hexdigest()
    return {"file_id": f"{kind}-{mark[:24]}", "file_unique_id": mark[:16], "file_size": len(content)}
