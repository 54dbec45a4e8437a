"""Bad input to the command line: one sentence with what, where and how to mend it; exit code 2; nothing half-done."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.simulator.server import api
from bot.simulator.telegram import TOKEN, Telegram
from bot.store.migrate import migrate
from bot.store.store import open_store
from bot.web.serve import serving
from bot.zone_rules import newest_date, say_rules
from tests.command import keel
from tests.store.test_keys import LONG_NAME

ROOT = Path(__file__).parent.parent
NOBODY = "http://127.0.0.1:9"


def refused(said: tuple[int, str], *words: str) -> None:
    """Exit code 2, one line, and these words in it."""
    code, text = said
    assert code == 2, text
    assert text.startswith("keel: "), text
    assert len(text.strip().splitlines()) == 1, text
    for word in words:
        assert word in text, text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ("KEEL_TOKEN", "BotFather", "keel demo")),
        ({"KEEL_TOKEN": "hello"}, ("KEEL_TOKEN", "does not look like")),
        ({"KEEL_TOKENN": "x"}, ("KEEL_TOKENN", "did you mean KEEL_TOKEN")),
        ({"KEEL_BULK_RATE": "fast"}, ("KEEL_BULK_RATE",)),
        ({"KEEL_PAID_BROADCAST": "maybe"}, ("KEEL_PAID_BROADCAST", "yes, no")),
        ({"KEEL_LISTEN": "here"}, ("KEEL_LISTEN",)),
        ({"KEEL_API_URL": "telegram"}, ("KEEL_API_URL",)),
        ({"KEEL_NOW": "2026-01-01T00:00:00+00:00"}, ("KEEL_NOW", "127.0.0.1")),
        ({"KEEL_TOKEN": TOKEN, "KEEL_DATABASE_URL": "mysql://x"}, ("KEEL_DATABASE_URL", "sqlite+aiosqlite")),
        ({"KEEL_TOKEN": TOKEN, "KEEL_CONTENT_DIR": "/nowhere"}, ("/nowhere", "KEEL_CONTENT_DIR")),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_setting_that_cannot_be_used(tmp_path: Path, settings: dict[str, str], words: tuple[str, ...]) -> None:
    refused(keel("run", **{"KEEL_DATA_DIR": str(tmp_path), **settings}), *words)
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "keel.lock"])


def test_a_malformed_token_is_not_repeated(tmp_path: Path) -> None:
    _, text = keel("run", KEEL_TOKEN="123:secret-secret", KEEL_DATA_DIR=str(tmp_path))
    assert "secret" not in text


async def test_a_token_that_telegram_refuses(tmp_path: Path) -> None:
    telegram = Telegram(lambda: datetime.now(UTC))
    async with serving(api(telegram), 0) as root:
        wrong = TOKEN.replace("AA", "BB")
        said = await asyncio.to_thread(keel, "run", KEEL_TOKEN=wrong, KEEL_API_URL=root, KEEL_DATA_DIR=str(tmp_path))
    refused(said, "Telegram", "KEEL_TOKEN", "BotFather")
    assert wrong not in said[1]


def test_a_data_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused(
        keel("run", KEEL_TOKEN=TOKEN, KEEL_DATA_DIR=str(tmp_path / "file" / "data")), "data folder", "KEEL_DATA_DIR"
    )


async def test_a_database_of_a_newer_keel(tmp_path: Path) -> None:
    await migrate(f"sqlite+aiosqlite:///{tmp_path / 'keel.db'}")
    with sqlite3.connect(tmp_path / "keel.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    refused(keel("migrate", KEEL_DATA_DIR=str(tmp_path)), "newer Keel", "9999")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "keel.db").write_text("not a database, " * 100)
    refused(keel("run", KEEL_TOKEN=TOKEN, KEEL_DATA_DIR=str(tmp_path)), "keel.db", "not a database")


async def fill(folder: Path, at: datetime) -> None:
    """A database with one person in it."""
    url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
    await migrate(url)
    store = await open_store(url, folder / "keel.key")
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", at)
        await tx.records.add_note(person.id, "note", "a secret", at)
    await store.close()


async def test_a_missing_and_a_wrong_key_file(tmp_path: Path) -> None:
    await fill(tmp_path, datetime.now(UTC))
    assert (tmp_path / "keel.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "keel.key").rename(tmp_path / "away")
    folder = {"KEEL_DATA_DIR": str(tmp_path)}
    given = {"KEEL_ENCRYPTION_KEY_FILE": str(tmp_path / "keel.key")}
    refused(keel("run", KEEL_TOKEN=TOKEN, KEEL_API_URL=NOBODY, **folder, **given), "keel.key", "missing")
    for arguments in (("stats",), ("keys",), ("keys", "rotate")):
        refused(keel(*arguments, **folder), "keel.key", "key file")
    code, said = keel("check", **folder)
    assert code == 1
    assert "keel.key is missing" in said
    assert not (tmp_path / "keel.key").exists()
    (tmp_path / "other").mkdir()
    await fill(tmp_path / "other", datetime.now(UTC))
    shutil.copy(tmp_path / "other" / "keel.key", tmp_path / "keel.key")
    code, said = keel("check", **folder)
    assert code == 1
    assert "1 in note cannot be opened" in said
    assert "these cannot be opened" in keel("keys", **folder)[1]


async def test_a_key_file_handed_over_by_systemd_or_docker(tmp_path: Path) -> None:
    await fill(tmp_path, datetime.now(UTC))
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "keel.key").rename(credentials / "keel.key")
    for handed in (
        {"CREDENTIALS_DIRECTORY": str(credentials)},
        {"KEEL_ENCRYPTION_KEY_FILE": str(credentials / "keel.key")},
    ):
        code, said = keel("keys", KEEL_DATA_DIR=str(tmp_path), **handed)
        assert code == 0
        assert "seals now" in said


async def test_a_key_file_that_cannot_be_changed_is_rotated_by_hand(tmp_path: Path) -> None:
    await fill(tmp_path, datetime.now(UTC))
    secret = tmp_path / LONG_NAME  # no other file's name fits beside it, as in a folder that is not Keel's
    (tmp_path / "keel.key").rename(secret)
    settings = {"KEEL_DATA_DIR": str(tmp_path), "KEEL_ENCRYPTION_KEY_FILE": str(secret)}
    refused(keel("keys", "rotate", **settings), "keel keys new", "may not be changed")
    old = secret.read_text().split()[-3]
    code, line = keel("keys", "new", **settings)
    secret.write_text(secret.read_text() + line)
    code, said = keel("keys", "rotate", **settings)
    assert code == 0, said
    assert f"take out the line with {old}" in said
    secret.write_text(line)
    code, said = keel("check", **settings)
    assert "cannot be opened" not in said


@pytest.mark.long
async def test_a_keel_that_has_a_copy_of_the_key_file_is_not_left_behind(tmp_path: Path) -> None:
    await fill(tmp_path, datetime.now(UTC))
    shutil.copy(tmp_path / "keel.key", tmp_path / "copy")
    settings = {"KEEL_TOKEN": TOKEN, "KEEL_API_URL": NOBODY, "KEEL_DATA_DIR": str(tmp_path)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    environment["KEEL_ENCRYPTION_KEY_FILE"] = str(tmp_path / "copy")
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, cwd=ROOT, stderr=subprocess.PIPE
    )
    assert first.stderr is not None
    assert b"out of reach" in await first.stderr.readline()
    said = await asyncio.to_thread(keel, "keys", "rotate", KEEL_DATA_DIR=str(tmp_path))
    first.kill()
    await first.wait()
    assert said[0] == 2
    assert "has not met the newest key" in said[1]
    code, text = await asyncio.to_thread(keel, "keys", "rotate", KEEL_DATA_DIR=str(tmp_path))
    assert code == 0, text
    assert "Retired" in text


async def test_a_clock_behind_the_newest_row(tmp_path: Path) -> None:
    await fill(tmp_path, datetime(2026, 11, 24, tzinfo=UTC))
    now = {"KEEL_NOW": "2026-11-20T00:00:00+00:00", "KEEL_API_URL": NOBODY}
    refused(keel("run", KEEL_TOKEN=TOKEN, KEEL_DATA_DIR=str(tmp_path), **now), "clock", "2026-11-24")


async def test_a_second_keel_on_the_same_folder(tmp_path: Path) -> None:
    settings = {"KEEL_TOKEN": TOKEN, "KEEL_API_URL": NOBODY, "KEEL_DATA_DIR": str(tmp_path)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, cwd=ROOT, stderr=subprocess.PIPE
    )
    assert first.stderr is not None
    assert b"out of reach" in await first.stderr.readline()
    said = await asyncio.to_thread(keel, "run", KEEL_TOKEN=TOKEN, KEEL_DATA_DIR=str(tmp_path), KEEL_API_URL=NOBODY)
    first.kill()
    await first.wait()
    refused(said, "Another Keel", str(tmp_path))


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(keel("demo", "--port", port), port, "--port")


def test_an_unknown_command_and_the_version() -> None:
    assert keel("fly")[0] == 2
    assert keel("--version") == (0, "keel, version 0.1.0\n")


def test_broken_rules_about_danger_stop_the_start_in_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    rules = tmp_path / "content" / "en" / "safety" / "suicide.yaml"
    settings = {"KEEL_TOKEN": TOKEN, "KEEL_DATA_DIR": str(tmp_path), "KEEL_CONTENT_DIR": str(tmp_path / "content")}
    whole = rules.read_text(encoding="utf-8")
    rules.write_text(whole.replace("says:", "sais:", 2), encoding="utf-8")
    refused(keel("run", **settings), "suicide.yaml:", "more: keel content check")
    refused(keel("demo", KEEL_CONTENT_DIR=settings["KEEL_CONTENT_DIR"]), "suicide.yaml:")
    rules.unlink()
    (tmp_path / "content" / "en" / "safety" / "lexicon.yaml").unlink()
    refused(keel("run", **settings), "lexicon.yaml", "missing")


def test_an_empty_content_folder(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    refused(
        keel("run", KEEL_TOKEN=TOKEN, KEEL_DATA_DIR=str(tmp_path), KEEL_CONTENT_DIR=str(tmp_path / "content")),
        "no language",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("zone = 'Europe/Atlantis'", ("There is no time zone “Europe/Atlantis”", "the nearest name is")),
        ("window_minutes = 0", ("A window of 0 minutes is not possible; choose 1 to 720",)),
        ("weekdays = 0", ("A plan needs at least one weekday",)),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_a_plan_that_no_lesson_can_come_by_is_named(tmp_path: Path, change: str, words: tuple[str, ...]) -> None:
    await fill(tmp_path, datetime.now(UTC))
    with sqlite3.connect(tmp_path / "keel.db") as connection:
        connection.execute("UPDATE learner SET zone = 'Europe/Berlin'")
        connection.execute(f"UPDATE learner SET {change}")
    connection.close()
    code, text = keel("check", KEEL_DATA_DIR=str(tmp_path))
    assert code == 1
    (line,) = [line for line in text.splitlines() if line.startswith("to mend:")]
    for word in ("one person has a plan that no lesson can come by", *words):
        assert word in line


def test_time_zone_rules_older_than_a_year_are_named(tmp_path: Path) -> None:
    now = {"KEEL_NOW": "2100-01-01T00:00:00+00:00", "KEEL_API_URL": NOBODY, "KEEL_DATA_DIR": str(tmp_path)}
    code, text = keel("check", **now)
    assert code == 1
    assert "renew the package tzdata" in text
    assert say_rules(newest_date() + timedelta(days=365))[1] is None
    assert say_rules(newest_date() + timedelta(days=366))[1] is not None
    line, _ = say_rules(newest_date())
    assert line in text
    assert 2026 <= newest_date().year <= datetime.now(UTC).year


def test_the_content_that_ships_is_in_order_and_the_preview_shows_all_of_it(tmp_path: Path) -> None:
    assert keel("content", "check") == (0, "All content is in order.\n")
    assert keel("content", "preview", "--out", str(tmp_path / "page.html"))[0] == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'id="spiral-soothe"' in page
    assert 'id="lesson-a12"' in page
    assert page.count("<svg") == len(list((ROOT / "content/en/flows").glob("*.yaml")))
