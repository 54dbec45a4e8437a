"""Faults on command: what can go wrong between a bot and Telegram."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """What goes wrong."""

    FLOOD = "flood"  # 429 with retry_after
    ERROR = "error"  # 500 with JSON
    PAGE = "page"  # 502 with an HTML page
    TIMEOUT = "timeout"  # no answer, and nothing was carried out
    TIMEOUT_AFTER = "timeout_after"  # carried out, and no answer
    RESET = "reset"  # the connection breaks, and nothing was carried out
    CUT = "cut"  # carried out, and the answer ends in the middle


@dataclass(frozen=True)
class Fault:
    """One fault for the next fitting call. method: None fits any. seconds: retry_after."""

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    seconds: int = 1


@dataclass
class Faults:
    """Faults waiting to happen, and lasting ones.

    share: how many calls of `methods` (None: of all) fail by chance, each in any of `kinds`; `chance` decides.
    seconds: their retry_after.
    """

    queue: deque[Fault] = field(default_factory=deque)
    down: bool = False
    down_as: Kind = Kind.RESET
    flooded: bool = False
    slow: float = 0.0
    share: float = 0.0
    methods: frozenset[str] | None = frozenset({"sendmessage"})
    kinds: tuple[Kind, ...] = tuple(Kind)
    seconds: int = 1
    chance: Random = field(default_factory=Random)

    def next(
        self, kind: Kind, method: str | None = None, *, times: int = 1, chat_id: int | None = None, seconds: int = 1
    ) -> None:
        """Let the next `times` fitting calls fail."""
        self.queue.extend([Fault(kind, method, chat_id, seconds)] * times)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that this call meets, if any."""
        if self.down:
            return Fault(self.down_as)
        if self.flooded and method.lower().startswith(("send", "edit")):
            return Fault(Kind.FLOOD, seconds=3)
        by_chance = self.methods is None or method.lower() in self.methods
        if self.share and by_chance and self.chance.random() < self.share:
            return Fault(self.chance.choice(self.kinds), seconds=self.seconds)
        for fault in self.queue:
            fits_method = fault.method is None or fault.method.lower() == method.lower()
            if fits_method and (fault.chat_id is None or fault.chat_id == chat_id):
                self.queue.remove(fault)
                return fault
        return None
