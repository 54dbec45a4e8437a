"""A process that has Keel imported and forks it on request: a real process each time, without a real start's imports.

Reads one JSON line an order: {"environment": {...}, "log": path, "command": "run", "killed_at": point or "", "leases":
seconds or 0, "waits": seconds or 0, "speed": how fast its clock runs or 0, "jumps": path of a file or ""}. Forks, runs
`keel run` in the child, and writes the child's pid as a line. Children run side by side.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from bot.__main__ import main
from bot.library.safety import shipped
from tests.acceptance.clocks import follow, hasten
from tests.acceptance.killed import ALL_POINTS, shorten_leases, shorten_waits, wrap


def become(order: dict[str, object]) -> None:
    """In the child: be `keel run` (or what else is ordered), and never come back."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(str(order["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 2)
    os.dup2(log, 1)
    os.environ.clear()
    os.environ.update({str(name): str(value) for name, value in dict(order["environment"]).items()})  # type: ignore[call-overload]
    if order["killed_at"]:
        wrap(*ALL_POINTS[str(order["killed_at"])])
    if order["leases"]:
        shorten_leases(float(str(order["leases"])))
    if order["waits"]:
        shorten_waits(float(str(order["waits"])))
    if order["speed"]:
        hasten(float(str(order["speed"])))
    if order["jumps"]:
        follow(Path(str(order["jumps"])))
    sys.argv = ["keel", *str(order["command"]).split()]
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Exception:
        sys.excepthook(*sys.exc_info())  # as the interpreter would, were this process its own
        code = 1
    finally:
        os._exit(code)


def serve() -> None:
    """Take orders until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a child that has ended is gone at once
    shipped()  # the rules about danger are compiled once, and every child has them
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(json.loads(line))
        print(child, flush=True)


if __name__ == "__main__":
    serve()
