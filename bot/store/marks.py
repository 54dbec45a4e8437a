"""Small facts about this installation: which file Telegram knows under which name, which key seals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from bot.store.connection import Connection
from bot.store.prepared import Prepared
from bot.store.tables import setting

SEALING = "sealing"
"""The key with which a running Keel seals from the transaction on in which it says so."""


def _replacing(insertion: Any) -> Any:
    return insertion.on_conflict_do_update(index_elements=["name"], set_={"value": insertion.excluded.value})


PUT = Prepared(lambda insert: _replacing(insert(setting)), ("name", "value"))


@dataclass(frozen=True)
class Marks:
    """Named values, in one transaction."""

    connection: Connection

    async def get(self, name: str) -> str | None:
        """The value under a name."""
        query = select(setting.c.value).where(setting.c.name == name)
        found: str | None = (await self.connection.execute(query)).scalar_one_or_none()
        return found

    async def put(self, name: str, value: str) -> None:
        """Another value under a name."""
        self.connection.later(PUT, name=name, value=value)

    async def drop(self, name: str) -> None:
        """No value any more."""
        await self.connection.execute(delete(setting).where(setting.c.name == name))
