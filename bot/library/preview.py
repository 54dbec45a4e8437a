"""One self-contained web page: every screen of every flow, a diagram of its paths, every lesson as it will look."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from bot.core.curriculum import Lesson
from bot.core.flow import COMMAND, SCALE, Flow, Step, targets
from bot.library.grade import grade
from bot.library.load import Content, Library

WIDE, HIGH, GAP_X, GAP_Y = 150, 30, 46, 16
STYLE = """
:root{color-scheme:light dark;--b:#e6ecef;--c:#fff;--t:#17212b;--s:#54626d;--l:#b7c3ca;--a:#1c5f86}
@media(prefers-color-scheme:dark){:root{--b:#0d141a;--c:#1d2a35;--t:#eef3f6;--s:#a9b9c4;--l:#3d5262;--a:#7cc4ee}}
body{margin:0;background:var(--b);color:var(--t);font:16px/1.45 system-ui,sans-serif}
main{max-width:75rem;margin:auto;padding:1rem}
nav a{color:var(--a);margin-right:1rem}.cards{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
article{background:var(--c);border-radius:12px;padding:.8rem 1rem;width:20rem;max-width:100%;overflow-wrap:anywhere}
article h3{margin:0 0 .4rem;font-size:.85rem;color:var(--s)}article p{white-space:pre-wrap;margin:.4rem 0}
.button{border:1px solid var(--l);border-radius:8px;padding:.3rem .6rem;margin:.2rem 0;display:block;text-align:center}
.meta{color:var(--s);font-size:.82rem}blockquote{border-left:3px solid var(--a);margin:.2rem 0;padding-left:.6rem}
.map{overflow-x:auto;background:var(--c);border-radius:12px;margin:1rem 0}svg text{font:12px system-ui;fill:var(--t)}
svg rect{fill:var(--b);stroke:var(--l)}svg path{fill:none;stroke:var(--s)}hr{border:0;border-top:1px dashed var(--l)}
"""


def preview(library: Library) -> str:
    """The page as HTML."""
    parts = []
    for content in library.locales.values():
        links = "".join(
            f'<a href="#{content.locale}-{name}">{escape(name)}</a>' for name in (*content.flows, "lessons")
        )
        parts.append(f"<h1>{escape(content.name)}</h1><nav>{links}</nav>")
        parts += [_flow(content, flow) for flow in content.flows.values()]
        lessons = "".join(_lesson(library, lesson) for lesson in content.lessons.values())
        parts.append(f'<h2 id="{content.locale}-lessons">Lessons</h2><div class="cards">{lessons}</div>')
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Keel: preview</title>'
    head += f"<style>{STYLE}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{"".join(parts)}</main></body></html>'


def _flow(content: Content, flow: Flow) -> str:
    cards = "".join(_step(flow, step) for step in flow.steps.values() if step.say)
    return (
        f'<h2 id="{content.locale}-{flow.id}">/{escape(flow.id)}</h2><div class="map">{diagram(flow)}</div>'
        f'<div class="cards">{cards}</div>'
    )


def _step(flow: Flow, step: Step) -> str:
    frames = "".join(f"<p>{marked(frame.say)} <span class=meta>{frame.seconds:g} s</span></p>" for frame in step.frames)
    says = "<hr>".join(f"<p>{marked(text)}</p>" for text in step.say)
    labels = [*(SCALE if step.ask == "scale" else ()), *(choice.label for choice in step.choices)]
    if step.options:
        labels.insert(0, f"({step.options})")
    if step.always and not step.end:
        labels += [choice.label for choice in flow.always]
    buttons = "".join(f'<span class="button">{escape(label)}</span>' for label in labels)
    notes = [
        f"grade {max(grade(text) for text in step.say):.1f}",
        f"{max(len(text.split()) for text in step.say)} words",
    ]
    if step.ask:
        notes.append(f"takes {step.ask}")
    if step.end:
        notes.append("ends here")
    below = f'<p class="meta">{", ".join(notes)}</p>'
    return f'<article id="{flow.id}-{step.id}"><h3>{step.id}</h3>{frames}{says}{buttons}{below}</article>'


def _lesson(library: Library, lesson: Lesson) -> str:
    replies = "".join(
        f'<span class="button">{escape(item.label)}</span><p>{marked(item.reply)}</p>' for item in lesson.replies
    )
    source = library.sources.get(lesson.source)
    work = f"{source.authors} ({source.year}). {source.title}." if source else f"unknown source {lesson.source}"
    words = len(lesson.body.split())
    return (
        f'<article id="lesson-{lesson.id}"><h3>{lesson.id} · {escape(lesson.stage)}</h3>'
        f"<p><b>{escape(lesson.title)}</b></p>"
        f"<p>{marked(lesson.body)}</p><p><b>Try it</b> ({lesson.minutes} min): {marked(lesson.practice)}</p><hr>"
        f"<p><b>{marked(lesson.question)}</b></p>{replies}<hr><p>{marked(lesson.why)}</p>"
        f'<p class="meta">{escape(work)}</p>'
        f'<p class="meta">grade {grade(lesson.body):.1f}, {words} words, '
        f"reviewed by: {escape(lesson.reviewed_by)}</p></article>"
    )


def marked(text: str) -> str:
    """The content files' small markup as HTML."""
    safe = escape(text, quote=False)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe)
    safe = re.sub(r"(?<![*\w])\*([^*]+)\*(?![*\w])", r"<i>\1</i>", safe)
    safe = re.sub(r"^&gt; ?(.*)$", r"<blockquote>\1</blockquote>", safe, flags=re.MULTILINE)
    return re.sub(r"^- ", "• ", safe, flags=re.MULTILINE)


def diagram(flow: Flow) -> str:
    """The paths of a flow as SVG: steps in columns by how many taps away they are, lines for every way on."""
    flow = replace(flow, always=())  # "stop" from everywhere would hide every other line
    depth = {flow.start: 0}
    waiting = [flow.start]
    while waiting:
        name = waiting.pop(0)
        for other in targets(flow, flow.steps[name]):
            if other in flow.steps and other not in depth:
                depth[other] = depth[name] + 1
                waiting.append(other)
    for name in flow.steps:
        depth.setdefault(name, 0)
    columns: dict[int, list[str]] = {}
    for name, column in depth.items():
        columns.setdefault(column, []).append(name)
    spot = {
        name: (10 + column * (WIDE + GAP_X), 10 + row * (HIGH + GAP_Y))
        for column, names in columns.items()
        for row, name in enumerate(names)
    }
    shapes = [
        _line(spot[name], spot[other])
        for name, step in flow.steps.items()
        for other in dict.fromkeys(targets(flow, step))
        if other in spot
    ]
    for name, (x, y) in spot.items():
        label = escape(name + (" ⏹" if flow.steps[name].end else ""))
        helped = any(choice.to and choice.to.startswith(COMMAND) for choice in flow.steps[name].choices)
        shapes.append(
            f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="7"/>'
            f'<text x="{x + 8}" y="{y + 20}">{label}{" +" if helped else ""}</text>'
        )
    width = 20 + (max(columns) + 1) * (WIDE + GAP_X)
    height = 20 + max(len(names) for names in columns.values()) * (HIGH + GAP_Y)
    title = f"Paths of the flow {flow.id}: {len(flow.steps)} steps"
    return f'<svg width="{width}" height="{height}" role="img" aria-label="{escape(title)}">{"".join(shapes)}</svg>'


def _line(begin: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = begin[0] + WIDE, begin[1] + HIGH // 2
    x2, y2 = end[0], end[1] + HIGH // 2
    if x2 <= x1:  # a way back runs below
        low = max(y1, y2) + HIGH // 2 + 6
        return f'<path d="M{x1} {y1} C{x1 + 30} {low},{x2 - 30} {low},{x2} {y2}" stroke-dasharray="3 3"/>'
    return f'<path d="M{x1} {y1} C{x1 + GAP_X // 2} {y1},{x2 - GAP_X // 2} {y2},{x2} {y2}"/>'
