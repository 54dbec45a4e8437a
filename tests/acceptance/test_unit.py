"""deploy/keel.service without systemd: its own steps, and its own command line as a user who owns one folder only."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.simulator.person import Person, join
from bot.simulator.server import api
from bot.simulator.telegram import Telegram
from bot.web.serve import serving
from tests.acceptance.test_wheel import DEPLOY, ROOT

UNIT = (DEPLOY / "keel.service").read_text(encoding="utf-8")
NOBODYS = 61_184 + os.getpid() % 4_000
"""A user id as systemd makes one up (DynamicUser): no name, no home, no files."""
PATIENCE = 30.0

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starting a command as another user needs root")


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder that stands for the root of a machine; anybody may look into it."""
    folder = Path(tempfile.mkdtemp(prefix="keel-unit-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def setting(name: str) -> str:
    """A line of the unit."""
    (value,) = re.findall(rf"^{name}=(.+)$", UNIT, re.MULTILINE)
    return str(value)


def on(machine: Path, line: str) -> str:
    """A line of the unit with its places on this machine."""
    return re.sub(r"/(?:opt|etc|var/lib)/keel", lambda place: str(machine) + place.group(), line)


def everybodys_python() -> str:
    """A Python that somebody without a home may run: `ProtectHome` hides those below /root and /home from the unit."""
    for path in (sys._base_executable, "/usr/local/bin/python3", "/usr/bin/python3"):  # type: ignore[attr-defined]
        asked = [path, "-c", "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"]
        with suppress(OSError):
            if (
                subprocess.run(asked, user=NOBODYS, group=NOBODYS, cwd="/", capture_output=True, check=False).returncode
                == 0
            ):
                return str(path)
    pytest.skip("no Python from 3.11 on that every user may run (Debian: apt-get install python3-venv)")


def install(machine: Path) -> None:
    """What stands at the top of the unit, word for word, in a checkout."""
    steps = re.findall(r"python3 -m venv /opt/keel|/opt/keel/bin/pip install [^\n(]+", UNIT)
    assert len(steps) == 3
    for step in steps:
        command = shlex.split(on(machine, step).replace("python3", everybodys_python()))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def environment(machine: Path) -> dict[str, str]:
    """What systemd gives to a service of somebody without a home, and what the unit adds."""
    given = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8", "USER": "keel", "LOGNAME": "keel"}
    lines = Path(on(machine, setting("EnvironmentFile"))).read_text(encoding="utf-8").splitlines()
    more = shlex.split(on(machine, setting("Environment"))) + [line for line in lines if line]
    return given | dict(line.split("=", 1) for line in more)


def state_folder(machine: Path) -> Path:
    """What systemd makes for the service, owned by its user."""
    folder = machine / "var/lib" / setting("StateDirectory")
    folder.mkdir(parents=True)
    folder.chmod(int(setting("StateDirectoryMode"), 8))
    os.chown(folder, NOBODYS, NOBODYS)
    return folder


def owned(user: int) -> set[Path]:
    """Every file and folder of a user, on the whole machine."""
    places = [place for place in ("/", "/tmp", "/var/tmp", "/dev/shm") if Path(place).is_dir()]
    found = subprocess.run(
        ["find", *places, "-xdev", "-path", "/proc", "-prune", "-o", "-uid", str(user), "-print"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return {Path(line) for line in found.stdout.splitlines()}


async def answered(anna: Person, said: str) -> None:
    """Write, and wait for the answer."""
    before = len(anna.posts)
    anna.send_text(said)
    async with asyncio.timeout(PATIENCE), anna.telegram.changed:
        await anna.telegram.changed.wait_for(lambda: len(anna.posts) > before + 1)


@pytest.mark.long
async def test_as_a_user_with_one_folder_keel_answers_and_writes_nowhere_else(machine: Path) -> None:
    await asyncio.to_thread(install, machine)
    telegram = Telegram(lambda: datetime.now(UTC))
    data, anna = state_folder(machine), join(telegram, "Anna")
    async with serving(api(telegram), 0) as root:
        settings = machine / "etc/keel.env"
        settings.parent.mkdir()
        settings.write_text(f"KEEL_TOKEN={telegram.token}\nKEEL_API_URL={root}\n", encoding="utf-8")
        settings.chmod(0o600)
        keel = await asyncio.create_subprocess_exec(
            *shlex.split(on(machine, setting("ExecStart"))), env=environment(machine), cwd="/",
            user=NOBODYS, group=NOBODYS, extra_groups=[], umask=int(setting("UMask"), 8),
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            for said in ("/start", "/spiral", "/export"):
                await answered(anna, said)
        finally:
            if keel.returncode is None:
                keel.send_signal(signal.SIGTERM)
            _, said_at_the_end = await asyncio.wait_for(keel.communicate(), float(setting("TimeoutStopSec")))
    assert keel.returncode == 0, said_at_the_end.decode()
    assert "keel stops" in said_at_the_end.decode()
    everything = {data, *data.rglob("*")}
    assert {path.name for path in everything} >= {"keel.db", "keel.key", "keel.lock"}
    assert await asyncio.to_thread(owned, NOBODYS) == everything
    for path in everything:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
