"""What people do to a text without meaning anything else by it never makes an alarm weaker."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.safety import Detector, Source, assess
from bot.core.safety.accumulate import is_due, is_due_with_urge
from bot.core.safety.model import STRENGTH
from bot.library.safety import shipped
from tests.safety.conftest import RULES, examples

DETECTOR: Detector = shipped()
CAUGHT: list[tuple[str, Source]] = []


def _caught() -> list[tuple[str, Source]]:
    if not CAUGHT:
        from bot.library.safety import read_files  # noqa: PLC0415

        CAUGHT.extend((text, source) for _, text, source in examples(read_files(RULES), "catches"))
    return CAUGHT


LINES = st.sampled_from(_caught())
GREETINGS = st.sampled_from(["Hi there. ", "Hello, ", "Good morning. ", "hey\n", "Thank you for this app. "])
HARMLESS = st.sampled_from(
    [" The weather is nice today.", "\nI had toast for lunch.", " My bus was late.", " Anyway, thanks."]
)
MARKS = st.sampled_from(["!", "!!!", ",", "...", " …", "?", " -", ";"])
EMOJI = st.sampled_from(["😂", "💔", "🥲", "❤️", "🙃", "😭", "🔪", "💊", "✨"])
HIDDEN = st.sampled_from(["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060"])
IDIOMS = st.sampled_from(
    ["This wait is killing me. ", "I'm dying to see her. ", "I could murder a curry. ", "She killed it at karaoke. "]
)
MANY = settings(max_examples=250, deadline=None, derandomize=True)


def strength(text: str, source: Source) -> int:
    return STRENGTH[DETECTOR.assess(text, source=source).tier]


@MANY
@given(LINES, st.lists(MARKS, min_size=1, max_size=3), st.randoms())
def test_punctuation_between_words_never_lowers_the_tier(line: tuple[str, Source], marks: list[str], random) -> None:  # type: ignore[no-untyped-def]
    text, source = line
    words = text.split(" ")
    for mark in marks:
        words[random.randrange(len(words))] += mark
    assert strength(" ".join(words), source) >= strength(text, source)


@MANY
@given(LINES, EMOJI, st.randoms())
def test_emoji_never_lower_the_tier(line: tuple[str, Source], emoji: str, random) -> None:  # type: ignore[no-untyped-def]
    text, source = line
    words = text.split(" ")
    words.insert(random.randrange(len(words) + 1), emoji)
    assert strength(" ".join(words), source) >= strength(text, source)


@MANY
@given(LINES, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_case_never_lowers_the_tier(line: tuple[str, Source], change) -> None:  # type: ignore[no-untyped-def]
    text, source = line
    assert strength(change(text), source) >= strength(text, source)


@MANY
@given(LINES, HIDDEN, st.randoms())
def test_invisible_characters_never_lower_the_tier(line: tuple[str, Source], hidden: str, random) -> None:  # type: ignore[no-untyped-def]
    text, source = line
    place = random.randrange(len(text) + 1)
    assert strength(text[:place] + hidden + text[place:], source) >= strength(text, source)


@MANY
@given(LINES, st.integers(2, 4), st.randoms())
def test_a_repeated_letter_never_lowers_the_tier(line: tuple[str, Source], times: int, random) -> None:  # type: ignore[no-untyped-def]
    text, source = line
    words = [word for word in text.split(" ") if len(word) > 3 and word.isalpha()]
    if words:
        word = random.choice(words)
        longer = word + word[-1] * times
        assert strength(text.replace(word, longer, 1), source) >= strength(text, source)


@MANY
@given(LINES, GREETINGS, HARMLESS)
def test_a_greeting_or_a_harmless_sentence_never_lowers_the_tier(
    line: tuple[str, Source], hello: str, more: str
) -> None:
    text, source = line
    assert strength(hello + text, source) >= strength(text, source)
    assert strength(text + "." + more, source) >= strength(text, source)


@MANY
@given(LINES, IDIOMS)
def test_an_idiom_beside_a_real_signal_never_hides_it(line: tuple[str, Source], idiom: str) -> None:
    text, source = line
    assert strength(idiom + text, source) >= strength(text, source)


def test_the_idiom_of_the_specification_hides_nothing() -> None:
    assert assess("This wait is killing me, I want to die").tier == "act"
    assert assess("This wait is killing me").tier == "none"


WORDS = sorted(DETECTOR.vocabulary)


NEARLY = ["i do not want to die ", "he will kill me when he sees ", "kill ", "aaaa", "'", "* ", "i "]
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=800).map(" ".join),
    st.text(max_size=4_000),
    st.lists(st.sampled_from(NEARLY), max_size=400).map("".join),
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(TEXTS)
def test_time_grows_with_the_length_and_nothing_else(text: str) -> None:
    """Four times the text takes about four times as long; the generous factor is for a busy machine."""
    text = (text or "a ") * (4_000 // max(len(text), 1) + 1)
    short, whole = text[:1_000], text[:4_000]
    assert _quickest(whole) <= 12 * _quickest(short) + 0.01


def _quickest(text: str) -> float:
    times = []
    for _ in range(4):  # of its own thread, so that nobody else's work counts
        started = time.thread_time()
        DETECTOR.assess(text)
        times.append(time.thread_time() - started)
    return min(times)


def test_only_the_first_four_thousand_characters_are_looked_at() -> None:
    assert assess("so " * 1_400 + "I want to die").tier == "none"


def test_places_are_those_of_the_original_text() -> None:
    text = "Héllo \u200bthere… I want to dıe. I WANT TO DIE"
    got = assess(text)
    assert any("WANT TO DIE" in text[start:end] or "want" in text[start:end] for start, end in got.spans)


def test_three_quiet_signals_within_a_week_are_worth_the_question_once() -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    three = [now - timedelta(days=days) for days in (0, 2, 6)]
    assert is_due(three, now)
    assert not is_due(three[:2], now)
    assert not is_due([*three[:2], now - timedelta(days=8)], now)
    assert not is_due(three, now, shown=now - timedelta(hours=1))


def test_a_rising_urge_with_one_signal_is_worth_the_question() -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert is_due_with_urge([now], [4, 6, 9], now)
    assert not is_due_with_urge([now], [6, 6, 9], now)
    assert not is_due_with_urge([], [4, 6, 9], now)
