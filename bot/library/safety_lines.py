"""Labelled lines for measuring the detector: a CSV with text, label and, if wanted, source."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bot.core.safety.measure import LABELS, Line
from bot.core.safety.model import SOURCES
from bot.library.findings import single

HOW = "the first line must be text,label or text,label,source"
TIERS = ("", "immediate", "act", "ask", "none")


def read_lines(path: Path) -> list[Line]:
    """The labelled lines of a file.

    Raises ContentProblem: the file cannot be read, a column is missing, or a label or source is unknown.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise single(str(path), 0, "file", "There is no such file; name a CSV file.") from None
    except UnicodeDecodeError:
        raise single(str(path), 0, "file", "This file is not UTF-8 text; save it as UTF-8.") from None
    except OSError as problem:
        raise single(str(path), 0, "file", f"This file cannot be read ({problem.strerror}); name a CSV file.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    try:
        missing = [name for name in ("text", "label") if name not in (reader.fieldnames or ())]
        if missing:
            raise single(str(path), 1, "columns", f"The column “{missing[0]}” is missing; {HOW}.")
        for row in reader:
            lines.append(_line(path, reader.line_num, row))
    except csv.Error as problem:
        number = min(reader.line_num + 1, text.count("\n"))
        raise single(str(path), number, "csv", f"This line is not CSV ({problem}); check its quotes.") from None
    if not lines:
        raise single(str(path), 1, "lines", f"There is no line to measure; {HOW}, and lines follow.")
    return lines


def _line(path: Path, number: int, row: dict[str, str | None]) -> Line:
    text, label, given = row.get("text"), (row.get("label") or "").strip(), (row.get("source") or "free").strip()
    if not text or not text.strip():
        raise single(str(path), number, "text", "This line has no text; write some or take the line out.")
    if label not in LABELS:
        raise single(str(path), number, "label", f"“{label}” is no label; use one of {', '.join(LABELS)}.")
    source = next((known for known in SOURCES if known == given), None)
    if source is None:
        raise single(str(path), number, "source", f"“{given}” is no source; use one of {', '.join(SOURCES)}.")
    tier = (row.get("tier") or "").strip()
    if tier not in TIERS:
        raise single(str(path), number, "tier", f"“{tier}” is no tier; use one of {', '.join(TIERS[1:])}, or none.")
    return Line(text, label, source, number, tier)
