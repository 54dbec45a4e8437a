"""The stand-in over HTTP: a Bot API server that a bot in any process can talk to."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.simulator import errors
from bot.simulator.faults import Kind
from bot.simulator.telegram import Broken, Telegram

SILENCE = 60.0
"""Seconds without an answer when a fault says that none comes; the bot gives up long before."""


def routes(telegram: Telegram) -> list[Route]:
    """`/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    async def method(request: Request) -> Response:
        if request.path_params["token"] != telegram.token:
            return JSONResponse(errors.UNAUTHORIZED.body, 401)
        params, files = await _content(request)
        try:
            status, body = await telegram.call(request.path_params["method"], params, files)
        except Broken as broken:
            if broken.kind is Kind.RESET:
                # An answer without any body is the nearest to a broken connection that ASGI can do.
                return _half(b"{}")
            if broken.kind is Kind.CUT:
                return _half(JSONResponse(broken.body).body)
            await asyncio.sleep(SILENCE)
            return Response(status_code=504)
        return HTMLResponse(body, status) if isinstance(body, str) else JSONResponse(body, status)

    async def file(request: Request) -> Response:
        content = telegram.files.get(request.path_params["path"].removeprefix("files/"))
        if request.path_params["token"] != telegram.token or content is None:
            return JSONResponse(errors.NOT_FOUND.body, 404)
        return Response(content, media_type="application/octet-stream")

    async def nothing(request: Request) -> Response:
        return JSONResponse(errors.NOT_FOUND.body, 404)

    return [
        Route("/bot{token}/{method}", method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", file),
        Route("/bot{rest:path}", nothing, methods=["GET", "POST"]),
    ]


def api(telegram: Telegram) -> Starlette:
    """The Bot API alone."""
    return Starlette(routes=list(routes(telegram)))


def _half(body: bytes | memoryview) -> Response:
    return Response(bytes(body[: len(body) // 2]), headers={"content-length": str(len(body))})


async def _content(request: Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    params: dict[str, Any] = dict(request.query_params)
    files: dict[str, tuple[str, bytes]] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        params |= await request.json()
    elif kind:
        async with request.form(max_part_size=64 * 1024 * 1024) as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    files[name] = (value.filename or name, await value.read())
                else:
                    params[name] = value
    return params, files
