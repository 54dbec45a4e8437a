"""Everything that is stored about somebody, as one ZIP; docs/EXPORT.md says what stands where in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from bot.core.screen import LOST
from bot.library.data_page import data_page
from bot.library.load import Content
from bot.services.turn import Turn

VERSION = 1
"""Of data.json. A field more does not raise it; a field that goes or means something else does."""
ENDINGS = {"voice": "ogg", "photo": "jpg"}
ENTRY_COLUMNS = ("at", "kind", "before", "after", "tool", "tags")
LESSON_COLUMNS = ("lesson", "title", "outcome", "at", "saved", "choice", "recalls", "recalled_at")
RATING_COLUMNS = ("at", "before", "after")


@dataclass(frozen=True)
class OwnData:
    """data: plain values, as they stand in data.json. media: files by their path in the ZIP."""

    data: Mapping[str, Any]
    media: Mapping[str, bytes]


async def gather(turn: Turn) -> OwnData:
    """Read everything, opened for its owner."""
    tx, learner = turn.tx, turn.learner
    keepsakes, media = [], {}
    given = await tx.kept.kept_at(learner.id)
    for item in (await tx.kept.keepsakes(learner.id)).values():
        content, path = await tx.kept.copy(item.id), f"media/{item.kind}.{ENDINGS.get(item.kind, 'bin')}"
        if content is not None:
            media[path] = content
        keepsakes.append(
            {**_opened(asdict(item), "file_id"), "at": given[item.kind], "file": path if content is not None else None}
        )
    everything = {
        "version": VERSION,
        "made_at": turn.now,
        "settings": asdict(learner),
        "notes": [_opened(asdict(item), "text") for item in await tx.records.notes(learner.id)],
        "entries": [{"id": id_, **asdict(item)} for id_, item in await tx.records.numbered(learner.id)],
        "counters": (await tx.tallies.tally(learner.id)).counts,
        "counters_by_day": [asdict(item) for item in await tx.tallies.day_counters(learner.id)],
        "lessons": [asdict(item) for item in await tx.records.completions(learner.id)],
        "lessons_sent": [_own(item) for item in await tx.timers.deliveries(learner.id)],
        "holds": [_opened(asdict(item), "text") for item in await tx.kept.holds(learner.id, undecided=False)],
        "keepsakes": sorted(keepsakes, key=lambda item: str(item["kind"])),
        "sessions": [_opened(_own(item), "answers") for item in await tx.sessions.all(learner.id)],
        "timers": [_own(item) for item in await tx.timers.due(learner.id, limit=100_000)],
        "noticed": [asdict(item) for item in await tx.notices.all(learner.id)],
    }
    plain: dict[str, Any] = json.loads(json.dumps(everything, default=_plain))
    return OwnData(plain, media)


def pack(content: Content, own: OwnData) -> bytes:
    """The ZIP. What has a date is inside it; its own entries carry none."""
    titles = {id_: lesson.title for id_, lesson in content.lessons.items()}
    entries, lessons = own.data["entries"], own.data["lessons"]
    rated = [item for item in entries if item["kind"] == "spiral" and item["before"] is not None]
    texts = {
        "data.json": json.dumps(own.data, ensure_ascii=False, indent=1),
        "notes.html": data_page(content, own.data),
        "entries.csv": _table(ENTRY_COLUMNS, ({**item, "tags": " ".join(item["tags"])} for item in entries)),
        "lessons.csv": _table(LESSON_COLUMNS, ({**item, "title": titles.get(item["lesson"], "")} for item in lessons)),
        "ratings.csv": _table(RATING_COLUMNS, rated),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(_entry(name), text.encode())
        for name, file in own.media.items():
            archive.writestr(_entry(name, zipfile.ZIP_STORED), file)
    return packed.getvalue()


def _opened(row: dict[str, Any], field: str) -> dict[str, Any]:
    """The row; where what stands in it cannot be opened any more, it is empty and says so."""
    return {**row, field: type(row[field])(), "lost": True} if _lost(row[field]) else row


def _lost(value: Any) -> bool:
    return LOST in value if isinstance(value, Mapping) else bool(value == LOST)


def _own(item: Any) -> dict[str, Any]:
    """Everything of a row but whose it is: that stands in the settings."""
    return {name: value for name, value in vars(item).items() if name != "learner_id"}


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    written = io.StringIO()
    written.write("\ufeff")  # without it some programs read the letters wrong
    table = csv.DictWriter(written, columns, extrasaction="ignore")
    table.writeheader()
    table.writerows(rows)
    return written.getvalue()


def _entry(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = method
    entry.external_attr = 0o600 << 16
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
