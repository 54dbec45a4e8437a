"""When to stop sending for a while: many failures in a row are not about the people they hit.

Two rules over what came back from the bulk lane:

* **Too many failures of the same hour.** Of the last 20 sends 10 or more failed without Telegram saying why (no
  connection, no answer in time, an error of ours): the lane rests a minute. Then it tries one, and only when that one
  came to something the others follow: each of them could be in doubt, and what is in doubt is never sent again.
* **The same refusal for many.** Telegram refuses one lesson, or one broadcast, for five people with nobody having got
  it in between: it is that message's fault. It stops, the others go on; a lesson is tried again when Keel starts with
  mended content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

LOOKED_AT = 20
TOO_MANY = 10
REST = timedelta(minutes=1)
SAME_REFUSALS = 5


@dataclass(frozen=True)
class Trouble:
    """What came back lately.

    recent: the newest results, True for a failure. kinds: how often each kind of failure is among them.
    refused: refusals in a row, by what was refused (a lesson's id, a broadcast). stopped: what is not sent any more.
    trying: after a rest, one at a time.
    """

    recent: tuple[str, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()
    rests_until: datetime | None = None
    trying: bool = False

    def after(self, failure: str | None, about: str | None, now: datetime, *, refusal: bool = False) -> Trouble:
        """With one more result. failure: its kind, None when the send came to something (a block counts as that)."""
        counted = self._refusals(about, refusal=refusal) if about is not None else self
        recent = (*counted.recent, failure or "")[-LOOKED_AT:]
        if failure is not None and (self.trying or sum(1 for item in recent if item) >= TOO_MANY):
            return replace(counted, recent=(), rests_until=now + REST, trying=True)
        return replace(counted, recent=recent, trying=False)

    def rests(self, now: datetime) -> bool:
        """Whether the lane is to stay still."""
        # A clock set back must not silence the lane for longer than one rest.
        return self.rests_until is not None and timedelta(0) < self.rests_until - now <= REST

    def kinds(self) -> dict[str, int]:
        """How often each kind of failure is among the newest results."""
        return {kind: self.recent.count(kind) for kind in sorted(set(self.recent)) if kind}

    def _refusals(self, about: str, *, refusal: bool) -> Trouble:
        count = self.refused.get(about, 0) + 1 if refusal else 0
        refused = {**self.refused, about: count}
        stopped = self.stopped | {about} if count >= SAME_REFUSALS else self.stopped
        return replace(self, refused=refused, stopped=stopped)
