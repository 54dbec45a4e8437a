"""What stands around a match: a “not”, somebody else, everyday things, a story, a laugh, a “but”."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.safety.model import Lexicon
from bot.core.safety.normalise import Plain

JOKE_REACH = 3
"""A laugh reaches this many words."""
SUBJECT_REACH = 5
"""How many words before a match its subject is looked for."""
HOMELY = 6
"""Nor is an everyday thing looked for farther from a match than this many words."""
OWN = frozenset(("i", "me", "my", "myself"))


@dataclass(frozen=True)
class Context:
    """The words of one reading. A match is the places of the words that it rests on, in their order."""

    plain: Plain
    words: tuple[str, ...]
    lexicon: Lexicon

    def _sentence(self, rests: tuple[int, ...]) -> tuple[int, int]:
        first, last = rests[0], rests[-1]
        while first > 0 and not self.plain.words[first - 1].stops:
            first -= 1
        while last < len(self.words) - 1 and not self.plain.words[last].stops:
            last += 1
        return first, last

    def in_story(self, rests: tuple[int, ...]) -> bool:
        """Whether the sentence is about a story or a game."""
        first, last = self._sentence(rests)
        return not self.lexicon.stories.isdisjoint(self.words[first : last + 1])

    def is_everyday(self, rests: tuple[int, ...]) -> bool:
        """Whether a word of everyday things stands close by."""
        first, last = self._sentence(rests)
        first, last = max(first, rests[0] - HOMELY), min(last, rests[-1] + HOMELY)
        return any(
            word in self.lexicon.everyday
            for at, word in enumerate(self.words[first : last + 1], first)
            if at not in rests
        )

    def is_now(self, rests: tuple[int, ...]) -> bool:
        """Whether the sentence says that it is now."""
        first, last = self._sentence(rests)
        return not self.lexicon.now.isdisjoint(self.words[first : last + 1])

    def is_joke(self, rests: tuple[int, ...]) -> bool:
        """Whether a laugh in words stands right there."""
        return any(abs(at - rests[-1] - 1) <= JOKE_REACH for at in self.plain.jokes)

    def is_negated(self, rests: tuple[int, ...]) -> bool:
        """Whether a “not” before the match, or in its gaps, denies its first weighty word."""
        resting = set(rests)
        people = self.lexicon.slots["other"]
        weighty = next(
            (at for at in rests if not self._is_bridge(self.words[at]) and self.words[at] not in people), rests[-1]
        )
        at = weighty - 1
        while at >= 0 and at >= weighty - 8:
            word = self.words[at]
            if self.plain.words[at].ends and self.plain.words[at].stops:
                return False
            if word in self.lexicon.negators:
                return at not in resting
            if not self._is_bridge(word):
                return False
            at -= 1
        return False

    def is_anothers(self, rests: tuple[int, ...]) -> bool:
        """Whether the nearest subject before the match is somebody else, and the person is not named in it."""
        first, others = rests[0], self.lexicon.slots["other"]
        if not OWN.isdisjoint(self.words[first : rests[-1] + 1]):
            return False
        for at in range(first - 1, max(first - SUBJECT_REACH, 0) - 1, -1):
            if self.plain.words[at].ends:
                return False
            parts = self.words[at].split("|")
            if parts[0] in OWN:
                return False
            if any(part in others for part in parts):
                return True
            if not self._is_bridge(self.words[at]):
                return False
        return False

    def _is_bridge(self, word: str) -> bool:
        return any(part in self.lexicon.bridges for part in word.split("|"))

    def then_contrast(self, last: int) -> bool:
        """Whether a “but” follows soon."""
        return not self.lexicon.contrast.isdisjoint(self.words[last + 1 : last + 9])
