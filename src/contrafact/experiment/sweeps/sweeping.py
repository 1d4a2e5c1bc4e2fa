"""Run a scenario at many points of the space of its levers and uncertain numbers, on the same seeds at every point.

    lhs    Latin hypercube: every axis is cut into as many slices as there are points, each used once
    sobol  scrambled Sobol points, best where their number is a power of two
    grid   so many values on every axis, ends of a range included, and all their combinations

What varies is set; every other number keeps the draw of its prior that replication k makes by itself, so two points
differ in nothing but the point. Points stand in the order of the design. None is called best: a sweep shows what
follows from what, and chooses nothing.

Source  scipy.stats.qmc; Latin hypercube: McKay, Beckman and Conover 1979, doi:10.2307/1268522
Check   tests/experiment/sweeps/test_sweeping.py
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputErrors
from contrafact.experiment import results
from contrafact.experiment.plan import check_range, checked_options, hours_until
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, Until, to_stderr
from contrafact.experiment.result import NOTES, Summary, summarise
from contrafact.experiment.store import Store
from contrafact.experiment.sweeps.axes import Axis, Over, a_city, axes
from contrafact.experiment.sweeps.points import UNITS, AtPoints, city_job, point_shards

if TYPE_CHECKING:
    from contrafact.scenario import Scenario
    from contrafact.scenario.document import Document

Floats: TypeAlias = NDArray[np.float64]

DESIGNS = ("lhs", "sobol", "grid")
MOST_POINTS = 100_000
EDGE = 0.005
"""Share of a prior at each end that designs leave out, since some priors have no ends."""


@dataclass(frozen=True)
class Sweep:
    """What came of every point.

    points    (point, axis), values in the axes' units
    outcomes  name -> (point, replication), deaths and injuries first
    """

    scenario: Scenario
    seed: int
    design: str
    axes: tuple[Axis, ...]
    points: Floats
    outcomes: Mapping[str, Floats]
    folder: Path
    elapsed_s: float

    @property
    def replications(self) -> int:
        """Replications at each point."""
        return int(next(iter(self.outcomes.values())).shape[1])

    def summary(self, point: int | None = None) -> dict[str, Summary]:
        """Median and 90 % interval of every outcome at one point, or over all of them."""
        chosen = slice(None) if point is None else point
        return {name: summarise(values[chosen].ravel(), UNITS[name]) for name, values in self.outcomes.items()}

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact sweep --json`` prints: points in the order of the design."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "design": self.design,
            "axes": [axis.as_dict() for axis in self.axes],
            "replications": self.replications,
            "outcomes": {name: said.as_dict() for name, said in self.summary().items()},
            "points": [
                {
                    "point": number,
                    "outcomes": {name: said.as_dict() for name, said in self.summary(number).items()},
                    "values": {axis.path: float(value) for axis, value in zip(self.axes, row, strict=True)},
                }
                for number, row in enumerate(self.points)
            ],
            "notes": dict(NOTES),
            "elapsed_s": round(self.elapsed_s, 3),
            "results": str(self.folder),
        }


def sweep(
    scenario: Document,
    over: Over,
    points: int = 32,
    replications: int = 10,
    seed: int = 1,
    *,
    design: str = "lhs",
    until: Until | None = None,
    threads: int | None = None,
    workers: Workers = 0,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Sweep:
    """Run a city at the points of a design.

    over          "PATH=LOW..HIGH unit" or "PATH" for its prior, one for each axis; or {path: (low, high) or None}
    points        how many; of a grid, how many on every axis
    replications  at each point; replication k has the same seed at all of them
    resume        go on with the folder where it was left

    InputErrors names what is wrong; KeyboardInterrupt leaves every finished point on disk.
    """
    crisis = a_city(scenario)
    side_by_side = checked_options(seed, threads, workers)
    found = axes(crisis, over)
    shares = design_of(design, len(found), points, seed)
    errors = check_range("--replications", replications, 1, 100_000)
    if errors:
        raise InputErrors(errors)
    folder = results.named(out or results.ROOT / f"{crisis.name}-sweep-seed{seed}")
    plan: dict[str, Any] = {"kind": "sweep", "design": design}
    values, outcomes, elapsed = evaluated(
        crisis, found, shares, replications, seed, until, folder, plan,
        side_by_side, resume, overwrite, progress, notify,
    )  # fmt: skip
    return Sweep(crisis, seed, design, found, values, outcomes, folder, elapsed)


def design_of(design: str, dimensions: int, points: int, seed: int) -> Floats:
    """Shares of the axes, (point, axis), each in 0 to 1; InputErrors for a design that is not known."""
    from scipy.stats import qmc  # noqa: PLC0415  heavy

    errors = check_range("--points", points, 2, MOST_POINTS)
    if design == "grid" and not errors:
        errors = check_range("--points", points**dimensions, 2, MOST_POINTS)
    if errors:
        raise InputErrors(errors)
    generator = np.random.default_rng(seed)
    if design == "grid":
        return np.array(list(itertools.product(np.linspace(0.0, 1.0, points), repeat=dimensions)))
    if design == "lhs":
        return np.asarray(qmc.LatinHypercube(dimensions, seed=generator).random(points))
    exponent = (points - 1).bit_length()
    return np.asarray(qmc.Sobol(dimensions, seed=generator).random_base2(exponent)[:points])


def evaluated(
    crisis: Scenario,
    found: tuple[Axis, ...],
    shares: Floats,
    replications: int,
    seed: int,
    until: Until | None,
    folder: Path,
    plan: Mapping[str, Any],
    side_by_side: tuple[int, Workers],
    resume: bool,
    overwrite: bool,
    progress: Progress | None,
    notify: Notify,
) -> tuple[Floats, dict[str, Floats], float]:
    """Values of the points, (point, axis), their outcomes, name -> (point, replication), and the seconds it took."""
    begun = time.perf_counter()
    values = values_at(found, shares)
    length = crisis.hours if until is None else hours_until(crisis, until)
    whole = {
        "format": 1,
        **plan,
        "scenario": crisis.name,
        "scenario_digest": crisis.digest,
        "seed": seed,
        "replications": replications,
        "until_hours": length,
        "axes": [axis.as_dict() for axis in found],
        "points": values.tolist(),
        "resolved": crisis.resolved(),
    }
    with Store.opened(folder, whole, resume, overwrite) as store:
        if not store.has("design"):
            units = {axis.path: axis.unit for axis in found}
            columns = {axis.path: values[:, i] for i, axis in enumerate(found)}
            store.write("design", {"point": np.arange(len(values)), **columns}, {"units": units})
        job = AtPoints(
            city_job(crisis, seed, length, notify),
            [dict(zip((axis.path for axis in found), row, strict=True)) for row in values.tolist()],
            replications,
        )
        outcomes = point_shards(job, store, *side_by_side, progress)
    return values, outcomes, time.perf_counter() - begun


def values_at(found: tuple[Axis, ...], shares: Floats) -> Floats:
    """Values of the axes at shares of them, both (point, axis); a prior is taken within its middle 99 %."""
    inner = [shares[:, i] if axis.ranged else np.clip(shares[:, i], EDGE, 1.0 - EDGE) for i, axis in enumerate(found)]
    return np.array([[axis.at(float(u)) for u in column] for axis, column in zip(found, inner, strict=True)]).T
