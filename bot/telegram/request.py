"""Calls to Telegram over aiohttp, at python-telegram-bot's own seam for HTTP.

PTB's httpx client costs a multiple of the CPU, and more the more calls wait at once: `make bench` measures Keel
beside a bare bot that uses it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.pulse import Pulse

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
IDLE_SECONDS = 10
"""An idle connection is given up before a server would close it: a lesson sent on one that is just being closed would
be in doubt, and never be sent again."""
CONNECTIONS = 100
"""At most this many at once; a call beyond them waits for one to be free."""


class NeverArrived(NetworkError):
    """No connection was made, so Telegram certainly did not carry the call out."""


class AiohttpRequest(BaseRequest):
    """One pool of connections; receiving and sending have one each, so that a long poll never holds up an answer."""

    def __init__(self, pulse: Pulse | None = None) -> None:
        """pulse: is told how each call came back."""
        self._pulse = pulse or Pulse()
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds between two parts of an answer; PTB adds a long poll's own length."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the pool; opening it twice is no harm."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

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
        """One call: the HTTP status and the body.

        Raises TimedOut: no answer in time, so it may have been carried out; NeverArrived: it was not; NetworkError.
        """
        if self._session is None:
            raise RuntimeError("The connections are closed; call initialize() first.")
        timeout = aiohttp.ClientTimeout(
            total=None,
            sock_connect=_seconds(connect_timeout, CONNECT_SECONDS),
            sock_read=_seconds(read_timeout, READ_SECONDS),
        )
        status = None
        try:
            call = self._session.request(method, url, timeout=timeout, proxy=_proxy(url), **_body(request_data))
            async with call as answer:
                body = await answer.read()
                status = answer.status
                return status, body
        except aiohttp.ConnectionTimeoutError as error:
            raise NeverArrived("Telegram could not be reached in time") from error
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientConnectorError as error:
            raise NeverArrived(f"no connection ({type(error).__name__})") from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"the connection broke ({type(error).__name__})") from error
        finally:
            self._pulse.called(status)


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for this place, as PTB's own request class would use."""
    parts = urlsplit(url)
    return _proxy_of(parts.scheme, parts.hostname or "")


@lru_cache(maxsize=16)  # aiohttp's own way of asking reads a file in another thread with every call
def _proxy_of(scheme: str, host: str) -> str | None:
    return None if proxy_bypass(host) else getproxies().get(scheme)


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"data": data.json_payload, "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}


def _seconds(given: Any, ours: float) -> float | None:
    return ours if given is BaseRequest.DEFAULT_NONE else given
