"""Settings: environment variables, read once, refused early and loudly."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

NAMES = (
    "KEEL_TOKEN",
    "KEEL_API_URL",
    "KEEL_DATABASE_URL",
    "KEEL_DATA_DIR",
    "KEEL_CONTENT_DIR",
    "KEEL_LISTEN",
    "KEEL_WEBHOOK_URL",
    "KEEL_WEBHOOK_SECRET",
    "KEEL_ENCRYPTION_KEY_FILE",
    "KEEL_HELPLINES_FILE",
    "KEEL_BULK_RATE",
    "KEEL_PAID_BROADCAST",
    "KEEL_MEDIA_COPIES",
    "KEEL_LOG_FORMAT",
    "KEEL_LOG_LEVEL",
    "KEEL_NOW",
)
KEY_NAME = "keel.key"
TELEGRAM = "https://api.telegram.org"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class SettingsProblem(Exception):
    """A setting cannot be used; the message says which, why, and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. `bulk_rate` is messages a second; `now` is None for the system's clock.

    key_file_given: somebody else makes the key file (a setting or systemd names it), so Keel never replaces a lost one.
    """

    token: str | None = field(repr=False)
    api_url: str
    database_url: str = field(repr=False)
    data_dir: Path
    content_dir: Path
    key_file: Path
    key_file_given: bool
    helplines_file: Path | None
    listen: tuple[str, int] | None
    webhook_url: str | None
    webhook_secret: str | None = field(repr=False)
    bulk_rate: float
    paid_broadcast: bool
    media_copies: bool
    log_format: str
    log_level: str
    now: datetime | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Read the environment.

        Raises SettingsProblem: an unknown KEEL_ name, or a value that cannot be used.
        """
        given = {
            name: value.strip() for name, value in environment.items() if name.startswith("KEEL_") and value.strip()
        }
        for name in sorted(set(given) - set(NAMES)):
            near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0)[0]
            raise SettingsProblem(f"{name} is not a setting of Keel; did you mean {near}?")
        data_dir = Path(given.get("KEEL_DATA_DIR", "data")).absolute()
        key_file = _key_file(given.get("KEEL_ENCRYPTION_KEY_FILE"), environment.get("CREDENTIALS_DIRECTORY"))
        api_url = _url(given.get("KEEL_API_URL", TELEGRAM))
        return cls(
            token=_token(given.get("KEEL_TOKEN")),
            api_url=api_url,
            database_url=given.get("KEEL_DATABASE_URL", f"sqlite+aiosqlite:///{data_dir / 'keel.db'}"),
            data_dir=data_dir,
            content_dir=Path(given["KEEL_CONTENT_DIR"]).absolute() if "KEEL_CONTENT_DIR" in given else _content(),
            key_file=key_file or data_dir / KEY_NAME,
            key_file_given=key_file is not None,
            helplines_file=_helplines(given.get("KEEL_HELPLINES_FILE"), data_dir),
            listen=_listen(given.get("KEEL_LISTEN")),
            webhook_url=_webhook(given),
            webhook_secret=_secret(given.get("KEEL_WEBHOOK_SECRET")),
            bulk_rate=_rate(given.get("KEEL_BULK_RATE", "25")),
            paid_broadcast=_yes("KEEL_PAID_BROADCAST", given),
            media_copies=_yes("KEEL_MEDIA_COPIES", given),
            log_format=_one_of("KEEL_LOG_FORMAT", given.get("KEEL_LOG_FORMAT", "console"), ("console", "json")),
            log_level=_one_of(
                "KEEL_LOG_LEVEL",
                given.get("KEEL_LOG_LEVEL", "info").lower(),
                ("debug", "info", "warning", "error"),
            ),
            now=_now(given.get("KEEL_NOW"), api_url),
        )

    @property
    def base_url(self) -> str:
        """What python-telegram-bot puts before the token."""
        return f"{self.api_url}/bot"

    @property
    def base_file_url(self) -> str:
        """The same for files."""
        return f"{self.api_url}/file/bot"

    def require_token(self) -> str:
        """The token.

        Raises SettingsProblem: there is none.
        """
        if self.token is None:
            raise SettingsProblem(
                "KEEL_TOKEN is not set; get a token from @BotFather in Telegram and set it (`keel demo` needs none)."
            )
        return self.token


def _token(value: str | None) -> str | None:
    if value is not None and not _TOKEN.fullmatch(value):
        raise SettingsProblem("KEEL_TOKEN does not look like a bot token (digits, a colon, letters); copy it again.")
    return value


def _key_file(value: str | None, credentials: str | None) -> Path | None:
    """The key file that is named, or the one that systemd hands over (`LoadCredential=keel.key:…`)."""
    if value is not None:
        return Path(value).absolute()
    handed = Path(credentials) / KEY_NAME if credentials else None
    return handed if handed is not None and handed.is_file() else None


def _helplines(value: str | None, data_dir: Path) -> Path | None:
    """The operator's helplines: the file that is named, or the one in the data folder if there is one."""
    usual = data_dir / "helplines.yaml"
    if value is not None:
        return Path(value).absolute()
    return usual if usual.is_file() else None


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingsProblem(
            "KEEL_API_URL is not the root of a Bot API server; write it as https://host or leave it out."
        )
    return value.rstrip("/")


def _listen(value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsProblem("KEEL_LISTEN is not an address; write it as 127.0.0.1:8080.")
    return host or "127.0.0.1", int(port)


def _webhook(given: Mapping[str, str]) -> str | None:
    value = given.get("KEEL_WEBHOOK_URL")
    if value is None:
        return None
    parts = urlsplit(value)
    plain = parts.scheme == "http" and _loopback(parts.hostname or "")
    if not (parts.scheme == "https" or plain) or not parts.hostname:
        raise SettingsProblem(
            "KEEL_WEBHOOK_URL is not an address that Telegram can call; write it as https://your.host/path."
        )
    if "KEEL_LISTEN" not in given:
        raise SettingsProblem(
            "KEEL_WEBHOOK_URL needs KEEL_LISTEN, where Keel waits for what your web server hands on; "
            "write for example KEEL_LISTEN=127.0.0.1:8080."
        )
    return value


def _secret(value: str | None) -> str | None:
    if value is not None and not _SECRET.fullmatch(value):
        raise SettingsProblem(
            "KEEL_WEBHOOK_SECRET cannot be used; take 16 to 256 letters, digits, - or _, or leave it out."
        )
    return value


def _rate(value: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 10_000:
        raise SettingsProblem("KEEL_BULK_RATE is not a number of messages a second; write for example 25.")
    return rate


def _yes(name: str, given: Mapping[str, str]) -> bool:
    return _one_of(name, given.get(name, "no").lower(), ("yes", "no")) == "yes"


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise SettingsProblem(f"{name} is not one of {', '.join(allowed)}; choose one of these.")
    return value


def _now(value: str | None, api_url: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SettingsProblem("KEEL_NOW is not an ISO time with a zone; write for example 2026-03-28T20:00:00+00:00.")
    if not _loopback(urlsplit(api_url).hostname or ""):
        raise SettingsProblem("KEEL_NOW moves the clock for rehearsals only; it needs KEEL_API_URL on 127.0.0.1.")
    return moment


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _content() -> Path:
    package = Path(__file__).parent
    inside = package / "content"
    return inside if inside.is_dir() else package.parent / "content"
