"""Load a scenario by its name, its path, or from the results of a run of it, checked against record and mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contrafact import scenario
from contrafact.errors import InputError
from contrafact.evidence import kept_back, known_ids, shipped_ledgers
from contrafact.experiment import manifest
from contrafact.experiment.manifest import Manifest
from contrafact.model import PARAMETERS
from contrafact.scenario import Scenario

KEPT_BACK = "is a row of the record that is kept for scoring: it may choose nothing, neither a value nor a range"


def load(name_or_path: str | Path, overrides: Sequence[str] | Mapping[str, object] = ()) -> Scenario:
    """Scenario with some values overridden, as "forces.police.strength=4000 persons".

    name_or_path  a shipped scenario, a scenario file or its folder, a results folder or its manifest

    InputErrors tells everything that is wrong: file, line, key, what was found, what is allowed.
    """
    if not is_results(name_or_path):
        return scenario.load(name_or_path, overrides, known_evidence=evidence_ids(), declared=PARAMETERS)
    path = Path(name_or_path)
    recorded = scenario_of(manifest.read_manifest(path), path)
    if not overrides:
        return recorded
    return scenario.with_overrides(recorded, overrides, known_evidence=evidence_ids(), declared=PARAMETERS)


def is_results(name_or_path: str | Path) -> bool:
    """Whether a path names a manifest or a folder that has one."""
    path = Path(name_or_path)
    return path.name == manifest.NAME or (path / manifest.NAME).is_file()


def from_resolved(resolved: Mapping[str, Any]) -> Scenario:
    """The scenario whose ``resolved()`` this is."""
    return scenario.from_resolved(resolved, known_evidence=evidence_ids(), declared=PARAMETERS)


def scenario_of(record: Manifest, path: Path) -> Scenario:
    """The scenario that a manifest holds; InputError where it is not the one whose digest was recorded."""
    found = from_resolved(record.resolved)
    if found.digest != record.scenario_digest:
        message = f"the scenario has the digest {found.digest}, recorded was {record.scenario_digest}"
        raise InputError(f"{message}; the manifest was edited after the run", file=str(path), key="resolved")
    return found


def evidence_ids() -> dict[str, str | None]:
    """Every id that there is, with the reason why a value may not cite it, or None where it may.

    May be cited: rows of the record that may drive a scenario, places, populations, literature.
    """
    ledgers = shipped_ledgers()
    kept: dict[str, str | None] = dict.fromkeys(frozenset().union(*map(kept_back, ledgers)), KEPT_BACK)
    return {**kept, **dict.fromkeys(frozenset().union(*map(known_ids, ledgers)))}
