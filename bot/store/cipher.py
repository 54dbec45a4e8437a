"""Free text on disk: AES-256-GCM under keys from a file that is not part of the database.

A token is `key id (4 bytes) | nonce (12 bytes) | ciphertext and tag`. What a row is (`note:17`) goes in as associated
data, so a text that is moved to another row does not open. Several keys may be in the file: the last one seals, all of
them open, and a file that was changed is read anew.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store import key_file
from bot.store.key_file import ID_BYTES, KeyProblem

__all__ = ["Cipher", "KeyProblem"]

log = structlog.get_logger()

NONCE_BYTES = 12
FOR_TRACES = b"keel: traces of chats"


class Cipher:
    """Seals with the newest key, opens with any of them."""

    def __init__(self, path: Path, keys: Mapping[bytes, bytes], mark: object = None) -> None:
        self.path = path
        self._mark = mark
        self._ciphers: dict[bytes, AESGCM] = {}
        self._traces: dict[bytes, bytes] = {}
        self._missed: set[bytes] = set()
        self._take(keys)

    def __repr__(self) -> str:
        return f"Cipher({self.path}, {len(self._ciphers)} keys)"

    @classmethod
    def open(cls, path: Path, *, create: bool) -> Cipher:
        """Read the key file; with `create`, make one first if there is none.

        Raises KeyProblem: missing, unreadable or malformed (with the line).
        """
        if create and not path.exists():
            key_file.make(path)
        mark = key_file.mark(path)
        return cls(path, key_file.read(path), mark)

    @property
    def current_key_id(self) -> str:
        """The id of the key that seals now."""
        return self._current.hex()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all keys, oldest first."""
        return tuple(id_.hex() for id_ in self._ciphers)

    def refresh(self) -> None:
        """Take up what changed in the file. One that cannot be read just now changes nothing; no key is unlearnt."""
        mark = key_file.mark(self.path)
        if mark is None or mark == self._mark:
            return
        self._mark = mark
        try:
            self._take(key_file.read(self.path))
        except KeyProblem:
            log.error("the key file changed and cannot be read; the keys read before stay in use")

    def encrypt(self, text: str, *, about: str) -> bytes:
        """`text`, sealed for the row that `about` names."""
        nonce = os.urandom(NONCE_BYTES)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, text.encode(), about.encode())

    def decrypt(self, token: bytes, *, about: str) -> str:
        """The text behind a token.

        Raises KeyProblem: sealed with another key, for another row, or damaged.
        """
        id_ = bytes(token[:ID_BYTES])
        if id_ not in self._ciphers:
            self.refresh()
        cipher = self._ciphers.get(id_)
        if cipher is None:
            raise KeyProblem(
                f"{about} was sealed with a key that {self.path} does not hold; put the right key file back."
            )
        try:
            nonce = token[ID_BYTES : ID_BYTES + NONCE_BYTES]
            return cipher.decrypt(nonce, token[ID_BYTES + NONCE_BYTES :], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise KeyProblem(f"{about} does not open with its key: it is damaged; restore it from a backup.") from None

    def read(self, token: bytes, *, about: str) -> str | None:
        """The text behind a token, None where it cannot be opened any more: its key is lost, or it is damaged."""
        try:
            return self.decrypt(token, about=about)
        except KeyProblem:
            id_ = bytes(token[:ID_BYTES])
            if id_ not in self._missed:  # once a key, or a lost one would fill the log
                self._missed.add(id_)
                log.error("words cannot be opened any more; `keel keys` says how many", key=id_.hex())
            return None

    def traces(self, chat_id: int) -> dict[str, str]:
        """A hash of a chat under each key, by its id, oldest first. Without the key nobody can tell whose it is."""
        chat = str(chat_id).encode()
        return {id_.hex(): hmac.digest(key, chat, "sha256").hex() for id_, key in self._traces.items()}

    def _take(self, keys: Mapping[bytes, bytes]) -> None:
        self._ciphers.update({id_: AESGCM(key) for id_, key in keys.items()})
        self._traces.update({id_: hmac.digest(key, FOR_TRACES, "sha256") for id_, key in keys.items()})
        self._current = list(keys)[-1]
