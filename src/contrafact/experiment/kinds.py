"""The models that can be experimented with, and the one place that tells their scenarios apart.

A scenario file names its model under ``model``; a file without it is a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from contrafact import world
from contrafact.errors import InputError, InputErrors
from contrafact.experiment import city, plan, tables
from contrafact.experiment.kept import Kept
from contrafact.experiment.protocol import AnyDescription, Experiment, Job, Notify, Progress, Until
from contrafact.experiment.shards import SHARD
from contrafact.model.extending import Extension, parameters_with
from contrafact.model.recording import RECORDERS
from contrafact.scenario.loading import MANIFEST, File
from contrafact.scenario.problems import nearest, show
from contrafact.scenario.schema import Scenario

if TYPE_CHECKING:
    from contrafact.experiment.lattice_kind import Lattice
    from contrafact.experiment.manifest import Manifest
    from contrafact.experiment.result import Result
    from contrafact.lattice.scenario import LatticeScenario
    from contrafact.scenario.document import Document
    from contrafact.scenario.overrides import Overrides

LATTICE = "lattice"
"""Name of the lattice under ``model``."""


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
        from contrafact.experiment import reading  # noqa: PLC0415  not needed for a run

        return reading.read(folder, record, self.scenario)

    def describe(
        self, draws: int, seed: int, threads: int | None, progress: Progress | None, notify: Notify
    ) -> AnyDescription:
        """Entities, order of processes, values, actions, and the calm-week check over so many draws."""
        from contrafact.experiment import description  # noqa: PLC0415  not needed for a run

        return description.describe(self.scenario, draws, seed, threads, progress, notify)


def of(crisis: Document) -> Experiment[Any]:
    """The experiment of a scenario."""
    return City(crisis) if isinstance(crisis, Scenario) else _lattice()(cast("LatticeScenario", crisis))


def _lattice() -> type[Lattice]:
    """The experiment of the lattice, whose kernels a city does without."""
    from contrafact.experiment.lattice_kind import Lattice  # noqa: PLC0415  heavy

    return Lattice


def named_in(tree: Mapping[str, Any], file: File | None = None) -> type[City] | type[Lattice]:
    """The model of a scenario that is plain data so far, of a file if there is one; InputErrors for an unknown one."""
    if "model" not in tree:
        return City
    name = tree["model"]
    if name == LATTICE:
        return _lattice()
    allowed = f"{LATTICE}; a file without the key is a city"
    message = f"found {show(name)}, expected {allowed}{nearest(name, [LATTICE])}"
    source, mark = (MANIFEST, None) if file is None else (str(file.path), file.marks.of_value(("model",)))
    line, column = mark or (None, None)
    raise InputErrors([InputError(message, source, line, column, "model", show(name), allowed)])
