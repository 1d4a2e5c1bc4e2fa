"""A new scenario folder: commented, valid and runnable as it is, to be replaced section by section."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from contrafact.errors import InputError
from contrafact.experiment.editors import schema
from contrafact.scenario.context import ID, LONGEST_ID

TEMPLATE = files("contrafact.scenario").joinpath("template")
TEXTS = (
    "scenario.yaml",
    "districts.geojson",
    "README.md",
    "evidence/record.csv",
    "evidence/readings.csv",
    "evidence/places.csv",
    "evidence/population.csv",
    "evidence/references.csv",
)
SCHEMA = "scenario.schema.json"
PLACEHOLDER = "NAME"


def new(folder: str | Path) -> list[Path]:
    """Write a scenario to start from into a new folder, whose name is the scenario's; the files written.

    InputError where the folder holds something, or its name cannot be a scenario's.
    """
    target = Path(folder)
    name = checked_name(target)
    texts = {file: TEMPLATE.joinpath(file).read_text(encoding="utf-8").replace(PLACEHOLDER, name) for file in TEXTS}
    return write_all(target, {**texts, SCHEMA: schema_text()})


@cache
def schema_text() -> str:
    """The schema of scenario files as a file of its own."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def checked_name(target: Path) -> str:
    """The scenario's name, that of its folder, which must be new or empty; InputError otherwise."""
    name = target.name
    if ID.fullmatch(name) is None:
        allowed = f"letters, digits, _ and -, a letter first, at most {LONGEST_ID}"
        raise InputError(f'found the name "{name}", expected {allowed}', found=name, allowed=allowed)
    try:
        taken = target.exists() and not (target.is_dir() and not any(target.iterdir()))
    except OSError as error:
        raise InputError(f"the folder cannot be read: {error.strerror}", file=str(target)) from error
    if taken:
        allowed = "a folder that is new or empty"
        raise InputError(f"there is something already, expected {allowed}", file=str(target), allowed=allowed)
    return name


def write_all(target: Path, texts: dict[str, str]) -> list[Path]:
    """Write texts by their names inside a folder; InputError where that is not possible."""
    written = []
    for file, text in texts.items():
        path = target / file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise InputError(f"the file cannot be written: {error.strerror}", file=str(path)) from error
        written.append(path)
    return written
