"""Run many replications of one scenario and keep what is worth keeping of each."""

from __future__ import annotations

import contextlib
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact import engine, kernels, world
from contrafact.errors import RunError
from contrafact.evidence import load_ledger, read_milestones, shipped_ledgers
from contrafact.experiment import results
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.plan import Plan, plan
from contrafact.experiment.replications import RECORD, InOrder, Job, Processes, Threads
from contrafact.experiment.result import Result

if TYPE_CHECKING:
    from contrafact.engine import Replication
    from contrafact.model.context import Event
    from contrafact.scenario import Scenario
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]
Progress: TypeAlias = Callable[[int, int], None]
Notify: TypeAlias = Callable[[str], None]

WARM_UP_H = 48.0
"""Long enough for crowds, clashes and seizures, so that every kernel is compiled."""


class Interrupted(KeyboardInterrupt):
    """The user stopped a run. ``result`` holds the replications that had finished, or None where none had."""

    def __init__(self, result: Result | None) -> None:
        super().__init__("interrupted")
        self.result = result


def to_stderr(message: str) -> None:
    """Tell the user something that is no part of the results."""
    print(message, file=sys.stderr, flush=True)


def run(
    scenario: Scenario,
    replications: int = 40,
    seed: int = 1,
    *,
    threads: int | None = None,
    workers: int = 0,
    until: str | float | datetime | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    record: Iterable[str] = RECORD,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
    command: str | None = None,
) -> Result:
    """Simulate a scenario many times; the same seed gives the same digests however many threads or processes run it.

    replications  how many, numbered from 0
    threads       replications side by side on threads; all processors where None
    workers       processes instead of threads where above 0; in a script, call under ``if __name__ == "__main__":``
    until         local time, "36 h" or hours after the start at which to stop; the scenario's end where None
    out           results folder to write; nothing is written where None
    overwrite     whether an older results folder of that name may be replaced
    record        what to keep: any of timeline, cells, events; it cannot change the run
    progress      called with (replications done, all) after each
    notify        called with a sentence when kernels are compiled
    command       how the user asked for this run, for the manifest

    InputErrors names options that are wrong; RunError says which replication failed; Interrupted, a KeyboardInterrupt,
    carries what had finished when the user stopped the run, and the folder has been written with it.
    """
    asked = plan(scenario, replications, seed, threads, workers, until, record)
    target = None if out is None else results.named(out)
    if target is not None:
        results.check_free(target, overwrite)
    until_hours = None if asked.until_hours == scenario.hours else asked.until_hours
    job = prepared(scenario, seed, asked.record, until_hours, notify)
    collected = Collected(scenario, job.world, asked)
    with Interruption() as interruption:
        _simulate(job, collected, interruption, progress, notify)
        if not collected.replications:
            raise Interrupted(None)
        result = collected.result()
        if target is not None:
            result = results.write(result, target, overwrite=overwrite, command=command or _call(result, target))
    if result.replications < result.requested:
        raise Interrupted(result)
    return result


def _simulate(
    job: Job, collected: Collected, interruption: Interruption, progress: Progress | None, notify: Notify
) -> None:
    """Collect the replications that finish: all of them, unless the user interrupts."""
    asked = collected.asked
    pool = Processes(job, asked.side_by_side) if asked.workers else Threads(job, asked.side_by_side)
    under_way = InOrder(pool, asked.replications, interruption)
    collected.begin()
    try:
        for replication in under_way:
            collected.add(replication)
            if progress is not None:
                progress(len(collected.replications), asked.replications)
        if interruption.asked:
            notify("stopping; what is under way is finished and kept")
            for replication in under_way.finished():
                collected.add(replication)
    finally:
        pool.close()


def prepared(scenario: Scenario, seed: int, record: frozenset[str], until_hours: float | None, notify: Notify) -> Job:
    """Build the world and the model. At the first run after an installation: compile, and say that and how long.

    Two days are simulated for it; a note beside the kernels tells later runs that all of them are there.
    """
    note = kernels.cache_folder() / "complete"
    if note.exists():
        built = world.build(scenario)
        return Job(scenario, built, engine.prepare(scenario, built), seed, record, until_hours)
    notify("compiling the kernels; this happens once after an installation and takes up to a minute")
    begun = time.perf_counter()
    built = world.build(scenario)
    job = Job(scenario, built, engine.prepare(scenario, built), seed, record, until_hours)
    engine.simulate(job.model, job.seed, 0, record=frozenset(), until_hours=WARM_UP_H)
    notify(f"compiled in {time.perf_counter() - begun:.0f} s")
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
    return job


class Collected:
    """What has been kept so far; replications are added in the order of their numbers."""

    def __init__(self, scenario: Scenario, built: World, asked: Plan) -> None:
        self.scenario, self.world, self.asked = scenario, built, asked
        self.replications: list[Replication] = []
        self.first_cells: dict[str, Array] = {}
        self.hours: Array = np.zeros(0)
        self._sums: dict[str, Array] = {}
        self._begun = 0.0

    def begin(self) -> None:
        """Start the clock."""
        self._begun = time.perf_counter()

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

    def result(self) -> Result:
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
            until_hours=self.asked.until_hours,
            record=self.asked.record,
            requested=self.asked.replications,
            elapsed_s=time.perf_counter() - self._begun,
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
        """The rows of the record that may be looked at; none for a scenario that ships without a record."""
        scenario = self.scenario
        if scenario.name not in shipped_ledgers() or not self.asked.record >= {"timeline", "events"}:
            return ()
        timeline = {**curves, "hour": self.hours}
        ledger = load_ledger(scenario.name)
        return tuple(read_milestones(scenario.milestones, ledger, scenario.start, scenario.end, timeline, events))


def _call(result: Result, folder: Path) -> str:
    """The command that does the same from the manifest, for a run that no command started."""
    words = ["contrafact", "run", str(folder), "--replications", str(result.requested), "--seed", str(result.seed)]
    if result.until_hours < result.scenario.hours:
        words += ["--until", f"{result.ticks * result.scenario.tick * 60:.0f} min"]
    return shlex.join(words)
