"""Load a scenario by its name, its path, or from the results of a run of it, checked against record and mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contrafact import scenario
from contrafact.errors import InputError
from contrafact.evidence import known_ids, shipped_ledgers
from contrafact.experiment import manifest
from contrafact.experiment.manifest import Manifest
from contrafact.model import PARAMETERS
from contrafact.scenario import Scenario


def load(
    name_or_path: str | Path, overrides: Sequence[str] | Mapping[str, object] = (), variant: str = "recorded"
) -> Scenario:
    """Scenario with some values overridden, as "forces.police.strength=4000 persons".

    name_or_path  a shipped scenario, a scenario file or its folder, a results folder or its manifest
    variant       one of the scenario's variants, whose settings are made before the overrides

    InputErrors tells everything that is wrong: file, line, key, what was found, what is allowed.
    """
    if not is_results(name_or_path):
        return scenario.load(
            name_or_path, overrides, variant=variant, known_evidence=evidence_ids(), declared=PARAMETERS
        )
    path = Path(name_or_path)
    if variant != "recorded":
        allowed = "the scenario itself, whose variants it names"
        raise InputError("a variant cannot be made of results", "--variant", found=variant, allowed=allowed)
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


def evidence_ids() -> frozenset[str]:
    """Every id that a value may cite: rows of the record that may drive a scenario, places, populations, literature."""
    return frozenset().union(*(known_ids(name) for name in shipped_ledgers()))
