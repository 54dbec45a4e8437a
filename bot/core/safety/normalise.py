"""From what people type to plain words: accents, emoji, contractions, slang, leetspeak, slips of the finger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bot.core.safety.model import Lexicon

LONGEST = 4_000
"""Characters that are looked at; Telegram sends at most 4,096."""
MOST_KEPT = 4_000

_PIECE = re.compile(r"[a-z0-9]+(?:['*@$!][a-z0-9]+)*|\n+|[.!?;…]+|[,:()\-–—/]+|\"|[^\sa-z0-9]")
_LEET = str.maketrans("013457@$!", "oieastasi")
_QUOTES = str.maketrans("’‘´`“”„«»…–—\u00a0", "''''" + '"' * 5 + ".-- ")
_LOOKALIKE = str.maketrans("аеорсухівкмнт", "aeopcyxibkmht")
_RUN = re.compile(r"(.)\1+")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_BE_OWNERS = frozenset(
    [
        "he",
        "she",
        "it",
        "that",
        "this",
        "what",
        "who",
        "there",
        "where",
        "how",
        "here",
        "everyone",
        "nobody",
        "someone",
        "let",
    ]
)
_ILL_IS_SICK_AFTER = frozenset(
    [
        "am",
        "feel",
        "feeling",
        "felt",
        "is",
        "was",
        "are",
        "were",
        "get",
        "getting",
        "got",
        "mentally",
        "be",
        "been",
        "really",
        "so",
    ]
)

_SELVES = {"my": "myself", "him": "himself", "her": "herself", "your": "yourself", "them": "themselves"}
_AFTER_SELF = frozenset(("harm", "harming", "harmed", "injury", "esteem", "worth", "care", "respect", "help"))
_ID_IS_A_CARD_AFTER = frozenset(["my", "his", "her", "your", "our", "an", "the", "photo", "and", "or", "fake"])


class Word(NamedTuple):
    """One plain word, where it stood, and what stood after it."""

    text: str
    start: int
    end: int
    ends: bool = False
    """A thought ends after it: any punctuation, or a word such as “but” follows."""
    stops: bool = False
    """A sentence ends after it."""
    slang: bool = False


@dataclass(frozen=True)
class Plain:
    """A text in plain words."""

    words: tuple[Word, ...]
    quotes: tuple[int, ...] = ()
    """Before which words a quotation mark stood."""
    jokes: tuple[int, ...] = ()
    """Before which words somebody laughed in words (“lol”)."""


@lru_cache(maxsize=4096)
def _character(character: str) -> str:
    """One character as the plain ones it stands for; nothing for invisible ones and accents."""
    if unicodedata.category(character) in ("Cf", "Mn", "Me", "Cc") and character not in "\n\t\r":
        return ""
    plain = unicodedata.normalize("NFKD", character).lower().translate(_LOOKALIKE)
    plain = "".join(part for part in plain if unicodedata.category(part) != "Mn")
    return plain.translate(_QUOTES)


def _fold(text: str) -> tuple[str, list[int] | None]:
    """The text in small plain characters, and where each stood (None: at the same place)."""
    text = text.translate(_QUOTES)
    if text.isascii():
        return text.lower(), None
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in _character(character):
            characters.append(part)
            places.append(place)
    places.append(len(text))
    return "".join(characters), places


class Normaliser:
    """Plain words out of anything; `vocabulary` and `stems` are the words that patterns know."""

    def __init__(self, lexicon: Lexicon, vocabulary: Iterable[str], stems: Iterable[str]) -> None:
        self._lexicon = lexicon
        self._known = set(vocabulary) | lexicon.fillers | lexicon.jokes | set(lexicon.replace)
        self._stems = tuple(stems)
        self._squeezed: dict[str, str] = {}
        for word in sorted(self._known, key=lambda known: (-len(known), known)):
            self._squeezed[_RUN.sub(r"\1", word)] = word
        self._near: dict[str, str] = {}
        for word in sorted(lexicon.fuzzy):
            for near in _without_one(word):
                self._near.setdefault(near, word)
        self._kept: dict[str, tuple[str, ...]] = {}
        self._simple: dict[str, tuple[str, ...]] = {}
        """Typed words that mean the same wherever they stand."""
        self._depends = lexicon.jokes | lexicon.clause_words | {"ill", "id"}

    def plain(self, text: str) -> Plain:
        """`text` (its first 4,000 characters) in plain words."""
        folded, places = _fold(text[:LONGEST])
        words: list[Word] = []
        quotes: list[int] = []
        jokes: list[int] = []
        for found in _PIECE.finditer(folded):
            piece = found[0]
            if piece[0].isalnum() and piece[0].isascii():
                start, end = found.span()
                if places is not None:
                    start, end = places[start], places[end - 1] + 1
                simple = self._simple.get(piece)
                if simple is None:
                    self._add(piece, start, end, words, jokes)
                elif len(simple) == 1:
                    words.append(Word(simple[0], start, end))
                else:
                    words += [Word(word, start, end) for word in simple]
            elif piece == '"':
                quotes.append(len(words))
                _end_thought(words, stops=False)
            elif piece in self._lexicon.symbols:
                self._symbol(
                    folded, found.end(), piece, found.start() if places is None else places[found.start()], words
                )
            elif words:
                _end_thought(words, stops=piece[0] in ".!?;…\n")
        _end_thought(words, stops=True)
        if any(word.text == "self" for word in words):
            _join_self(words)
        return Plain(tuple(self._joined(words)), tuple(quotes), tuple(jokes))

    def _add(self, piece: str, start: int, end: int, words: list[Word], jokes: list[int]) -> None:
        expanded = self.expand(piece)
        if piece not in self._lexicon.slang and self._depends.isdisjoint(expanded):
            if len(self._simple) >= MOST_KEPT:
                self._simple.clear()
            self._simple[piece] = tuple(word for word in expanded if word not in self._lexicon.fillers)
        for word in expanded:
            if word in self._lexicon.jokes:
                jokes.append(len(words))
                continue
            if word in self._lexicon.fillers:
                continue
            if word == "ill" and not (words and words[-1].text in _ILL_IS_SICK_AFTER):
                words += [Word("i", start, end), Word("will", start, end)]
                continue
            if word == "id" and not (words and words[-1].text in _ID_IS_A_CARD_AFTER):
                words += [Word("i", start, end), Word("would", start, end)]
                continue
            if word in self._lexicon.clause_words:
                _end_thought(words, stops=False)
            words.append(Word(word, start, end, slang=piece in self._lexicon.slang))

    def _symbol(self, folded: str, after: int, piece: str, place: int, words: list[Word]) -> None:
        """An emoji counts as its word where a word could stand last; between words it would only part them."""
        rest = folded[after : after + 3].lstrip()
        if words and not words[-1].ends and not (rest and rest[0].isalnum()):
            words.append(Word(self._lexicon.symbols[piece], place, place + 1))

    def _joined(self, words: list[Word]) -> list[Word]:
        """Single letters in a row (k i l l) as the word they spell, where patterns know it."""
        if not any(
            len(a.text) == len(b.text) == len(c.text) == 1 for a, b, c in zip(words, words[1:], words[2:], strict=False)
        ):
            return words
        out: list[Word] = []
        at = 0
        while at < len(words):
            last = at
            while last < len(words) and len(words[last].text) == 1 and last - at < 12:
                last += 1
            spelled = "".join(word.text for word in words[at:last])
            if last - at >= 3 and (spelled in self._known or spelled in self._lexicon.fuzzy):
                whole = words[last - 1]
                for text in self.expand(spelled):
                    out.append(Word(text, words[at].start, whole.end, whole.ends, whole.stops))
                at = last
            else:
                out.append(words[at])
                at += 1
        return out

    def expand(self, piece: str) -> tuple[str, ...]:
        """One typed word as plain words."""
        known = self._kept.get(piece)
        if known is None:
            known = self._expand(piece, 0)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[piece] = known
        return known

    def _expand(self, piece: str, depth: int) -> tuple[str, ...]:
        if piece in self._lexicon.replace:
            return self._lexicon.replace[piece]
        if piece in self._known or piece.startswith(self._stems) or depth > 3 or len(piece) > 40:
            return (piece,)
        if "'" in piece:
            return self._contraction(piece, depth)
        if not piece.isalpha():
            return self._symbols_inside(piece, depth)
        for shorter in _shorter(piece):
            if shorter in self._known or shorter.startswith(self._stems):
                return self._expand(shorter, depth + 1)
        if len(piece) > 3 and piece.endswith("in") and f"{piece}g" in self._known:
            return self._expand(f"{piece}g", depth + 1)
        squeezed = _RUN.sub(r"\1", piece)
        if squeezed != piece and (whole := self._squeezed.get(squeezed)):
            return self._expand(whole, depth + 1)
        return (self._meant(piece),)

    def _contraction(self, piece: str, depth: int) -> tuple[str, ...]:
        bare = piece.replace("'", "")
        if bare in self._lexicon.replace:
            return self._lexicon.replace[bare]
        head, _, ending = piece.rpartition("'")
        if piece.endswith("n't"):
            return (*self._expand(piece[:-3], depth + 1), "not")
        if ending in _ENDINGS:
            return (*self._expand(head, depth + 1), _ENDINGS[ending])
        if ending == "s":
            words = self._expand(head, depth + 1)
            return (*words, "is") if words[-1] in _BE_OWNERS else words
        return self._expand(bare, depth + 1)

    def _symbols_inside(self, piece: str, depth: int) -> tuple[str, ...]:
        if "*" in piece:
            for word in self._lexicon.starred:
                if len(word) == len(piece) and all(
                    mark in ("*", letter) for mark, letter in zip(piece, word, strict=True)
                ):
                    return self._expand(word, depth + 1)
        letters = piece.translate(_LEET)
        if letters.isalpha() and not piece.isdigit():
            read = self._expand(letters, depth + 1)
            if any(word in self._known or word.startswith(self._stems) for word in read):
                return read
        parts = re.findall(r"[a-z]+|[0-9]+", piece)
        return (piece,) if parts == [piece] else tuple(word for part in parts for word in self._expand(part, depth + 1))

    def _meant(self, piece: str) -> str:
        """The long word of which `piece` is one slip away, or `piece`."""
        if len(piece) < 5:
            return piece
        if piece in self._near:
            return self._near[piece]
        for shorter in _without_one(piece):
            if shorter in self._near and abs(len(self._near[shorter]) - len(piece)) <= 1:
                return self._near[shorter]
        return piece


def _join_self(words: list[Word]) -> None:
    """“My self” as the one word it stands for (but not before harm, esteem and the like)."""
    for at in range(len(words) - 1, 0, -1):
        whole = _SELVES.get(words[at - 1].text) if words[at].text == "self" else None
        if whole and not (at + 1 < len(words) and words[at + 1].text in _AFTER_SELF):
            words[at] = words[at]._replace(text=whole, start=words[at - 1].start)
            words[at - 1] = words[at - 1]._replace(text="", start=words[at].start)
    words[:] = [word for word in words if word.text]


def _shorter(word: str) -> list[str]:
    """`word` with its drawn-out letters made shorter: all of three and more at once, then any one double letter."""
    found = [_LONG_RUN.sub(r"\1", word), _LONG_RUN.sub(r"\1\1", word)]
    runs = list(_RUN.finditer(word))
    found += [word[: run.start()] + run[1] + word[run.end() :] for run in reversed(runs)]
    return [shorter for shorter in found if shorter != word]


def _without_one(word: str) -> set[str]:
    """`word` itself and `word` with any one letter left out (two such sets meet when words are one slip apart)."""
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _end_thought(words: list[Word], *, stops: bool) -> None:
    if words and (not words[-1].ends or (stops and not words[-1].stops)):
        last = words[-1]
        words[-1] = last._replace(ends=True, stops=stops or last.stops)
