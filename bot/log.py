"""Logging: structured, to stderr, and scrubbed. What people write and the token never get in.

Exceptions appear as their type and the places they came through. Their messages are left out, because a library's
message may quote what it was given. That holds for those that nobody caught, too: Python's own reports of them print
the message, and asyncio's the task with everything in it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections import Counter
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

QUIET = ("httpx", "httpcore", "aiosqlite", "alembic", "hpack", "opentelemetry", "urllib3")
"""Libraries whose chatter says nothing to an operator, or says too much."""
ERRORS: Counter[str] = Counter()
"""How many errors this process has logged, by the type of what failed; `other` where nothing was raised."""


def configure(style: str = "console", level: str = "info", token: str | None = None) -> None:
    """Set up logging for the whole process.

    style: console or json. token: replaced by three dots wherever it occurs.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_places,
        count_errors,
        Scrub(token),
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of each tick that is left out because the last one still goes. That is meant, and how late ticks are is
    # said by /readyz and /metrics.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # `report_loop` says it, without the words
    sys.excepthook = _report
    sys.unraisablehook = lambda found: _report(found.exc_type, found.exc_value, found.exc_traceback)
    threading.excepthook = lambda found: _report(found.exc_type, found.exc_value, found.exc_traceback)
    for name in ("telegram", "telegram.ext"):
        # PTB logs whole updates at debug and exception texts at error: only its warnings' first words are wanted.
        logging.getLogger(name).setLevel(logging.CRITICAL)


def report_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What the event loop says when nobody waits for something that failed, without a word of it."""
    error = context.get("exception")
    structlog.get_logger().error("something failed that nobody waits for", exc_info=error or False)


def _report(_kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    structlog.get_logger().critical("something failed that nobody expected", exc_info=error or False)


def only_places(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and where it came through, without its words."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
    return event


def count_errors(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Count what is worse than a warning; the record itself goes on as it is."""
    if event.get("level") in ("error", "critical"):
        ERRORS[str(event.get("error", "other"))] += 1
    return event


class Scrub:
    """Takes the token out of every value."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """One record."""
        if self._token:
            for name, value in event.items():
                if isinstance(value, str) and self._token in value:
                    event[name] = value.replace(self._token, "…")
        return event
