"""The command `keel` in a process of its own, forked where its imports are done: a real one, without its slow start.

As a module it is the process that forks. It reads one JSON line an order: {"arguments": […], "environment": {…},
"said": path}, runs the command in a child, and writes its exit code as a line.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).parent.parent
_ONE_AT_A_TIME = Lock()
LONGEST = 60
"""Seconds that a command may take."""


def keel(*arguments: str, **settings: str) -> tuple[int, str]:
    """Run the command; gives exit code and what it said, to standard error first."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    with tempfile.TemporaryDirectory() as folder:
        order = {"arguments": arguments, "environment": environment, "said": folder}
        place = _forking()
        assert place.stdin is not None
        assert place.stdout is not None
        with _ONE_AT_A_TIME:
            place.stdin.write(json.dumps(order) + "\n")
            place.stdin.flush()
            code = int(place.stdout.readline())
        return code, (Path(folder) / "2").read_text() + (Path(folder) / "1").read_text()


@lru_cache(maxsize=1)
def _forking() -> subprocess.Popen[str]:
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.command"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    atexit.register(_close, made)
    return made


def _close(made: subprocess.Popen[str]) -> None:
    made.kill()
    made.communicate()


def _become(order: dict[str, object]) -> None:
    """In the child: be `keel`, and never come back."""
    from bot.__main__ import main  # noqa: PLC0415  # imported by serve()

    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number in (1, 2):
        os.dup2(os.open(f"{order['said']}/{number}", os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update({str(name): str(value) for name, value in dict(order["environment"]).items()})  # type: ignore[call-overload]
    sys.argv = ["keel", *(str(word) for word in list(order["arguments"]))]  # type: ignore[call-overload]
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Take orders until standard input ends."""
    import bot.__main__  # noqa: F401, PLC0415  # what takes so long
    from bot.library.check import check  # noqa: PLC0415
    from bot.library.safety import shipped  # noqa: PLC0415

    shipped()  # rules and dictionaries are there once, and every child has them
    check(ROOT / "content")

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
