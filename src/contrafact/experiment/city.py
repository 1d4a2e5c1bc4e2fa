"""Replications of a city: what they share, and what is kept of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from contrafact import engine, scenario, world
from contrafact.errors import InputErrors, RunError
from contrafact.evidence import citable, evidence_of, own_evidence, read_milestones
from contrafact.experiment.compiling import compiling
from contrafact.experiment.protocol import Notify
from contrafact.experiment.result import Result
from contrafact.model.extending import Extension, parameters_with
from contrafact.scenario.document import Document
from contrafact.scenario.loading import MANIFEST, File, Outside, load_as

if TYPE_CHECKING:
    from contrafact.engine import Model, Replication
    from contrafact.experiment.plan import Plan
    from contrafact.model.context import Event
    from contrafact.parameters import Parameter
    from contrafact.scenario import Scenario
    from contrafact.scenario.overrides import Overrides
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]
D = TypeVar("D", bound=Document)

WARM_UP_H = 48.0
"""Long enough for crowds, clashes and seizures, so that every kernel is compiled."""


@dataclass(frozen=True)
class Job:
    """What every replication of a run shares."""

    scenario: Scenario
    world: World
    model: Model
    seed: int
    record: frozenset[str]
    until_hours: float | None

    def simulate(self, number: int) -> Replication:
        """Run one replication on this thread."""
        return engine.simulate(self.model, self.seed, number, record=self.record, until_hours=self.until_hours)

    def collector(self, asked: Plan) -> Collected:
        """Something empty that keeps the replications of this job."""
        return Collected(self.scenario, self.world, asked)

    def recipe(self) -> Callable[[], Job]:
        """Makes the same job in another process; the model, which cannot be sent, is prepared anew."""
        return partial(
            _made_again,
            self.scenario.resolved(),
            self.scenario.mechanisms,
            self.world,
            self.seed,
            self.record,
            self.until_hours,
        )


def _made_again(
    resolved: dict[str, Any],
    mechanisms: tuple[Extension, ...],
    built: World,
    seed: int,
    record: frozenset[str],
    until_hours: float | None,
) -> Job:
    again = from_resolved(resolved, mechanisms)
    return Job(again, built, engine.prepare(again, built), seed, record, until_hours)


def from_resolved(resolved: Mapping[str, Any], mechanisms: Sequence[Extension] | None = ()) -> Scenario:
    """The city whose ``resolved()`` this is.

    mechanisms  of the user's own; None: not known, since they are only needed to run it, and parameters are not checked
    """
    known = evidence_ids(resolved.get("files"), MANIFEST)
    declared = None if mechanisms is None else parameters_with(mechanisms)
    found = scenario.from_resolved(resolved, known_evidence=known, declared=declared)
    return found.with_mechanisms(tuple(mechanisms or ()))


def overridden(crisis: Scenario, changes: Overrides) -> Scenario:
    """The same city with more overrides."""
    known = evidence_ids(crisis.files, crisis.source)
    declared = parameters_with(crisis.mechanisms)
    return scenario.with_overrides(crisis, changes, known_evidence=known, declared=declared)


def evidence_ids(files: object = None, source: str = MANIFEST) -> dict[str, str | None]:
    """Every id that there is, with the reason why a value may not cite it, or None where it may.

    May be cited: rows of the record that may drive a scenario, places, populations, literature; where the scenario
    brings a record among its data files, that one instead of those that ship.

    files, source  data files of the scenario by name, and the file that it is read from, for messages
    InputErrors tells what is wrong with the tables that it brings.
    """
    texts = files if isinstance(files, Mapping) else {}
    own = own_evidence("", {name: text for name, text in texts.items() if isinstance(text, str)}, source)
    if own is not None and (errors := own.problems()):
        raise InputErrors(errors)
    return citable(own)


def loaded(schema: type[D], file: File, overrides: Overrides, declared: Mapping[str, Parameter] | None) -> D:
    """A scenario of a file with the tables beside it; InputErrors with all that is wrong with either."""
    known, errors = None, []
    try:
        known = evidence_ids(file.evidence, str(file.path))
    except InputErrors as found:
        errors = found.errors
    try:
        crisis = load_as(schema, file, overrides, Outside(known, declared))
    except InputErrors as found:
        errors = [*errors, *found.errors]
    if errors:
        raise InputErrors(errors)
    return crisis


def prepared(crisis: Scenario, seed: int, record: frozenset[str], until_hours: float | None, notify: Notify) -> Job:
    """Build the world and the model; where kernels must be compiled first, simulate two days for it."""
    with compiling("complete", notify) as is_first:
        built = world.build(crisis)
        job = Job(crisis, built, engine.prepare(crisis, built), seed, record, until_hours)
        if is_first:
            engine.simulate(job.model, job.seed, 0, record=frozenset(), until_hours=WARM_UP_H)
    return job


class Collected:
    """What has been kept so far; replications are added in the order of their numbers."""

    def __init__(self, crisis: Scenario, built: World, asked: Plan) -> None:
        self.scenario, self.world, self.asked = crisis, built, asked
        self.replications: list[Replication] = []
        self.first_cells: dict[str, Array] = {}
        self.hours: Array = np.zeros(0)
        self._sums: dict[str, Array] = {}

    @property
    def count(self) -> int:
        """How many replications have been kept."""
        return len(self.replications)

    def add(self, replication: Replication) -> None:
        """Keep one replication; of its cell fields only the sum over replications, so that memory does not grow.

        InputError after the first, not after the last, where a milestone cannot be read.
        """
        fields = {"crowd": replication.crowd} if "cells" in self.asked.record else {}
        curves = {name: curve.astype(np.float32) for name, curve in replication.timeline.items() if name != "hour"}
        if not self.replications:
            self.first_cells = fields
            self.hours = replication.timeline.get("hour", np.zeros(0))
            self._milestones({name: curve[np.newaxis] for name, curve in curves.items()}, [replication.events])
        self._sums = {name: self._sums.get(name, 0) + field.astype(np.int64) for name, field in fields.items()}
        self.replications.append(replace(replication, crowd=replication.crowd[:0], timeline=curves))

    def result(self, elapsed_s: float) -> Result:
        """All that was kept, by quantity instead of by replication."""
        kept = self.replications
        if not kept:
            raise RunError("no replication finished")
        first = kept[0]
        curves = {name: np.stack([one.timeline[name] for one in kept]) for name in first.timeline}
        events = tuple(tuple(one.events) for one in kept)
        return Result(
            scenario=self.scenario,
            world=self.world,
            seed=self.asked.seed,
            until_hours=self.asked.length,
            record=self.asked.record,
            requested=self.asked.replications,
            elapsed_s=elapsed_s,
            numbers=np.array([one.replication for one in kept], dtype=np.int64),
            digests=tuple(one.digest for one in kept),
            outcomes={name: np.array([one.outcomes[name] for one in kept]) for name in first.outcomes},
            hours=self.hours,
            timeline=curves,
            cells={name: field / len(kept) for name, field in self._sums.items()},
            first_cells=self.first_cells,
            holders=np.stack([one.holders for one in kept]),
            events=events,
            draws={name: np.array([one.draws[name] for one in kept]) for name in first.draws},
            milestones=self._milestones(curves, events),
        )

    def _milestones(self, curves: dict[str, Array], events: Sequence[Sequence[Event]]) -> tuple[dict[str, object], ...]:
        """The rows of the record that may be looked at; none for a scenario that has no record."""
        crisis = self.scenario
        evidence = evidence_of(crisis)
        if evidence is None or not self.asked.record >= {"timeline", "events"}:
            return ()
        timeline = {**curves, "hour": self.hours}
        return tuple(read_milestones(crisis.milestones, evidence.ledger, crisis.start, crisis.end, timeline, events))
