"""Replications of the lattice model: what they share, what is kept of each, their tables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError
from contrafact.experiment import shards
from contrafact.experiment.compiling import compiling
from contrafact.experiment.kept import Kept, stacked, under
from contrafact.experiment.parquet import read_tables
from contrafact.experiment.protocol import Notify, Until
from contrafact.experiment.result import AnyResult
from contrafact.experiment.shards import Columns, Shard
from contrafact.lattice.outcomes import measure, outcomes_for
from contrafact.translation import counted_text, retold, text, whole

if TYPE_CHECKING:
    from contrafact.experiment.manifest import Manifest
    from contrafact.experiment.plan import Plan
    from contrafact.lattice import LatticeRun, Run
    from contrafact.lattice.scenario import LatticeScenario

Array: TypeAlias = NDArray[Any]

TICKS = re.compile(r"\s*([0-9]{1,9})\s*(?:ticks?)?\s*")
UNITS_OF_QUANTITIES = {"arrests": "arrests", "cops": "cops", "legitimacy": "dimensionless"}
"""Units of the timeline's quantities; all others count agents."""


RULES_FIXED = "the rules are fixed, so the replays differ by chance alone"
AGENTS = "Agents stand for no real persons; jail takes turns from them, and no harm in custody is modelled."


@dataclass(frozen=True, repr=False)
class LatticeResult(AnyResult):
    """All that is kept of replications of one run on the lattice; timeline has a value for every tick."""

    scenario: LatticeScenario
    last_tick: int

    figures: ClassVar[str] = "contrafact.report.lattice"

    @property
    def run(self) -> Run:
        """The run that was run."""
        return self.scenario.chosen

    @property
    def persons(self) -> int:
        """Agents at the start of each replication."""
        return self.run.rules.count(self.run.rules.agents)

    @property
    def cell_count(self) -> int:
        """Sites of the lattice."""
        return self.run.rules.sites

    @property
    def ticks(self) -> int:
        """Ticks simulated in each replication."""
        return self.last_tick

    @property
    def units(self) -> Mapping[str, str]:
        """Unit of each outcome, in the order of OUTCOMES."""
        return {outcome.name: outcome.unit for outcome in outcomes_for(self.run.rules.groups)}

    @property
    @retold
    def size(self) -> str:
        """What was simulated in each replication, in words."""
        return text(
            "{run}, {agents} agents, {sites} sites, {ticks}",
            run=self.run.name,
            agents=whole(self.persons),
            sites=whole(self.cell_count),
            ticks=counted_text("{count} tick", "{count} ticks", self.ticks),
        )

    @property
    def stopped_at(self) -> str | None:
        """What ``--until`` says of a run that ends early."""
        return f"{self.ticks} ticks" if self.ticks < self.run.ticks else None

    @property
    def variation(self) -> str:
        """What makes the replays differ."""
        return RULES_FIXED

    @property
    def notes(self) -> Sequence[str]:
        """How C/A is read, what could not be measured everywhere, what the paper reports, and what agents are."""
        return [note for note in (_rare(self), _reading(self), _reported(self), AGENTS) if note]


@retold
def _rare(result: LatticeResult) -> str:
    had = {name: int(np.count_nonzero(~np.isnan(values))) for name, values in result.outcomes.items()}
    rare = [
        text("{name} in {count}", name=name, count=whole(count))
        for name, count in had.items()
        if 0 < count < result.replications
    ]
    if not rare:
        return ""
    replays = whole(result.replications)
    return text("Of {replays} replays some have nothing to measure: {rare}.", replays=replays, rare=", ".join(rare))


@retold
def _reading(result: LatticeResult) -> str:
    return text("C/A in the arrest probability: {ratio} (rules.ratio).", ratio=result.run.rules.ratio)


@retold
def _reported(result: LatticeResult) -> str:
    run = result.run
    if not run.reported:
        return ""
    return text("The paper reports of {run}: {reported}.", run=run.name, reported=text(run.reported))


@dataclass(frozen=True)
class Replication:
    """What one replication gave; digest as in ``LatticeRun``."""

    replication: int
    digest: str
    outcomes: dict[str, float]
    timeline: dict[str, Array]


@dataclass(frozen=True)
class Job:
    """What every replication of a run shares."""

    scenario: LatticeScenario
    seed: int
    ticks: int

    def simulate(self, number: int) -> Replication:
        """Run one replication on this thread."""
        run = self.scenario.chosen
        done: LatticeRun = run.replicate(self.seed, number, self.ticks)
        return Replication(number, done.digest, measure(done.timeline, run.rules.groups), done.timeline)

    def collector(self, asked: Plan) -> Collected:
        """Something empty that keeps the replications of this job."""
        return Collected(asked)

    def result(self, asked: Plan, kept: Kept, elapsed_s: float) -> LatticeResult:
        """The result of replications that were kept."""
        return result_of(self.scenario, asked, kept, elapsed_s)

    def recipe(self) -> Callable[[], Job]:
        """Makes the same job in another process."""
        return partial(Job, self.scenario, self.seed, self.ticks)


class Collected:
    """What has been kept so far; replications are added in the order of their numbers."""

    def __init__(self, asked: Plan) -> None:
        self.asked = asked
        self._kept: list[Replication] = []

    @property
    def count(self) -> int:
        """How many replications have been kept."""
        return len(self._kept)

    def add(self, replication: Replication) -> None:
        """Keep one replication, its timeline only where that was asked for."""
        is_recorded = "timeline" in self.asked.record
        timeline = {name: values.astype(np.float32) for name, values in replication.timeline.items() if is_recorded}
        self._kept.append(Replication(replication.replication, replication.digest, replication.outcomes, timeline))

    def arrays(self) -> Kept:
        """All that was kept, by quantity instead of by replication."""
        return {
            "number": np.array([one.replication for one in self._kept], dtype=np.int64),
            "digest": np.array([one.digest for one in self._kept]),
            **stacked("outcomes/", (one.outcomes for one in self._kept)),
            **stacked("timeline/", (one.timeline for one in self._kept)),
        }


def result_of(scenario: LatticeScenario, asked: Plan, kept: Kept, elapsed_s: float) -> LatticeResult:
    """The result of the replications that were kept."""
    return LatticeResult(
        scenario=scenario,
        last_tick=round(asked.length),
        seed=asked.seed,
        record=asked.record,
        requested=asked.replications,
        elapsed_s=elapsed_s,
        numbers=kept["number"],
        digests=tuple(kept["digest"].tolist()),
        outcomes=under(kept, "outcomes/"),
        timeline=under(kept, "timeline/"),
    )


def prepared(scenario: LatticeScenario, seed: int, ticks: int, notify: Notify) -> Job:
    """The job of a run; where the kernels must be compiled first, one tick is simulated for it."""
    with compiling("complete-lattice", notify) as is_first:
        if is_first:
            scenario.chosen.replicate(seed, ticks=1)
    return Job(scenario, seed, ticks)


def ticks_until(run: Run, until: Until) -> int:
    """Ticks from the first to the one at which to stop, from "500 ticks" or a number."""
    ticks = 0
    if isinstance(until, str):
        matched = TICKS.fullmatch(until)
        ticks = int(matched[1]) if matched else 0
    elif isinstance(until, int | float) and math.isfinite(until) and until == round(until):
        ticks = int(until)
    if not 1 <= ticks <= run.ticks:
        allowed = f'1 to {run.ticks} ticks, e.g. "{run.ticks // 2 or 1} ticks", since the model has no clock'
        raise InputError(f'found "{until}", expected {allowed}', key="--until", found=str(until), allowed=allowed)
    return ticks


def timeline(shard: Shard[LatticeResult]) -> Columns:
    """replication, arm, tick, quantity, value, at the end of every tick."""
    result, count = shard.result, len(shard.numbers)
    names = list(result.timeline)
    block = np.stack([result.timeline[name][shard.first : shard.last] for name in names], axis=2)
    return {
        **shard.head(result.ticks * len(names)),
        "tick": np.tile(np.repeat(np.arange(1, result.ticks + 1), len(names)), count),
        "quantity": np.tile(np.array(names), count * result.ticks),
        "value": block.astype(np.float64).ravel(),
    }


def write_shards(result: LatticeResult, folder: Path, size: int) -> None:
    """Every table of a result, in shards of so many replications."""
    shards.write_shards(result, folder, {"outcomes": shards.outcomes, "timeline": timeline}, _units, size)


def read(folder: Path, record: Manifest, scenario: LatticeScenario) -> LatticeResult:
    """Result of a run of this scenario with this manifest; InputError where a table is missing, torn or edited."""
    numbers = np.array([finished.number for finished in record.replications], dtype=np.int64)
    try:
        outcomes = shards.columns(read_tables(folder / "outcomes"), "outcome", len(numbers))
        is_recorded = "timeline" in record.record
        curves = shards.curves(read_tables(folder / "timeline"), numbers, "tick")[1] if is_recorded else {}
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"holds tables that do not belong to its manifest ({error!r})", file=str(folder)) from error
    return LatticeResult(
        scenario=scenario,
        last_tick=record.ticks,
        seed=record.seed,
        record=frozenset(record.record),
        requested=record.requested,
        elapsed_s=record.elapsed_s,
        numbers=numbers,
        digests=tuple(finished.digest for finished in record.replications),
        outcomes=outcomes,
        timeline=curves,
        folder=folder,
    )


def _units(table: str, result: LatticeResult) -> Mapping[str, str]:
    if table == "outcomes":
        return result.units
    return {"tick": "ticks", **{name: UNITS_OF_QUANTITIES.get(name, "agents") for name in result.timeline}}
