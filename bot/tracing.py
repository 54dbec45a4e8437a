"""Traces for OpenTelemetry, where somebody wants them; without that nothing is imported and nothing is kept.

An update's way is a span for writing it down (`receive`, a batch of them) and one for answering it (`handle`), with one
for each answer below (`deliver`). A pass over what is due is a `tick`, with its own `deliver` below. Attributes are
counts, lanes, verdicts and types of errors: nothing says who it was, in which chat, or a word of what was written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import structlog

from bot import __version__

log = structlog.get_logger()

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Span(Protocol):
    """What is being traced."""

    def set_attribute(self, key: str, value: str | int) -> None:
        """Say something more about it: a count, or a name of our own."""


class _Untraced(AbstractContextManager["_Untraced"]):
    def __exit__(self, *_: object) -> None:
        return None

    def set_attribute(self, key: str, value: str | int) -> None:
        """Nobody asks."""


_UNTRACED = _Untraced()
_tracer: Any = None


def begin() -> None:
    """Send traces from now on to where OpenTelemetry's own variables say, if they say so. What is left goes at exit."""
    if not os.environ.get(ENDPOINT):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # optional
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # optional
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  # optional
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  # optional
    except ImportError:
        log.warning("traces need more packages: pip install 'keel-bot[otel]'", setting=ENDPOINT)
        return
    name = os.environ.get("OTEL_SERVICE_NAME", "keel")
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)


def use(provider: Any) -> None:
    """Trace with this provider; with None no more."""
    global _tracer  # noqa: PLW0603  # one for the process, as its log is
    _tracer = None if provider is None else provider.get_tracer("keel", __version__)


def span(name: str, **about: str | int) -> AbstractContextManager[Span]:
    """Trace what happens in the block."""
    return _UNTRACED if _tracer is None else _traced(name, about)


@contextmanager
def _traced(name: str, about: dict[str, str | int]) -> Iterator[Span]:
    # An exception's own words may quote what somebody wrote, so OpenTelemetry is not to write it down by itself.
    with _tracer.start_as_current_span(
        name, attributes=about, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_attribute("error.type", type(error).__name__)
            raise
