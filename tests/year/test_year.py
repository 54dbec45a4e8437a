"""A small part of the simulated years in every run of the tests; `make simulate` is the whole."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.year.compare import Group, compare
from tests.year.reference import Almanac

NUUK = ("America/Nuuk", "Asia/Gaza", "Australia/Lord_Howe")
APIA = ("Pacific/Apia", "Pacific/Kiritimati", "Africa/Cairo")


@pytest.mark.parametrize(
    "group", [Group(2023, NUUK, range(120)), Group(2011, APIA, range(120, 240))], ids=lambda group: str(group.year)
)
def test_a_year_goes_as_the_rules_say(group: Group) -> None:
    found = compare(group, days=365)
    assert found.differences == []
    assert min(found.came[what] for what in ("lesson", "back", "quiet", "blocked", "pause")) > 10


def test_the_almanac_shows_what_the_wall_shows() -> None:
    begins, ends = 1_323_216_000, 1_325_808_000  # December 2011
    apia = Almanac("Pacific/Apia", begins, ends)
    days = Counter(apia.days)
    assert 734_501 not in days, "Samoa had no 30 December 2011"
    assert apia.at(734_501, 12 * 3600) == (apia.at(734_502, 0)[0], True)
    spring = Almanac("Europe/Berlin", 1_774_656_000, 1_774_915_200)  # the last weekend of March 2026
    moved, change = spring.at(739_704, 9_000), spring.at(739_704, 3 * 3600)
    assert moved == (change[0], True)
    assert change[1] is False
