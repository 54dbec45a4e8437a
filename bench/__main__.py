"""`make bench`: runs every benchmark and writes bench/RESULTS.md."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import first_answer
from bot import log

RESULTS = Path(__file__).parent / "RESULTS.md"
LIBRARIES = ("python-telegram-bot", "SQLAlchemy", "aiosqlite", "APScheduler")


def main() -> int:
    """Measure, write, and say whether every bar holds."""
    log.configure(level="error")
    table, holds = asyncio.run(first_answer.report())
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    head = (
        "# Benchmarks\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}. Run them with `make bench`.\n\n"
    )
    RESULTS.write_text(head + table, encoding="utf-8")
    sys.stdout.write(head + table)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
