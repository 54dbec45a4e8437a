"""The operator's own helplines beside those that ship: local lines, numbers that were dialled, numbers gone dead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.library.findings import single
from bot.library.schema import CountryFile, HelplinesFile, LineFile, Shape
from bot.library.where import Path_
from bot.library.yaml_lines import compose, line_of, read

FRESH = timedelta(days=200)
"""An entry older than this may be wrong, and is said to be old."""
Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class NamedLine(Shape):
    """A line that ships, by its country and its name."""

    country: Code
    name: str


class ConfirmedLine(NamedLine):
    """A line that somebody dialled or wrote to, and when."""

    by: str
    day: date


class LocalCountry(Shape):
    """Lines of the operator's own; for a country that does not ship, its name and emergency number too."""

    name: str | None = None
    emergency: str | None = None
    lines: list[LineFile] = Field(default_factory=list)


class LocalHelplines(Shape):
    """The operator's file."""

    confirmed: list[ConfirmedLine] = Field(default_factory=list)
    gone: list[NamedLine] = Field(default_factory=list)
    countries: dict[Code, LocalCountry] = Field(default_factory=dict)


def with_local(shipped: HelplinesFile, path: Path) -> HelplinesFile:
    """The helplines that ship, with an operator's file put over them: their own lines stand first.

    Raises ContentProblem: the file is not readable or not in order; file and line are named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise single(
            str(path), 0, "file", "There is no such file; make it, or take KEEL_HELPLINES_FILE away."
        ) from None
    except (OSError, UnicodeDecodeError):
        message = "This file cannot be read as UTF-8 text; check its rights, and save it as UTF-8."
        raise single(str(path), 0, "file", message) from None
    local = read(LocalHelplines, text, str(path))
    countries = dict(shipped.countries)
    for kind, named in (("gone", local.gone), ("confirmed", local.confirmed)):
        for at, item in enumerate(named):
            country = countries.get(item.country)
            if country is None or all(line.name != item.name for line in country.lines):
                message = f"“{item.name}” is no line of {item.country}; write its name as /sos shows it."
                raise single(str(path), _line(text, (kind, at)), kind, message)
            countries[item.country] = country.model_copy(update={"lines": list(_put(country, item))})
    for code, added in local.countries.items():
        before = countries.get(code)
        name, emergency = added.name or (before and before.name), added.emergency or (before and before.emergency)
        if not name or not emergency:
            message = f"{code} does not ship with Keel, so it needs its “name” and its “emergency” number here."
            raise single(str(path), _line(text, ("countries", code)), "country", message)
        lines = [*added.lines, *(before.lines if before else [])]
        countries[code] = CountryFile(name=name, emergency=emergency, lines=lines)
    return shipped.model_copy(update={"countries": countries})


def old(countries: Mapping[str, CountryFile], today: date) -> list[str]:
    """Country and name of every line that nobody confirmed or saw in print for 200 days."""
    return [
        f"{code} {line.name}" for code, country in countries.items() for line in country.lines if is_old(line, today)
    ]


def is_old(line: LineFile, today: date) -> bool:
    """Whether the newest date of a line is more than 200 days back."""
    return today - (line.confirmed or line.seen) > FRESH


def _put(country: CountryFile, item: NamedLine) -> Iterator[LineFile]:
    for line in country.lines:
        if line.name != item.name:
            yield line
        elif isinstance(item, ConfirmedLine):
            yield line.model_copy(update={"confirmed": item.day})


def _line(text: str, path: Path_) -> int:
    return line_of(compose(text), path, 1)
