"""Small facts about this installation: which file Telegram knows under which name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from bot.store.connection import Connection
from bot.store.tables import setting


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
        insertion = self.connection.insert(setting)
        added = insertion.values(name=name, value=value)
        await self.connection.execute(added.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def drop(self, name: str) -> None:
        """No value any more."""
        await self.connection.execute(delete(setting).where(setting.c.name == name))
