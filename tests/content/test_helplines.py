"""Helplines: each has a date, none grows old unnoticed, emergency numbers exist, operators add theirs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import shortnumberinfo

from bot.library.findings import ContentProblem
from bot.library.helplines import FRESH, is_old, old, with_local
from bot.library.load import Library
from bot.library.schema import LineFile
from tests.command import keel
from tests.test_bad_input import refused

OLD = {
    "AT Opfer-Notruf",
    "AU Beyond Blue",
    "CA Kids Help Phone",
    "GB Galop LGBT+ anti-abuse helpline",
    "GB NHS 111, mental health option",
    "GB Respect Phoneline (worried about your own behaviour)",
    "KR 자살예방상담전화 109",
    "PL Centrum Wsparcia dla Osób Dorosłych w Kryzysie Psychicznym",
    "PL Niebieska Linia",
    "PT Linha Nacional de Prevenção do Suicídio",
    "SG national mindline 1771",
    "UA La Strada-Ukraine hotline",
    "US Crisis Text Line",
    "US The Trevor Project (under 25)",
}
"""Lines whose newest source is older than 200 days already. Nothing may join them: look it up anew, or take it out."""
NOT_IN_THE_PLAN = {("NG", "112")}
"""Emergency numbers that libphonenumber does not have; each is to be confirmed by hand."""


def test_no_line_is_older_than_200_days_but_those_that_are_named(library: Library) -> None:
    today = datetime.now(UTC).date()
    assert set(old(library.helplines.countries, today)) <= OLD
    assert today - library.helplines.compiled <= FRESH, "look at every number again, and renew “compiled”"


def test_every_line_has_a_way_in_a_source_and_a_date_that_was(library: Library) -> None:
    today = datetime.now(UTC).date()
    for code, country in library.helplines.countries.items():
        for line in country.lines:
            assert line.phone or line.sms or line.whatsapp or line.chat or line.url, (code, line.name)
            assert line.sources, (code, line.name)
            assert line.seen <= today, (code, line.name)
            known = [item for item in line.sources if isinstance(item, str) and not item.startswith("http")]
            assert set(known) <= set(library.helplines.sources), (code, line.name)


def test_every_emergency_number_is_one_of_its_country(library: Library) -> None:
    for code, country in library.helplines.countries.items():
        numbers = re.findall(r"\d+", country.emergency)
        assert numbers, code
        for number in numbers:
            known = shortnumberinfo.is_emergency_number(number, code)
            assert known or (code, number) in NOT_IN_THE_PLAN, (code, number)


def test_every_ordinary_number_can_exist_in_its_country(library: Library) -> None:
    strange = []
    for code, country in library.helplines.countries.items():
        for line in country.lines:
            for number in (line.phone or "").split(" / "):
                digits = re.sub(r"\D", "", number)
                if len(digits) >= 7 and not _can_exist(number, code):
                    strange.append((code, line.name, number))
    assert strange == []


def _can_exist(number: str, code: str) -> bool:
    return bool(phonenumbers.is_possible_number(phonenumbers.parse(number.split(" (", maxsplit=1)[0], code)))


def test_a_number_grows_old_on_its_201st_day() -> None:
    line = LineFile(name="x", kind="youth", confidence="B", seen=date(2026, 1, 1))
    assert not is_old(line, date(2026, 1, 1) + timedelta(days=200))
    assert is_old(line, date(2026, 1, 1) + timedelta(days=201))
    assert not is_old(line.model_copy(update={"confirmed": date(2026, 7, 1)}), date(2026, 8, 1))


def local(folder: Path, text: str) -> Path:
    """An operator's file."""
    path = folder / "helplines.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_operator_adds_confirms_and_takes_out(library: Library, tmp_path: Path) -> None:
    path = local(
        tmp_path,
        """
confirmed:
  - {country: GB, name: Samaritans, by: Noor, day: 2026-11-20}
gone:
  - {country: GB, name: Shout}
countries:
  GB:
    lines:
      - {name: Leeds Listens, kind: emotional_support, phone: 0113 000 0000, confidence: B, seen: 2026-11-20}
  JM: {name: Jamaica, emergency: "119", lines: []}
""",
    )
    countries = with_local(library.helplines, path).countries
    names = [line.name for line in countries["GB"].lines]
    assert names[0] == "Leeds Listens"
    assert "Shout" not in names
    confirmed = next(line for line in countries["GB"].lines if line.name == "Samaritans").confirmed
    assert confirmed == date(2026, 11, 20)
    assert countries["JM"].emergency == "119"
    assert "GB Leeds Listens" not in old(countries, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("countries:\n  GB:\n    lines:\n      - {name: A, kind: youth, confidence: B}\n", (":4:", "seen")),
        ("confirmed:\n  - {country: GB, name: Nobody, by: me, day: 2026-01-01}\n", (":2:", "Nobody", "GB")),
        ("gone:\n  - {country: ZZ, name: Nobody}\n", (":2:", "Nobody")),
        ("countries:\n  JM: {lines: []}\n", (":2:", "emergency")),
        ("countries: [\n", ("helplines.yaml:",)),
        ("confirmd: []\n", (":1:", "confirmd")),
    ],
)
def test_an_operators_broken_file_is_said_in_one_sentence(
    library: Library, tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(ContentProblem) as problem:
        with_local(library.helplines, local(tmp_path, text))
    said = str(problem.value)
    assert len(said.splitlines()) == 1, said
    for word in words:
        assert word in said, said


def test_a_broken_or_missing_file_stops_the_start(tmp_path: Path) -> None:
    settings = {"KEEL_TOKEN": "123456:aaaaaaaaaaaaaaaaaaaaaaaa", "KEEL_DATA_DIR": str(tmp_path)}
    refused(
        keel("run", KEEL_HELPLINES_FILE=str(tmp_path / "nowhere.yaml"), **settings),
        "nowhere.yaml",
        "KEEL_HELPLINES_FILE",
    )
    local(tmp_path, "countries:\n  GB:\n    lines:\n      - {name: A, kind: youth, confidence: B}\n")
    refused(keel("run", **settings), "helplines.yaml:4", "seen")  # the one in the data folder is found by itself


def test_keel_check_names_what_is_old_and_that_nobody_dialled(tmp_path: Path) -> None:
    code, said = keel("check", KEEL_DATA_DIR=str(tmp_path))
    assert code == 0, said
    assert "nobody has dialled" in said
    assert "GB Galop" in said
    later = {"KEEL_NOW": "2027-07-01T00:00:00+00:00", "KEEL_API_URL": "http://127.0.0.1:9"}
    code, said = keel("check", KEEL_DATA_DIR=str(tmp_path), **later)
    assert code == 1
    assert "GB Samaritans" in said
    assert "check every number" in said
