"""Compare arms of a scenario with its recorded run, in pairs that share their random numbers."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from contrafact import world
from contrafact.errors import InputError, InputErrors
from contrafact.experiment import city, comparison_tables, kinds, manifest, pairs, results
from contrafact.experiment.arms import FIRST, OPTION, Arm, AskedArms, read_arms
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.comparison_tables import SHARD
from contrafact.experiment.compiling import compiling
from contrafact.experiment.design import Design, design_of
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.keeper import SAVE_S, Keeper
from contrafact.experiment.plan import Plan, plan
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, Until, to_stderr
from contrafact.experiment.run import check_target, opened, plan_of, simulate_kept
from contrafact.experiment.store import RESUME
from contrafact.scenario.overrides import settings
from contrafact.scenario.schema import Scenario
from contrafact.translation import text

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
    resume: bool = False,
    overwrite: bool = False,
    shard: str | None = None,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
    tell: Notify | None = None,
    command: str | None = None,
    stop: Callable[[], bool] | None = None,
    watch: bool = False,
    preview: Callable[[Comparison], None] | None = None,
    save_s: float = SAVE_S,
) -> Comparison:
    """Run arms beside the recorded run: same seed, same random numbers, same draws of the scenario's numbers.

    arms          names with overrides, ``{"no intervention": {"actions.alliance_request": None}}``, None for the
                  overrides of a variant of that name; or a list of variants and of ``NAME:PATH=VALUE;PATH=VALUE``
                  texts; restraint where None
    replications  pairs of each arm, at least 2; an interval needs two groups of pairs (see design.py)
    switches      whether settings of the scenario's contested switches are drawn, or all held as it has them
    threads, workers, until, out, resume, overwrite, shard, progress, notify, tell, command, stop, save_s
                  as for ``run``; a folder keeps all that it takes to go on, also once it is complete
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
    asked = plan(kinds.of(scenario), replications, seed, threads, workers, until, Comparison.record, shard)
    read = read_arms(scenario, arms, scenario.variant)
    if arms is None:
        notify(text("no {option} is given: compared is {arm}", option=OPTION, arm=FIRST))
    design = design_of(scenario, read, seed, switches)
    _try_settings(scenario, design)
    target = None if out is None else results.named(out)
    planned = {
        **plan_of(scenario, asked, SHARD),
        "kind": "comparison",
        "arms": [arm.as_dict() for arm in read],
        "switches": switches,
        "watch": watch,
    }
    if target is not None:
        check_target(target, planned, resume, overwrite)
    job = replace(prepared(scenario, read, design, asked, notify), watch=watch)
    begun = time.perf_counter()
    with Interruption(stop) as interruption, opened(target, planned, resume, overwrite) as store:
        keeper = Keeper(comparison_tables, job, asked, store, SHARD, save_s, notify, tell)
        if keeper.is_complete and not keeper.can_go_on:
            message = f'found "{target}", which is complete and was merged from its parts: nothing is left to do in it'
            raise InputError(message, key=RESUME, found=str(target))
        shown = _previewed(keeper, design.each, begun, preview, progress)
        if not simulate_kept(keeper, interruption, shown):
            raise ComparisonInterrupted(None)
        found: Comparison = keeper.result(time.perf_counter() - begun)
        if target is not None:
            keeper.finish(found, command or _call(found, target, shard))
            found = replace(found, folder=target)
    if found.replications < len(asked.numbers):
        raise ComparisonInterrupted(found)
    return found


def _previewed(
    keeper: Keeper, each: int, begun: float, preview: Callable[[Comparison], None] | None, progress: Progress | None
) -> Progress:
    """Progress that shows the comparison so far whenever a group of pairs is whole and others are to come."""

    def told(done: int, total: int) -> None:
        if preview is not None and done < total and not done % each:
            preview(keeper.result(time.perf_counter() - begun))
        if progress is not None:
            progress(done, total)

    return told


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


def _call(found: Comparison, folder: Path, shard: str | None) -> str:
    """The command that does the same from the manifest, for a comparison that no command started."""
    words = ["contrafact", "compare", str(folder)]
    for arm in found.arms:
        changes = (f"{path}={json.dumps(value)}" for path, value in settings(arm.changes))
        words += [OPTION, f"{arm.name}:{';'.join(changes)}"]
    words += ["--replications", str(found.requested), "--seed", str(found.seed)]
    if found.until_hours < found.scenario.hours:
        words += ["--until", f"{found.ticks * found.scenario.tick * 60:.0f} min"]
    words += [] if found.design.drawn else ["--hold-switches"]
    return shlex.join(words if shard is None else [*words, "--shard", shard])
