"""How long the first answer takes: counted in buckets that grow, and read back as percentiles.

Each bucket is a tenth wider than the one before it, from a millisecond on, so that a handful of small counts says what
a list of every time would say, and nothing about anybody.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

GROWTH = 1.1
SHORTEST = 0.001
LONGEST = 3600.0


def bucket(seconds: float) -> int:
    """The bucket of a time. Everything up to a millisecond is in the first, an hour and more in the last."""
    within = min(max(seconds, SHORTEST), LONGEST)
    return round(math.floor(math.log(within / SHORTEST, GROWTH) + 1e-9))


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The time that this share of answers took at most, in seconds; None when there were no answers.

    It is the middle of the bucket in which the exact percentile (by nearest rank) lies. A bucket is at most 10% wide,
    so between a millisecond and an hour the estimate is wrong by less than 5% either way.
    """
    rank = max(1, math.ceil(sum(counts.values()) * share))
    reached = 0
    for at in sorted(counts):
        reached += counts[at]
        if reached >= rank:
            return SHORTEST * math.pow(GROWTH, at + 0.5)
    return None
