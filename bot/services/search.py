"""Finding a lesson by words as people type them: misspelt, shortened, or in other words than the lesson's own."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.core.curriculum import Lesson
from bot.library.load import Content
from bot.services.turn import Turn

TITLE, TAGS, PRACTICE, BODY = 4.0, 5.0, 1.5, 1.0
"""How much a word counts by where it stands."""
CLOSE_ENOUGH = 78
"""Out of 100: how alike two words must be to count as one misspelt."""
SHORTEST = 3
"""Words of fewer letters say nothing about a lesson."""
WORDS_READ = 12

Weights = Mapping[str, float]


def search(turn: Turn, words: str) -> list[str]:
    """Ids of the lessons that fit, the best first; none when nothing does."""
    weighed = _index(_Same(turn.content))
    rarity = _rarity(weighed)
    vocabulary = list(rarity)
    scores: defaultdict[str, float] = defaultdict(float)
    for word in list(dict.fromkeys(_words(words)))[:WORDS_READ]:
        near = process.extract(word, vocabulary, scorer=fuzz.ratio, limit=8, score_cutoff=CLOSE_ENOUGH)
        best: dict[str, float] = {}
        for other, likeness, _ in near:
            if other[0] != word[0] and likeness < 90:
                continue
            alike = (likeness / 100) ** 4
            for id_, weights in weighed.items():
                if other in weights:
                    best[id_] = max(best.get(id_, 0.0), alike * rarity[other] * weights[other])
        for id_, score in best.items():
            scores[id_] += score
    return sorted(scores, key=lambda id_: -scores[id_])


class _Same:
    """One content, told apart from others by being itself, so that its index is made once."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.content is self.content

    def __hash__(self) -> int:
        return id(self.content)


@lru_cache(maxsize=8)
def _index(same: _Same) -> dict[str, Weights]:
    return {lesson.id: _weigh(same.content, lesson) for lesson in same.content.lessons.values()}


def _rarity(weighed: Mapping[str, Weights]) -> dict[str, float]:
    seen = Counter(word for weights in weighed.values() for word in weights)
    return {word: math.log(1 + len(weighed) / count) for word, count in seen.items()}


def _weigh(content: Content, lesson: Lesson) -> Weights:
    tags = [tag for group in lesson.tags.values() for tag in group]
    named = [content.texts(f"{kind}-{tag}") for kind, group in lesson.tags.items() for tag in group
             if content.texts.has(f"{kind}-{tag}")]  # fmt: skip
    said = [line for name in (*tags, lesson.id) for line in content.search_words.get(name, [])]
    fields = (
        (BODY, lesson.body),
        (PRACTICE, f"{lesson.practice} {lesson.question} {lesson.why}"),
        (TAGS / max(len(tags), 1), " ".join((*tags, *named, *said))),
        (TAGS, " ".join(content.search_words.get(lesson.id, []))),
        (TITLE, lesson.title),
    )
    weights: dict[str, float] = {}
    for weight, text in fields:
        for word in _words(text):
            weights[word] = max(weights.get(word, 0.0), weight)
    return weights


def _words(text: str) -> list[str]:
    plain = re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))
    return [_stem(word) for word in plain if len(word) >= SHORTEST]


def _stem(word: str) -> str:
    """Without the endings that make one English word look like another; other languages lose nothing by it."""
    for ending in ("ing", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word
