"""What Keel serves on KEEL_LISTEN: /healthz, which answers while the event loop runs, and whatever else there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.serve import serving


@asynccontextmanager
async def served(listen: tuple[str, int] | None, more: Sequence[Route] = ()) -> AsyncIterator[None]:
    """Serve while the block runs; nothing without an address.

    Raises PortInUse: something else listens there.
    """
    if listen is None:
        yield
        return
    app = Starlette(routes=[Route("/healthz", lambda _: PlainTextResponse("ok")), *more])
    async with serving(app, listen[1], listen[0]):
        yield
