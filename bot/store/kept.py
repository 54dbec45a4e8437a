"""Queries about what somebody gave Keel to keep for a while or for a hard day: held messages, keepsakes."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.core.model import Hold, HoldState
from bot.core.screen import LOST, Keepsake
from bot.store.cipher import Cipher
from bot.store.connection import Connection
from bot.store.tables import hold, keepsake

OPEN = (HoldState.HELD.value, HoldState.READY.value)


@dataclass(frozen=True)
class Kept:
    """Holds and keepsakes, in one transaction."""

    connection: Connection
    cipher: Cipher

    async def add_hold(
        self, learner_id: int, text: str, now: datetime, due_at: datetime, *, morning: bool, plain: bool = False
    ) -> int:
        """Hold a message, sealed; gives its id. plain: it is never made into something nicer."""
        row = {"learner_id": learner_id, "made_at": now, "due_at": due_at, "morning": morning, "plain": plain}
        empty = insert(hold).values(text=b"", state=HoldState.HELD.value, **row).returning(hold.c.id)
        id_ = int((await self.connection.execute(empty)).scalar_one())
        await self._change(id_, learner_id, text=self.cipher.encrypt(text, about=f"hold:{id_}"))
        return id_

    async def holds(self, learner_id: int, *, undecided: bool = True) -> list[Hold]:
        """Held messages, the next due first: those not decided yet, or all there ever were."""
        query = select(hold).where(hold.c.learner_id == learner_id).order_by(hold.c.due_at, hold.c.id)
        if undecided:
            query = query.where(hold.c.state.in_(OPEN))
        return [self._hold(row) for row in await self.connection.execute(query)]

    async def hold(self, learner_id: int, id_: int) -> Hold | None:
        """One held message, None when there is none of this person's with that id."""
        query = select(hold).where(hold.c.learner_id == learner_id, hold.c.id == id_)
        row = (await self.connection.execute(query)).one_or_none()
        return self._hold(row) if row else None

    async def move_hold(self, learner_id: int, id_: int, due_at: datetime, *, morning: bool) -> None:
        """It waits until another moment."""
        await self._change(id_, learner_id, due_at=due_at, morning=morning, state=HoldState.HELD.value)

    async def mark_plain(self, learner_id: int, id_: int, *, plain: bool = True) -> None:
        """It is never made into something nicer; or it is one like any other again."""
        await self._change(id_, learner_id, plain=plain)

    async def mark_ready(self, learner_id: int, id_: int) -> None:
        """Its time has come."""
        await self._change(id_, learner_id, state=HoldState.READY.value)

    async def decide(self, learner_id: int, id_: int, state: HoldState) -> None:
        """The person decided: the text is erased."""
        await self._change(id_, learner_id, state=state.value, text=b"")

    async def drop_hold(self, learner_id: int, id_: int) -> None:
        """Erase a held message, and that there was one."""
        await self.connection.execute(delete(hold).where(hold.c.learner_id == learner_id, hold.c.id == id_))

    async def keep(self, learner_id: int, kind: str, file_id: str, now: datetime) -> int:
        """Keep a voice note or a picture instead of the one before; gives its id."""
        await self.drop(learner_id, kind)
        empty = insert(keepsake).values(learner_id=learner_id, kind=kind, file_id=b"", at=now).returning(keepsake.c.id)
        id_ = int((await self.connection.execute(empty)).scalar_one())
        await self.rename(id_, file_id)
        return id_

    async def rename(self, id_: int, file_id: str) -> None:
        """Telegram knows it under another name now."""
        sealed = self.cipher.encrypt(file_id, about=f"keepsake:{id_}")
        await self.connection.execute(update(keepsake).where(keepsake.c.id == id_).values(file_id=sealed))

    async def keep_copy(self, id_: int, content: bytes) -> None:
        """The file itself, sealed."""
        sealed = self.cipher.encrypt(base64.b64encode(content).decode(), about=f"copy:{id_}")
        await self.connection.execute(update(keepsake).where(keepsake.c.id == id_).values(content=sealed))

    async def copy(self, id_: int) -> bytes | None:
        """The file itself, None when no copy is kept, or it cannot be opened any more."""
        query = select(keepsake.c.content).where(keepsake.c.id == id_)
        sealed = (await self.connection.execute(query)).scalar_one_or_none()
        content = None if sealed is None else self.cipher.read(sealed, about=f"copy:{id_}")
        return None if content is None else base64.b64decode(content)

    async def keepsakes(self, learner_id: int) -> dict[str, Keepsake]:
        """The voice note and the picture there are, by kind."""
        rows = await self.connection.execute(select(keepsake).where(keepsake.c.learner_id == learner_id))
        return {row.kind: Keepsake(row.id, row.kind, self._words(row.file_id, f"keepsake:{row.id}")) for row in rows}

    async def kept_at(self, learner_id: int) -> dict[str, datetime]:
        """When each of them was given, by kind."""
        query = select(keepsake.c.kind, keepsake.c.at).where(keepsake.c.learner_id == learner_id)
        return {row.kind: row.at for row in await self.connection.execute(query)}

    async def drop(self, learner_id: int, kind: str) -> None:
        """Erase a voice note or a picture."""
        which = (keepsake.c.learner_id == learner_id) & (keepsake.c.kind == kind)
        await self.connection.execute(delete(keepsake).where(which))

    async def _change(self, id_: int, learner_id: int, **values: Any) -> None:
        which = (hold.c.id == id_) & (hold.c.learner_id == learner_id)
        await self.connection.execute(update(hold).where(which).values(**values))

    def _words(self, sealed: bytes, about: str) -> str:
        words = self.cipher.read(sealed, about=about)
        return LOST if words is None else words

    def _hold(self, row: Row[Any]) -> Hold:
        text = self._words(row.text, f"hold:{row.id}") if row.text else ""
        return Hold(row.id, text, HoldState(row.state), row.made_at, row.due_at, row.morning, row.plain)
