"""Load a scenario by its name, its path, or from the results of a run of it, checked against record and mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from contrafact.errors import InputError
from contrafact.experiment import kinds, manifest
from contrafact.experiment.manifest import Manifest
from contrafact.model.extending import Extension, check_same, read_mechanisms
from contrafact.scenario.document import RECORDED, Document
from contrafact.scenario.loading import open_file, open_texts, with_variant
from contrafact.scenario.overrides import Overrides


def load(
    name_or_path: str | Path,
    overrides: Overrides = (),
    variant: str = RECORDED,
    mechanisms: Sequence[str | Path] = (),
) -> Document:
    """Scenario with some values overridden, as "forces.police.strength=4000 persons".

    name_or_path  a shipped scenario, a scenario file or its folder, a results folder or its manifest
    variant       one of the scenario's variants, whose settings are made before the overrides
    mechanisms    files of mechanisms that join the loop (see model/extending.py); they are executed

    InputErrors tells everything that is wrong: file, line, key, what was found, what is allowed.
    """
    own = read_mechanisms(mechanisms)
    if not is_results(name_or_path):
        file = with_variant(open_file(name_or_path), variant)
        return kinds.named_in(file.tree, file).load(file, overrides, own)
    path = Path(name_or_path)
    if variant != RECORDED:
        allowed = "the scenario itself, whose variants it names"
        raise InputError("a variant cannot be made of results", "--variant", found=variant, allowed=allowed)
    record = manifest.read_manifest(path)
    check_same(record.mechanisms, own, str(path))
    recorded = scenario_of(record, path, own)
    return kinds.of(recorded).overridden(overrides) if overrides else recorded


def load_texts(texts: Mapping[str, str], overrides: Overrides = (), variant: str = RECORDED) -> Document:
    """Scenario from the texts of its files by name, ``scenario.yaml`` first; nothing is read from a disk."""
    file = with_variant(open_texts(texts), variant)
    return kinds.named_in(file.tree, file).load(file, overrides)


def is_results(name_or_path: str | Path) -> bool:
    """Whether a path names a manifest or a folder that has one."""
    path = Path(name_or_path)
    return path.name == manifest.NAME or (path / manifest.NAME).is_file()


def scenario_of(record: Manifest, path: Path, mechanisms: tuple[Extension, ...] | None = None) -> Document:
    """The scenario that a manifest holds; InputError where it is not the one whose digest was recorded.

    mechanisms  of the user's own, None where the scenario is only read: those of the manifest are not needed then
    """
    if mechanisms is None and not record.mechanisms:
        mechanisms = ()
    found = kinds.named_in(record.resolved).from_resolved(record.resolved, mechanisms)
    if found.digest != record.scenario_digest:
        message = f"the scenario has the digest {found.digest}, recorded was {record.scenario_digest}"
        raise InputError(f"{message}; the manifest was edited after the run", file=str(path), key="resolved")
    return found
