"""Coming from another Keel with the file of /export: looked over as if a stranger had made it, then written whole or
not at all."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.core.model import Completion, Delivery, Entry, Hold, Learner, Note, Notice, Session, Timer
from bot.core.rough import WEEK
from bot.core.screen import Keepsake
from bot.core.tally import day_of
from bot.library.load import Library
from bot.services.own_data import ENDINGS, VERSION
from bot.store.arrivals import DoesNotFit, Luggage
from bot.store.broadcasts import BROADCAST
from bot.store.store import Transaction

LARGEST = 64 * 1024 * 1024
"""Bytes of a whole file, and of everything in it once unpacked."""
MOST_TIMERS = 1000
"""Things that somebody waits for; a file that says more is made to flood."""
MEDIA = {f"media/{kind}.{ending}": kind for kind, ending in ENDINGS.items()}
FARTHEST_EAST = 24 * 60
"""Minutes; no wall clock was ever a whole day ahead of UTC, or behind it."""
EXPECTED = frozenset(("data.json", "notes.html", "entries.csv", "lessons.csv", "ratings.csv", *MEDIA))


class NotBroughtIn(Exception):
    """The file is not brought in, and nothing was changed; the message says why in one sentence.

    reason: the same in a word, for whoever sent the file in a chat (`import-…` among the texts).
    """

    def __init__(self, message: str, reason: str = "changed") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class _Entry(Entry):
    id: int = 0


@dataclass(frozen=True)
class _Kept:
    id: int
    kind: str
    file_id: str
    at: datetime
    file: str | None = None


@dataclass(frozen=True)
class _Data:
    settings: Learner
    notes: tuple[Note, ...]
    entries: tuple[_Entry, ...]
    lessons: tuple[Completion, ...]
    lessons_sent: tuple[Delivery, ...]
    holds: tuple[Hold, ...]
    keepsakes: tuple[_Kept, ...]
    sessions: tuple[Session, ...]
    timers: tuple[Timer, ...]
    noticed: tuple[Notice, ...]


_shape: TypeAdapter[_Data] = TypeAdapter(_Data)


def unpack(content: bytes, chat_id: int | None = None, largest: int = LARGEST) -> Luggage:
    """What is in the file of /export. chat_id: whose it becomes, where that is another chat than before.

    largest: bytes of everything in it, once unpacked.

    Raises NotBroughtIn: it is damaged, foreign, newer, too large, or made to do harm.
    """
    if len(content) > LARGEST:
        raise NotBroughtIn("This file is larger than any that Keel makes; bring the one that /export gave.", "large")
    files = _files(content, largest)
    if "data.json" not in files:
        raise NotBroughtIn("There is no data.json in this file; bring the one that /export gave, as it is.", "foreign")
    data = _read(files["data.json"])
    kept = [(Keepsake(item.id, item.kind, item.file_id), item.at) for item in data.keepsakes]
    person = data.settings if chat_id is None else replace(data.settings, chat_id=chat_id)
    return Luggage(
        person=person,
        notes=data.notes,
        entries=[(item.id, _bare(item)) for item in data.entries],
        lessons=data.lessons,
        lessons_sent=data.lessons_sent,
        holds=data.holds,
        keepsakes=kept,
        sessions=data.sessions,
        timers=[item for item in data.timers if item.kind != BROADCAST],  # the other Keel's operator wrote those
        noticed=data.noticed,
        copies={MEDIA[name]: file for name, file in files.items() if name in MEDIA},
    )


async def bring_in(tx: Transaction, library: Library, luggage: Luggage) -> None:
    """Write everything. The transaction is to be given up when this raises.

    Raises NotBroughtIn: the person is here already, or something does not fit here.
    """
    known = set(library.speak(None).lessons) | set(library.curriculum.moved)
    strange = sorted({item.lesson for item in luggage.lessons} - known)
    if strange:
        raise NotBroughtIn(
            f"This Keel has no lesson {strange[0][:20]!r}; bring the lessons of the other Keel first.", "lessons"
        )
    if await tx.learners.find(luggage.person.chat_id) is not None:
        raise NotBroughtIn(
            "This person is here already; nothing is brought in twice (/delete here comes first).", "full"
        )
    if await tx.arrivals.sessions_known([run.id for run in luggage.sessions]):
        raise NotBroughtIn(
            "What is in this file is here already, under another chat; nothing is brought in twice.", "twice"
        )
    try:
        await tx.arrivals.bring(luggage)
    except DoesNotFit as problem:
        raise NotBroughtIn(f"Something in this file does not fit ({problem}); it was changed after /export.") from None


def _files(content: bytes, largest: int) -> dict[str, bytes]:
    """Every file inside, none of them written anywhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [item.filename for item in archive.infolist()]
            if len(set(names)) != len(names) or not EXPECTED.issuperset(names):
                raise NotBroughtIn(
                    "There is something in this file that Keel never puts there; it is left alone.", "foreign"
                )
            files: dict[str, bytes] = {}
            for item in archive.infolist():
                files[item.filename] = _unpacked(archive, item, largest - sum(map(len, files.values())))
            return files
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise NotBroughtIn(
            "This file is damaged or no ZIP; bring the one that /export gave, as it is.", "foreign"
        ) from None


def _unpacked(archive: zipfile.ZipFile, item: zipfile.ZipInfo, room: int) -> bytes:
    with archive.open(item) as file:  # read up to the limit, whatever the entry says of its own size
        content = file.read(room + 1)
    if len(content) > room:
        raise NotBroughtIn("This file unpacks to more than Keel ever stores about somebody; it is left alone.", "large")
    return content


def _read(content: bytes) -> _Data:
    try:
        data: Any = json.loads(content, parse_constant=_no_number)
        version = data["version"]
        if type(version) is not int or version < 1:
            raise NotBroughtIn("data.json has no version that Keel knows; bring the file that /export gave.")
        if version > VERSION:
            raise NotBroughtIn(
                f"This file was made by a newer Keel (version {version}); bring this Keel up to date.", "newer"
            )
        for name in ("notes", "holds", "keepsakes", "sessions"):
            data[name] = [row for row in data[name] if row.get("lost") is not True]  # there is nothing to bring
        for name in ("sessions", "timers", "lessons_sent"):
            data[name] = [{**row, "learner_id": 0} for row in data[name]]
        read = _shape.validate_json(json.dumps(data), strict=True)
    except ValidationError as problem:
        where = ".".join(str(part)[:40] for part in problem.errors(include_input=False)[0]["loc"])
        raise NotBroughtIn(f"data.json is not as /export writes it ({where}); it was changed or is not ours.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotBroughtIn("data.json cannot be read; bring the file that /export gave, as it is.") from None
    if not all(moment.tzinfo is not None for moment in _moments(read)):
        raise NotBroughtIn("A moment in data.json has no time zone; it was changed after /export.")
    if not 0 <= (read.settings.rough or 0) < WEEK:
        raise NotBroughtIn("An hour of the week in data.json is in no week; it was changed after /export.")
    if len(read.timers) > MOST_TIMERS:
        raise NotBroughtIn("Something waits more often in data.json than it ever does; it was changed after /export.")
    if not all(_has_a_day(item) for item in read.entries):
        raise NotBroughtIn("An entry in data.json is on no day of any clock; it was changed after /export.")
    if any(item.file not in (None, *MEDIA) for item in read.keepsakes):
        raise NotBroughtIn("There is something in this file that Keel never puts there; it is left alone.", "foreign")
    return read


def _no_number(said: str) -> float:
    raise ValueError(said)


def _moments(value: Any) -> list[datetime]:
    """Every moment anywhere in a value."""
    if isinstance(value, datetime):
        return [value]
    if isinstance(value, tuple):
        return [moment for item in value for moment in _moments(item)]
    fields = getattr(value, "__dataclass_fields__", ())
    return [moment for name in fields for moment in _moments(getattr(value, name))]


def _has_a_day(item: _Entry) -> bool:
    if abs(item.east or 0) > FARTHEST_EAST:
        return False
    try:
        day_of(_bare(item))
    except OverflowError:
        return False
    return True


def _bare(item: _Entry) -> Entry:
    return Entry(item.kind, item.at.astimezone(UTC), item.before, item.after, item.tool, item.tags, item.east)
