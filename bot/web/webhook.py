"""The address that Telegram brings updates to.

200 is said only once the update is safe: Telegram brings again what was not received. What can never be an update is
refused, and nothing of it is logged. What cannot be used (a kind that Keel did not ask for) is received all the same,
or Telegram would bring it for a day.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name
LARGEST = 1024 * 1024
"""Bytes of a body at most; Telegram's updates have some thousands."""
SLOWEST = 10.0
"""Seconds that a body may take."""
LARGEST_ID = 2**63 - 1

Receive = Callable[[dict[str, Any]], Awaitable[None]]
"""Writes an update down. Raises where it could not."""


def webhook(path: str, secret: str, allowed: frozenset[str], receive: Receive) -> Route:
    """The route; `secret` is what Telegram was told to send along, `allowed` the kinds of updates Keel asks for."""

    async def take(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        try:
            async with asyncio.timeout(SLOWEST):
                body = await _body(request)
        except TimeoutError:
            return Response(status_code=408)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        update = _update(body)
        if update is None:
            return Response(status_code=400)
        if not allowed & update.keys():
            return Response(status_code=200)
        try:
            await receive(update)
        except Exception as error:
            log.error("an update could not be written down; telegram will bring it again", error=type(error).__name__)
            return Response(status_code=503)
        return _received(update)

    return Route(path, take, methods=["POST"])


def _received(update: dict[str, Any]) -> Response:
    """200; to a tap with the one call that Telegram makes of the answer itself, so that the button stops spinning
    (Bot API, "Making requests when getting updates")."""
    match update.get("callback_query"):
        case {"id": str(query_id)}:
            return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": query_id})
    return Response(status_code=200)


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is too large."""
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _update(body: bytes) -> dict[str, Any] | None:
    """What the body says, if it can be an update."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(update, dict):
        return None
    id_ = update.get("update_id")
    return update if isinstance(id_, int) and not isinstance(id_, bool) and 0 <= id_ <= LARGEST_ID else None
