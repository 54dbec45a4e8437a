"""Text on its way to paper: named where no font has it, broken where no line is wide enough, never lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.printing import BREAK, breakable, printable, reads_from_the_right, settled

LATIN = frozenset(range(0x20, 0x250)) | frozenset(range(0x300, 0x370))
EMOJI = frozenset(map(ord, "0123456789😭👍👩❤\U000fe4e5")) | frozenset({0x20E3, 0x1F3FD, 0x1F1E9, 0x1F1EA})
HEBREW = frozenset(range(0x591, 0x600))
FONTS = (LATIN, EMOJI, HEBREW)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("plain words\nand more", "plain words\nand more"),
        ("Zoë and Zoe\u0308", "Zoë and Zoë"),
        ("😭 👍\U0001f3fd ❤\ufe0f", "😭 👍\U0001f3fd ❤\ufe0f"),
        ("♥", "[black heart suit]"),
        ("a ∇ b", "a [nabla] b"),
        ("张伟!", "[U+5F20, U+4F1F]!"),
        ("\ue000 \U000fe4e5", "[U+E000] [U+FE4E5]"),
        ("יעל", "יעל"),
        ("e\u05b0", "e[hebrew point sheva]"),  # each is in a font, and no font has both
        ("1\ufe0f\u20e3", "1\ufe0f"),
        ("👩\u200d🚀 up", "👩[rocket] up"),
        ("\u202eevil\u202c \x00\x07", "evil "),
        ("one\r\ntwo\u2028three\tfour\u3000five", "one\ntwo\nthree four five"),
        ("", ""),
    ],
)
def test_what_no_font_has_is_named(typed: str, shown: str) -> None:
    assert printable(typed, FONTS) == shown


@given(st.text())
def test_whatever_is_typed_can_be_shown(text: str) -> None:
    shown = printable(text, FONTS)
    silent = {0x0A, 0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
    assert {ord(sign) for sign in shown} <= LATIN | EMOJI | HEBREW | silent


@given(st.text())
def test_breaking_takes_nothing_away(text: str) -> None:
    assert breakable(text).replace(BREAK, "") == text.replace(BREAK, "")


def test_a_long_word_may_be_broken_and_a_short_one_may_not() -> None:
    assert max(map(len, breakable("o" * 300).split(BREAK))) == 12
    assert BREAK not in breakable("an ordinary sentence with twentyfourletterwordhere in it")


def test_a_letter_keeps_its_accents_when_a_word_is_broken() -> None:
    pieces = breakable("e\u0301\u0302" * 40).split(BREAK)
    assert all(not unicodedata.combining(piece[0]) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "from_the_right"),
    [("יעל and I", True), ("12 – ليلى", True), ("I and יעל", False), ("12:30!", False), ("", False)],
)
def test_which_way_words_run(text: str, from_the_right: bool) -> None:
    assert reads_from_the_right(text) is from_the_right


def test_marks_that_turn_the_direction_are_taken_out() -> None:
    assert settled("a\u202eb\u2066c\u2069\u200fd") == "abcd"
