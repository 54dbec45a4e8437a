"""Taps as Telegram's callback data and back: typed, readable, at most 64 bytes.

`s:<session>:<step>:<choice>`, `l:<lesson>:<choice>`, `c:<command>[:<argument>]`.
"""

from __future__ import annotations

from bot.core.screen import CommandTap, LessonTap, StepTap, Tap

LONGEST = 64


class PayloadTooLong(Exception):
    """A button's data would not fit Telegram's 64 bytes; `keel content check` finds these in files."""


def encode(tap: Tap) -> str:
    """Callback data for a tap.

    Raises PayloadTooLong: more than 64 bytes.
    """
    match tap:
        case StepTap(session, step, choice):
            data = f"s:{session}:{step}:{choice}"
        case LessonTap(lesson, choice):
            data = f"l:{lesson}:{choice}"
        case CommandTap(command, argument):
            data = f"c:{command}:{argument}" if argument else f"c:{command}"
    if len(data.encode()) > LONGEST:
        raise PayloadTooLong(f"The button data {data} is longer than {LONGEST} bytes; shorten the step or choice id.")
    return data


def decode(data: str) -> Tap | None:
    """The tap behind callback data; None when it is not one of ours. A forged client may send anything."""
    if len(data.encode()) > LONGEST or not data.isprintable():
        return None
    match data.split(":"):
        case ["s", session, step, choice] if session and step and choice:
            return StepTap(session, step, choice)
        case ["l", lesson, choice] if lesson and choice:
            return LessonTap(lesson, choice)
        case ["c", command] if command:
            return CommandTap(command)
        case ["c", command, argument] if command:
            return CommandTap(command, argument)
    return None
