"""Running an ASGI app inside this process, on a loopback port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

IDLE_SECONDS = 75
"""How long an idle connection stays open: longer than a client keeps its own (`telegram.request.IDLE_SECONDS`), so that
no call meets a connection that is just being closed."""


class PortInUse(Exception):
    """Something else listens on the port; the message says what to do."""


@asynccontextmanager
async def serving(app: Starlette, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve while the block runs; gives the root address. Port 0 takes any free one.

    Raises PortInUse: in one sentence.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        raise PortInUse(message) from None
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", proxy_headers=False, timeout_graceful_shutdown=1,
        timeout_keep_alive=IDLE_SECONDS,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.wait({task, asyncio.create_task(server.listening.wait())}, return_when=asyncio.FIRST_COMPLETED)
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when connections are taken."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the command, not to a server inside it."""
        yield
