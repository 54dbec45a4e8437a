"""The file that somebody was handed, opened."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from tests.person import Person, World


async def take(world: World, anna: Person) -> zipfile.ZipFile:
    """Ask for everything, and open what comes."""
    await anna.sends("/export")
    return zipfile.ZipFile(io.BytesIO(world.telegram.files[anna.bots[-1].data["document"]["file_id"]]))


def data_of(archive: zipfile.ZipFile) -> Any:
    """data.json."""
    return json.loads(archive.read("data.json"))


def page_of(archive: zipfile.ZipFile) -> str:
    """The page to read."""
    return archive.read("notes.html").decode()


def table_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """One of the tables."""
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
