"""What somebody hands to a therapist: what they chose, and the sums of it. Counts and medians of one person's own
ratings; no score, no type, no label, and nothing compared with anybody else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.core.insight import FEAR, FEWEST_PAIRS, OUTCOME_TAG
from bot.core.model import Completion, Entry, Outcome, Value
from bot.core.monthly import MONTHLY, Look, look_of
from bot.core.schedule import at_wall, local
from bot.core.tally import medians

COUNTS, MEASURES, TRIGGERS, LESSONS, FEARS = "counts", "measures", "triggers", "lessons", "fears"
CHECKS = "monthly"
AT_FIRST = (COUNTS,)
"""What is in it before anybody chose anything."""
DAYS = {"d30": 30, "d90": 90}
PAPERS = ("a4", "letter")
SAME = 1
"""Points between two ratings (0 to 10) that count as about the same: this much is within the noise of one person."""
MOST_MONTHS = 24
"""Months of ratings, and self-checks, that are listed at most, the newest ones."""
OUTCOMES = ("didnt", "partly", "did", "unknown")


@dataclass(frozen=True)
class Wish:
    """What somebody chose.

    days: how far back, None for everything. paper: `a4` or `letter`. parts: ids of the parts that are in.
    words: keys of own words that are in, entry by entry. questions: ids of questions that are in.
    """

    days: int | None = 30
    paper: str = "a4"
    parts: frozenset[str] = frozenset(AT_FIRST)
    words: frozenset[str] = frozenset()
    questions: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Own:
    """Something that the person wrote. key: `n` a note, `r` a run, and its id. plan: it is an if-then plan or a map."""

    key: str
    about: str
    at: datetime
    text: str
    plan: bool = False


@dataclass(frozen=True)
class Chosen:
    """Everything that stands in it, opened for its owner. began: when this person first came; now: when it is made."""

    wish: Wish
    zone: str
    began: datetime
    now: datetime
    entries: tuple[Entry, ...]
    done: tuple[Completion, ...]
    words: tuple[Own, ...]
    questions: tuple[str, ...]


def wish_of(answers: Mapping[str, Value]) -> Wish:
    """The choices of a run of the conversation. What was not answered stays as little as it can be."""
    days, paper = answers.get("days"), answers.get("paper")
    asked = _ids(answers, "asked")
    return Wish(
        days=None if days == "all" else DAYS.get(str(days), 30),
        paper=str(paper) if paper in PAPERS else PAPERS[0],
        parts=frozenset(_ids(answers, "parts")) if "parts" in answers else frozenset(AT_FIRST),
        words=frozenset(_ids(answers, "own_words")),
        questions=frozenset(int(id_[1:]) for id_ in asked if id_[1:].isdecimal()),
    )


def beginning(wish: Wish, now: datetime, zone: str) -> datetime | None:
    """The midnight that the chosen days begin with, on the person's own clock; None for everything."""
    if wish.days is None:
        return None
    first = local(now, zone).date() - timedelta(days=wish.days - 1)
    return at_wall(first, time(0), zone)


@dataclass(frozen=True)
class Ratings:
    """Ratings before and after, 0 to 10, over some time.

    month: year and month, None for all of it. pairs: how often both were given. before, after: medians, None below
    `FEWEST_PAIRS`. lower, same, higher: how often the second was lower, within `SAME`, or higher.
    """

    month: tuple[int, int] | None
    pairs: int
    before: float | None
    after: float | None
    lower: int
    same: int
    higher: int


def ratings(entries: Iterable[Entry], zone: str) -> tuple[Ratings, ...]:
    """All pairs of ratings together, then month by month, oldest first; nothing where there is no pair."""
    months: dict[tuple[int, int], Counter[tuple[int, int]]] = defaultdict(Counter)
    for item in entries:
        if item.before is not None and item.after is not None:
            here = local(item.at, zone)
            months[here.year, here.month][item.before, item.after] += 1
    if not months:
        return ()
    everything: Counter[tuple[int, int]] = sum(months.values(), Counter())
    newest = sorted(months)[-MOST_MONTHS:]
    return (_ratings(None, everything), *(_ratings(month, months[month]) for month in newest))


def _ratings(month: tuple[int, int] | None, pairs: Counter[tuple[int, int]]) -> Ratings:
    count = pairs.total()
    before, after = medians(pairs) if count >= FEWEST_PAIRS else (None, None)
    lower = sum(times for (one, two), times in pairs.items() if one - two > SAME)
    higher = sum(times for (one, two), times in pairs.items() if two - one > SAME)
    return Ratings(month, count, before, after, lower, count - lower - higher, higher)


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How often each kind of thing was done, and what was decided about held messages."""
    found: Counter[str] = Counter()
    for item in entries:
        found.update((item.kind,) if item.kind != "hold" else item.tags)
    return dict(found)


def tagged(entries: Iterable[Entry], kind: str, name: str) -> list[tuple[str, int]]:
    """The choices that were tapped under a name in entries of a kind, the most frequent first."""
    begin = f"{name}."
    found = Counter(
        tag.removeprefix(begin) for item in entries if item.kind == kind for tag in item.tags if tag.startswith(begin)
    )
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def moods(entries: Iterable[Entry]) -> dict[str, int]:
    """How often each mood was tapped at a check-in."""
    return dict(tagged(entries, "checkin", "mood"))


def checks(entries: Iterable[Entry]) -> list[Look]:
    """The self-checks, oldest first."""
    return [look_of(item) for item in entries if item.kind == MONTHLY][-MOST_MONTHS:]


def fears(entries: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """For each meaning that was feared, and under the empty name for all fears: how often which outcome came."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for item in entries:
        came = next((tag.removeprefix(OUTCOME_TAG) for tag in item.tags if tag.startswith(OUTCOME_TAG)), None)
        if item.kind == FEAR and came is not None:
            for meaning in ("", *(tag.removeprefix("meanings.") for tag in item.tags if tag.startswith("meanings."))):
                found[meaning][came] += 1
    return {meaning: {name: outcomes[name] for name in OUTCOMES} for meaning, outcomes in sorted(found.items())}


def lessons_done(done: Iterable[Completion], since: datetime | None) -> list[Completion]:
    """Lessons that were tried or read in the chosen time, oldest first; what was put away is nobody's business."""
    kept = (item for item in done if item.outcome in (Outcome.TRIED, Outcome.READ))
    return sorted((item for item in kept if since is None or item.at >= since), key=lambda item: (item.at, item.lesson))


def _ids(answers: Mapping[str, Value], name: str) -> tuple[str, ...]:
    value = answers.get(name, ())
    return value if isinstance(value, tuple) else ()
