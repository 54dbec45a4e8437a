"""Free text at rest: AES-256-GCM with key ids, so that keys can be rotated.

A token is key id (4 bytes), nonce (12 bytes), ciphertext and tag. What a text is about ("note:17") is sealed in, so
that a ciphertext moved to another row does not open. Keys live in a file of their own, mode 0600, apart from the
database and its backups.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, ID_BYTES, NONCE_BYTES = 32, 4, 12
HEADER = "# Keel's keys. Without this file, what people wrote cannot be read. Keep a copy apart from the database.\n"


class KeyProblem(Exception):
    """The key file cannot be used, or a text cannot be opened; the message says why and how to mend it."""


class Cipher:
    """Seals with the newest key, opens with any of them."""

    def __init__(self, path: Path, keys: dict[bytes, bytes]) -> None:
        self._path = path
        self._ciphers = {id_: AESGCM(key) for id_, key in keys.items()}
        self._current = list(keys)[-1]

    def __repr__(self) -> str:
        return f"Cipher({self._path}, {len(self._ciphers)} keys)"

    @classmethod
    def open(cls, path: Path, *, create: bool) -> Cipher:
        """Read the key file; with `create`, make one first if there is none.

        Raises KeyProblem: missing, unreadable or malformed (with the line).
        """
        if create and not path.exists():
            _write(path, [_line(secrets.token_bytes(ID_BYTES), secrets.token_bytes(KEY_BYTES))])
        try:
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            message = f"The key file {path} is missing; put your copy of it back, or set KEEL_ENCRYPTION_KEY_FILE."
            raise KeyProblem(message) from None
        except (OSError, UnicodeDecodeError):
            message = f"The key file {path} cannot be read; check its owner and rights, and that it is a Keel key file."
            raise KeyProblem(message) from None
        return cls(path, _parse(path, text))

    @property
    def current_key_id(self) -> str:
        """The id of the key that seals now."""
        return self._current.hex()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all keys, oldest first."""
        return tuple(id_.hex() for id_ in self._ciphers)

    def encrypt(self, text: str, *, about: str) -> bytes:
        """`text`, sealed for the row that `about` names."""
        nonce = os.urandom(NONCE_BYTES)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, text.encode(), about.encode())

    def decrypt(self, token: bytes, *, about: str) -> str:
        """The text behind a token.

        Raises KeyProblem: sealed with another key, for another row, or damaged.
        """
        cipher = self._ciphers.get(token[:ID_BYTES])
        if cipher is None:
            raise KeyProblem(
                f"{about} was sealed with a key that {self._path} does not hold; put the right key file back."
            )
        try:
            nonce = token[ID_BYTES : ID_BYTES + NONCE_BYTES]
            return cipher.decrypt(nonce, token[ID_BYTES + NONCE_BYTES :], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise KeyProblem(f"{about} does not open with its key: it is damaged; restore it from a backup.") from None


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


def _line(id_: bytes, key: bytes) -> str:
    return f"key {id_.hex()} {datetime.now(UTC).date().isoformat()} {base64.b64encode(key).decode()}\n"


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        message = f"The key file {path} cannot be made ({error.strerror}); check the folder's owner and rights."
        raise KeyProblem(message) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(HEADER + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
