"""The therapist's commands, run as a person would: new, check, preview, send, map; and ids that are permanent."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import keel
from bot.app import CONTENT_NAMES
from bot.core.model import Completion, Outcome
from bot.library.check import check, to_mend
from bot.library.load import load
from bot.runner import follow_moves
from bot.services.commands import FLOW_COMMANDS, PAGES
from bot.simulator.person import join
from bot.simulator.server import api
from bot.simulator.telegram import TOKEN, Telegram
from bot.store.migrate import migrate
from bot.store.store import Store, open_store
from bot.web.serve import serving
from tests.command import keel as run
from tests.test_bad_input import NOBODY, refused

ROOT = Path(__file__).parent.parent.parent
BODY = (
    "Rosa keeps a jar of buttons on the sill. When the phone stays dark, she picks one and turns it over. It has four "
    "holes and a nick on the rim. She looks for as long as the kettle takes.\n\n"
    "Nothing about the evening is solved by then. But her hands have done something slow, and the tea is hot. Some "
    "nights she writes to her friend after that. Some nights she finds that it can wait until breakfast."
)
ANSWERS = {
    "--part": "regulation",
    "--title": "A jar of buttons",
    "--body": BODY,
    "--practice": "Pick up one small thing and turn it over slowly.",
    "--minutes": "1",
    "--question": "What did your hands find?",
    "--why": "Looking and touching bring attention back into the room.",
    "--source": "WHO-DWM",
    "--technique": "senses",
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content that ships."""
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def options(**changed: str) -> list[str]:
    """The options for a whole lesson; a changed one is named without its dashes."""
    given = ANSWERS | {f"--{name}": value for name, value in changed.items()}
    pairs = [part for name, value in given.items() for part in (name, value)]
    return ["content", "new", *pairs, "--answer", "A thing|Good.", "--answer", "Nothing|That is fine too."]


def test_a_lesson_from_options_passes_the_check_and_has_its_place(content: Path) -> None:
    before = (content / "curriculum.yaml").read_text(encoding="utf-8")
    code, said = run(*options(), KEEL_CONTENT_DIR=str(content))
    assert code == 0, said
    path = content / "en/lessons/regulation/r16-a-jar-of-buttons.md"
    assert str(path) in said and "content preview" in said and "r16 --to-me" in said
    assert to_mend(check(content, CONTENT_NAMES)) == []
    after = (content / "curriculum.yaml").read_text(encoding="utf-8")
    assert after == before.replace("r14, r15]", "r14, r16, r15]")  # before the look back that ends the stage
    assert load(content).speak(None).lessons["r16"].body == BODY


def test_a_lesson_from_answers_to_questions(content: Path) -> None:
    typed = [
        "pace", "A jar of buttons, and a title that is much too long", "A jar of buttons", *BODY.split("\n"), ".",
        "Turn one thing over.", "1", "What did you find?", "A thing", "Good.", "Nothing", "Fine too.", "n",
        "It brings attention back into the room.", "WHO-DWM", "senses", "late-reply",
    ]  # fmt: skip
    done = CliRunner().invoke(
        keel, ["content", "new"], input="\n".join(typed) + "\n", env={"KEEL_CONTENT_DIR": str(content)}
    )
    assert done.exit_code == 0, done.output
    assert "make it 40 at most" in done.output
    made = load(content).speak(None).lessons["pc4"]
    assert (made.stage, made.tags) == ("companion", {"trigger": ("late-reply",), "technique": ("senses",)})
    assert to_mend(check(content, CONTENT_NAMES)) == []


def test_a_taken_id_and_a_word_on_the_list_write_nothing(content: Path) -> None:
    before = {path: path.read_bytes() for path in content.rglob("*") if path.is_file()}
    refused(run(*options(id="r3"), KEEL_CONTENT_DIR=str(content)), "r3", "taken")
    refused(run(*options(part="cooking"), KEEL_CONTENT_DIR=str(content)), "cooking", "regulation")
    code, said = run(*options(why="You should do it."), KEEL_CONTENT_DIR=str(content))
    assert code == 1 and "“should”" in said and "Nothing was written" in said
    assert {path: path.read_bytes() for path in content.rglob("*") if path.is_file()} == before


def test_the_check_for_other_programs(content: Path) -> None:
    assert run("content", "check", "--format", "json", str(content)) == (0, "[]\n")
    lesson = next((content / "en/lessons").rglob("a2-*.md"))
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("source: ", "source: No"), encoding="utf-8")
    code, said = run("content", "check", "--format", "json", str(content))
    found = json.loads(said)
    assert code == 1 and [item["note"] for item in found] == [False, True]  # the work it cited is not cited any more
    assert found[0].keys() == {"file", "line", "rule", "message", "note"}
    assert found[0]["file"].endswith(lesson.name) and found[0]["rule"] == "source"


def git(folder: Path, *arguments: str) -> None:
    """Git, as somebody without any settings."""
    names = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_preview_shows_what_changed(content: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "content")
    git(tmp_path, "commit", "-qm", "First")
    lesson = next((content / "en/lessons").rglob("a2-*.md"))
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("minutes: ", "minutes: 1 #"), encoding="utf-8")
    assert run(*options(), KEEL_CONTENT_DIR=str(content))[0] == 0
    out = tmp_path / "page.html"
    code, said = run("content", "preview", "--since", "HEAD", "--out", str(out), KEEL_CONTENT_DIR=str(content))
    assert code == 0, said
    page = out.read_text(encoding="utf-8")
    assert page.count(" data-changed") == 2
    assert 'id="lesson-a2" data-changed' in page and 'id="lesson-r16" data-changed' in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "<script src" not in page and "<link" not in page


def test_the_preview_says_what_stands_in_its_way(content: Path, tmp_path: Path) -> None:
    here = {"KEEL_CONTENT_DIR": str(content)}
    out = ["--out", str(tmp_path / "page.html")]
    refused(run("content", "preview", "--since", "HEAD", *out, **here), "not kept with git", "--since")
    git(tmp_path, "init", "-q")
    refused(run("content", "preview", "--since", "v9", *out, **here), "v9", "no revision")
    refused(run("content", "preview", "--since", "--output=x", *out, **here), "no revision")
    refused(run("content", "preview", "--since", "HEAD", *out, **here, PATH="/nowhere"), "git is not installed")
    assert not (tmp_path / "page.html").exists()


def test_the_preview_is_written_again_when_a_file_changes(content: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "KEEL_CONTENT_DIR": str(content)}
    watching = subprocess.Popen(
        [sys.executable, "-m", "bot", "content", "preview", "--watch", "--out", str(out)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(out.exists)
        time.sleep(1)  # it has taken note of the files by now
        lesson = next((content / "en/lessons").rglob("a2-*.md"))
        lesson.write_text(lesson.read_text(encoding="utf-8") + "\nA quince.\n", encoding="utf-8")
        until(lambda: "A quince." in out.read_text(encoding="utf-8"))
    finally:
        watching.terminate()
        watching.wait(10)


def until(holds: object) -> None:
    """Wait until `holds()` is true."""
    assert callable(holds)
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.1)


async def test_a_lesson_in_ones_own_chat(tmp_path: Path) -> None:
    telegram = Telegram(lambda: datetime.now(UTC))
    anna, ben = join(telegram, "Anna"), join(telegram, "Ben")
    async with serving(api(telegram), 0) as root:
        settings = {"KEEL_TOKEN": TOKEN, "KEEL_API_URL": root, "KEEL_DATA_DIR": str(tmp_path / "data")}
        send = ("content", "send", "a6", "--to-me")
        refused(await asyncio.to_thread(run, *send, **settings), "/start", "--chat")
        anna.send_text("/start")
        ben.send_text("/start")
        anna.send_text("hello")
        waiting = list(telegram.updates)
        code, said = await asyncio.to_thread(run, *send, **settings)
        assert code == 0, said
        assert telegram.updates == waiting  # nothing was confirmed
        shown = ben.posts[-1].data
        assert shown["text"].startswith("A small map of one moment") and "Hana drew four boxes" in shown["text"]
        labels = [key["text"] for row in shown["reply_markup"]["inline_keyboard"] for key in row]
        assert "Tried it" in labels and "Not for me" in labels
        assert [post.from_bot for post in anna.posts] == [False, False]
        code, said = await asyncio.to_thread(run, *send, "--chat", str(anna.chat.id), **settings)
        assert code == 0 and anna.posts[-1].from_bot, said
        refused(await asyncio.to_thread(run, *send, "--chat", "77", **settings), "77", "/start")
        refused(await asyncio.to_thread(run, "content", "send", "zz9", "--to-me", **settings), "zz9")
    assert telegram.refusals() == telegram.calls("sendMessage")[-1:]  # the chat that does not exist
    assert not (tmp_path / "data").exists()
    refused(await asyncio.to_thread(run, *send), "KEEL_TOKEN")


def test_the_commands_that_content_may_name_are_those_that_are_answered() -> None:
    source = (ROOT / "bot/services/commands.py").read_text(encoding="utf-8")
    answered = set(re.findall(r'^        case "([a-z]+)"', source, re.MULTILINE)) | {*FLOW_COMMANDS, *PAGES}
    assert answered == CONTENT_NAMES.commands


def test_what_comes_unasked_is_there(content: Path) -> None:
    words = load(content).speak(None)
    assert [name for name in CONTENT_NAMES.unasked_texts if not words.texts.has(name)] == []
    assert all(step == "*" or step in words.flows[flow].steps for flow, step in CONTENT_NAMES.unasked_steps)


async def progress(folder: Path, *lessons: str) -> Store:
    """A database in which somebody did these lessons."""
    url = f"sqlite+aiosqlite:///{folder / 'keel.db'}"
    await migrate(url)
    store = await open_store(url, folder / "keel.key")
    now = datetime(2026, 1, 5, tzinfo=UTC)
    async with store.transaction() as tx:
        person = await tx.learners.add(1, "en", now)
        for lesson in lessons:
            await tx.records.complete(person.id, Completion(lesson, Outcome.TRIED, now, choice="x"))
            await tx.timers.begin_delivery(person.id, lesson, now)
    return store


async def test_a_lesson_that_somebody_did_cannot_go_without_a_word(content: Path, tmp_path: Path) -> None:
    await (await progress(tmp_path, "a1", "a2")).close()
    lesson = next((content / "en/lessons").rglob("a2-*.md"))
    renamed = lesson.with_name(lesson.name.replace("a2-", "a20-"))
    renamed.write_text(lesson.read_text(encoding="utf-8").replace("id: a2\n", "id: a20\n"), encoding="utf-8")
    lesson.unlink()
    for name in ("curriculum.yaml", "programme.yaml"):
        text = (content / name).read_text(encoding="utf-8")
        text = text.replace("a1, a2,", "a1, a20,").replace("feel safe}", "feel safe, lessons: [a20]}")
        (content / name).write_text(text, encoding="utf-8")
    assert to_mend(check(content, CONTENT_NAMES)) == []
    settings = {"KEEL_DATA_DIR": str(tmp_path), "KEEL_CONTENT_DIR": str(content), "KEEL_API_URL": NOBODY}
    said = await asyncio.to_thread(run, "run", KEEL_TOKEN=TOKEN, **settings)
    refused(said, "(a2)", "curriculum.yaml", "moved: {a2: new-id}")
    code, told = await asyncio.to_thread(run, "check", **settings)
    assert code == 1 and "(a2)" in told


async def test_progress_follows_a_lesson_that_moved(content: Path, tmp_path: Path) -> None:
    store = await progress(tmp_path, "b1", "b2", "a1")
    curriculum = content / "curriculum.yaml"
    moved = curriculum.read_text(encoding="utf-8").replace("moved: {}", "moved: {b1: a1, b2: a2}")
    curriculum.write_text(moved, encoding="utf-8")
    await follow_moves(store, load(content))
    async with store.transaction(reading=True) as tx:
        assert sorted(item.lesson for item in await tx.records.completions(1)) == ["a1", "a2"]
        assert sorted(item.lesson for item in await tx.timers.deliveries(1)) == ["a1", "a2"]
    await store.close()
