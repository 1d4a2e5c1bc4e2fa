"""Run many replications of one scenario and keep what is worth keeping of each."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contrafact import __version__
from contrafact.errors import InputErrors, RunError
from contrafact.experiment import kinds, manifest, results
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.keeper import SAVE_S, Keeper
from contrafact.experiment.plan import Plan, check_range, plan
from contrafact.experiment.pools import Workers, pool_of
from contrafact.experiment.protocol import Adding, AnyJob, Notify, Progress, Until, to_stderr
from contrafact.experiment.replications import InOrder
from contrafact.experiment.result import AnyResult
from contrafact.experiment.shards import SHARD
from contrafact.experiment.store import PLAN, Store
from contrafact.translation import text
from contrafact.words import counted

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
    workers: Workers = 0,
    until: Until | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    shard: str | None = None,
    record: Iterable[str] | None = None,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
    tell: Notify | None = None,
    command: str | None = None,
    stop: Callable[[], bool] | None = None,
    shard_size: int = SHARD,
    save_s: float = SAVE_S,
) -> AnyResult:
    """Simulate a scenario many times; the same seed gives the same digests wherever and however it is run.

    replications  how many, numbered from 0
    threads       replications side by side on threads; all processors where None
    workers       processes instead of threads where above 0, "auto" for them where they are worth their start, or
                  ``dask:ADDRESS`` for a Dask cluster; in a script, call under ``if __name__ == "__main__":``
    until         local time, "36 h" or hours after the start at which to stop, "500 ticks" or ticks for a model without
                  a clock; the scenario's end where None
    out           results folder to write while the run goes on; nothing is written where None
    resume        go on with the folder where it was left, after whatever stopped it; begin where there is none, read it
                  where it is complete
    overwrite     whether an older results folder of that name may be replaced
    shard         "I/N": only part I of N of the replications, to be joined with the others by ``merge``
    record        what to keep: any of timeline, cells, events, as far as the model has them; all where None; it cannot
                  change the run
    progress      called with (replications done, all) after each
    notify        called with a sentence when kernels are compiled, and of files that are torn
    tell          called with how long a long run may take and how much disk, after the first replications
    command       how the user asked for this run, for the manifest
    stop          asked between replications; once it says True the run stops as upon Ctrl-C
    shard_size    replications in each file of a table, 1 to 50; part of what the files' bytes depend on
    save_s        seconds after which replications are saved whose shard is not complete

    InputErrors names options that are wrong; RunError says which replication failed; Interrupted, a KeyboardInterrupt,
    carries what had finished when the user stopped the run, and the folder has been written with it. What had finished
    is kept in any case.
    """
    experiment = kinds.of(scenario)
    asked = plan(experiment, replications, seed, threads, workers, until, record, shard)
    if errors := check_range("shard_size", shard_size, 1, SHARD):
        raise InputErrors(errors)
    target = None if out is None else results.named(out)
    planned = plan_of(scenario, asked, shard_size)
    if target is not None:
        check_target(target, planned, resume, overwrite)
    job = experiment.job(seed, asked.record, asked.length, notify)
    begun = time.perf_counter()
    with Interruption(stop) as interruption, opened(target, planned, resume, overwrite) as store:
        keeper = Keeper(experiment, job, asked, store, shard_size, save_s, notify, tell)
        if store is not None and keeper.is_complete:
            keeper.clear()
            return results.read(store.folder)
        if not simulate_kept(keeper, interruption, progress):
            raise Interrupted(None)
        result: AnyResult = keeper.result(time.perf_counter() - begun)
        if target is not None:
            keeper.finish(result, _command(command, result, target, shard))
            result = replace(result, folder=target)
            if result.replications == asked.replications:
                keeper.clear()
    if result.replications < len(asked.numbers):
        raise Interrupted(result)
    return result


def plan_of(scenario: Document, asked: Plan, shard_size: int) -> dict[str, Any]:
    """What a results folder is for: all that its tables depend on."""
    part, parts = asked.shard
    return {
        "format": 1,
        "kind": "run",
        "scenario": scenario.name,
        "seed": asked.seed,
        "replications": asked.replications,
        "until": asked.length,
        "record": sorted(asked.record),
        "shard": f"{part}/{parts}",
        "shard_size": shard_size,
        "mechanisms": [extension.as_dict() for extension in scenario.mechanisms],
        "versions": {"contrafact": __version__, "python": manifest.python_version(), **manifest.packages()},
        "resolved": scenario.resolved(),
    }


def simulate_all(
    job: AnyJob,
    collected: Adding,
    asked: Plan,
    numbers: Sequence[int],
    interruption: Interruption,
    progress: Progress | None,
    notify: Notify,
) -> None:
    """Collect the replications that finish: all of these numbers, unless the user interrupts."""
    with pool_of(job, asked.side_by_side, asked.workers, len(numbers)) as pool:
        under_way = InOrder(pool, numbers, interruption)
        for replication in under_way:
            collected.add(replication)
            if progress is not None:
                progress(collected.count, len(asked.numbers))
        if interruption.asked:
            notify(text("stopping; what is under way on this machine is finished, and what has finished is kept"))
            for replication in under_way.finished():
                collected.add(replication)


def check_target(target: Path, planned: Mapping[str, Any], resume: bool, overwrite: bool) -> None:
    """InputError where this folder can be neither made nor gone on with."""
    results.check_place(target)
    if not (target / PLAN).is_file():
        results.check_free(target, overwrite)
    Store.check(target, planned, resume, overwrite, manifest.is_results_folder(target))


@contextmanager
def opened(target: Path | None, planned: Mapping[str, Any], resume: bool, overwrite: bool) -> Iterator[Store | None]:
    """The folder of a run or a comparison, held by this process, if there is to be one."""
    if target is None:
        yield None
        return
    with Store.opened(target, planned, resume, overwrite, manifest.is_results_folder(target)) as store:
        yield store


def simulate_kept(keeper: Keeper, interruption: Interruption, progress: Progress | None) -> bool:
    """Run what is missing, and say whether anything is kept, now or from before.

    Whatever ends it, what had finished is kept, and a folder without anything is removed.
    """
    try:
        keeper.restore()
        if missing := keeper.missing:
            simulate_all(keeper.job, keeper, keeper.asked, missing, interruption, progress, keeper.notify)
        if keeper.store is not None and not keeper.count:
            keeper.store.abandon()
        return keeper.count > 0
    except BaseException as error:
        with suppress(RunError):
            keeper.save()
        if keeper.store is not None and not keeper.count:
            keeper.store.abandon()
        elif keeper.store is not None and isinstance(error, RunError):
            keeper.say(f"failed: {error}")
            kept = f"{counted(keeper.count, 'replication')} kept in {keeper.store.folder}"
            raise RunError(f"{error}; {kept}, and the same command with --resume goes on") from error
        raise


def _command(command: str | None, result: AnyResult, folder: Path, shard: str | None) -> str:
    """The command that does the same; where none started the run, one that does it from the manifest."""
    if command is None:
        words = ["contrafact", "run", str(folder), "--replications", str(result.requested), "--seed", str(result.seed)]
        if result.stopped_at is not None:
            words += ["--until", result.stopped_at]
        command = shlex.join(words)
    return command if shard is None else f"{command} --shard {shard}"
