"""What Keel tells about itself: /readyz, in words, and /metrics, for Prometheus.

A look costs at most a handful of queries, each of which stops counting somewhere. Numbers of the database are the same
whichever process of several is asked; everything else is that process's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.core.model import Lane
from bot.pulse import NEVER, Pulse
from bot.store.counts import Queue
from bot.store.store import Store

log = structlog.get_logger()

PATIENCE = 5.0
"""Seconds in which the database is to answer."""
LATE = timedelta(minutes=5)
"""What waits for longer counts as late."""
TELEGRAM_SECONDS = 120.0
"""Telegram counts as reached for so long: it is asked something every half minute at least."""
TICK_SECONDS = 60.0
"""A tick that did not end for so long is late."""


@dataclass(frozen=True)
class Finding:
    """One of the things that have to be well, in words."""

    subject: str
    well: bool
    words: str


@dataclass(frozen=True)
class _Waiting:
    lanes: dict[Lane, Queue]
    inbox: Queue
    aside: int


def inside(store: Store, clock: Clock, pulse: Pulse) -> list[Route]:
    """The two pages."""

    async def ready(_request: Request) -> Response:
        found = [await _database(store), _telegram(pulse), *_ticks(pulse)]
        said = "".join(f"{finding.subject}: {finding.words}\n" for finding in found)
        return PlainTextResponse(said, status_code=200 if all(finding.well for finding in found) else 503)

    async def metrics(_request: Request) -> Response:
        told = generate_latest(pulse.registry) + generate_latest(await _stored(store, clock.now()))
        return Response(told, media_type=CONTENT_TYPE_LATEST)

    return [Route("/readyz", ready), Route("/metrics", metrics)]


async def _database(store: Store) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE), store.transaction(reading=True) as tx:
            await tx.marks.get("ready")
    except Exception as error:
        return Finding("database", False, f"does not answer ({type(error).__name__}); look whether it runs")
    return Finding("database", True, "answers")


def _telegram(pulse: Pulse) -> Finding:
    if pulse.quiet == NEVER:
        return Finding("telegram", False, "not reached yet; look at the network and KEEL_API_URL")
    if pulse.quiet > TELEGRAM_SECONDS:
        words = f"not reached for {pulse.quiet:.0f} seconds; look at the network and KEEL_API_URL"
        return Finding("telegram", False, words)
    return Finding("telegram", True, f"answered {pulse.quiet:.0f} seconds ago")


def _ticks(pulse: Pulse) -> Iterator[Finding]:
    for lane, seconds in pulse.late.items():
        if seconds > TICK_SECONDS:
            words = f"nothing that is due went out for {seconds:.0f} seconds; look into the log, and start Keel again"
            yield Finding(f"{lane} tick", False, words)
        else:
            yield Finding(f"{lane} tick", True, "on time")


async def _stored(store: Store, now: datetime) -> CollectorRegistry:
    found = CollectorRegistry()
    up = Gauge("keel_database_up", "Whether the database answers.", registry=found)
    try:
        async with asyncio.timeout(PATIENCE):
            waiting = await _waiting(store, now)
    except Exception as error:
        log.warning("the store does not answer", error=type(error).__name__)
        return found
    up.set(1)
    due, late, oldest = (
        Gauge(name, about, ["lane"], registry=found)
        for name, about in (
            ("keel_timers_due", "What is due and not yet done, counted up to 10,000."),
            ("keel_timers_late", "What was due five minutes ago already, counted up to 10,000."),
            ("keel_timers_oldest_seconds", "For how long the oldest of it has been due."),
        )
    )
    for lane, queue in waiting.lanes.items():
        due.labels(lane.value).set(queue.waiting)
        late.labels(lane.value).set(queue.late)
        oldest.labels(lane.value).set(_age(queue, now))
    for name, about, number in (
        ("keel_inbox_waiting", "Updates that wait for their answer, counted up to 10,000.", waiting.inbox.waiting),
        ("keel_inbox_late", "Updates that have waited for five minutes.", waiting.inbox.late),
        ("keel_inbox_oldest_seconds", "For how long the oldest update has waited.", _age(waiting.inbox, now)),
        ("keel_inbox_set_aside", "Updates that could not be handled.", waiting.aside),
    ):
        Gauge(name, about, registry=found).set(number)
    return found


async def _waiting(store: Store, now: datetime) -> _Waiting:
    async with store.transaction(reading=True) as tx:
        lanes = {lane: await tx.counts.queue(lane, now, now - LATE) for lane in Lane}
        inbox, aside = await tx.counts.arrivals(now - LATE)
    return _Waiting(lanes, inbox, aside)


def _age(queue: Queue, now: datetime) -> float:
    return 0.0 if queue.oldest is None else max(0.0, (now - queue.oldest).total_seconds())
