"""The picture of /progress: everything fits, nothing overlaps, every letter is there, and it reads without colours."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from bot.core.chart import Chart, Words, compared, first_day, hours_of
from bot.library.load import Library
from bot.services.drawing import FAINT, GROUND, INK, PALE, QUIET, WIDTH, between, draw, ink_on, lay_out
from bot.services.picture import words_in

TODAY = date(2026, 11, 25)
ENGLISH = Words(
    title="What grew, since: Giving yourself what was missing",
    pairs="Before and after",
    before="before",
    after="after",
    same="the same",
    calendar="Days with something done",
    hours="Hard moments in the week",
    nothing="Nothing here yet",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    parts=("night", "morning", "afternoon", "evening"),
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December"),
)  # fmt: skip
LONG = Words(
    title="Was seitdem gewachsen ist: " + "Donaudampfschifffahrtsgesellschaftskapitänsmützen " * 3,
    pairs="Anspannungsselbsteinschätzungen vorher und nachher im Vergleich",
    before="Anspannungsselbsteinschätzung in der allerersten Minute",
    after="Anspannungsselbsteinschätzung in der allerletzten Minute",
    same="unverändert gebliebene Anspannungsselbsteinschätzung",
    calendar="Kalendertage, an denen irgendetwas unternommen wurde, und sei es noch so klein " * 2,
    hours="Schwere Augenblicke im Verlauf einer ganzen Woche",
    nothing="Bisher ist hier noch überhaupt nichts aufgezeichnet",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstagvormittag", "Freitag", "Samstag", "Sonntag"),
    parts=("mitternächtlich", "vormittäglich", "nachmittäglich", "spätabendlicherweise"),
    months=("Szeptemberben-és-októberben",) * 12,
)
GREEK = replace(ENGLISH, title="Τι μεγάλωσε", weekdays=("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Нд"), nothing="Ещё ничего")


def lived(entries: int, words: Words = ENGLISH) -> Chart:
    """So many hard moments over half a year, with big numbers where there are many."""
    random = Random(entries)
    pairs = Counter((random.randint(0, 10), random.randint(0, 10)) for _ in range(entries))
    hours = Counter(f"when {random.randrange(7)}.{random.randrange(4)}" for _ in range(entries))
    done = sorted({TODAY - timedelta(days=random.randrange(180)) for _ in range(entries)})
    drawn = tuple((before, after, count) for (before, after), count in sorted(pairs.items()))
    return Chart(words, drawn, first_day(TODAY, done, None), TODAY, tuple(done), hours_of(hours))


CHARTS = [lived(entries, words) for words in (ENGLISH, LONG, GREEK) for entries in (0, 1, 5, 5_000)]


@pytest.mark.parametrize("chart", CHARTS, ids=range(len(CHARTS)))
def test_it_fits_without_overlap_and_with_every_letter(chart: Chart) -> None:
    # A letter that no font has is a warning, and warnings end a test.
    with Image.open(io.BytesIO(draw(chart))) as picture:
        assert picture.width == WIDTH
        assert picture.height < 2 * WIDTH  # Telegram makes what is much taller small
    boxes = written(chart)
    assert all(box.x0 >= 0 and box.x1 <= WIDTH and box.y0 >= 0 and box.y1 <= picture.height for _, box in boxes)
    overlapping = [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]
    assert overlapping == []


def written(chart: Chart) -> list[tuple[str, Bbox]]:
    """Every text in the picture, and the place it takes in pixels."""
    figure = lay_out(chart)
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    texts = [item for item in figure.findobj(Text) if isinstance(item, Text) and item.get_text()]
    return [(item.get_text(), item.get_window_extent(renderer)) for item in texts]


def test_every_number_of_the_week_is_written_out() -> None:
    chart = lived(5_000)
    texts = [said for said, _ in written(chart)]
    assert all(str(count) in texts for row in chart.hours for count in row if count)


def test_it_reads_by_lightness_alone() -> None:
    for ground in (GROUND, FAINT):
        assert contrast(INK, ground) >= 4.5
    assert contrast(QUIET, GROUND) >= 4.5
    fields = [between(FAINT, PALE, share / 100) for share in range(101)]
    assert [lightness(field) for field in fields] == sorted(lightness(field) for field in fields)
    assert all(contrast(ink_on(share / 100), field) >= 3.8 for share, field in enumerate(fields))  # large figures: 3


def contrast(one: str, other: str) -> float:
    """By WCAG 2: from 1 to 21."""
    low, high = sorted((lightness(one), lightness(other)))
    return (high + 0.05) / (low + 0.05)


def lightness(color: str) -> float:
    """Relative luminance, 0 to 1, by WCAG 2."""
    shares = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_words_that_ship_have_all_their_letters(library: Library) -> None:
    for content in library.locales.values():
        draw(lived(5, words_in(content.texts, content.texts("progress-title-30"))))


def test_the_calendar_begins_with_a_week_that_has_something_and_is_never_long() -> None:
    assert first_day(TODAY, [], None) == date(2026, 10, 26)
    assert first_day(TODAY, [date(2026, 9, 2)], None) == date(2026, 8, 31)
    assert (TODAY - first_day(TODAY, [date(2020, 1, 1)], None)).days <= 26 * 7
    assert first_day(TODAY, [date(2020, 1, 1)], date(2026, 10, 1)) == date(2026, 9, 28)


def test_which_way_the_pairs_went() -> None:
    ways = compared({(8, 5): 3, (5, 5): 2, (4, 9): 1})
    assert (ways.lower, ways.same, ways.higher, ways.every) == (3, 2, 1, 6)
