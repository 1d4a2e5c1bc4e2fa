"""Fit a scenario to the rows of its record that may be fitted, and write the posterior.

Every batch is kept on disk when it is done, so that a fit that was stopped goes on where it was. What is kept is what
was run; the generations are computed from it anew, and so come out the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError, InputErrors
from contrafact.experiment import city, results
from contrafact.experiment.calibration.distance import Distance, combined, distance_of
from contrafact.experiment.calibration.regression import IDENTIFIED, fit_by_regression
from contrafact.experiment.calibration.settings import Settings, load_settings
from contrafact.experiment.calibration.smc import Batch, Fit, Schedule, fit
from contrafact.experiment.calibration.trials import Space, Trials
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.plan import check_range, checked_options
from contrafact.experiment.pools import Workers, pool_of
from contrafact.experiment.protocol import Notify, Progress, to_stderr
from contrafact.experiment.store import Store
from contrafact.experiment.sweeps import Axis, Over, axes, in_order
from contrafact.experiment.sweeps.axes import a_city, known_number, read_prior
from contrafact.scenario import posterior
from contrafact.scenario.posterior import WEIGHT, quantile

if TYPE_CHECKING:
    from contrafact.scenario import Scenario
    from contrafact.scenario.document import Document

POSTERIOR = "posterior"
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Calibration:
    """A fit of a scenario: the parameters that varied, what was held, generations, and where the posterior is.

    residuals  record -> (particle,) of the posterior
    """

    scenario: Scenario
    seed: int
    space: Space
    distance: Distance
    fit: Fit
    residuals: Mapping[str, NDArray[np.float64]]
    folder: Path
    elapsed_s: float

    @property
    def values(self) -> NDArray[np.float64]:
        """Values of the parameters, (particle, parameter)."""
        return self.space.values(self.fit.last.z)

    @property
    def contraction(self) -> NDArray[np.float64]:
        """Share of the prior variance that the fit took away, (parameter,), in probits of the prior."""
        last = self.fit.last
        return np.asarray(1.0 - last.weight @ np.square(last.z - last.weight @ last.z))

    @property
    def path(self) -> Path:
        """The posterior, as --posterior takes it."""
        return self.folder / f"{POSTERIOR}.parquet"

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact calibrate --json`` prints."""
        last = self.fit.last
        rows = zip(self.space.axes, self.values.T, self.contraction, strict=True)
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "parameters": [_parameter(axis, column, last.weight, float(share)) for axis, column, share in rows],
            "held": dict(self.space.held),
            "accepted": int(last.distance.size),
            "effective": round(last.effective, 1),
            "runs": self.fit.runs,
            "epsilon": last.epsilon if np.isfinite(last.epsilon) else None,
            "stopped": self.fit.stopped,
            "generations": [
                {"epsilon": one.epsilon if np.isfinite(one.epsilon) else None, "proposed": one.proposed,
                 "acceptance": one.acceptance, "effective": round(one.effective, 1)}
                for one in self.fit.generations
            ],
            "rows": [
                {"id": name, "residual": {"median": quantile(values, last.weight, 0.5),
                                          "low": quantile(values, last.weight, LOW),
                                          "high": quantile(values, last.weight, HIGH)}}
                for name, values in self.residuals.items()
            ],
            "elapsed_s": round(self.elapsed_s, 3),
            "results": str(self.folder),
            "posterior": str(self.path),
        }  # fmt: skip


def _parameter(axis: Axis, column: NDArray[np.float64], weight: NDArray[np.float64], share: float) -> dict[str, Any]:
    ends = {name: quantile(column, weight, at) for name, at in (("median", 0.5), ("low", LOW), ("high", HIGH))}
    return {
        "name": axis.path,
        "unit": axis.unit,
        "prior": {axis.prior.kind: list(axis.prior.numbers)},
        "posterior": ends,
        "contraction": round(share, 4),
        "identified": share >= IDENTIFIED,
    }


def calibrate(
    scenario: Document,
    calibration: str | Path | Settings | None = None,
    seed: int = 1,
    *,
    over: Over | None = None,
    population: int | None = None,
    batch: int | None = None,
    most_runs: int | None = None,
    threads: int | None = None,
    workers: Workers = 0,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Calibration:
    """Fit a city to its record; the same seed gives the same posterior at any number of threads or processes.

    calibration  file of parameters, rows, scales and stopping rule; the one that ships with the scenario where None
    over         parameters in place of the file's, as ``sweep`` takes them
    population, batch, most_runs  in place of the file's
    resume       go on with the folder where it was left, after whatever stopped it
    progress     called with (runs, most runs) after each batch

    InputErrors names what is wrong; KeyboardInterrupt leaves every finished batch on disk; RunError where not even the
    priors give a population.
    """
    asked = asked_for(scenario, calibration, seed, over, population, batch, most_runs)
    begun = time.perf_counter()
    runner = runner_of(asked, threads, workers, out, resume, overwrite, progress, notify)
    with runner.store as store:
        parameters, schedule = len(asked.space.axes), schedule_of(asked.settings)
        if asked.settings.method == "smc":
            found = fit(parameters, schedule, seed, runner)
        else:
            found = fit_by_regression(parameters, schedule, seed, runner, lambda index: runner.residuals(0, index))
        residuals = runner.residuals_of(found)
        done = Calibration(asked.crisis, seed, asked.space, asked.distance, found, residuals, store.folder, 0.0)
        _write_posterior(store, done)
    return replace(done, elapsed_s=time.perf_counter() - begun)


@dataclass(frozen=True)
class Asked:
    """A fit that may begin."""

    crisis: Scenario
    settings: Settings
    space: Space
    distance: Distance
    seed: int


def asked_for(
    scenario: Document,
    calibration: str | Path | Settings | None,
    seed: int,
    over: Over | None,
    population: int | None,
    batch: int | None,
    most_runs: int | None,
) -> Asked:
    """All that is asked for, checked before anything is computed; InputError(s)."""
    crisis = from_priors(a_city(scenario))
    if crisis.population.scale != 1:
        message = "casualties are not fitted on runs in which one person stands for many residents"
        raise InputError(message, key="population.scale", found=str(crisis.population.scale), allowed="1")
    settings = calibration if isinstance(calibration, Settings) else load_settings(crisis.name, calibration)
    settings = _adjusted(settings, population, batch, most_runs)
    return Asked(crisis, settings, space_of(crisis, settings, over), distance_of(crisis, settings), seed)


def from_priors(crisis: Scenario) -> Scenario:
    """The scenario without the posterior of an earlier fit: a fit begins with the priors, whatever ships."""
    return crisis if crisis.posterior is None else city.overridden(crisis, {posterior.KEY: None})


def runner_of(
    asked: Asked,
    threads: int | None,
    workers: Workers,
    out: str | Path | None,
    resume: bool,
    overwrite: bool,
    progress: Progress | None,
    notify: Notify,
) -> Runner:
    """What runs batches, with the folder opened and the city prepared."""
    side_by_side, workers = checked_options(asked.seed, threads, workers)
    folder = results.named(out or results.ROOT / f"{asked.crisis.name}-calibration-seed{asked.seed}")
    kept = frozenset({"timeline", "events"})
    Store.check(folder, _plan(asked), resume, overwrite)
    base = city.prepared(asked.crisis, asked.seed, kept, asked.distance.until, notify)
    store = Store.opened(folder, _plan(asked), resume, overwrite)
    settings = asked.settings
    return Runner(
        base, asked.space, asked.distance, store, side_by_side, workers, settings.batch, settings.stop.runs, progress
    )


def schedule_of(settings: Settings) -> Schedule:
    """The sampler's schedule of a calibration file."""
    stop = settings.stop
    numbers = (settings.population, settings.batch, settings.quantile)
    return Schedule(*numbers, stop.epsilon, stop.runs, stop.acceptance)


def space_of(crisis: Scenario, settings: Settings, over: Over | None = None) -> Space:
    """The parameters that are fitted and those that are held at their central values; InputError(s)."""
    if over is not None:
        found = axes(crisis, over)
    else:
        chosen = [one for one in settings.parameters if one.prior is not None]
        own = {one.path: read_prior(crisis, one.path, one.prior, "parameters") for one in chosen if one.prior}
        rest = [one.path for one in settings.parameters if one.path not in own]
        plain = {axis.path: axis for axis in (axes(crisis, rest, "parameters") if rest else ())}
        found = tuple({**own, **plain}[one.path] for one in settings.parameters)
    held = {path: known_number(crisis, path, "held").value for path in settings.held}
    if both := sorted(held.keys() & {axis.path for axis in found}):
        raise InputError(f"{both[0]} is both fitted and held", key="held", found=both[0])
    return Space(found, held)


@dataclass(frozen=True)
class Runner:
    """Runs batches that the store lacks and reads the others: the distances of a batch, (proposal,)."""

    base: city.Job
    space: Space
    distance: Distance
    store: Store
    threads: int
    workers: Workers
    batch: int
    most_runs: int
    progress: Progress | None = None

    def __call__(self, batch: Batch) -> NDArray[np.float64]:
        """Distances, infinite where a calm week did not stay calm."""
        name = shard(batch.generation, batch.index)
        if not self.store.has(name):
            trials = Trials(self.base, self.space, self.distance, batch.first, batch.z)
            size = len(batch.z)
            with Interruption() as interruption, pool_of(trials, self.threads, self.workers, size) as pool:
                found = np.array(list(in_order(pool, range(size), interruption)))
            self.store.write(name, self._columns(batch, found), {"epsilon": "distance <= epsilon accepts"})
        kept = self.store.read(name)
        if self.progress is not None:
            self.progress(batch.first + len(batch.z), self.most_runs)
        return np.where(np.isnan(kept["distance"]), np.inf, kept["distance"])

    def residuals_of(self, found: Fit) -> dict[str, NDArray[np.float64]]:
        """Residuals of the posterior's particles by row of the record."""
        last, generation = found.last, len(found.generations) - 1
        parts = [self.store.read(shard(generation, index)) for index in range(last.proposed // self.batch)]
        chosen = np.searchsorted(np.concatenate([part["proposal"] for part in parts]), last.numbers)
        names = [row.observation.id for row in self.distance.rows]
        return {name: np.concatenate([part[name] for part in parts])[chosen] for name in names}

    def readings(self, generation: int, index: int) -> NDArray[np.float64]:
        """What the runs of a batch show of each row, in units of its scale, (proposal, row)."""
        return self._of_rows(generation, index, reading)

    def residuals(self, generation: int, index: int) -> NDArray[np.float64]:
        """The same less what was observed."""
        return self._of_rows(generation, index, str)

    def _of_rows(self, generation: int, index: int, column: Callable[[str], str]) -> NDArray[np.float64]:
        kept = self.store.read(shard(generation, index))
        return np.column_stack([kept[column(row.observation.id)] for row in self.distance.rows])

    def _columns(self, batch: Batch, found: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """One row a proposal: number, values, distance, and of every row residual and reading; NaN if not calm."""
        values = self.space.values(batch.z)
        names = [row.observation.id for row in self.distance.rows]
        return {
            "proposal": batch.first + np.arange(len(batch.z)),
            **{axis.path: values[:, i] for i, axis in enumerate(self.space.axes)},
            "distance": np.array([combined(one) for one in found[:, 0]]),
            **{name: found[:, 0, i] for i, name in enumerate(names)},
            **{reading(name): found[:, 1, i] for i, name in enumerate(names)},
        }


def reading(row: str) -> str:
    """Column of what runs show of a row."""
    return f"{row} read"


def shard(generation: int, batch: int) -> str:
    """Name of a batch's shard."""
    return f"generations/generation-{generation:03d}-batch-{batch:05d}"


def _adjusted(settings: Settings, population: int | None, batch: int | None, most_runs: int | None) -> Settings:
    """The settings with what the user asks for instead; InputErrors where that is out of range."""
    given = {"population": population, "batch": batch}
    changes: dict[str, Any] = {name: number for name, number in given.items() if number is not None}
    errors = check_range("--population", population, 10, 10_000) if population is not None else []
    errors += check_range("--batch", batch, 1, 10_000) if batch is not None else []
    if most_runs is not None:
        errors += check_range("--most-runs", most_runs, 1, 10_000_000)
        changes["stop"] = settings.stop.model_copy(update={"runs": most_runs})
    if errors:
        raise InputErrors(errors)
    return settings.model_copy(update=changes)


def _plan(asked: Asked) -> dict[str, Any]:
    """What a folder is for: all that its shards depend on. How long to go on may change when it is gone on with."""
    crisis, settings, distance = asked.crisis, asked.settings, asked.distance
    return {
        "format": 1,
        "kind": "calibration",
        "scenario": crisis.name,
        "scenario_digest": crisis.digest,
        "seed": asked.seed,
        "parameters": [axis.as_dict() for axis in asked.space.axes],
        "held": dict(asked.space.held),
        "rows": [{"id": row.observation.id, "scale": row.scale} for row in distance.rows],
        "until_hours": distance.until,
        "method": settings.method,
        "population": settings.population,
        "batch": settings.batch,
        "quantile": settings.quantile,
        "least_epsilon": settings.stop.epsilon,
        "resolved": crisis.resolved(),
    }


def _write_posterior(store: Store, done: Calibration) -> None:
    """One row a particle: what was fitted, what was held, and the weight."""
    last = done.fit.last
    columns = {axis.path: done.values[:, i] for i, axis in enumerate(done.space.axes)}
    held = {path: np.full(last.distance.size, value) for path, value in done.space.held.items()}
    units = {axis.path: axis.unit for axis in done.space.axes}
    facts = {
        "scenario": done.scenario.name,
        "scenario_digest": done.scenario.digest,
        "seed": done.seed,
        "rows": [row.observation.id for row in done.distance.rows],
        "epsilon": last.epsilon if np.isfinite(last.epsilon) else None,
        "units": units,
    }
    store.write(POSTERIOR, {**columns, **held, WEIGHT: last.weight}, facts)
