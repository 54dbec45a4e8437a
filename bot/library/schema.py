"""The shape of every content file, as pydantic models; the JSON Schemas in content/schema come from these."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, field_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")]
ChoiceIdentifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,15}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,19}$")]
Words = Annotated[str, Field(min_length=1, max_length=3500)]
Label = Annotated[str, Field(min_length=1, max_length=60)]


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _seconds(value: object) -> object:
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|m|min)?", value.strip())
        if not found:
            raise ValueError("write a length of time as 20s or 3m")
        return float(found[1]) * (60 if found[2] in ("m", "min") else 1)
    return value


class Shape(BaseModel):
    """Base of all: unknown words are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ConditionFile(Shape):
    """One condition on an answer or fact."""

    name: Name
    equals: str | bool | float | None = None
    has: str | None = None
    at_least: float | None = None
    given: bool | None = None


class BranchFile(Shape):
    """Go to `to` when all of `when` holds; without `when`, otherwise."""

    to: str
    when: list[ConditionFile] = []

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, dict) else value


class ChoiceFile(Shape):
    """One button."""

    id: ChoiceIdentifier
    label: Label
    to: str | None = None
    adds: Name | None = None


class FrameFile(Shape):
    """One moment of a living message."""

    say: Annotated[str, Field(min_length=1, max_length=200)]
    seconds: Annotated[float, Field(ge=4, le=60)]


class StepFile(Shape):
    """One step of a flow."""

    say: Annotated[list[Words], BeforeValidator(_several)] = []
    choices: list[ChoiceFile] = []
    options: Literal["clocks", "languages", "holds", "own_words", "questions"] | None = None
    columns: Annotated[int, Field(ge=1, le=6)] = 1
    ask: Literal["text", "scale", "time", "date", "place", "message", "duration", "voice", "photo", "file"] | None = (
        None
    )
    speaks: Literal["free", "draft"] = "free"
    danger: str | None = None
    answer: Name | None = None
    own: Name | None = None
    spill: Name | None = None
    longest: Annotated[int, Field(ge=1, le=50_000)] | None = None
    remove: bool = False
    pick: Literal["one", "many"] = "one"
    keep: Literal["nothing", "session", "note"] = "nothing"
    to: str | None = None
    unclear: Words | None = None
    wait: Annotated[float, BeforeValidator(_seconds), Field(gt=0, le=86_400)] | None = None
    then: str | None = None
    frames: list[FrameFile] = []
    rounds: Annotated[int, Field(ge=1, le=20)] = 1
    branch: list[BranchFile] = []
    do: Name | None = None
    tool: Identifier | None = None
    play: Literal["letter", "voice", "photo", "person", "found", "handout"] | None = None
    fill: (
        Literal["page", "draft", "line", "person", "plan", "given", "crisis", "fear", "temper", "young"]
        | Literal["picking", "question", "handout", "monthly"]
        | None
    ) = None
    media: Identifier | None = None
    rank: Literal["tools", "soothing", "closing", "lengths", "material", "held", "help", "after", "picking"] | None = (
        None
    )
    beside: bool = False
    why: Words | None = None
    source: str | None = None
    leave: bool = False
    end: bool = False
    always: bool = True


class FlowFile(Shape):
    """A flow: words and structure together."""

    id: Identifier
    start: str
    resume: str | None = None
    entries: list[Identifier] = []
    always: list[ChoiceFile] = []
    empty: str = "–"
    silent: bool = False
    steps: dict[Identifier, StepFile]


class QuestionFile(Shape):
    """A lesson's question with its answers."""

    class AnswerFile(Shape):
        """One answer and what Keel says to it."""

        id: ChoiceIdentifier
        label: Annotated[str, Field(min_length=1, max_length=30)]
        reply: Annotated[str, Field(min_length=1, max_length=400)]

    say: Annotated[str, Field(min_length=1, max_length=200)]
    choices: Annotated[list[AnswerFile], Field(min_length=2, max_length=4)]


class PracticeFile(Shape):
    """A lesson's practice, at most two minutes."""

    say: Annotated[str, Field(min_length=1, max_length=500)]
    minutes: Annotated[int, Field(ge=1, le=2)]


class WhyFile(Shape):
    """Why it works, and where that was found."""

    say: Annotated[str, Field(min_length=1, max_length=300)]
    source: str
    technique: str | None = None


class LessonFile(Shape):
    """The front matter of a lesson. opens: a step of a flow (`lessons:line`) that a button begins, or `review`."""

    id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=40)]
    stage: Literal["orientation", "awareness", "regulation", "reparenting", "relating", "companion"]
    order: int
    tags: dict[Literal["trigger", "technique"], list[str]] = {}
    practice: PracticeFile
    question: QuestionFile
    why: WhyFile
    opens: Annotated[str, Field(pattern=r"^(review|[a-z][a-z0-9-]*:[a-z][a-z0-9-]*)$")] | None = None
    reviewed_by: Annotated[str, Field(min_length=2)]


class SourceFile(Shape):
    """One work cited."""

    authors: str
    year: int | str
    title: str
    where: str
    kind: str
    found: Words
    sure: str


class PartFile(Shape):
    """A stage, or a companion unit (offered once its tags were met `often` times)."""

    id: Identifier
    lessons: list[Identifier]
    when: list[str] = []
    often: Annotated[int, Field(ge=1)] = 1


class CurriculumFile(Shape):
    """The order of the programme; no words. moved: ids that lessons had before, and the ids they have now."""

    stages: Annotated[list[PartFile], Field(min_length=1)]
    companion: list[PartFile] = []
    moved: dict[Identifier, Identifier] = {}


class LineFile(Shape):
    """One helpline. say: one more sentence that the person sees. note: for whoever keeps this list.

    seen: the newest date on which a source had it. confirmed: when somebody dialled it, or wrote to it.
    """

    name: str
    kind: str
    phone: str | None = None
    sms: str | None = None
    whatsapp: str | None = None
    chat: str | None = None
    url: str | None = None
    hours: str | None = None
    languages: list[str] = []
    cost: str | None = None
    audience: str | None = None
    say: str | None = None
    note: str | None = None
    confidence: Literal["A", "B"]
    seen: date
    confirmed: date | None = None
    sources: list[object] = []


class CountryFile(Shape):
    """A country's emergency number and its lines."""

    name: str
    emergency: str
    lines: list[LineFile] = []


class HelplinesFile(Shape):
    """All helplines. Nobody has dialled them until an operator says so."""

    compiled: date
    dialled: str
    sources: dict[str, object]
    directories: list[object]
    countries: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], CountryFile]


class PlaceFile(Shape):
    """One representative clock of the world."""

    zone: str
    label: Annotated[str, Field(max_length=40)]


class AgesFile(Shape):
    """How people say that they are not grown up yet (“i'm {age}”); `units` are words after which a number is no age."""

    phrases: list[str] = []
    numbers: dict[str, int] = {}
    units: list[str] = []


class LocaleFile(Shape):
    """A language: its own name, phrases that ask for the spiral in free text, words often heard as blame.

    search_words: what people write when they look for a tag of lessons (or, with its id, for one lesson).
    filler_words: words that say nothing about what somebody looks for.
    addressed: words with which a message speaks to somebody (“you”), without apostrophes.
    """

    name: str
    spiral_phrases: list[str]
    blame_words: list[str] = []
    search_words: dict[Identifier, list[str]] = {}
    filler_words: list[str] = []
    ages: AgesFile = AgesFile()
    addressed: list[str] = []


class SourcesFile(RootModel[dict[str, SourceFile]]):
    """All works cited, by id."""


class PlacesFile(RootModel[list[PlaceFile]]):
    """The clocks offered when somebody is asked what time it is for them."""


class SteadyMessage(Shape):
    """One steady message."""

    id: Identifier
    say: Annotated[str, Field(min_length=1, max_length=600)]


class SteadyFile(RootModel[list[SteadyMessage]]):
    """Short invitations to bring someone or something safe to mind."""
