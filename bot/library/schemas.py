"""JSON Schemas out of the pydantic models, so that an editor completes and checks while a therapist types."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from bot.library import safety_schema, schema, wording_schema

MODELS: dict[str, type[BaseModel]] = {
    "banned": wording_schema.BannedFile,
    "curriculum": schema.CurriculumFile,
    "flow": schema.FlowFile,
    "helplines": schema.HelplinesFile,
    "lesson": schema.LessonFile,
    "locale": schema.LocaleFile,
    "places": schema.PlacesFile,
    "safety-lexicon": safety_schema.LexiconFile,
    "safety-concepts": safety_schema.ConceptsFile,
    "safety-masks": safety_schema.MasksFile,
    "safety-rules": safety_schema.RulesFile,
    "programme": wording_schema.ProgrammeFile,
    "sources": schema.SourcesFile,
    "steady": schema.SteadyFile,
}


def schemas() -> dict[str, str]:
    """Each schema as text, by its file's name."""
    return {
        f"{name}.json": json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
        for name, model in MODELS.items()
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write them all; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    return paths
