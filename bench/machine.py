"""What the machine says of its processes: how much CPU each has used, PostgreSQL's together, and all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES = Path("/proc")


def used(pid: int) -> float:
    """Seconds of CPU that a process used so far, system time included."""
    return sum(_times(_stat(pid))[:2]) / TICKS


def used_by_postgresql(port: int) -> float:
    """The same for the server on this port: what each connection has of its own, and those that ended."""
    first = next(pid for pid in _all() if _serves(pid, port))
    children = [fields for pid in _all() if (fields := _stat(pid)) and int(fields[1]) == first]
    return (sum(_times(_stat(first))) + sum(sum(_times(fields)[:2]) for fields in children)) / TICKS


def worked() -> tuple[float, float]:
    """Seconds of CPU that the whole machine spent at work, and those that there were, since it was started."""
    fields = [int(word) for word in (PROCESSES / "stat").read_text().split(maxsplit=9)[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS, sum(fields) / TICKS


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str]:
    """State, parent and so on; nothing of a process that has just ended."""
    try:
        return (PROCESSES / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _times(fields: list[str]) -> list[int]:
    """User and system time of a process, then of those of its children that ended."""
    return [int(word) for word in fields[11:15]]


def _serves(pid: int, port: int) -> bool:
    try:
        words = (PROCESSES / str(pid) / "cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return words[0].endswith("postgres") and "-p" in words and words[words.index("-p") + 1] == str(port)
