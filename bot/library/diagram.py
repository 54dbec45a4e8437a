"""The paths of a flow as a picture."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from bot.core.flow import COMMAND, Flow, targets

WIDE, HIGH, GAP_X, GAP_Y = 150, 30, 46, 16


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
