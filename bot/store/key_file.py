"""The file with the keys: one a line, the newest last. It is only ever replaced whole, so a kill leaves the old or the
new one."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

KEY_BYTES, ID_BYTES = 32, 4
HEADER = "# Keel's keys. Without this file, what people wrote cannot be read. Keep a copy apart from the database.\n"


class KeyProblem(Exception):
    """The key file cannot be used, or a text cannot be opened; the message says why and how to mend it."""


def read(path: Path) -> dict[bytes, bytes]:
    """Keys by id, oldest first.

    Raises KeyProblem: missing, unreadable or malformed (with the line).
    """
    return _parse(path, _text(path))


def mark(path: Path) -> tuple[int, int, int] | None:
    """Something that changes whenever the file does; None where it cannot be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def make(path: Path) -> None:
    """A new file with one new key.

    Raises KeyProblem: it cannot be written there, or there is one already.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        message = f"The key file {path} cannot be made ({error.strerror}); check the folder's owner and rights."
        raise KeyProblem(message) from None
    _fill(descriptor, HEADER + new_line())
    _settle(path.parent)


def new_line() -> str:
    """A line with a key that nobody else has."""
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return f"key {secrets.token_hex(ID_BYTES)} {datetime.now(UTC).date().isoformat()} {key}\n"


def add(path: Path) -> str:
    """One more key, which seals from now on; gives its id.

    Raises KeyProblem: the file is one that Keel may not write to.
    """
    before, line = _text(path), new_line()
    if not _replaced(path, before + ("" if before.endswith("\n") else "\n") + line):
        raise KeyProblem(
            f"{path} may not be changed from here; where it is made, add the line that `keel keys new` prints at its "
            "end, start Keel with it, and run `keel keys rotate` again."
        )
    return line.split()[1]


def retire(path: Path, ids: frozenset[str]) -> None:
    """Take keys out. The last one stays, whatever is asked for.

    Raises KeyProblem: the file is one that Keel may not write to.
    """
    newest = list(read(path))[-1].hex()
    lines = _text(path).splitlines(keepends=True)
    kept = [line for line in lines if not _names(line, ids - {newest})]
    if kept != lines and not _replaced(path, "".join(kept)):
        raise KeyProblem(
            f"{path} may not be changed from here; where it is made, take out the line with {', '.join(sorted(ids))}, "
            "because nothing needs it any more."
        )


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody else changes the keys meanwhile; a kill gives them free.

    Raises KeyProblem: somebody does already.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KeyProblem(f"The keys in {path} are being changed already; wait until that is done.") from None
        yield
    finally:
        os.close(folder)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        message = f"The key file {path} is missing; put your copy of it back, or set KEEL_ENCRYPTION_KEY_FILE."
        raise KeyProblem(message) from None
    except (OSError, UnicodeDecodeError):
        message = f"The key file {path} cannot be read; check its owner and rights, and that it is a Keel key file."
        raise KeyProblem(message) from None


def _parse(path: Path, text: str) -> dict[bytes, bytes]:
    keys: dict[bytes, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match line.split():
            case ["key", id_, _, key]:
                try:
                    bare = base64.b64decode(key, validate=True)
                    keys[bytes.fromhex(id_)] = bare
                except (ValueError, binascii.Error):
                    bare = b""
            case _:
                bare = b""
        if len(bare) != KEY_BYTES or len(id_) != ID_BYTES * 2:
            raise KeyProblem(f"{path}:{number}: this line is not a Keel key; put your copy of the file back.")
    if not keys:
        raise KeyProblem(f"The key file {path} holds no key; put your copy of it back.")
    return keys


def _names(line: str, ids: frozenset[str]) -> bool:
    return line.startswith("key ") and line.split()[1].lower() in ids


def _replaced(path: Path, text: str) -> bool:
    """Put another text in its place at once; whether that is allowed."""
    there = path.resolve()  # a link to the file stays one
    fresh = there.with_name(f"{there.name}.new")
    try:
        was = there.stat()
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(descriptor, was.st_mode & 0o777)
        if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, was.st_uid, was.st_gid)  # or a Keel of that owner could not read it any more
        _fill(descriptor, text)
        fresh.replace(there)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        return False
    _settle(there.parent)
    return True


def _fill(descriptor: int, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """The name itself survives the power going."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
