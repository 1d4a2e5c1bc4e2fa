"""Load a scenario by its name, its path, or from the results of a run of it, checked against record and mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contrafact.errors import InputError
from contrafact.experiment import kinds, manifest
from contrafact.experiment.manifest import Manifest
from contrafact.scenario.document import RECORDED, Document
from contrafact.scenario.loading import open_file, open_texts, with_variant
from contrafact.scenario.overrides import Overrides


def load(name_or_path: str | Path, overrides: Overrides = (), variant: str = RECORDED) -> Document:
    """Scenario with some values overridden, as "forces.police.strength=4000 persons".

    name_or_path  a shipped scenario, a scenario file or its folder, a results folder or its manifest
    variant       one of the scenario's variants, whose settings are made before the overrides

    InputErrors tells everything that is wrong: file, line, key, what was found, what is allowed.
    """
    if not is_results(name_or_path):
        file = with_variant(open_file(name_or_path), variant)
        return kinds.named_in(file.tree, file).load(file, overrides)
    path = Path(name_or_path)
    if variant != RECORDED:
        allowed = "the scenario itself, whose variants it names"
        raise InputError("a variant cannot be made of results", "--variant", found=variant, allowed=allowed)
    recorded = scenario_of(manifest.read_manifest(path), path)
    return kinds.of(recorded).overridden(overrides) if overrides else recorded


def load_texts(texts: Mapping[str, str], overrides: Overrides = (), variant: str = RECORDED) -> Document:
    """Scenario from the texts of its files by name, ``scenario.yaml`` first; nothing is read from a disk."""
    file = with_variant(open_texts(texts), variant)
    return kinds.named_in(file.tree, file).load(file, overrides)


def is_results(name_or_path: str | Path) -> bool:
    """Whether a path names a manifest or a folder that has one."""
    path = Path(name_or_path)
    return path.name == manifest.NAME or (path / manifest.NAME).is_file()


def from_resolved(resolved: Mapping[str, Any]) -> Document:
    """The scenario whose ``resolved()`` this is."""
    return kinds.named_in(resolved).from_resolved(resolved)


def scenario_of(record: Manifest, path: Path) -> Document:
    """The scenario that a manifest holds; InputError where it is not the one whose digest was recorded."""
    found = from_resolved(record.resolved)
    if found.digest != record.scenario_digest:
        message = f"the scenario has the digest {found.digest}, recorded was {record.scenario_digest}"
        raise InputError(f"{message}; the manifest was edited after the run", file=str(path), key="resolved")
    return found
