"""The shape of the rule files in content/<language>/safety; their JSON Schemas come from these models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from bot.core.safety.model import SOURCES
from bot.library.schema import Shape

RuleIdentifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
CategoryName = Literal["suicide", "selfharm", "abuse", "partner_at_risk", "harm_other"]
SourceName = Literal["free", "draft", "pasted"]


def _words(value: object) -> object:
    """A list may be written as one line of words."""
    return value.split() if isinstance(value, str) else value


WordList = Annotated[list[str], BeforeValidator(_words)]
Pattern = Annotated[str, Field(min_length=2, max_length=1200)]
Example = Annotated[str, Field(min_length=2, max_length=300)]
"""A line of text; “draft: …” or “pasted: …” before it says who is speaking."""


class RuleFile(Shape):
    """One family of meaning, with lines it must catch and near misses."""

    id: RuleIdentifier
    tier: Literal["act", "ask"]
    means: Annotated[str, Field(min_length=10, max_length=1200)]
    says: Annotated[list[Pattern], Field(min_length=1)]
    unless: list[Pattern] = Field(default_factory=list)
    category: CategoryName | None = None
    negated: Literal["ask", "none", "act"] = "none"
    immediate: bool = False
    now: bool = False
    fiction: bool = False
    own: bool = False
    sources: Annotated[list[SourceName], Field(min_length=1)] | None = None
    catches: list[Example] = Field(default_factory=list)
    misses: list[Example] = Field(default_factory=list)


class RulesFile(Shape):
    """The rules of one category; `category` and `sources` hold for each rule that does not say otherwise."""

    category: CategoryName
    sources: Annotated[list[SourceName], Field(min_length=1, default_factory=lambda: list(SOURCES))]
    rules: Annotated[list[RuleFile], Field(min_length=1)]


class MaskFile(Shape):
    """An idiom, with everyday lines that would be misread without it."""

    id: RuleIdentifier
    says: Annotated[list[Pattern], Field(min_length=1)]
    examples: list[Example] = Field(default_factory=list)


class MasksFile(Shape):
    """Idioms, and ways to say that one is safe."""

    masks: list[MaskFile]
    denials: list[MaskFile]


class ConceptFile(Shape):
    """One meaning and the ways to put it."""

    id: Annotated[str, Field(pattern=r"^[a-z_]{2,30}$")]
    says: Annotated[list[Pattern], Field(min_length=1)]


class ConceptsFile(Shape):
    """Meanings that rules name as @id, so that each way to put them is written once."""

    concepts: Annotated[list[ConceptFile], Field(min_length=1)]


class LexiconFile(Shape):
    """Words: slots for patterns, and how what people type becomes plain words."""

    slots: dict[Annotated[str, Field(pattern=r"^[a-z_]{2,20}$")], WordList]
    irregular: dict[Annotated[str, Field(pattern=r"^[a-z]{2,20}$")], WordList] = Field(default_factory=dict)
    replace: dict[str, str]
    fillers: WordList
    fuzzy: WordList
    starred: WordList
    symbols: dict[str, str]
    slang: WordList
    jokes: WordList
    negators: WordList
    bridges: WordList
    clause_words: WordList
    now: WordList
    stories: WordList
    everyday: WordList
    speech: WordList
    contrast: WordList

    @field_validator("replace", "symbols", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        """YAML reads a bare 2 or no as something else than the word that was meant."""
        return {str(key): str(word) for key, word in value.items()} if isinstance(value, dict) else value
