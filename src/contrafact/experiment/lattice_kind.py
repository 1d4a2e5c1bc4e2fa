"""The lattice as one of the models that can be experimented with; ``kinds`` imports it for a scenario that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from contrafact import scenario
from contrafact.errors import InputError
from contrafact.experiment import city, lattice, lattice_description, plan
from contrafact.experiment.kept import Kept
from contrafact.experiment.protocol import AnyDescription, Job, Notify, Progress, Until
from contrafact.experiment.shards import SHARD
from contrafact.lattice.scenario import LatticeScenario
from contrafact.model.extending import OPTION, Extension
from contrafact.scenario.loading import File, Outside, from_resolved_as

if TYPE_CHECKING:
    from contrafact.experiment.manifest import Manifest
    from contrafact.scenario.overrides import Overrides


@dataclass(frozen=True)
class Lattice:
    """The reference model: agents and cops on a lattice."""

    scenario: LatticeScenario

    recorders: ClassVar[frozenset[str]] = frozenset({"timeline"})

    @staticmethod
    def load(file: File, overrides: Overrides = (), mechanisms: tuple[Extension, ...] = ()) -> LatticeScenario:
        """The scenario of a file; InputError where a mechanism is to join it."""
        _refuse(mechanisms)
        return city.loaded(LatticeScenario, file, overrides, None)

    @staticmethod
    def from_resolved(resolved: Mapping[str, Any], mechanisms: tuple[Extension, ...] | None = ()) -> LatticeScenario:
        """The scenario whose ``resolved()`` this is."""
        _refuse(mechanisms or ())
        return from_resolved_as(LatticeScenario, resolved, Outside(city.evidence_ids(resolved.get("files"))))

    def overridden(self, overrides: Overrides) -> LatticeScenario:
        """The same scenario with more overrides."""
        known = city.evidence_ids(self.scenario.files, self.scenario.source)
        return scenario.with_overrides(self.scenario, overrides, known_evidence=known)

    def problems(self) -> list[InputError]:
        """Nothing: what can be read can be run."""
        return []

    def length(self, until: Until | None) -> float:
        """Ticks to run."""
        run = self.scenario.chosen
        return run.ticks if until is None else lattice.ticks_until(run, until)

    def job(self, seed: int, record: frozenset[str], length: float, notify: Notify) -> Job:
        """Nothing to build."""
        return lattice.prepared(self.scenario, seed, round(length), notify)

    def result(self, asked: plan.Plan, kept: Kept, elapsed_s: float) -> lattice.LatticeResult:
        """The result of replications that were kept."""
        return lattice.result_of(self.scenario, asked, kept, elapsed_s)

    def write_shards(self, result: lattice.LatticeResult, folder: Path, size: int = SHARD) -> None:
        """Write outcomes and timeline."""
        lattice.write_shards(result, folder, size)

    def write_means(self, result: lattice.LatticeResult, folder: Path) -> None:
        """Nothing: no table holds means."""

    def read(self, folder: Path, record: Manifest) -> lattice.LatticeResult:
        """The result that was written there."""
        return lattice.read(folder, record, self.scenario)

    def describe(
        self, draws: int, seed: int, threads: int | None, progress: Progress | None, notify: Notify
    ) -> AnyDescription:
        """Rules, parameters and runs; nothing needs to be simulated for it."""
        return lattice_description.LatticeDescription(self.scenario)


def _refuse(mechanisms: tuple[Extension, ...]) -> None:
    if mechanisms:
        message = "the lattice has a loop of its own, which no mechanism joins"
        raise InputError(message, key=OPTION, found=mechanisms[0].name, allowed="a scenario of a city")
