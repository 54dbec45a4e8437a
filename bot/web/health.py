"""A page for whoever watches the process: /healthz answers while the event loop runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.serve import serving


@asynccontextmanager
async def health(listen: tuple[str, int] | None) -> AsyncIterator[None]:
    """Serve /healthz on KEEL_LISTEN while the block runs; nothing without it.

    Raises PortInUse: something else listens there.
    """
    if listen is None:
        yield
        return
    app = Starlette(routes=[Route("/healthz", lambda _: PlainTextResponse("ok"))])
    async with serving(app, listen[1], listen[0]):
        yield
