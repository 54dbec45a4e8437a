"""Finding a lesson by words as people type them: misspelt, shortened, or in other words than the lesson's own."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.core.curriculum import Lesson
from bot.library.load import Content
from bot.services.turn import Turn

TITLE, NAMED, PRACTICE, BODY = 4.0, 5.0, 1.5, 1.0
"""How much a word counts by where it stands."""
PHRASE = 20.0
"""How much it counts that all of a phrase under which a lesson can be found was typed."""
CLOSE_ENOUGH = 78
"""Out of 100: how alike two words must be to count as one misspelt."""
SHORTEST = 3
"""Words of fewer letters say nothing about a lesson."""
WORDS_READ = 12


@dataclass(frozen=True)
class Index:
    """What each lesson can be found by.

    weights: for each lesson its words, and how much each counts. rarity: how much each word tells lessons apart.
    phrases: the phrases of each lesson.
    """

    weights: Mapping[str, Mapping[str, float]]
    rarity: Mapping[str, float]
    phrases: Mapping[str, tuple[str, ...]]


def search(turn: Turn, words: str) -> list[str]:
    """Ids of the lessons that fit, the best first; none when nothing does."""
    index = _index(_Same(turn.content))
    typed = list(dict.fromkeys(_words(words, turn.content.filler_words)))[:WORDS_READ]
    if not typed:
        return []
    scores: defaultdict[str, float] = defaultdict(float)
    for word in typed:
        for id_, score in _by_word(index, word).items():
            scores[id_] += score
    for id_, phrases in index.phrases.items():
        alike = max((fuzz.token_sort_ratio(" ".join(typed), phrase) for phrase in phrases), default=0)
        if alike >= CLOSE_ENOUGH:
            scores[id_] += PHRASE * (alike / 100) ** 4
    return sorted(scores, key=lambda id_: -scores[id_])


def _by_word(index: Index, word: str) -> dict[str, float]:
    """How well each lesson fits one word, which may be misspelt."""
    best: dict[str, float] = {}
    for other, likeness, _ in process.extract(
        word, list(index.rarity), scorer=fuzz.ratio, limit=8, score_cutoff=CLOSE_ENOUGH
    ):
        alike = index.rarity[other] * (likeness / 100) ** 4
        for id_, weights in index.weights.items():
            if other in weights:
                best[id_] = max(best.get(id_, 0.0), alike * weights[other])
    return best


class _Same:
    """One content, told apart from others by being itself, so that its index is made once."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.content is self.content

    def __hash__(self) -> int:
        return id(self.content)


@lru_cache(maxsize=8)
def _index(same: _Same) -> Index:
    content = same.content
    weights = {lesson.id: _weigh(content, lesson) for lesson in content.lessons.values()}
    seen = Counter(word for words in weights.values() for word in words)
    rarity = {word: math.log(1 + len(weights) / count) for word, count in seen.items()}
    phrases = {
        lesson.id: tuple(
            " ".join(_words(phrase, content.filler_words))
            for phrase in (lesson.title, *content.search_words.get(lesson.id, []))
        )
        for lesson in content.lessons.values()
    }
    return Index(weights, rarity, phrases)


def _weigh(content: Content, lesson: Lesson) -> dict[str, float]:
    tags = [(kind, tag) for kind, group in lesson.tags.items() for tag in group]
    names = [content.texts(f"{kind}-{tag}") for kind, tag in tags if content.texts.has(f"{kind}-{tag}")]
    said = [phrase for _, tag in tags for phrase in content.search_words.get(tag, [])]
    fields = (
        (BODY, [lesson.body]),
        (PRACTICE, [lesson.practice, lesson.question, lesson.why]),
        (NAMED / max(len(tags), 1), [*names, *said]),
        (NAMED, content.search_words.get(lesson.id, [])),
        (TITLE, [lesson.title]),
    )
    weights: dict[str, float] = {}
    for weight, texts in fields:
        for word in _words(" ".join(texts), content.filler_words):
            weights[word] = max(weights.get(word, 0.0), weight)
    return weights


def _words(text: str, filler: Collection[str]) -> list[str]:
    plain = re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))
    return [_stem(word) for word in plain if len(word) >= SHORTEST and word not in filler]


def _stem(word: str) -> str:
    """Without the endings that make one English word look like another; other languages lose nothing by it."""
    for ending in ("ing", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word
