"""Replications at given points: replication k has the same seed at every point, so points differ by the point alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from contrafact import engine
from contrafact.experiment import city
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.pools import Workers, pool_of
from contrafact.experiment.protocol import Notify, Progress
from contrafact.experiment.replications import InOrder, Pool
from contrafact.experiment.store import Store
from contrafact.model.recording import OUTCOMES

if TYPE_CHECKING:
    from contrafact.scenario import Scenario


@dataclass(frozen=True)
class AtPoints:
    """The replications of all points, numbered point by point.

    given  what is set at each point, value by path
    """

    base: city.Job
    given: Sequence[Mapping[str, float]]
    replications: int

    def simulate(self, number: int) -> dict[str, float]:
        """Outcomes of one replication at one point."""
        point, replication = divmod(number, self.replications)
        job = self.base
        run = engine.simulate(job.model, job.seed, replication, job.record, job.until_hours, given=self.given[point])
        return run.outcomes

    def recipe(self) -> Callable[[], AtPoints]:
        """Makes the same in another process."""
        return partial(_made_again, self.base.recipe(), self.given, self.replications)


def _made_again(base: Callable[[], city.Job], given: Sequence[Mapping[str, float]], replications: int) -> AtPoints:
    return AtPoints(base(), given, replications)


def in_order(pool: Pool, numbers: Sequence[int], interruption: Interruption) -> Iterator[Any]:
    """Results of these tasks in their order; KeyboardInterrupt once the user has asked to stop."""
    yield from InOrder(pool, numbers, interruption)
    if interruption.asked:
        raise KeyboardInterrupt


def city_job(crisis: Scenario, seed: int, until_hours: float, notify: Notify) -> city.Job:
    """What all replications share when only their outcomes are kept."""
    return city.prepared(crisis, seed, frozenset(), until_hours, notify)


def shard(point: int) -> str:
    """Name of a point's shard."""
    return f"points/point-{point:06d}"


def point_shards(
    job: AtPoints, store: Store, threads: int, workers: Workers, progress: Progress | None = None
) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Run the points that the store lacks and read all: outcome -> (point, replication), harm first.

    A KeyboardInterrupt leaves every point that was finished.
    """
    missing = [point for point in range(len(job.given)) if not store.has(shard(point))]
    repeats = job.replications
    done = (len(job.given) - len(missing)) * repeats
    numbers = [point * repeats + replication for point in missing for replication in range(repeats)]
    collected: list[dict[str, float]] = []
    if numbers:
        with Interruption() as interruption, pool_of(job, threads, workers, len(numbers)) as pool:
            for outcomes in in_order(pool, numbers, interruption):
                collected.append(outcomes)
                done += 1
                if progress is not None:
                    progress(done, len(job.given) * repeats)
                if len(collected) == repeats:
                    point = missing.pop(0)
                    store.write(shard(point), _columns(point, collected), {"units": UNITS})
                    collected = []
    found = [store.read(shard(point)) for point in range(len(job.given))]
    return {name: np.array([one["value"][one["outcome"] == name] for one in found], dtype=np.float64) for name in UNITS}


UNITS = {outcome.name: outcome.unit for outcome in OUTCOMES}
"""Unit of every outcome, deaths and injuries first."""


def _columns(point: int, replications: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """One row for every replication and outcome."""
    rows = [(k, name, outcomes[name]) for k, outcomes in enumerate(replications) for name in UNITS]
    return {
        "point": np.full(len(rows), point, dtype=np.int64),
        "replication": np.array([k for k, _, _ in rows], dtype=np.int64),
        "outcome": np.array([name for _, name, _ in rows]),
        "value": np.array([value for _, _, value in rows], dtype=np.float64),
        "unit": np.array([UNITS[name] for _, name, _ in rows]),
    }
