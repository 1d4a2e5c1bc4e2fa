"""Run many replications of one scenario and keep what is worth keeping of each."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from contrafact.experiment import kinds, results
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.plan import Plan, plan
from contrafact.experiment.protocol import Adding, AnyJob, Notify, Progress, Until, to_stderr
from contrafact.experiment.replications import InOrder, Processes, Threads
from contrafact.experiment.result import AnyResult

if TYPE_CHECKING:
    from contrafact.scenario.document import Document


class Interrupted(KeyboardInterrupt):
    """The user stopped a run. ``result`` holds the replications that had finished, or None where none had."""

    def __init__(self, result: AnyResult | None) -> None:
        super().__init__("interrupted")
        self.result = result


def run(
    scenario: Document,
    replications: int = 40,
    seed: int = 1,
    *,
    threads: int | None = None,
    workers: int = 0,
    until: Until | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    record: Iterable[str] | None = None,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
    command: str | None = None,
    stop: Callable[[], bool] | None = None,
) -> AnyResult:
    """Simulate a scenario many times; the same seed gives the same digests however many threads or processes run it.

    replications  how many, numbered from 0
    threads       replications side by side on threads; all processors where None
    workers       processes instead of threads where above 0; in a script, call under ``if __name__ == "__main__":``
    until         local time, "36 h" or hours after the start at which to stop, "500 ticks" or ticks for a model without
                  a clock; the scenario's end where None
    out           results folder to write; nothing is written where None
    overwrite     whether an older results folder of that name may be replaced
    record        what to keep: any of timeline, cells, events, as far as the model has them; all where None; it cannot
                  change the run
    progress      called with (replications done, all) after each
    notify        called with a sentence when kernels are compiled
    command       how the user asked for this run, for the manifest
    stop          asked between replications; once it says True the run stops as upon Ctrl-C

    InputErrors names options that are wrong; RunError says which replication failed; Interrupted, a KeyboardInterrupt,
    carries what had finished when the user stopped the run, and the folder has been written with it.
    """
    experiment = kinds.of(scenario)
    asked = plan(experiment, replications, seed, threads, workers, until, record)
    target = None if out is None else results.named(out)
    if target is not None:
        results.check_free(target, overwrite)
    job = experiment.job(seed, asked.record, asked.length, notify)
    collected = job.collector(asked)
    begun = time.perf_counter()
    with Interruption(stop) as interruption:
        simulate_all(job, collected, asked, interruption, progress, notify)
        if not collected.count:
            raise Interrupted(None)
        result = collected.result(time.perf_counter() - begun)
        if target is not None:
            result = results.write(result, target, overwrite=overwrite, command=command or _call(result, target))
    if result.replications < result.requested:
        raise Interrupted(result)
    return result


def simulate_all(
    job: AnyJob,
    collected: Adding,
    asked: Plan,
    interruption: Interruption,
    progress: Progress | None,
    notify: Notify,
) -> None:
    """Collect the replications that finish: all of them, unless the user interrupts."""
    pool = Processes(job, asked.side_by_side) if asked.workers else Threads(job, asked.side_by_side)
    under_way = InOrder(pool, asked.replications, interruption)
    try:
        for replication in under_way:
            collected.add(replication)
            if progress is not None:
                progress(collected.count, asked.replications)
        if interruption.asked:
            notify("stopping; what is under way is finished and kept")
            for replication in under_way.finished():
                collected.add(replication)
    finally:
        pool.close()


def _call(result: AnyResult, folder: Path) -> str:
    """The command that does the same from the manifest, for a run that no command started."""
    words = ["contrafact", "run", str(folder), "--replications", str(result.requested), "--seed", str(result.seed)]
    if result.stopped_at is not None:
        words += ["--until", result.stopped_at]
    return shlex.join(words)
