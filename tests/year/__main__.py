"""`python -m tests.year [people] [year …]`: prints people, zones, what came, and every difference."""

from __future__ import annotations

import sys
import time

from tests.year.compare import compare_all
from tests.year.lives import YEARS


def main() -> int:
    """Run it; 1 when there is any difference."""
    numbers = [int(word) for word in sys.argv[1:]]
    people, years = (numbers[0] if numbers else 10_000), tuple(numbers[1:]) or YEARS
    began = time.monotonic()
    total = compare_all(people, years, days=365)
    came = ", ".join(f"{count} {what}" for what, count in sorted(total.came.items()))
    print(f"{total.people} people in {len(total.zones)} zones, each through one of the years {years}")
    print(f"{total.days} days of theirs compared; what came by itself: {came}")
    for line in total.differences[:20]:
        print(f"differs: {line}")
    print(f"{len(total.differences)} people for whom the two differ; {time.monotonic() - began:.0f} seconds")
    return 1 if total.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
