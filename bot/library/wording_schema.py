"""The shape of the lists that content is checked against: words never used, claims never made, ideas to cover."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, RootModel, field_validator

from bot.library.schema import Identifier, Shape


class ClaimFile(Shape):
    """Something Keel must never claim: words of a pattern (a regular expression), and why not."""

    pattern: str
    why: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"write a regular expression ({error})") from None
        return value


class BannedFile(Shape):
    """Phrases that never stand in a text, claims never made, and words kept off the lock screen."""

    phrases: list[str]
    claims: list[ClaimFile] = Field([])
    lock_screen: list[str]


class IdeaFile(Shape):
    """One idea of the programme, and the lessons that cover it (the one with the same id, where none are named)."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9]{1,2}$")]
    idea: str
    lessons: list[Identifier] = Field([])


class ProgrammeFile(RootModel[dict[str, list[IdeaFile]]]):
    """Every idea that the programme is made of, by part."""
