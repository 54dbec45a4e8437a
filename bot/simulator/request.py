"""The stand-in behind python-telegram-bot's own request seam: the real application, no network."""

from __future__ import annotations

import json
from typing import Any

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.simulator.faults import Kind
from bot.simulator.telegram import Broken, Telegram


class SimulatorRequest(BaseRequest):
    """Answers every request from a `Telegram` in memory."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    @property
    def read_timeout(self) -> float | None:
        """Seconds; the long poll adds its own."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call."""
        name = url.rsplit("/", 1)[-1]
        if "/file/bot" in url:
            content = self._telegram.files.get(name)
            return (404, b"{}") if content is None else (200, content)
        params = dict(request_data.json_parameters) if request_data else {}
        files = {}
        if request_data and request_data.contains_files:
            files = {key: (part[0], _bytes(part[1])) for key, part in (request_data.multipart_data or {}).items()}
        try:
            status, body = await self._telegram.call(name, params, files)
        except Broken as broken:
            if broken.kind in (Kind.RESET, Kind.CUT):
                raise NetworkError("httpx.ReadError: connection reset") from None
            raise TimedOut from None
        return status, body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else bytes(content.read())
