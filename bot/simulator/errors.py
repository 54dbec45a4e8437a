"""What Telegram says when it refuses, in its own words and codes."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A refusal: HTTP status, Telegram's description, and sometimes parameters (retry_after)."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that goes back."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> Refused:
    """A 400."""
    return Refused(400, f"Bad Request: {description}")


def flood(seconds: int) -> Refused:
    """A 429."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


UNAUTHORIZED = Refused(401, "Unauthorized")
NOT_FOUND = Refused(404, "Not Found")
BLOCKED = Refused(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = Refused(403, "Forbidden: user is deactivated")
KICKED = Refused(403, "Forbidden: bot was kicked from the group chat")
NOT_STARTED = Refused(403, "Forbidden: bot can't initiate conversation with a user")
CHAT_NOT_FOUND = bad("chat not found")
EMPTY = bad("message text is empty")
TOO_LONG = bad("message is too long")
CAPTION_TOO_LONG = bad("message caption is too long")
PARSE_MODE = bad("unsupported parse_mode")
BUTTON_DATA = bad("BUTTON_DATA_INVALID")
NO_ACTION = bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
BUTTON_TEXT = bad("can't parse inline keyboard button: Button text must be non-empty")
MARKUP_TOO_LONG = bad("reply markup is too long")
MARKUP_SHAPE = bad("object expected as reply markup")
NOT_MODIFIED = bad(
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
EDIT_NOT_FOUND = bad("message to edit not found")
CANT_EDIT = bad("message can't be edited")
NO_TEXT_TO_EDIT = bad("there is no text in the message to edit")
DELETE_NOT_FOUND = bad("message to delete not found")
CANT_DELETE = bad("message can't be deleted for everyone")
QUERY_TOO_OLD = bad("query is too old and response timeout expired or query ID is invalid")
QUERY_TEXT = bad("MESSAGE_TOO_LONG")
FILE_ID = bad("wrong remote file identifier specified: Wrong string length")
FILE_TOO_BIG = bad("file is too big")
COMMAND = bad("BOT_COMMAND_INVALID")
COMMAND_DESCRIPTION = bad("BOT_COMMAND_DESCRIPTION_INVALID")
COMMANDS_TOO_MUCH = bad("BOT_COMMANDS_TOO_MUCH")
TWO_POLLERS = Refused(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = Refused(
    409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
