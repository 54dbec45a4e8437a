"""What to show, in Keel's own words: screens, buttons, and what a tap on one means.

Text on a screen is written in the small markup of the content files (``**bold**``, ``*italic*``, ``- `` lists,
``> `` quotes). Words that a person typed are wrapped by `literal`, so that the renderer shows them exactly as
they were written and never reads markup into them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.chart import Chart

LITERAL_START = "\ue000"
LITERAL_END = "\ue001"

LOST = "\ue004"
"""Stands where somebody's words would, if they could still be opened. The sender says so in the person's language."""


def literal(text: str) -> str:
    """Mark `text` as somebody's own words: shown as it stands, no markup read from it."""
    bare = text.replace(LITERAL_START, "").replace(LITERAL_END, "")
    return f"{LITERAL_START}{bare}{LITERAL_END}"


@dataclass(frozen=True)
class StepTap:
    """A choice in one step of one running session."""

    session: str
    step: str
    choice: str


@dataclass(frozen=True)
class LessonTap:
    """A choice under a lesson's message."""

    lesson: str
    choice: str


@dataclass(frozen=True)
class CommandTap:
    """A button that does what typing a command would do, with an optional argument (``sos`` and ``DE``)."""

    command: str
    argument: str = ""


@dataclass(frozen=True)
class CopyText:
    """A button that puts `text` on the person's clipboard; Keel hears nothing of it. Left out where it is too long."""

    text: str


Tap = StepTap | LessonTap | CommandTap
"""What can come back to Keel."""


@dataclass(frozen=True)
class Button:
    """One inline button: its label and what a tap on it means."""

    label: str
    tap: Tap | CopyText


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Frame:
    """One moment of a living message: the line on top and how many seconds it stays (at least 4)."""

    say: str
    seconds: float


@dataclass(frozen=True)
class Document:
    """A file about the person, by its neutral name; it is made when it is sent.

    handout: the run in which somebody chose what a therapist gets; None for everything that is stored.
    """

    name: str
    handout: str | None = None


@dataclass(frozen=True)
class Keepsake:
    """A voice note or picture that somebody gave Keel to keep: its row, its kind, and Telegram's name for it."""

    id: int
    kind: str
    file_id: str


@dataclass(frozen=True)
class Screen:
    """One message.

    text: what it says, in the content files' small markup.
    rows: inline buttons, top to bottom.
    frames: lines shown one after another above `text`, which stays complete in itself.
    edit: id of the message to change instead of sending a new one; a new one is sent if that fails.
    keyboard: also show the persistent reply keyboard (such a message has no inline buttons).
    silent: arrives without a sound.
    media: an animation of Keel's that goes before it, where it loads.
    chart: this message is a picture of that, with the words below it; where it cannot be drawn, the words alone.
    keepsake: this message is the person's own voice note or picture.
    card: this message stays in view beside the session's living one.
    pin: stays on top of the chat.
    marked_up: `text` is Telegram's own HTML, checked before it came here (a broadcast).
    """

    text: str
    rows: Rows = ()
    frames: tuple[Frame, ...] = ()
    edit: int | None = None
    keyboard: bool = False
    silent: bool = False
    document: Document | None = None
    media: str | None = None
    keepsake: Keepsake | None = None
    card: bool = False
    pin: bool = False
    marked_up: bool = False
    chart: Chart | None = None


def holds_lost(screen: Screen) -> bool:
    """Whether something stands on it that cannot be opened any more."""
    buttons = [button for row in screen.rows for button in row]
    copied = (button.tap.text for button in buttons if isinstance(button.tap, CopyText))
    said = (screen.text, *(frame.say for frame in screen.frames), *(button.label for button in buttons), *copied)
    return any(LOST in part for part in said)


def without_lost(screen: Screen, words: str) -> Screen:
    """The screen with `words` wherever something cannot be opened any more; it cannot be copied either."""
    rows = tuple(tuple(shown for button in row if (shown := _shown(button, words)) is not None) for row in screen.rows)
    frames = tuple(replace(frame, say=frame.say.replace(LOST, words)) for frame in screen.frames)
    return replace(screen, text=screen.text.replace(LOST, words), rows=rows, frames=frames)


def _shown(button: Button, words: str) -> Button | None:
    if isinstance(button.tap, CopyText) and LOST in button.tap.text:
        return None
    return replace(button, label=button.label.replace(LOST, words)) if LOST in button.label else button


@dataclass(frozen=True)
class Reply:
    """Everything one update or one due timer leads to, in the order in which it is sent.

    session: the session whose living message the last screen becomes; version: of it, as these screens show it.
    strip: a message whose buttons are taken away, because what comes next stands below it.
    delete: messages to remove from the chat.
    sweep: remove every message of the last two days that the sender remembers, too.
    leave: leave this chat afterwards (Keel is for private chats only).
    wiped: somebody was erased; nothing of theirs is to be left in the database's files either.
    locale: the language of what the sender adds (the reply keyboard's label).
    """

    screens: tuple[Screen, ...] = ()
    session: str | None = None
    strip: int | None = None
    delete: tuple[int, ...] = ()
    sweep: bool = False
    leave: bool = False
    wiped: bool = False
    locale: str | None = None
    version: int = 0
