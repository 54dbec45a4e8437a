"""The newest messages of the newest chats, by their ids: what goes when somebody hides a chat."""

from __future__ import annotations

from array import array
from collections import OrderedDict


class Recent:
    """In memory only. messages: how many are remembered of a chat; chats: of how many chats."""

    def __init__(self, messages: int, chats: int) -> None:
        self._messages = messages
        self._chats = chats
        self._known: OrderedDict[int, array[int]] = OrderedDict()

    def add(self, chat_id: int, message_id: int) -> None:
        """A message stands in a chat."""
        known = self._known.setdefault(chat_id, array("q"))  # a quarter of what a deque of numbers takes
        known.append(message_id)
        if len(known) > self._messages:
            del known[0]
        self._known.move_to_end(chat_id)
        while len(self._known) > self._chats:
            self._known.popitem(last=False)

    def take(self, chat_id: int) -> tuple[int, ...]:
        """All that are remembered of a chat, and no more from now on."""
        return tuple(self._known.pop(chat_id, ()))
