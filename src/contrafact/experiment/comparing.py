"""Compare arms of a scenario with its recorded run, in pairs that share their random numbers."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from contrafact import world
from contrafact.errors import InputError, InputErrors
from contrafact.experiment import city, comparison_tables, kinds, manifest, pairs, results
from contrafact.experiment.arms import FIRST, OPTION, Arm, AskedArms, read_arms
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.compiling import compiling
from contrafact.experiment.design import Design, design_of
from contrafact.experiment.divergence import NEVER
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.plan import Plan, plan
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, Until, to_stderr
from contrafact.experiment.result import RECORDED
from contrafact.experiment.run import simulate_all
from contrafact.experiment.watching import Watched
from contrafact.scenario.overrides import settings
from contrafact.scenario.schema import Scenario

if TYPE_CHECKING:
    from contrafact.experiment.manifest import Manifest
    from contrafact.scenario.document import Document

FEWEST = 2


class ComparisonInterrupted(KeyboardInterrupt):
    """The user stopped a comparison. ``comparison`` holds the pairs that had finished, or None where none had."""

    def __init__(self, comparison: Comparison | None) -> None:
        super().__init__("interrupted")
        self.comparison = comparison


def compare(
    scenario: Document,
    arms: AskedArms = None,
    replications: int = 40,
    seed: int = 1,
    *,
    switches: bool = True,
    threads: int | None = None,
    workers: Workers = 0,
    until: Until | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
    command: str | None = None,
    stop: Callable[[], bool] | None = None,
    watch: bool = False,
    preview: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """Run arms beside the recorded run: same seed, same random numbers, same draws of the scenario's numbers.

    arms          names with overrides, ``{"no intervention": {"actions.alliance_request": None}}``, None for the
                  overrides of a variant of that name; or a list of variants and of ``NAME:PATH=VALUE;PATH=VALUE``
                  texts; restraint where None
    replications  pairs of each arm, at least 2; an interval needs two groups of pairs (see design.py)
    switches      whether settings of the scenario's contested switches are drawn, or all held as it has them
    threads, workers, until, out, overwrite, progress, notify, command, stop  as for ``run``
    watch         whether curves, maps and holders of every arm are kept, hour by hour, to be looked at
    preview       is given the comparison of the pairs so far, whenever a group of pairs is whole and others are to come

    InputErrors names options and arms that are wrong; RunError says which replication failed; ComparisonInterrupted, a
    KeyboardInterrupt, carries the pairs that had finished when the user stopped.
    """
    if not isinstance(scenario, Scenario):
        message = f"{scenario.name} is no scenario of a city; its replications differ by their seeds alone"
        raise InputError(message, key="SCENARIO", found=scenario.name, allowed="a scenario of a city")
    if replications < FEWEST:
        allowed = f"at least {FEWEST}"
        message = f"found {replications}, expected {allowed}"
        raise InputErrors([InputError(message, key="--replications", found=str(replications), allowed=allowed)])
    asked = plan(kinds.of(scenario), replications, seed, threads, workers, until, Comparison.record)
    read = read_arms(scenario, arms, scenario.variant)
    if arms is None:
        notify(f"no {OPTION} is given: compared is {FIRST}")
    design = design_of(scenario, read, seed, switches)
    _try_settings(scenario, design)
    target = None if out is None else results.named(out)
    if target is not None:
        results.check_free(target, overwrite)
    job = replace(prepared(scenario, read, design, asked, notify), watch=watch)
    place = nullcontext(None) if target is None else results.whole(target)
    with Interruption(stop) as interruption, place as folder:
        collected = Collected(job, asked, folder, preview)
        simulate_all(job, collected, asked, asked.numbers, interruption, progress, notify)
        if not collected.count:
            raise ComparisonInterrupted(None)
        collected.flush()
        found = collected.comparison()
        if folder is not None and target is not None:
            comparison_tables.write_all(found, folder)
            results.write_records(found, folder, command or _call(found, target))
            found = replace(found, folder=target)
    if found.replications < found.requested:
        raise ComparisonInterrupted(found)
    return found


def prepared(scenario: Scenario, arms: tuple[Arm, ...], design: Design, asked: Plan, notify: Notify) -> pairs.PairsJob:
    """What all pairs share; where kernels must be compiled first, two days are simulated for it."""
    with compiling("complete", notify) as is_first:
        job = pairs.job_of(
            scenario, world.build(scenario), arms, design, asked.seed, asked.length, side_by_side=asked.side_by_side
        )
        if is_first:
            replace(job, until_hours=city.WARM_UP_H).simulate(0)
    return job


def recorded_job(scenario: Document, record: Manifest, notify: Notify) -> pairs.PairsJob:
    """The job of a comparison that its manifest tells of; InputError where it holds none."""
    held = record.comparison
    if held is None or not isinstance(scenario, Scenario):
        raise InputError("is no comparison of a city", file=manifest.NAME, key="comparison")
    arms = tuple(Arm.from_dict(arm) for arm in held["arms"])
    design = design_of(scenario, arms, record.seed, bool(held["switches"]))
    asked = plan(kinds.of(scenario), FEWEST, record.seed, 1, 0, record.length, Comparison.record)
    return prepared(scenario, arms, design, asked, notify)


class Collected:
    """Keeps outcomes and small arrays of every pair; events go to the folder as they come, if there is one."""

    def __init__(
        self,
        job: pairs.PairsJob,
        asked: Plan,
        folder: Path | None,
        preview: Callable[[Comparison], None] | None = None,
    ) -> None:
        self.job, self.asked, self.preview = job, asked, preview
        self.begun = time.perf_counter()
        self.events = None if folder is None else comparison_tables.EventWriter(folder, job.scenario, asked.seed)
        self.kept: list[pairs.Pairs] = []
        self.seen = {name: Watched() for name in (RECORDED, *(arm.name for arm in job.arms))} if job.watch else {}

    @property
    def count(self) -> int:
        """How many pairs have been kept."""
        return len(self.kept)

    def add(self, pair: pairs.Pairs) -> None:
        """Keep one pair without its events; what is looked at hour by hour is summed up."""
        if self.events is not None:
            self.events.add(pair)
        for name, watched in self.seen.items():
            watched.add(pair.halves[name].seen)
        self.kept.append(pair.without_what_is_kept_apart())
        if self.preview is not None and self.count < self.asked.replications and not self.count % self.job.design.each:
            self.preview(self.comparison())

    def flush(self) -> None:
        """Write events that wait."""
        if self.events is not None:
            self.events.flush()

    def comparison(self) -> Comparison:
        """All that was kept, by arm and outcome instead of by pair."""
        job, kept = self.job, self.kept
        names = [arm.name for arm in job.arms]
        halves = {job.scenario.variant: RECORDED, **dict(zip(names, names, strict=True))}
        found = [[pair.halves[name].divergence for pair in kept] for name in names]
        return Comparison(
            scenario=job.scenario,
            world=job.world,
            arms=tuple(job.arms),
            design=job.design,
            seed=self.asked.seed,
            until_hours=self.asked.length,
            requested=self.asked.replications,
            elapsed_s=time.perf_counter() - self.begun,
            numbers=np.array([pair.replication for pair in kept], dtype=np.int64),
            digests=tuple(pair.digest for pair in kept),
            outcomes={
                name: {
                    outcome: np.array([pair.halves[half].outcomes[outcome] for pair in kept])
                    for outcome in kept[0].halves[half].outcomes
                }
                for name, half in halves.items()
            },
            first_hours=np.array([[NEVER if d is None or d.hour is None else d.hour for d in row] for row in found]),
            first_ticks=np.array([[d.ticks for d in row if d is not None] for row in found], dtype=np.int16),
            districts=np.array([[pair.halves[name].districts for pair in kept] for name in halves.values()]),
            seen={name: watched.result() for name, watched in self.seen.items()},
            shared=np.array([[pair.halves[name].forked_at for pair in kept] for name in names]),
        )


def _try_settings(scenario: Scenario, design: Design) -> None:
    """InputErrors, which name the setting, where one of a switch cannot be made."""
    for switch in design.switches:
        for name, changes in switch.settings.items():
            try:
                city.overridden(scenario, changes)
            except InputErrors as errors:
                for error in errors.errors:
                    error.file = f"{scenario.source}: switches.{switch.name}.settings.{name}"
                raise


def _call(found: Comparison, folder: Path) -> str:
    """The command that does the same from the manifest, for a comparison that no command started."""
    words = ["contrafact", "compare", str(folder)]
    for arm in found.arms:
        changes = (f"{path}={json.dumps(value)}" for path, value in settings(arm.changes))
        words += [OPTION, f"{arm.name}:{';'.join(changes)}"]
    words += ["--replications", str(found.requested), "--seed", str(found.seed)]
    if found.until_hours < found.scenario.hours:
        words += ["--until", f"{found.ticks * found.scenario.tick * 60:.0f} min"]
    return shlex.join(words if found.design.drawn else [*words, "--hold-switches"])
