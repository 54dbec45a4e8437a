"""Who used /delete, as a list for the day on which a backup is put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store.cipher import Cipher
from bot.store.erased import KEPT, read, write_down

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_the_list_of_who_left_tells_nobody_who_and_is_kept_for_a_while(tmp_path: Path) -> None:
    cipher, other = (Cipher.open(tmp_path / name, create=True) for name in ("keel.key", "other.key"))
    write_down(tmp_path / "erased", cipher, 1001, NOW)
    write_down(tmp_path / "erased", cipher, 1001, NOW)  # once more after a kill
    assert read(tmp_path / "erased", cipher).since(cipher, 1001) == NOW
    assert read(tmp_path / "erased", cipher).since(cipher, 1002) is None
    found = read(tmp_path / "erased", other)
    assert found.since(other, 1001) is None
    assert found.unknown == (NOW, NOW)
    write_down(tmp_path / "erased", cipher, 1003, NOW + KEPT + timedelta(days=31))
    assert read(tmp_path / "erased", cipher).since(cipher, 1001) is None
    assert read(tmp_path / "none", cipher).moments == {}
