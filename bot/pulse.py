"""What one process counts of itself: how long answers took, what Telegram said, whether its ticks come.

All of it is counted in memory, so that no update costs a transaction more, and read when somebody asks for /metrics.
Labels are lanes, verdicts and names of our own; none says anything about a person, a chat or what was written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bot import __version__, log

ANSWER_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
NEVER = float("inf")


class Pulse:
    """One for each process. tell: the monotonic clock, in seconds."""

    def __init__(self, tell: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._reached: float | None = None
        self._ticks: dict[str, float] = {}
        self.registry = found = CollectorRegistry()
        self._updates = Counter("keel_updates", "Updates received and written down.", registry=found)
        self._answers = Histogram(
            "keel_first_answer_seconds", "From receiving an update until Telegram took the first message.",
            buckets=ANSWER_SECONDS, registry=found,
        )  # fmt: skip
        self._verdicts = Counter(
            "keel_sends", "Replies and lessons sent, by what became of them.", ["lane", "verdict"], registry=found
        )
        self._calls = Counter("keel_telegram_calls", "Calls to the Bot API, by result.", ["result"], registry=found)
        self._ended = Counter("keel_ticks", "Passes over what is due that ended.", ["lane"], registry=found)
        self._age = Gauge(
            "keel_tick_age_seconds", "Since a pass over what is due ended last.", ["lane"], registry=found
        )
        self._quiet = Gauge("keel_telegram_age_seconds", "Since Telegram answered last.", registry=found)
        self._quiet.set_function(lambda: self.quiet)
        self._waiting = Gauge("keel_lane_waiting", "Calls that wait for their lane.", ["lane"], registry=found)
        self._numbers = {
            name: Gauge(name, about, registry=found)
            for name, about in (
                ("keel_bulk_room_seconds", "Until the bulk lane has room for one more message."),
                ("keel_chats_held", "Chats that Telegram asked to leave alone for a while (429)."),
                ("keel_chats_answered", "Chats that this process answers or has queued."),
            )
        }
        Info("keel", "Which Keel this is.", registry=found).info({"version": __version__})
        ProcessCollector(registry=found)
        found.register(_Errors())

    def received(self) -> None:
        """One more update is safe."""
        self._updates.inc()

    def answered(self, seconds: float) -> None:
        """The first message to an update went out after so many seconds."""
        self._answers.observe(seconds)

    def sent(self, lane: str, verdict: str) -> None:
        """Telegram's word on a reply or a lesson."""
        self._verdicts.labels(lane, verdict).inc()

    def called(self, status: int | None) -> None:
        """A call came back with an HTTP status, or with None when no answer came."""
        self._calls.labels(_result(status)).inc()
        if status is not None and status < 500:
            self._reached = self._tell()

    def begins(self, lane: str) -> None:
        """Passes over what is due in this lane are to come, from now on."""
        self._ticks[lane] = self._tell()
        self._age.labels(lane).set_function(lambda: self._tell() - self._ticks[lane])

    def ticked(self, lane: str) -> None:
        """A pass over what is due ended."""
        self._ticks[lane] = self._tell()
        self._ended.labels(lane).inc()

    def watch_lane(self, lane: str, waiting: Callable[[], float]) -> None:
        """How many calls wait for a lane is read there."""
        self._waiting.labels(lane).set_function(waiting)

    def watch(self, name: str, read: Callable[[], float]) -> None:
        """One of the single numbers is read there."""
        self._numbers[name].set_function(read)

    @property
    def quiet(self) -> float:
        """Seconds since Telegram answered last; infinite where it never did."""
        return NEVER if self._reached is None else self._tell() - self._reached

    @property
    def late(self) -> dict[str, float]:
        """Seconds since each lane's last pass ended (or since they were to begin)."""
        return {lane: self._tell() - ended for lane, ended in self._ticks.items()}


class _Errors(Collector):
    """What was logged as an error: every failure is, once, where it happened."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The counts so far."""
        found = CounterMetricFamily("keel_errors", "Errors in the log, by the exception's type.", labels=["kind"])
        for kind, count in sorted(log.ERRORS.items()):
            found.add_metric([kind], count)
        yield found


def _result(status: int | None) -> str:
    match status:
        case None:
            return "unreachable"
        case 429:
            return "flood"
        case _ if status >= 500:
            return "down"
        case _ if status >= 400:
            return "refused"
        case _:
            return "ok"
