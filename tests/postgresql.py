"""A PostgreSQL of our own for the length of a test run or a benchmark, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin/initdb", "/usr/local/bin/initdb", "/opt/homebrew/bin/initdb")


class NoPostgresql(Exception):
    """Its programs are not installed here; the message says how to get them."""


@dataclass(frozen=True)
class Server:
    """A cluster. place: `user@host:port`, without a password."""

    place: str
    control: tuple[str, ...]
    options: str

    def start(self) -> None:
        """Start it, and wait until it answers."""
        _run([*self.control, "-o", self.options, "-w", "start"])

    def stop(self) -> None:
        """Cut every connection and stop it."""
        _run([*self.control, "-m", "fast", "-w", "stop"])


@contextmanager
def server() -> Iterator[str]:
    """A fresh cluster on a free port of loopback; gives `user@host:port`, without a password.

    Raises NoPostgresql.
    """
    with own_server() as made:
        yield made.place


@contextmanager
def own_server() -> Iterator[Server]:
    """The same, to be stopped and started.

    Raises NoPostgresql.
    """
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="keel-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        port = _free_port()
        _run([str(programs / "initdb"), "-D", name + "/data", "-U", "keel", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-p {port} -k {name} -c listen_addresses=127.0.0.1 -c max_connections=200"
        control = (str(programs / "pg_ctl"), "-D", name + "/data", "-l", name + "/log")
        made = Server(f"keel@127.0.0.1:{port}", control, options)
        made.start()
        try:
            yield made
        finally:
            _run([*control, "-m", "immediate", "-w", "stop"])


@contextmanager
def database(place: str, name: str, template: str = "template1") -> Iterator[str]:
    """A database, empty or a copy of another that nobody is connected to; gives Keel's URL of it."""
    programs, (_, _, port) = _programs(), place.rpartition(":")
    common = ["-h", "127.0.0.1", "-p", port, "-U", "keel"]
    _run([str(programs / "createdb"), *common, "-T", template, name])
    try:
        yield f"postgresql+asyncpg://{place}/{name}"
    finally:
        _run([str(programs / "dropdb"), *common, "--force", name])


def _programs() -> Path:
    for pattern in PLACES:
        found = sorted(Path("/").glob(pattern.lstrip("/")))
        if found:
            return found[-1].parent
    raise NoPostgresql("PostgreSQL is not installed (Debian: apt-get install postgresql), so its tests are skipped.")


def _run(command: list[str]) -> None:
    if os.geteuid() == 0 and shutil.which("runuser"):
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(f"{command[-1]}: {done.stderr or done.stdout}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
