"""The manifest of a results folder: what is needed to run it again and to tell whether it came out the same."""

from __future__ import annotations

import json
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from contrafact import __version__
from contrafact.errors import InputError, InputErrors
from contrafact.experiment.result import overall_digest
from contrafact.translation import noted

FORMAT = 1
NAME = "manifest.json"
MILESTONES = "milestones.json"
PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "h3", "duckdb", "pydantic", "ruamel.yaml", "pint", "tzdata")


class Finished(BaseModel):
    """One replication and the digest of its states."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    number: int
    digest: str


class Manifest(BaseModel):
    """What manifest.json holds; elapsed_s in seconds, until_hours null for a model without a clock.

    comparison  of a comparison its arms, each with its changes, and whether switches were drawn; null of a run
    mechanisms  of the user's own, each with its name, file, SHA-256 and place in the loop
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    format: int
    contrafact: str
    scenario: str
    scenario_digest: str
    seed: int
    until_hours: float | None
    record: list[str]
    arms: list[str]
    requested: int
    replications: list[Finished]
    digest: str
    persons: int
    cells: int
    ticks: int
    command: str
    created: str
    elapsed_s: float
    python: str
    packages: dict[str, str]
    platform: str
    resolved: dict[str, Any]
    comparison: dict[str, Any] | None = None
    mechanisms: list[dict[str, str]] = []

    @property
    def length(self) -> float:
        """How much was run, in the model's own measure: hours, or ticks of a model without a clock."""
        return self.ticks if self.until_hours is None else self.until_hours

    def digest_of(self, replication: int) -> str:
        """Recorded digest of one replication; InputError where it is not among the finished ones."""
        for finished in self.replications:
            if finished.number == replication:
                return finished.digest
        numbers = [finished.number for finished in self.replications]
        allowed = f"one of {len(numbers)} replications from {numbers[0]} to {numbers[-1]}"
        raise InputError(
            f"found {replication}, expected {allowed}", key="--replication", found=str(replication), allowed=allowed
        )

    def differences(self) -> list[str]:
        """What is not as it was when the run was recorded: versions and platform, one sentence each."""
        then = {"contrafact": self.contrafact, "python": self.python, **self.packages, "platform": self.platform}
        now = {"contrafact": __version__, "python": python_version(), **packages(), "platform": platform.platform()}
        return [
            noted("{name} was {then} and is {now}", name=name, then=then[name], now=now.get(name))
            for name in then
            if then[name] != now.get(name)
        ]


def python_version() -> str:
    """Version of the interpreter, such as 3.11.4."""
    return ".".join(str(part) for part in sys.version_info[:3])


def packages() -> dict[str, str]:
    """Versions of the packages on which a result may depend."""
    return {name: found for name in PACKAGES if (found := _version(name)) is not None}


@cache
def _version(name: str) -> str | None:
    """Version of an installed package, None where there is none; to find it a file is read, so it is kept."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def read_manifest(folder: Path) -> Manifest:
    """Manifest of a results folder; InputError(s) where it is missing, torn, edited or from a newer version."""
    path = folder / NAME if folder.is_dir() else folder
    where = str(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"found no results here, expected a folder with {NAME}", file=where) from None
    except (OSError, ValueError) as error:
        raise InputError(f"is not readable as JSON ({error}); the folder is torn or was edited", file=where) from error
    _check_format(content, where)
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        raise InputErrors([_as_input_error(problem, where) for problem in error.errors()]) from None
    if not manifest.replications:
        raise InputError("lists no replication", file=where, key="replications")
    if overall_digest(finished.digest for finished in manifest.replications) != manifest.digest:
        message = "is not the digest of the replications that the manifest lists; it was edited after the run"
        raise InputError(message, file=where, key="digest", found=manifest.digest)
    return manifest


def is_results_folder(folder: Path) -> bool:
    """Whether a folder holds the results of a run, as far as its manifest says so."""
    try:
        read_manifest(folder)
    except (InputError, InputErrors):
        return False
    return True


def _check_format(content: object, where: str) -> None:
    found = content.get("format") if isinstance(content, dict) else None
    if type(found) is not int:
        raise InputError("is not a manifest of contrafact: it names no format", file=where, key="format", allowed="1")
    if found > FORMAT:
        message = f"found format {found}, this version reads up to {FORMAT}; a newer contrafact wrote it"
        raise InputError(message, file=where, key="format", found=str(found), allowed=f"1 to {FORMAT}")


def _as_input_error(problem: Any, where: str) -> InputError:
    key = ".".join(str(part) for part in problem["loc"])
    found = None if problem["type"] == "missing" else str(problem["input"])[:60]
    said = problem["msg"] if found is None else f'found "{found}": {problem["msg"]}'
    return InputError(said, file=where, key=key, found=found)
