"""The picture of /progress: gathered from the counters, with everything it shows said in words below it."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.chart import MOST_WEEKS, PRACTICE, Chart, Words, compared, first_day, hours_of
from bot.core.days import Days
from bot.core.insight import FEWEST_PAIRS
from bot.core.pattern import PARTS, WEEKDAYS
from bot.core.screen import Screen
from bot.core.tally import Tally, medians
from bot.library.texts import Texts
from bot.services.turn import Turn


async def draw(turn: Turn, title: str, counted: Days, since: date | None) -> Screen:
    """The picture of a range, without buttons. title: what stands above the lines of that range."""
    oldest = max(since or date.min, turn.today - timedelta(weeks=MOST_WEEKS))
    by_day = await turn.tx.tallies.by_day(turn.learner.id, PRACTICE, oldest)
    done = tuple(sorted(day for day in by_day if day <= turn.today))
    tally = counted.tally
    pairs = tuple((before, after, count) for (before, after), count in sorted(tally.pairs().items()))
    chart = Chart(
        words_in(turn.texts, title), pairs, first_day(turn.today, done, since), turn.today, done, hours_of(tally.counts)
    )
    return Screen(_in_words(turn, chart, tally), chart=chart)


def words_in(say: Texts, title: str) -> Words:
    """What is written in the picture. title: with its markup."""
    return Words(
        title=title.replace("*", ""),
        pairs=say("chart-pairs"),
        before=say("chart-before"),
        after=say("chart-after"),
        same=say("chart-same"),
        calendar=say("chart-calendar"),
        hours=say("chart-hours"),
        nothing=say("chart-nothing"),
        weekdays=tuple(say(f"weekday-short-{day}") for day in WEEKDAYS),
        parts=tuple(say(f"part-{part}") for part in PARTS),
        months=tuple(say(f"month-short-{month}") for month in range(1, 13)),
    )


def _in_words(turn: Turn, chart: Chart, tally: Tally) -> str:
    """The same as in the picture, for who does not see it: it stands below, so that it is read out."""
    say, title = turn.texts, f"**{chart.words.title}**"
    return "\n".join([title, _pairs(turn, tally), say("chart-says-days", count=len(chart.done)), _hours(turn, chart)])


def _pairs(turn: Turn, tally: Tally) -> str:
    ways = compared(tally.pairs())
    if not ways.every:
        return turn.texts("chart-says-no-pairs")
    counts = {"count": ways.every, "lower": ways.lower, "same": ways.same, "higher": ways.higher}
    if ways.every < FEWEST_PAIRS:
        return turn.texts("chart-says-few-pairs", **counts)
    before, after = (f"{value:g}" for value in medians(tally.pairs()))
    return turn.texts("chart-says-pairs", before=before, after=after, **counts)


def _hours(turn: Turn, chart: Chart) -> str:
    if not any(map(any, chart.hours)):
        return turn.texts("chart-says-no-hours")
    days = [f"{name} {sum(row)}" for name, row in zip(chart.words.weekdays, chart.hours, strict=True)]
    parts = [f"{name} {sum(row[part] for row in chart.hours)}" for part, name in enumerate(chart.words.parts)]
    return turn.texts("chart-says-hours", days=", ".join(days), parts=", ".join(parts))
