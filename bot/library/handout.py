"""The document for a therapist in words: what was chosen and its sums, as sections of a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.core.handout import (
    CHECKS,
    COUNTS,
    FEARS,
    LESSONS,
    MEASURES,
    OUTCOMES,
    TRIGGERS,
    Chosen,
    Own,
    Ratings,
    beginning,
    checks,
    counted,
    fears,
    lessons_done,
    moods,
    ratings,
    tagged,
)
from bot.core.model import Outcome
from bot.core.printing import settled
from bot.core.schedule import local
from bot.core.sheet import Numbered, Section, Sheet, Table, Words
from bot.library.load import Content

COUNTED = ("pause", "spiral", "hold.held", "hold.let_go", "hold.asked", "hold.sent", "checkin", "fear")
"""What is counted, in the order in which it is listed."""
MOST_WORDS = 150_000
"""Characters of own words that one document holds: some fifty pages. What is beyond is said to be left out."""


def sheet_of(content: Content, chosen: Chosen) -> Sheet:
    """The whole document, in the person's language."""
    return _Handout(content, chosen).sheet()


class _Handout:
    def __init__(self, content: Content, chosen: Chosen) -> None:
        self.content, self.chosen, self.texts = content, chosen, content.texts
        self.since = beginning(chosen.wish, chosen.now, chosen.zone)

    def sheet(self) -> Sheet:
        said = self.texts
        facts = (
            (said("sheet-name"), ""),
            (said("sheet-days"), self.days()),
            (said("sheet-made"), self.day(local(self.chosen.now, self.chosen.zone).date())),
        )
        return Sheet(
            locale=self.content.locale,
            title=said("sheet-title"),
            facts=facts,
            about=(said("sheet-about"), said("sheet-about-numbers")),
            sections=tuple(self.sections()),
            foot=said("sheet-foot"),
            page=said("sheet-page", page="{page}", pages="{pages}"),
            paper=self.chosen.wish.paper,
            missing=said("sheet-missing"),
        )

    def sections(self) -> Iterator[Section]:
        makers = {
            COUNTS: self.counts,
            MEASURES: self.measures,
            CHECKS: self.checks,
            TRIGGERS: self.triggers,
            FEARS: self.fears,
            LESSONS: self.lessons,
        }
        if self.chosen.questions:
            yield Section(self.texts("sheet-questions"), "", (Numbered(tuple(map(settled, self.chosen.questions))),))
        for part, make in makers.items():
            if part in self.chosen.wish.parts:
                blocks = tuple(block for block in make() if block.rows)
                note = self.texts(f"sheet-note-{part}" if blocks else "sheet-none")
                yield Section(self.texts(f"sheet-{part}"), note, blocks)
        plans, others = (tuple(item for item in self.chosen.words if item.plan is plan) for plan in (True, False))
        if plans:
            yield self.own("sheet-plans", plans)
        if others:
            yield self.own("sheet-words", others)

    def counts(self) -> Sequence[Table]:
        """How often what was done; what never was is not listed as a zero."""
        found = counted(self.chosen.entries)
        rows = [(self.texts(f"sheet-count-{name.replace('.', '-').replace('_', '-')}"), found.get(name, 0))
                for name in COUNTED]  # fmt: skip
        done = lessons_done(self.chosen.done, self.since)
        rows.append((self.texts("sheet-count-tried"), sum(item.outcome is Outcome.TRIED for item in done)))
        rows.append((self.texts("sheet-count-lessons"), len(done)))
        shown = tuple((name, str(count)) for name, count in rows if count)
        return (Table("", self.heads("what", "times"), shown),)

    def measures(self) -> Sequence[Table]:
        """Ratings before and after, all together and by month; and the moods of check-ins."""
        found = ratings(self.chosen.entries, self.chosen.zone)
        heads = self.heads("when", "pairs", "before", "after", "lower", "same", "higher")
        names = self.labels("checkin", "mood")
        felt = moods(self.chosen.entries)
        rows = tuple((names.get(mood, mood), str(felt[mood])) for mood in {**names, **felt} if mood in felt)
        return (
            Table(self.texts("sheet-table-ratings"), heads, tuple(map(self.rating, found))),
            Table(self.texts("sheet-table-moods"), self.heads("mood", "times"), rows),
        )

    def rating(self, row: Ratings) -> tuple[str, ...]:
        """One line of ratings; a median that would say nothing is left open."""
        when = self.texts("sheet-all") if row.month is None else self.month(*row.month)
        middles = tuple("–" if value is None else f"{value:g}" for value in (row.before, row.after))
        return (when, str(row.pairs), *middles, str(row.lower), str(row.same), str(row.higher))

    def checks(self) -> Sequence[Table]:
        """Each self-check by its two sides. No total stands anywhere."""
        rows = tuple(
            (
                self.day(local(look.at, self.chosen.zone).date()),
                *("–" if value is None else f"{value:.1f}" for value in (look.alarm, look.steady)),
            )
            for look in checks(self.chosen.entries)
        )
        return (Table("", self.heads("when", "alarm", "steady"), rows),)

    def triggers(self) -> Sequence[Table]:
        """What was tapped as seen, and as feared, in hard moments."""
        return tuple(
            Table(
                "",
                self.heads(name, "times"),
                tuple(
                    (self.labels("spiral", name).get(id_, id_), str(count))
                    for id_, count in tagged(self.chosen.entries, "spiral", name)
                ),
            )
            for name in ("facts", "meanings")
        )

    def fears(self) -> Sequence[Table]:
        """What came of fears that were looked at again: those that came true counted like the others."""
        names = self.labels("spiral", "meanings") | {"": self.texts("sheet-together")}
        rows = tuple(
            (names.get(meaning, meaning), *(str(outcomes[name]) for name in OUTCOMES))
            for meaning, outcomes in fears(self.chosen.entries).items()
        )
        return (Table("", self.heads("fear", *OUTCOMES), rows),)

    def lessons(self) -> Sequence[Table]:
        """Lessons that were read or tried, by day."""
        rows = tuple(
            (
                self.day(local(item.at, self.chosen.zone).date()),
                self.content.lessons[item.lesson].title if item.lesson in self.content.lessons else item.lesson,
                self.texts(f"data-outcome-{item.outcome.value}"),
            )
            for item in lessons_done(self.chosen.done, self.since)
        )
        return (Table("", self.heads("when", "lesson", "outcome"), rows),)

    def own(self, title: str, items: Sequence[Own]) -> Section:
        """Own words, as many as fit."""
        blocks: list[Words] = []
        room = MOST_WORDS
        for item in items:
            when = self.day(local(item.at, self.chosen.zone).date())
            if len(item.text) <= room:
                about = self.texts("sheet-about-words", about=item.about, when=when)
                blocks.append(Words(about, settled(item.text)))
            room -= len(item.text)
        note = self.texts("sheet-note-own") if len(blocks) == len(items) else self.texts("sheet-note-too-many")
        return Section(self.texts(title), note, tuple(blocks))

    def days(self) -> str:
        """From which day to which."""
        first = local(self.since or self.chosen.began, self.chosen.zone).date()
        last = local(self.chosen.now, self.chosen.zone).date()
        return self.texts("sheet-from-to", first=self.day(first), last=self.day(last))

    def day(self, day: date) -> str:
        return self.texts("sheet-day", day=str(day.day), month=self.texts(f"month-{day.month}"), year=str(day.year))

    def month(self, year: int, month: int) -> str:
        return self.texts("sheet-month", month=self.texts(f"month-{month}"), year=str(year))

    def heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self.texts(f"sheet-head-{name}") for name in names)

    def labels(self, flow: str, name: str) -> dict[str, str]:
        """What the choices of an answer are called, by id."""
        steps = self.content.flows[flow].steps.values() if flow in self.content.flows else ()
        return {choice.id: choice.label for step in steps if step.name == name for choice in step.choices}
