"""The line between a bot and the stand-in, as TCP has it: it can refuse connections and reset them in the middle."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

AT_ONCE = 65_536
NO_FAREWELL = struct.pack("ii", 1, 0)
"""SO_LINGER with which closing a connection resets it."""


@dataclass
class Line:
    """breaks: how many of all parts of a call, or of an answer, break the connection instead of arriving.

    far: the stand-in's port. near: the port that the bot is given.
    """

    far: int
    near: int = 0
    breaks: float = 0.0
    chance: Random = field(default_factory=lambda: Random(1))
    _server: asyncio.Server | None = None
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def root(self) -> str:
        """The address that the bot is given."""
        return f"http://127.0.0.1:{self.near}"

    async def open(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.near)
        self.near = int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """From now on connections are refused, and those that were there are reset."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._connections):
            _reset(writer)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.far)
        self._connections |= {writer, far_writer}
        try:
            await asyncio.wait(
                {
                    asyncio.create_task(self._carry(reader, far_writer, writer)),
                    asyncio.create_task(self._carry(far_reader, writer, writer)),
                },
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._connections -= {writer, far_writer}
            writer.close()
            far_writer.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, near: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while part := await reader.read(AT_ONCE):
                if self.breaks and self.chance.random() < self.breaks:
                    _reset(near)
                    return
                writer.write(part)
                await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    place = writer.get_extra_info("socket")
    with suppress(OSError):  # it may have ended by itself
        place.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_FAREWELL)
    writer.transport.abort()


@asynccontextmanager
async def line_to(root: str) -> AsyncIterator[Line]:
    """A line to an address, open while the block runs."""
    line = Line(urlsplit(root).port or 0)
    await line.open()
    try:
        yield line
    finally:
        line.close()
