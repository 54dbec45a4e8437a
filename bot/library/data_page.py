"""What is stored about somebody as one web page to read: self-contained, no script, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from bot.core.fading import words_of
from bot.core.rough import DAY, clock_of
from bot.core.schedule import local
from bot.library.load import Content

STYLE = Path(__file__).parent / "page" / "data.css"
SAFE_PLAN = "safe_"


def data_page(content: Content, data: Mapping[str, Any]) -> str:
    """The page as HTML, from what stands in data.json."""
    shown = _Shown(content, data)
    parts = (
        shown.settings(),
        *shown.notes(),
        shown.runs(),
        shown.holds(),
        shown.keepsakes(),
        shown.entries(),
        shown.lessons(),
        shown.noticed(),
    )
    said = content.texts
    title = escape(said("data-title"))
    # Nothing is loaded, whatever stands in the texts.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title>'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
    )
    made = escape(said("data-made", when=shown.moment(data["made_at"])))
    body = f"<main><h1>{title}</h1><p>{made}</p>{''.join(parts)}<p>{escape(said('data-more'))}</p></main>"
    return f'<!doctype html><html lang="{escape(content.locale)}"><head>{head}</head><body>{body}</body></html>\n'


class _Shown:
    def __init__(self, content: Content, data: Mapping[str, Any]) -> None:
        self.content, self.data, self.texts = content, data, content.texts
        self.zone: str = data["settings"]["zone"] or "UTC"

    def moment(self, stored: str | None) -> str:
        """A stored moment on the person's own clock."""
        return f"{local(datetime.fromisoformat(stored), self.zone):%Y-%m-%d %H:%M}" if stored else ""

    def settings(self) -> str:
        """The few settings that mean something to read; all of them are in data.json."""
        person = self.data["settings"]
        days = person["weekdays"]
        named = ", ".join(self.texts(f"weekday-{day}") for day in days)
        rows = [
            (self.texts("data-clock"), person["zone"] or self.texts("not-set")),
            (self.texts("data-lessons"), self.texts(f"pace-{person['pace'].replace('_', '-')}")),
            (self.texts("data-from"), person["window_start"][:5]),
            (self.texts("data-days"), self.texts("every-day") if len(days) == 7 else named),
            (self.texts("data-words"), self.texts("keep-name", days=person["keep_days"] or 0)),
            (self.texts("data-rough"), self._minute(person["rough"])),
            (self.texts("data-country"), person["country"] or self.texts("not-set")),
        ]
        return self._section("data-settings", _table((), rows))

    def notes(self) -> Iterable[str]:
        """Everything kept in words, by kind, the newest first."""
        kinds: dict[str, list[str]] = {}
        for note in reversed(self.data["notes"]):
            kind = "safe" if note["kind"].startswith(SAFE_PLAN) else note["kind"]
            about = ""
            if kind == "safe":
                about = self.texts(f"data-{note['kind'].replace('_', '-')}")
            kinds.setdefault(kind, []).append(_own(self._text(note), self.moment(note["at"]), about))
        for kind, found in kinds.items():
            name = f"data-kind-{kind.replace('_', '-')}"
            yield self._section(name if self.texts.has(name) else "data-kind-note", "".join(found))

    def runs(self) -> str:
        """What was typed on the way through, for each run."""
        found, kept = [], {note["text"] for note in self.data["notes"]}
        for run in reversed(self.data["sessions"]):
            answers = {name: _value(value) for name, value in run["answers"].items()}
            typed = words_of(self.content.flows.get(run["flow"]), answers)
            words = tuple(line for line in typed if line not in kept)
            if run.get("lost"):
                words = (self.texts("words-lost"),)
            if words:
                found.append(_own("\n".join(words), self.moment(run["started_at"]), f"/{run['flow']}"))
        return self._section("data-runs", "".join(found))

    def holds(self) -> str:
        """Held messages; of one that was decided only that it was."""
        found = (
            _own(
                self._text(held),
                self.moment(held["made_at"]),
                self.texts(f"data-hold-{held['state'].replace('_', '-')}"),
            )
            for held in reversed(self.data["holds"])
        )
        return self._section("data-holds", "".join(found))

    def keepsakes(self) -> str:
        """Links to the files that lie beside this page."""
        found = []
        for kept in self.data["keepsakes"]:
            name = escape(self.texts(f"material-{kept['kind']}"))
            path = kept["file"]
            there = f'<a href="{escape(path)}">{name}</a>' if path else f"{name}: {escape(self.texts('data-in-chat'))}"
            found.append(f"<p>{there}</p>")
        return self._section("data-keepsakes", "".join(found))

    def entries(self) -> str:
        """Everything that counts."""
        rows = [
            (self.moment(item["at"]), self._kind(item["kind"]), item["before"], item["after"], " ".join(item["tags"]))
            for item in reversed(self.data["entries"])
        ]
        return self._section("data-entries", _table(self._heads("when", "what", "before", "after", "tags"), rows))

    def lessons(self) -> str:
        """What somebody made of the lessons."""
        titles = {id_: lesson.title for id_, lesson in self.content.lessons.items()}
        rows = [
            (self.moment(item["at"]), titles.get(item["lesson"], item["lesson"]), self._outcome(item["outcome"]))
            for item in reversed(self.data["lessons"])
        ]
        return self._section("data-kind-lessons", _table(self._heads("when", "lesson", "outcome"), rows))

    def noticed(self) -> str:
        """When words about danger were noticed: never the words."""
        rows = [(self.moment(item["at"]), item["category"], item["tier"]) for item in reversed(self.data["noticed"])]
        return self._section("data-noticed", _table(self._heads("when", "what", "rule"), rows))

    def _minute(self, minute: int | None) -> str:
        if minute is None:
            return self.texts("not-set")
        return f"{self.texts(f'weekday-{minute // DAY}')} {clock_of(minute):%H:%M}"

    def _text(self, row: Mapping[str, Any]) -> str:
        return self.texts("words-lost") if row.get("lost") else str(row["text"])

    def _kind(self, kind: str) -> str:
        name = f"data-entry-{kind}"
        return self.texts(name) if self.texts.has(name) else kind

    def _outcome(self, outcome: str) -> str:
        return self.texts(f"data-outcome-{outcome.replace('_', '-')}")

    def _heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self.texts(f"data-head-{name}") for name in names)

    def _section(self, title: str, inside: str) -> str:
        return f"<section><h2>{escape(self.texts(title))}</h2>{inside}</section>" if inside else ""


def _own(text: str, when: str, about: str) -> str:
    line = " · ".join(part for part in (when, about) if part)
    words = f'<p class="own" dir="auto">{escape(text)}</p>' if text else ""
    return f"<article><p>{escape(line)}</p>{words}</article>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    lines = ("".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<div><table>{f'<thead><tr>{head}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table></div>"


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
