"""A process that has Keel imported and forks it on request: a real process each time, without a real start's imports.

Reads one JSON line an order: {"environment": {...}, "log": path, "command": "run", "killed_at": point or ""}. Forks,
runs `keel run` in the child, writes the child's pid as a line, and a second line when that child has ended. One child
at a time.
"""

from __future__ import annotations

import json
import os
import sys

from bot.__main__ import main
from bot.library.safety import shipped
from tests.acceptance.killed import CRASH_POINTS, DELETE_POINTS, LESSON_POINTS, ROTATION_POINTS, wrap


def become(order: dict[str, object]) -> None:
    """In the child: be `keel run` (or what else is ordered), and never come back."""
    log = os.open(str(order["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 2)
    os.dup2(log, 1)
    os.environ.clear()
    os.environ.update({str(name): str(value) for name, value in dict(order["environment"]).items()})  # type: ignore[call-overload]
    if order["killed_at"]:
        wrap(*(CRASH_POINTS | DELETE_POINTS | LESSON_POINTS | ROTATION_POINTS)[str(order["killed_at"])])
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
    shipped()  # the rules about danger are compiled once, and every child has them
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(json.loads(line))
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    serve()
