"""One self-contained web page: every lesson as it looks in the chat, every screen of every flow, its paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from bot.core.curriculum import Lesson
from bot.core.flow import SCALE, Flow, Step
from bot.library.changes import Changes
from bot.library.diagram import diagram
from bot.library.flow_rules import HARDEST
from bot.library.grade import grade
from bot.library.lesson_rules import FEWEST_WORDS, MOST_WORDS
from bot.library.load import Content, Library
from bot.library.programme import whole
from bot.library.where import Sources

PAGE = Path(__file__).parent / "page"


def preview(library: Library, changes: Changes | None = None) -> str:
    """The page as HTML. changes: what is shown as new or changed, and since when."""
    sources = Sources(library.folder)
    parts = []
    for content in library.locales.values():
        shown = _Shown(library, content, sources, changes)
        names = {
            **{id_: content.texts(f"stage-{id_}") for id_ in library.curriculum.parts},
            "steady": "Steady messages",
        }
        links = [f'<a href="#{content.locale}-{id_}">{escape(name)}</a>' for id_, name in names.items()]
        links += [f'<a href="#{content.locale}-{id_}">/{escape(id_)}</a>' for id_ in content.flows]
        parts.append(f"<h1>{escape(content.name)}</h1><nav>{''.join(links)}</nav>")
        for id_, part in library.curriculum.parts.items():
            cards = (shown.lesson(content.lessons[lesson]) for lesson in part.lessons if lesson in content.lessons)
            parts.append(_section(f"{content.locale}-{id_}", names[id_], cards))
        parts.append(_section(f"{content.locale}-steady", names["steady"], shown.steady()))
        for flow in content.flows.values():
            cards = (shown.step(flow, step) for step in flow.steps.values() if step.say)
            picture = f'<div class="map">{diagram(flow)}</div>'
            parts.append(_section(f"{content.locale}-{flow.id}", f"/{flow.id}", cards, picture))
    only = ""
    if changes is not None:
        only = f'<label><input type="checkbox"> changed since {escape(changes.since)}</label>'
    bar = (
        '<header><div><b>Keel</b><input type="search" aria-label="Search" placeholder="Search lessons and screens">'
        f"{only}<output></output></div></header>"
    )
    style = (PAGE / "preview.css").read_text(encoding="utf-8")
    script = (PAGE / "preview.js").read_text(encoding="utf-8")
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    head += f"<title>Keel: preview</title><style>{style}</style>"
    body = f"{bar}<main>{''.join(parts)}</main><script>{script}</script>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


class _Shown:
    """The cards of one language."""

    def __init__(self, library: Library, content: Content, sources: Sources, changes: Changes | None) -> None:
        self._library, self._content, self._changes = library, content, changes
        self._lessons, self._flows = sources.lessons(content.locale), sources.flows(content.locale)

    def lesson(self, lesson: Lesson) -> str:
        """A lesson: its message with buttons, its question with answers, why it works, and its measures."""
        texts = self._content.texts
        practice = texts("lesson-practice", minutes=lesson.minutes, say=lesson.practice)
        message = _bubble(f"**{lesson.title}**", lesson.body, practice)
        names = ("tried", "later", "save", "not-for-me", "why", "more-help")
        keys = _keys((texts(f"button-{name}") for name in names), wide=False)
        asked = _bubble(f"**{lesson.question}**") + _keys((item.label for item in lesson.replies), wide=True)
        replies = "".join(_bubble(f"> {item.label}", item.reply) for item in lesson.replies)
        source = self._library.sources.get(lesson.source)
        work = f"{source.authors} ({source.year}). {source.title}." if source else f"unknown source {lesson.source}"
        why = _bubble(texts("why-title") + "\n" + lesson.why, f"{source.found if source else ''}\n> {work}")
        words = len(lesson.body.split())
        tags = ", ".join(name for names in lesson.tags.values() for name in names)
        measures = [
            _measure(f"grade {grade(whole(lesson)):.1f}", over=grade(whole(lesson)) > HARDEST),
            _measure(f"{words} words", over=not FEWEST_WORDS <= words <= MOST_WORDS),
            escape(f"reviewed by: {lesson.reviewed_by}"),
            escape(tags),
        ]
        file = self._lessons.get(lesson.id)
        badge, lines, mark = self._changed(file.name if file else "")
        return (
            f'<article id="lesson-{lesson.id}"{mark}><h3>{lesson.id} · {escape(lesson.title)}{badge}</h3>'
            f'<p class="meta">{" · ".join(part for part in measures if part)}</p>'
            f'<div class="chat">{message}{keys}</div>'
            f'<details open><summary>Question and answers</summary><div class="chat">{asked}{replies}</div></details>'
            f'<details><summary>Why this works</summary><div class="chat">{why}</div></details>{lines}</article>'
        )

    def step(self, flow: Flow, step: Step) -> str:
        """One screen of a flow: every wording it may have, its buttons, and its measures."""
        frames = "".join(_bubble(f"{frame.say}  ({frame.seconds:g} s)") for frame in step.frames)
        labels = [*(SCALE if step.ask == "scale" else ()), *(choice.label for choice in step.choices)]
        if step.options:
            labels.insert(0, f"({step.options})")
        if step.always and not step.end:
            labels += [choice.label for choice in flow.always]
        hardest = max(grade(text) for text in step.say)
        measures = [
            _measure(f"grade {hardest:.1f}", over=hardest > HARDEST),
            f"{max(len(text.split()) for text in step.say)} words",
            f"takes {step.ask}" if step.ask else "",
            "ends here" if step.end else "",
        ]
        says = "".join(_bubble(text) for text in step.say)
        badge, _, mark = self._changed(self._flows[flow.id].name if flow.id in self._flows else "", step)
        return (
            f'<article id="{flow.id}-{step.id}"{mark}><h3>{step.id}{badge}</h3>'
            f'<p class="meta">{" · ".join(part for part in measures if part)}</p>'
            f'<div class="chat">{frames}{says}{_keys(labels, wide=False)}</div></article>'
        )

    def steady(self) -> Iterable[str]:
        """The steady messages."""
        for item in self._content.steady:
            about = f"grade {grade(item.say):.1f} · {len(item.say.split())} words"
            badge, _, mark = self._changed(f"{self._content.locale}/steady.yaml", item.say)
            yield (
                f'<article id="steady-{item.id}"{mark}><h3>{item.id}{badge}</h3><p class="meta">{about}</p>'
                f'<div class="chat">{_bubble(item.say)}</div></article>'
            )

    def _changed(self, name: str, part: Step | str | None = None) -> tuple[str, str, str]:
        """A badge, the changed lines, and the mark that the filter looks for; all empty where nothing changed."""
        lines = self._changes.lines.get(name, ()) if self._changes is not None else ()
        added = "\n".join(line[1:].strip() for line in lines if line.startswith("+"))
        if isinstance(part, str) and part not in added:
            lines = ()
        if isinstance(part, Step):
            labels = [f"label: {choice.label}" for choice in part.choices]
            said = [line.strip() for text in part.say for line in text.split("\n") if line.strip()]
            lines = lines if any(text in added for text in (*said, *labels)) else ()
        if not lines:
            return "", "", ""
        shown = "".join(
            f"<{tag}>{escape(line)}</{tag}>" for line in lines for tag in ("ins" if line.startswith("+") else "del",)
        )
        badge = '<span class="badge">changed</span>'
        return badge, f"<details><summary>What changed</summary><pre>{shown}</pre></details>", " data-changed"


def marked(text: str) -> str:
    """The content files' small markup as HTML."""
    safe = escape(text, quote=False)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe)
    safe = re.sub(r"(?<![*\w])\*([^*]+)\*(?![*\w])", r"<i>\1</i>", safe)
    safe = re.sub(r"^&gt; ?(.*)\n?", r"<blockquote>\1</blockquote>", safe, flags=re.MULTILINE)
    return re.sub(r"^- ", "• ", safe, flags=re.MULTILINE)


def _section(id_: str, name: str, cards: Iterable[str], picture: str = "") -> str:
    return f'<section><h2 id="{id_}">{escape(name)}</h2>{picture}<div class="cards">{"".join(cards)}</div></section>'


def _bubble(*paragraphs: str) -> str:
    parts = [part for whole_ in paragraphs for part in whole_.split("\n\n")]
    return f'<div class="bubble">{"".join(f"<p>{marked(part)}</p>" for part in parts)}</div>'


def _keys(labels: Iterable[str], *, wide: bool) -> str:
    kind = "key wide" if wide else "key"
    keys = "".join(f'<span class="{kind}">{escape(label)}</span>' for label in labels)
    return f'<div class="keys">{keys}</div>' if keys else ""


def _measure(text: str, *, over: bool) -> str:
    return f'<span class="over">{escape(text)}</span>' if over else escape(text)
