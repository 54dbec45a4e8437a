"""Words that Keel does not use: banned phrases, claims it must never make, words kept off a lock screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.library.where import Found, Path_
from bot.library.wording_schema import BannedFile


def _phrase(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(text)}(?:s|ed|ing)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Wording:
    """The lists of banned.yaml, ready to look with. english: whether the reading grade means anything."""

    banned: BannedFile
    english: bool = True
    _phrases: tuple[re.Pattern[str], ...] = field(init=False)
    _claims: tuple[tuple[re.Pattern[str], str], ...] = field(init=False)
    _lock_screen: tuple[re.Pattern[str], ...] = field(init=False)

    def __post_init__(self) -> None:
        claims = tuple((re.compile(item.pattern, re.IGNORECASE), item.why) for item in self.banned.claims)
        object.__setattr__(self, "_phrases", tuple(_phrase(item) for item in self.banned.phrases))
        object.__setattr__(self, "_lock_screen", tuple(_phrase(item) for item in self.banned.lock_screen))
        object.__setattr__(self, "_claims", claims)

    def rules(self, text: str, place: Path_) -> Iterator[Found]:
        """Phrases Keel never uses and claims it never makes."""
        for pattern in self._phrases:
            if found := pattern.search(text):
                message = f"“{found[0]}” is on the list of phrases Keel never uses; say it otherwise."
                yield Found(place, "banned", message)
        for pattern, why in self._claims:
            if found := pattern.search(text):
                yield Found(place, "claim", f"“{found[0]}” claims too much: {why}; say less.")

    def lock_screen(self, text: str, place: Path_) -> Iterator[Found]:
        """The first line of something that arrives unasked gives nothing away to who looks over a shoulder."""
        for pattern in self._lock_screen:
            if found := pattern.search(text.strip().split("\n", 1)[0]):
                message = f"“{found[0]}” could be read on a lock screen; begin with something neutral."
                yield Found(place, "lock screen", message)
