"""Replications of a city: what they share, and what is kept of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from contrafact import engine, scenario, world
from contrafact.errors import InputErrors
from contrafact.evidence import citable, evidence_of, own_evidence, read_milestones
from contrafact.experiment.compiling import compiling
from contrafact.experiment.kept import FIRST, SUM, Kept, stacked, under
from contrafact.experiment.protocol import Notify
from contrafact.experiment.result import Result
from contrafact.model.context import Event
from contrafact.model.extending import Extension, parameters_with
from contrafact.scenario.document import Document
from contrafact.scenario.loading import MANIFEST, File, Outside, load_as

if TYPE_CHECKING:
    from contrafact.engine import Model, Replication
    from contrafact.experiment.plan import Plan
    from contrafact.parameters import Parameter
    from contrafact.scenario import Scenario
    from contrafact.scenario.overrides import Overrides
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]
D = TypeVar("D", bound=Document)

EVENT_TYPES: Mapping[str, type] = {
    "tick": np.int64, "hour": np.float64, "kind": np.str_, "subject": np.str_, "place": np.str_, "value": np.float64
}  # fmt: skip
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
        return Collected(self.scenario, asked)

    def result(self, asked: Plan, kept: Kept, elapsed_s: float) -> Result:
        """The result of replications that were kept."""
        return result_of(self.scenario, self.world, asked, kept, elapsed_s)

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

    def __init__(self, crisis: Scenario, asked: Plan) -> None:
        self.scenario, self.asked = crisis, asked
        self._replications: list[Replication] = []
        self._fields: dict[str, Array] = {}
        self._hours: Array = np.zeros(0)

    @property
    def count(self) -> int:
        """How many replications have been kept."""
        return len(self._replications)

    def add(self, replication: Replication) -> None:
        """Keep one replication; of its cell fields only the sum over replications, so that memory does not grow.

        InputError after the first, not after the last, where a milestone cannot be read.
        """
        fields = {"crowd": replication.crowd} if "cells" in self.asked.record else {}
        curves = {name: curve.astype(np.float32) for name, curve in replication.timeline.items() if name != "hour"}
        if not self._replications:
            self._fields = {f"{FIRST}{name}": field for name, field in fields.items()}
            self._fields |= {f"{SUM}{name}": np.zeros(field.shape, dtype=np.int64) for name, field in fields.items()}
            self._hours = replication.timeline.get("hour", np.zeros(0))
            single = {name: curve[np.newaxis] for name, curve in curves.items()}
            _milestones(self.scenario, self.asked, self._hours, single, [replication.events])
        for name, field in fields.items():
            self._fields[f"{SUM}{name}"] += field
        self._replications.append(replace(replication, crowd=replication.crowd[:0], timeline=curves))

    def arrays(self) -> Kept:
        """All that was kept, by quantity instead of by replication."""
        replications = self._replications
        return {
            "number": np.array([one.replication for one in replications], dtype=np.int64),
            "digest": np.array([one.digest for one in replications]),
            f"{FIRST}hours": self._hours,
            **stacked("outcomes/", (one.outcomes for one in replications)),
            **stacked("timeline/", (one.timeline for one in replications)),
            **stacked("draws/", (one.draws for one in replications)),
            "holders": np.stack([one.holders for one in replications]),
            **event_arrays([one.events for one in replications]),
            **self._fields,
        }


def result_of(crisis: Scenario, built: World, asked: Plan, kept: Kept, elapsed_s: float) -> Result:
    """The result of the replications that were kept."""
    hours, curves, events = kept[f"{FIRST}hours"], under(kept, "timeline/"), _events(kept)
    return Result(
        scenario=crisis,
        world=built,
        seed=asked.seed,
        until_hours=asked.length,
        record=asked.record,
        requested=asked.replications,
        elapsed_s=elapsed_s,
        numbers=kept["number"],
        digests=tuple(kept["digest"].tolist()),
        outcomes=under(kept, "outcomes/"),
        hours=hours,
        timeline=curves,
        cells={name: field / len(kept["number"]) for name, field in under(kept, SUM).items()},
        first_cells={name: field for name, field in under(kept, FIRST).items() if name != "hours"},
        holders=kept["holders"],
        events=events,
        draws=under(kept, "draws/"),
        milestones=_milestones(crisis, asked, hours, curves, events),
    )


def _milestones(
    crisis: Scenario, asked: Plan, hours: Array, curves: Mapping[str, Array], events: Sequence[Sequence[Event]]
) -> tuple[dict[str, object], ...]:
    """The rows of the record that may be looked at; none for a scenario that has no record."""
    evidence = evidence_of(crisis)
    if evidence is None or not asked.record >= {"timeline", "events"}:
        return ()
    timeline = {**curves, "hour": hours}
    return tuple(read_milestones(crisis.milestones, evidence.ledger, crisis.start, crisis.end, timeline, events))


def event_arrays(listed: Sequence[Sequence[Event]]) -> dict[str, Array]:
    """How many events each replication has, (replication,), and their fields, (event,)."""
    flat = [event for one in listed for event in one]
    fields: dict[str, Array] = {
        f"events/{name}": np.array([getattr(event, name) for event in flat], dtype=kind)
        for name, kind in EVENT_TYPES.items()
    }
    return {"event_count": np.array([len(one) for one in listed], dtype=np.int64), **fields}


def _events(kept: Kept) -> tuple[tuple[Event, ...], ...]:
    fields = (kept[f"events/{name}"].tolist() for name in EVENT_TYPES)
    flat = (Event(*values) for values in zip(*fields, strict=True))
    return tuple(tuple(islice(flat, count)) for count in kept["event_count"].tolist())
