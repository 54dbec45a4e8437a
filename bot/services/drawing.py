"""Drawing the picture of /progress: 1,200 pixels wide, on a ground of its own so that it reads in light and dark chats.

Nothing is told by colour alone: dots differ in size, days with something done are larger squares, and every number of
the week is written out. There is one hue, Okabe and Ito's sky blue (2008, Color Universal Design), dark to light. A
rating that rose has no colour of its own, and a day without anything is a point like any other: nothing was missed.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from math import sqrt
from typing import TYPE_CHECKING, Literal

from bot.core.chart import Chart

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTH, HEIGHT = 1200, 1950
"""Pixels."""
DPI = 100
MARGIN, BESIDE = 50, 230
"""Pixels left of everything, and of what has names on its left."""
LARGE, USUAL = 44, 38
"""Pixels high: a phone shows the picture at a quarter of its width."""
GROUND, FAINT, QUIET, INK, BLUE, PALE = "#16222e", "#2b3d4f", "#a9b8c6", "#f4f6f8", "#56b4e9", "#d7efff"
LIGHT = 0.37
SMALLEST = 20.0
"""Pixels high; words that are still too long then are cut."""
FAMILIES = ("DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Hebrew")
"""The first one comes with the library; the others have letters that it lacks, where the machine has them."""


def draw(chart: Chart) -> bytes:
    """The picture, as a PNG. Takes some tenths of a second: not for the event loop."""
    packed = io.BytesIO()
    lay_out(chart).canvas.print_figure(packed, format="png", dpi=DPI, facecolor=GROUND)
    return packed.getvalue()


def lay_out(chart: Chart) -> Figure:
    """Everything in its place, not painted yet; on the one sheet there is, so one picture at a time."""
    canvas, words, room = _Canvas(), chart.words, WIDTH - 2 * MARGIN
    canvas.write(MARGIN, 60, words.title, 54, room, bold=True)
    canvas.write(MARGIN, 155, words.pairs, LARGE, room, color=BLUE)
    _pairs(canvas, chart)
    canvas.write(MARGIN, 920, words.hours, LARGE, room, color=BLUE)
    _hours(canvas, chart)
    canvas.write(MARGIN, 1500, words.calendar, LARGE, room, color=BLUE)
    _calendar(canvas, chart)
    return canvas.figure


class _Canvas:
    """Places in pixels, from the upper left corner."""

    def __init__(self) -> None:
        self.figure, self.renderer = _sheet()
        self.figure.clear()
        self.families = _families()

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        room: float,
        *,
        at: Literal["left", "center", "right"] = "left",
        color: str = INK,
        bold: bool = False,
        up: bool = False,
    ) -> None:
        """One line around the height `y`, `size` pixels high or as small as it must be for its room; never wider."""
        line = self._text(text, size, bold=bold)
        self._fit(line, room)
        while self._wide(line) > room and len(text) > 1:
            text = text[:-1]
            line.set_text(f"{text.rstrip()}…")
        line.set(x=x / WIDTH, y=1 - y / HEIGHT, color=color, ha=at, va="center", rotation=90 if up else 0)
        self._add(line)

    def size_for(self, texts: Sequence[str], size: float, room: float) -> float:
        """The size at which all of these fit, so that those which stand together look alike."""
        return min(self._fit(self._text(text, size), room) for text in texts)

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        """A dot with a rim, so that two that touch are two."""
        from matplotlib.patches import Ellipse  # noqa: PLC0415  # with the first picture

        place, wide, high = (x / WIDTH, 1 - y / HEIGHT), 2 * radius / WIDTH, 2 * radius / HEIGHT
        shape = Ellipse(place, wide, high, facecolor=color, edgecolor=GROUND, linewidth=1.5)
        shape.set_transform(self.figure.transFigure)
        self._add(shape)

    def box(self, x: float, y: float, wide: float, high: float, color: str) -> None:
        """A filled box; `x` and `y` are its upper left corner."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415  # with the first picture

        shape = Rectangle((x / WIDTH, 1 - (y + high) / HEIGHT), wide / WIDTH, high / HEIGHT, facecolor=color)
        shape.set_transform(self.figure.transFigure)
        self._add(shape)

    def line(self, start: tuple[float, float], end: tuple[float, float], color: str, *, dashed: bool = False) -> None:
        """A thin line."""
        from matplotlib.lines import Line2D  # noqa: PLC0415  # with the first picture

        xs, ys = zip(start, end, strict=True)
        places = [x / WIDTH for x in xs], [1 - y / HEIGHT for y in ys]
        shape = Line2D(*places, color=color, linewidth=1.5, linestyle="--" if dashed else "-")
        shape.set_transform(self.figure.transFigure)
        self._add(shape)

    def _text(self, text: str, size: float, *, bold: bool = False) -> Text:
        from matplotlib.text import Text  # noqa: PLC0415  # with the first picture

        line = Text(text=text, fontfamily=self.families, fontweight="bold" if bold else "normal", parse_math=False)
        line.set(figure=self.figure, transform=self.figure.transFigure, fontsize=size * 72 / DPI)
        return line

    def _fit(self, line: Text, room: float) -> float:
        size = float(line.get_fontsize()) * DPI / 72
        while (wide := self._wide(line)) > room and size > SMALLEST:
            size = max(SMALLEST, min(size - 1, size * room / wide))
            line.set_fontsize(size * 72 / DPI)
        return size

    def _wide(self, line: Text) -> float:
        return float(line.get_window_extent(self.renderer).width)

    def _add(self, shape: Artist) -> None:
        """On top of everything that is there."""
        shape.set_zorder(len(self.figure.get_children()))
        self.figure.add_artist(shape)


@cache
def _sheet() -> tuple[Figure, RendererBase]:
    """Made once: a figure and what paints it hold each other and six megabytes, and would pile up until found."""
    # Loaded with the first picture, so that nobody who never draws pays for it in start-up or memory.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # with the first picture
    from matplotlib.figure import Figure  # noqa: PLC0415  # with the first picture

    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=GROUND)
    return figure, FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's own


@cache
def _families() -> list[str]:
    from matplotlib.font_manager import fontManager  # noqa: PLC0415  # with the first picture

    there = set(fontManager.get_font_names())
    return [name for name in FAMILIES if name in there]


def _pairs(canvas: _Canvas, chart: Chart) -> None:
    """A dot for each pair of ratings, larger where it came more often; below the dashed line the second was lower."""
    left, right, top, bottom = BESIDE, WIDTH - MARGIN - 30, 225, 665
    across, up = (right - left) / 10, (bottom - top) / 10
    for number in range(0, 11, 2):
        x, y = left + number * across, bottom - number * up
        canvas.line((x, top - 18), (x, bottom + 18), FAINT)
        canvas.line((left - 18, y), (right + 18, y), FAINT)
        canvas.write(x, bottom + 48, str(number), USUAL, across * 2, at="center", color=QUIET)
        canvas.write(left - 36, y, str(number), USUAL, across, at="right", color=QUIET)
    canvas.line((left, bottom), (right, top), QUIET, dashed=True)
    canvas.write((left + right) / 2, bottom + 108, chart.words.before, USUAL, right - left, at="center", color=QUIET)
    canvas.write(
        MARGIN + 25, (top + bottom) / 2, chart.words.after, USUAL, bottom - top, at="center", color=QUIET, up=True
    )
    canvas.write(left, bottom + 164, f"- - -  {chart.words.same}", USUAL, right - left, color=QUIET)
    most = max((count for _, _, count in chart.pairs), default=0)
    for before, after, count in chart.pairs:
        canvas.dot(left + before * across, bottom - after * up, 9 + 14 * sqrt(count / most), BLUE)
    if not chart.pairs:
        middle = (top + bottom) / 2
        canvas.box(left, middle - 60, right - left, 120, GROUND)
        canvas.write((left + right) / 2, middle, chart.words.nothing, LARGE, right - left - 40, at="center")


def _hours(canvas: _Canvas, chart: Chart) -> None:
    """A field for each weekday and part of the day, with its number; the more, the lighter."""
    left, top, wide, high = BESIDE, 1020, (WIDTH - MARGIN - BESIDE) / 4, 58
    most = max(map(max, chart.hours), default=0)
    size = canvas.size_for(chart.words.parts, USUAL, wide - 16)
    for part, name in enumerate(chart.words.parts):
        canvas.write(left + (part + 0.5) * wide, top - 34, name, size, wide - 16, at="center", color=QUIET)
    _weekdays(canvas, chart, range(7), top, high)
    if not most:
        canvas.box(left, top, 4 * wide, 7 * high, FAINT)
        canvas.write(left + 2 * wide, top + 3.5 * high, chart.words.nothing, LARGE, 4 * wide - 40, at="center")
        return
    for day, row in enumerate(chart.hours):
        for part, count in enumerate(row):
            share, x, y = count / most, left + part * wide, top + day * high
            canvas.box(x + 2, y + 2, wide - 4, high - 4, between(FAINT, PALE, share))
            if count:
                canvas.write(x + wide / 2, y + high / 2, str(count), USUAL, wide, at="center", color=ink_on(share))


def _calendar(canvas: _Canvas, chart: Chart) -> None:
    """A square for each day with something done, a small point for each other day; a column is a week."""
    weeks = (chart.last - chart.first).days // 7 + 1
    left, top, high = BESIDE, 1605, 46
    step = min(60.0, (WIDTH - MARGIN - BESIDE) / weeks)
    _weekdays(canvas, chart, range(0, 7, 2), top, high)
    months = _months(chart.first, weeks, chart.words.months)
    size = min((canvas.size_for([name], USUAL, room * step - 12) for _, name, room in months), default=USUAL)
    for week, name, room in months:
        canvas.write(left + week * step, top - 34, name, size, room * step - 12, color=QUIET)
    done, side = set(chart.done), min(step, high) - 5
    for number in range((chart.last - chart.first).days + 1):
        x, y = left + (number // 7 + 0.5) * step, top + (number % 7 + 0.5) * high
        if chart.first + timedelta(days=number) in done:
            canvas.box(x - side / 2, y - side / 2, side, side, BLUE)
        else:
            canvas.dot(x, y, 5, FAINT)


def _weekdays(canvas: _Canvas, chart: Chart, days: range, top: float, high: float) -> None:
    room = BESIDE - MARGIN - 20
    size = canvas.size_for(chart.words.weekdays, USUAL, room)
    for day in days:
        name = chart.words.weekdays[day]
        canvas.write(BESIDE - 20, top + (day + 0.5) * high, name, size, room, at="right", color=QUIET)


def _months(first: date, weeks: int, names: tuple[str, ...]) -> list[tuple[int, str, int]]:
    """At which week each month is written, and how many weeks of room it has."""
    mondays = [first + timedelta(weeks=week) for week in range(weeks)]
    counts = Counter((day.year, day.month) for day in mondays)
    found = []
    week = 0
    for (_, month), room in counts.items():
        if room > 1:
            found.append((week, names[month - 1], room))
        week += room
    return found


def ink_on(share: float) -> str:
    """What is read best on a field that is so far on the way from dark to light, 0 to 1."""
    return GROUND if share > LIGHT else INK


def between(first: str, last: str, share: float) -> str:
    """A colour on the way from one to another; share: how far, 0 to 1."""
    ways = [(int(first[at : at + 2], 16), int(last[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in ways)
