"""The document for a therapist on paper and as a page: whole, tagged, escaped, and nothing of it off the sheet."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from bot.core.handout import Chosen, Own, Wish
from bot.core.model import Completion, Entry, Outcome
from bot.library.handout import MOST_WORDS, sheet_of
from bot.library.load import Library
from bot.library.sheet_page import page
from bot.library.sheet_print import press

NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
EVERY_PART = frozenset({"counts", "measures", "triggers", "fears", "lessons"})
NASTY = '<script>alert("x")</script><img src=x onerror=alert(1)> & {name} \u202e #eval("1") $x$ @cite *b*'
HARD = {
    "long": "a" * 400
    + " Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft "
    + "x" * 200,
    "arabic": "قالت لي ليلى إنها ستتأخر.\nDann kam Laila (ليلى) doch.",
    "hebrew": "יעל אמרה שהיא תתקשר מחר. 12:30 OK?",
    "emoji": "❤️ 😭😭 👩‍👩‍👧 👍🏽 🏳️‍🌈 🇩🇪 1️⃣ ☕ ✓ → ©",
    "no font": "张伟, 김, 𒀀, \ue000, t̷͓̑e̶x̴t, \u0000\u0007\ufeff\ufffe\U0010ffff",
    "nasty": NASTY,
    "empty": "\n\n \n",
}
A4, LETTER = (595, 842), (612, 792)


def chosen(
    words: tuple[str, ...] = (), questions: tuple[str, ...] = (), count: int = 0, wish: Wish | None = None
) -> Chosen:
    """What somebody chose: their own words, and `count` things that were done over three years."""
    tags = ("facts.seen", "meanings.fading")
    entries = [
        Entry("spiral" if at % 2 else "checkin", NOW - timedelta(hours=5 * at), 7, 3 if at % 2 else None, "walk", tags)
        for at in range(count)
    ]
    return Chosen(
        wish=wish or Wish(),
        zone="Europe/Berlin",
        began=NOW - timedelta(days=1200),
        now=NOW,
        entries=tuple(reversed(entries)),
        done=(Completion("a1", Outcome.TRIED, NOW),),
        words=tuple(Own(f"n{at}", "Journal", NOW, text) for at, text in enumerate(words)),
        questions=questions,
    )


def printed(library: Library, what: Chosen) -> bytes:
    """The PDF."""
    return press(sheet_of(library.speak("en"), what), library.folder / "fonts", NOW.date())


def words_in(pdf: bytes) -> str:
    """What can be copied out of it."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join("\n".join(sheet.extract_text() for sheet in pages).replace("\u200b", "").split())


@pytest.mark.parametrize(("paper", "size"), [("a4", A4), ("letter", LETTER)])
def test_it_has_a_language_a_title_tags_its_fonts_and_the_size_that_was_chosen(
    library: Library, paper: str, size: tuple[int, int]
) -> None:
    wish = Wish(days=None, paper=paper, parts=EVERY_PART)
    reader = PdfReader(io.BytesIO(printed(library, chosen(tuple(HARD.values()), ("Why?",), 40, wish))))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"].startswith("en")
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Notes to talk about"
    about = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part>1<" in about
    assert "pdfaid:part>2<" in about
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/LI", "/P"} <= kinds(root["/StructTreeRoot"])
    for sheet in reader.pages:
        assert tuple(round(float(side)) for side in sheet.mediabox[2:]) == size
        resources: Any = sheet["/Resources"]
        fonts = [font.get_object() for font in resources["/Font"].values()]
        assert fonts
        assert all(embedded(font) for font in fonts)


def kinds(element: Any) -> set[str]:
    """Every kind of tag in the tree."""
    found: set[str] = set()
    waiting = [element]
    while waiting:
        here = waiting.pop().get_object()
        if isinstance(here, DictionaryObject):
            found.add(str(here.get("/S", "")))
            below = here.get("/K", [])
            waiting += list(below) if isinstance(below, list) else [below]
        elif isinstance(here, list):
            waiting += list(here)
    return found


def embedded(font: Any) -> bool:
    """Whether the letter shapes are in the file."""
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    return any(name in inner["/FontDescriptor"] for name in ("/FontFile", "/FontFile2", "/FontFile3"))


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_whatever_somebody_wrote_stays_on_the_sheet_and_covers_nothing(library: Library, name: str, paper: str) -> None:
    pdf = printed(library, chosen((HARD[name],) * 3, (HARD[name],), 9, Wish(paper=paper)))
    for sheet in pypdfium2.PdfDocument(pdf):
        picture = sheet.render(scale=1, grayscale=True).to_pil()
        wide, high = picture.size
        for edge in ((0, 0, 40, high), (wide - 40, 0, wide, high), (0, 0, wide, 30), (0, high - 30, wide, high)):
            assert picture.crop(edge).getextrema() == (255, 255), "something is printed on the edge"
        text = sheet.get_textpage()
        boxes = [text.get_rect(at) for at in range(text.count_rects())]
        assert not [pair for pair in combinations(boxes, 2) if overlap(*pair) > 6]


def overlap(one: tuple[float, ...], two: tuple[float, ...]) -> float:
    """The area in which two boxes lie on each other, less what letters of two lines reach into each other."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1]) - 3
    return max(0.0, wide) * max(0.0, high)


def test_names_in_their_own_script_are_in_it_and_what_no_font_has_is_named(library: Library) -> None:
    said = words_in(printed(library, chosen(tuple(HARD.values()))))
    assert "[U+5F20, U+4F1F], [hangul syllable gim], [cuneiform sign a], [U+E000]" in said
    assert "Signs in square brackets are named" in said
    assert "יעל" in said or "לעי" in said  # some readers give it as it is drawn
    plain = words_in(printed(library, chosen(("[in brackets] by hand",))))
    assert "Signs in square brackets" not in plain


def test_markup_of_any_kind_is_printed_as_it_was_typed(library: Library) -> None:
    said = words_in(printed(library, chosen((NASTY,), (NASTY,))))
    assert said.count('<script>alert("x")</script><img src=x onerror=alert(1)> & {name}') == 2
    assert said.count('#eval("1") $x$ @cite *b*') == 2


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_whatever_is_typed_is_printed_the_first_time(library: Library, text: str) -> None:
    said = words_in(printed(library, chosen(("יעל", text), (text,))))
    assert "hebrew letter yod, hebrew letter ayin" not in said  # as the second try, with one font only, would name them


def test_without_a_folder_of_fonts_it_is_printed_all_the_same(library: Library, tmp_path: Path) -> None:
    sheet = sheet_of(library.speak("en"), chosen((*HARD.values(), "Zoë – “yes”…")))
    said = words_in(press(sheet, tmp_path, NOW.date()))
    assert "Zoë – “yes”…" in said
    assert "[hebrew letter yod, hebrew letter ayin, hebrew letter lamed]" in said


def test_nothing_at_all_is_one_page(library: Library) -> None:
    pdf = printed(library, chosen(wish=Wish(parts=frozenset())))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert "no diagnosis" in words_in(pdf)


def test_five_thousand_things_are_a_few_pages_and_quick(library: Library) -> None:
    what = chosen(("Some words of mine.",), ("Why?",), 5_000, Wish(days=None, parts=EVERY_PART))
    printed(library, chosen())  # the fonts are opened once
    before = time.perf_counter()
    pdf = printed(library, what)
    assert time.perf_counter() - before < 3
    assert len(PdfReader(io.BytesIO(pdf)).pages) <= 5
    assert len(pdf) < 300_000


def test_own_words_without_end_do_not_make_a_book(library: Library) -> None:
    what = chosen(("Many words of mine. " * 500,) * 40)
    pdf = printed(library, what)
    assert len(PdfReader(io.BytesIO(pdf)).pages) < 70
    assert "Not everything that was chosen has room" in words_in(pdf)
    assert len(page(sheet_of(library.speak("en"), what))) < MOST_WORDS * 1.1


class Read(HTMLParser):
    """A page taken apart, with every element closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_is_whole_runs_nothing_loads_nothing_and_is_read_in_order(library: Library) -> None:
    what = chosen((NASTY, "יעל"), (NASTY,), 30, Wish(days=None, paper="letter", parts=EVERY_PART))
    html = page(sheet_of(library.speak("en"), what))
    read = Read()
    read.feed(html)
    assert read.open == []
    assert NASTY.replace("\u202e", "") in read.texts
    assert not set(read.tags) & {"script", "img", "link", "iframe", "base", "form"}
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("src", "href")]
    assert "default-src 'none'" in html
    assert "url(" not in html
    assert ("lang", "en") in read.attributes
    assert [tag for tag in read.tags if tag in ("h1", "h2", "h3")][:2] == ["h1", "h2"]
    assert read.tags.count("h1") == 1
    heads = [value for name, value in read.attributes if name == "scope"]
    assert {"row", "col"} == set(heads)
    assert "prefers-color-scheme:dark" in html
    assert "@page{size:letter" in html


def test_both_say_the_same(library: Library) -> None:
    what = chosen(("Some words.",), ("Why?",), 50, Wish(days=None, parts=EVERY_PART))
    sheet = sheet_of(library.speak("en"), what)
    pdf = words_in(press(sheet, library.folder / "fonts", NOW.date()))
    html = page(sheet)
    for part in sheet.sections:
        assert part.title in pdf
        assert part.title in html


def test_the_same_choice_at_the_same_moment_is_the_same_file(library: Library) -> None:
    assert printed(library, chosen(("x",))) == printed(library, chosen(("x",)))
    assert printed(library, chosen(("x",))) != printed(library, replace(chosen(("y",)), now=NOW))
