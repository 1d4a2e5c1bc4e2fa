"""The models that can be experimented with, and the one place that tells their scenarios apart.

A scenario file names its model under ``model``; a file without it is a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from contrafact import scenario, world
from contrafact.errors import InputError, InputErrors
from contrafact.experiment import city, description, lattice, lattice_description, plan, reading, tables
from contrafact.experiment.kept import Kept
from contrafact.experiment.protocol import AnyDescription, Experiment, Job, Notify, Progress, Until
from contrafact.experiment.shards import SHARD
from contrafact.lattice.scenario import LatticeScenario
from contrafact.model.extending import OPTION, Extension, parameters_with
from contrafact.model.recording import RECORDERS
from contrafact.scenario.loading import MANIFEST, File, Outside, from_resolved_as
from contrafact.scenario.problems import nearest, show
from contrafact.scenario.schema import Scenario

if TYPE_CHECKING:
    from contrafact.experiment.manifest import Manifest
    from contrafact.experiment.result import Result
    from contrafact.scenario.document import Document
    from contrafact.scenario.overrides import Overrides


@dataclass(frozen=True)
class City:
    """A documented crisis in a city, person by person."""

    scenario: Scenario

    recorders: ClassVar[frozenset[str]] = frozenset(RECORDERS)

    @staticmethod
    def load(file: File, overrides: Overrides = (), mechanisms: tuple[Extension, ...] = ()) -> Scenario:
        """The scenario of a file, with mechanisms of the user's own."""
        return city.loaded(Scenario, file, overrides, parameters_with(mechanisms)).with_mechanisms(mechanisms)

    @staticmethod
    def from_resolved(resolved: Mapping[str, Any], mechanisms: tuple[Extension, ...] | None = ()) -> Scenario:
        """The scenario whose ``resolved()`` this is; mechanisms None where they are not known and nothing is run."""
        return city.from_resolved(resolved, mechanisms)

    def overridden(self, overrides: Overrides) -> Scenario:
        """The same scenario with more overrides."""
        return city.overridden(self.scenario, overrides)

    def problems(self) -> list[InputError]:
        """Places outside its map, and the like."""
        return world.check(self.scenario)

    def length(self, until: Until | None) -> float:
        """Hours to run."""
        return self.scenario.hours if until is None else plan.hours_until(self.scenario, until)

    def job(self, seed: int, record: frozenset[str], length: float, notify: Notify) -> Job:
        """Build the world and prepare the model."""
        return city.prepared(self.scenario, seed, record, length, notify)

    def result(self, asked: plan.Plan, kept: Kept, elapsed_s: float) -> Result:
        """The result of replications that were kept."""
        return city.result_of(self.scenario, world.build(self.scenario), asked, kept, elapsed_s)

    def write_shards(self, result: Result, folder: Path, size: int = SHARD) -> None:
        """Write outcomes, timeline, holders, events and draws."""
        tables.write_shards(result, folder, size)

    def write_means(self, result: Result, folder: Path) -> None:
        """Write cells."""
        tables.write_means(result, folder)

    def read(self, folder: Path, record: Manifest) -> Result:
        """The result that was written there."""
        return reading.read(folder, record, self.scenario)

    def describe(
        self, draws: int, seed: int, threads: int | None, progress: Progress | None, notify: Notify
    ) -> AnyDescription:
        """Entities, order of processes, values, actions, and the calm-week check over so many draws."""
        return description.describe(self.scenario, draws, seed, threads, progress, notify)


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


NAMED: Mapping[str, type[Lattice]] = {"lattice": Lattice}
"""By the name under ``model``."""


def of(crisis: Document) -> Experiment[Any]:
    """The experiment of a scenario."""
    if isinstance(crisis, LatticeScenario):
        return Lattice(crisis)
    assert isinstance(crisis, Scenario)
    return City(crisis)


def named_in(tree: Mapping[str, Any], file: File | None = None) -> type[City] | type[Lattice]:
    """The model of a scenario that is plain data so far, of a file if there is one; InputErrors for an unknown one."""
    if "model" not in tree:
        return City
    name = tree["model"]
    if isinstance(name, str) and name in NAMED:
        return NAMED[name]
    allowed = f"{', '.join(NAMED)}; a file without the key is a city"
    message = f"found {show(name)}, expected {allowed}{nearest(name, NAMED)}"
    source, mark = (MANIFEST, None) if file is None else (str(file.path), file.marks.of_value(("model",)))
    line, column = mark or (None, None)
    raise InputErrors([InputError(message, source, line, column, "model", show(name), allowed)])
