"""Rules for lessons and steady messages: length, grade, sources, words, and none too like another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.curriculum import REVIEW, Lesson
from bot.library.fitting import LONGEST_MESSAGE, unbalanced, units
from bot.library.flow_rules import HARDEST
from bot.library.grade import grade
from bot.library.load import Content
from bot.library.schema import SourceFile
from bot.library.where import BODY, Found, Path_
from bot.library.wording import Wording

FEWEST_WORDS, MOST_WORDS = 50, 120
AROUND = 400
"""Room for the headings, buttons' answers and small texts around a lesson's own words."""


@dataclass
class Alike:
    """Openings and runs of words met so far; each is allowed once."""

    openings: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)

    def rules(self, id_: str, text: str, place: Path_) -> Iterator[Found]:
        """No shared run of eight words, no two first sentences that share their first four."""
        plain = re.findall(r"\w[\w'’]*", text.lower())
        opening = " ".join(plain[:4])
        runs = [" ".join(plain[at : at + 8]) for at in range(len(plain) - 7)]
        if (other := self.openings.setdefault(opening, id_)) != id_:
            yield Found(place, "alike", f"It opens with the same words as “{other}”; begin otherwise.")
        elif (again := next((run for run in runs if self.runs.get(run, id_) != id_), None)) is not None:
            yield Found(place, "alike", f"“{again}” stands in “{self.runs[again]}” too; say it otherwise.")
        for run in runs:
            self.runs.setdefault(run, id_)


def lesson_rules(
    lesson: Lesson, content: Content, sources: Mapping[str, SourceFile], wording: Wording, alike: Alike
) -> Iterator[Found]:
    """One lesson."""
    words = len(lesson.body.split())
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        message = f"The text has {words} words; a lesson has {FEWEST_WORDS} to {MOST_WORDS}."
        yield Found(BODY, "length", message)
    whole = "\n".join((lesson.body, lesson.practice, lesson.question, *(item.reply for item in lesson.replies)))
    if wording.english and (hard := grade(whole)) > HARDEST:
        message = f"This lesson reads at grade {hard:.1f}; shorten sentences and words to reach 8 or less."
        yield Found(BODY, "grade", message)
    if lesson.source not in sources:
        message = f"“{lesson.source}” does not stand in sources.yaml; add it there or cite another."
        yield Found(("why", "source"), "source", message)
    flow, _, opened = (lesson.opens or REVIEW).partition(":")
    if opened and (flow not in content.flows or opened not in content.flows[flow].steps):
        yield Found(("opens",), "opens", f"There is no step “{opened}” in a flow “{flow}”; correct “opens”.")
    if (longest := _longest_screen(lesson, sources)) > LONGEST_MESSAGE:
        message = f"With its longest answer it reaches {longest} of Telegram's {LONGEST_MESSAGE} units; shorten it."
        yield Found(BODY, "length", message)
    seen = [item.id for item in lesson.replies]
    for at, id_ in enumerate(seen):
        if seen.index(id_) != at:
            message = f"Two answers have the id “{id_}”; change one."
            yield Found(("question", "choices", at, "id"), "choice", message)
    for place, text in _texts(lesson):
        for mark in unbalanced(text):
            yield Found(place, "markup", f"A “{mark}” is opened and not closed here; close it or remove it.")
        yield from wording.rules(text, place)
    yield from wording.lock_screen(lesson.title, ("title",))
    yield from wording.lock_screen(lesson.body, BODY)
    yield from alike.rules(lesson.id, lesson.body, BODY)


def steady_rules(content: Content, wording: Wording, alike: Alike) -> Iterator[Found]:
    """The short messages that come by themselves."""
    ids = [item.id for item in content.steady]
    for at, item in enumerate(content.steady):
        place: Path_ = (at, "say")
        if ids.index(item.id) != at:
            yield Found((at, "id"), "steady", f"Two messages have the id “{item.id}”; change one.")
        if wording.english and (hard := grade(item.say)) > HARDEST:
            message = f"This message reads at grade {hard:.1f}; shorten sentences and words to reach 8 or less."
            yield Found(place, "grade", message)
        for mark in unbalanced(item.say):
            yield Found(place, "markup", f"A “{mark}” is opened and not closed here; close it or remove it.")
        yield from wording.lock_screen(item.say, place)
        yield from wording.rules(item.say, place)
        yield from alike.rules(item.id, item.say, place)


def reply_rules(lesson: Lesson, model: Lesson) -> Iterator[Found]:
    """A translated lesson has the answers of the original, in the same order."""
    if [item.id for item in lesson.replies] != [item.id for item in model.replies]:
        message = "The answers have other ids than in the first language; make them the same, in the same order."
        yield Found(("question", "choices"), "skeleton", message)


def _texts(lesson: Lesson) -> Iterator[tuple[Path_, str]]:
    yield ("title",), lesson.title
    yield BODY, lesson.body
    yield ("practice", "say"), lesson.practice
    yield ("question", "say"), lesson.question
    for at, item in enumerate(lesson.replies):
        yield ("question", "choices", at, "label"), item.label
        yield ("question", "choices", at, "reply"), item.reply
    yield ("why", "say"), lesson.why


def _longest_screen(lesson: Lesson, sources: Mapping[str, SourceFile]) -> int:
    answered = max(units(item.label) + units(item.reply) for item in lesson.replies) + units(lesson.question)
    work = sources.get(lesson.source)
    why = units(lesson.why) + (units(work.found + work.authors + work.title) if work is not None else 0)
    return units(lesson.title + lesson.body + lesson.practice) + max(answered, why) + AROUND
