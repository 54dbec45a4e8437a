"""Processes that are measured: start, wait until they answer, read their CPU and memory, end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import used

ROOT = Path(__file__).parent.parent
PEERS = ROOT / ".venv-bench" / "bin" / "python"
"""The interpreter of the peers, which have a lock of their own: bench/requirements.lock."""


@dataclass
class Measured:
    """A running process. killed: whoever measures killed it, so that it ended is no complaint."""

    process: subprocess.Popen[bytes]
    killed: bool = False

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.killed = True
        self.process.kill()
        self.process.wait()

    @property
    def cpu(self) -> float:
        """Seconds of CPU used so far, system time included."""
        return used(self.process.pid)

    @property
    def memory(self) -> int:
        """Bytes of memory that are its own (PSS would share what only one process uses here)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        raise AssertionError("a process without VmRSS")


@dataclass(frozen=True)
class Api:
    """The running stand-in, as whoever measures speaks to it."""

    url: str
    measured: Measured

    def post(self, name: str, **values: Any) -> dict[str, Any]:
        """Ask it to do something, and wait until it is done."""
        request = urllib.request.Request(
            f"{self.url}/bench/{name}", json.dumps(values).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return dict(json.load(answer))

    def get(self, name: str) -> dict[str, Any]:
        """Ask it for something."""
        with urllib.request.urlopen(f"{self.url}/bench/{name}", timeout=60) as answer:
            return dict(json.load(answer))


@contextmanager
def telegram(latency: float = 0.0, module: str = "bench.telegram") -> Iterator[Api]:
    """The stand-in, on a free port. module: another one than the usual."""
    port = free_port()
    with running([sys.executable, "-m", module, "--port", str(port), "--latency", str(latency)]) as measured:
        wait_for(port)
        yield Api(f"http://127.0.0.1:{port}", measured)


@contextmanager
def keel(api: Api, folder: Path, command: str = "run", **settings: str) -> Iterator[Measured]:
    """`keel run`, or another command, over a folder of its own."""
    environment = {"KEEL_TOKEN": "4000000000:bench-bench-bench-bench-bench-bench", "KEEL_API_URL": api.url,
                   "KEEL_DATA_DIR": str(folder), "KEEL_LOG_LEVEL": "error", "KEEL_LISTEN": "", **settings}  # fmt: skip
    with running([sys.executable, "-m", "bot", command], environment) as measured:
        yield measured


@contextmanager
def peer(api: Api, module: str, *arguments: str) -> Iterator[Measured]:
    """A peer, by the name of its module in bench/peers."""
    command = [str(PEERS), "-m", f"bench.peers.{module}", *arguments]
    with running(command, {"KEEL_API_URL": api.url}) as measured:
        yield measured


@contextmanager
def running(command: list[str], environment: Mapping[str, str] | None = None) -> Iterator[Measured]:
    """A process, ended afterwards; what it complains of is shown if it ended by itself."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=errors, stderr=errors
        )
        measured = Measured(process)
        try:
            yield measured
            if process.poll() not in (None, 0) and not measured.killed:
                errors.seek(0)
                raise AssertionError(f"{command[2]} ended by itself: {errors.read().decode()[-2000:]}")
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port on which nothing listens just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Until something listens there."""
    for _ in range(1_200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")
