"""Which unknown numbers an outcome hangs on: Morris, Sobol or PAWN indices over priors, with bootstrap intervals.

    morris  first_order none, total_order mu*, the mean size of an elementary effect, in the outcome's unit per whole
            prior; sigma beside it, large where effects are not additive
    sobol   first_order and total_order: shares of the variance of the mean outcome
    pawn    first_order the median Kolmogorov-Smirnov distance, total_order none

``low`` and ``high`` hold 90 % of bootstrap samples of total_order, of first_order under pawn. An outcome of a point is
the mean over its replications, which have the same seeds at all points, so that chance cancels between neighbours. A
time that a run did not reach counts as the run's length. Parameters stand in the order of the scenario, not of their
indices: this says what a result owes to what is not known, and ranks no measure.

Source  Morris 1991, doi:10.1080/00401706.1991.10484804, mu*: Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004;
        Sobol: Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018; PAWN: Pianosi and Wagener 2018,
        doi:10.1016/j.envsoft.2018.07.019; as in SALib, doi:10.21105/joss.00097
Check   tests/experiment/sweeps/test_sensitivity.py: the Ishigami function in closed form
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError, InputErrors, RunError
from contrafact.experiment import results
from contrafact.experiment.plan import check_range, checked_options, hours_until
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, Until, to_stderr
from contrafact.experiment.sweeps.axes import Axis, Over, a_city, axes, every_prior
from contrafact.experiment.sweeps.sweeping import MOST_POINTS, evaluated

if TYPE_CHECKING:
    from contrafact.scenario import Scenario
    from contrafact.scenario.document import Document

Floats: TypeAlias = NDArray[np.float64]

METHODS = ("morris", "sobol", "pawn")
LEVEL = 0.9
RESAMPLES = 200
LEVELS = 4
"""Values on each axis of Morris's grid."""

SLICES = 10
MISSING = "what computes sensitivity indices is not installed; get it with: pip install 'contrafact[calibrate]'"


@dataclass(frozen=True)
class Sensitivity:
    """Indices of every outcome.

    indices  outcome -> one row a parameter, deaths and injuries first
    points   how many points were run
    """

    scenario: Scenario
    seed: int
    method: str
    axes: tuple[Axis, ...]
    indices: Mapping[str, Sequence[Mapping[str, Any]]]
    points: int
    replications: int
    folder: Path
    elapsed_s: float

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact sensitivity --json`` prints: outcome -> its rows."""
        return {name: [dict(row) for row in rows] for name, rows in self.indices.items()}


def sensitivity(
    scenario: Document,
    method: str = "morris",
    samples: int = 16,
    replications: int = 4,
    seed: int = 1,
    *,
    over: Over | None = None,
    until: Until | None = None,
    threads: int | None = None,
    workers: Workers = 0,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Sensitivity:
    """Indices of the parameters named by ``over``, or of all that have a prior.

    samples  trajectories of morris, each a point more than there are parameters; base points of sobol, a power of two,
             each two points more than there are parameters; points of pawn

    InputErrors names what is wrong; RunError where SALib is not installed; KeyboardInterrupt leaves every finished
    point on disk.
    """
    crisis = a_city(scenario)
    _check(method, samples, replications)
    side_by_side = checked_options(seed, threads, workers)
    found = every_prior(crisis) if over is None else axes(crisis, over)
    shares = design(method, len(found), samples, seed)
    if errors := check_range("points of the design", len(shares), 2, MOST_POINTS):
        raise InputErrors(errors)
    folder = results.named(out or results.ROOT / f"{crisis.name}-{method}-seed{seed}")
    plan = {"kind": "sensitivity", "method": method, "samples": samples}
    _, outcomes, elapsed = evaluated(
        crisis, found, shares, replications, seed, until, folder, plan,
        side_by_side, resume, overwrite, progress, notify,
    )  # fmt: skip
    end = float(crisis.hours if until is None else hours_until(crisis, until))
    names = [axis.path for axis in found]
    means = {name: np.where(np.isfinite(values), values, end).mean(axis=1) for name, values in outcomes.items()}
    indices = {name: indices_of(method, names, shares, mean, seed) for name, mean in means.items()}
    return Sensitivity(crisis, seed, method, found, indices, len(shares), replications, folder, elapsed)


def design(method: str, parameters: int, samples: int, seed: int) -> Floats:
    """Shares of the priors, (point, parameter), as the method needs them."""
    problem = _problem([str(i) for i in range(parameters)])
    if method == "morris":
        return np.asarray(_salib("sample.morris").sample(problem, samples, num_levels=LEVELS, seed=seed))
    if method == "sobol":
        return np.asarray(_salib("sample.sobol").sample(problem, samples, calc_second_order=False, seed=seed))
    return np.asarray(_salib("sample.latin").sample(problem, samples, seed=seed))


def indices_of(method: str, names: Sequence[str], shares: Floats, values: Floats, seed: int) -> list[dict[str, Any]]:
    """One row a parameter of one outcome, ``values`` (point,); without indices where the outcome never varied."""
    if np.ptp(values) == 0.0:
        nothing = dict.fromkeys(("first_order", "total_order", "low", "high"))
        return [{"parameter": name, **nothing} for name in names]
    problem = _problem(names)
    if method == "morris":
        found = _salib("analyze.morris").analyze(
            problem, shares, values, num_resamples=RESAMPLES, conf_level=LEVEL, num_levels=LEVELS, seed=seed
        )
        return [
            _row(name, None, star, conf) | {"sigma": float(sigma)}
            for name, star, conf, sigma in zip(
                names, found["mu_star"], found["mu_star_conf"], found["sigma"], strict=True
            )
        ]
    if method == "sobol":
        found = _salib("analyze.sobol").analyze(
            problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed
        )
        return [_row(*row) for row in zip(names, found["S1"], found["ST"], found["ST_conf"], strict=True)]
    return _pawn(problem, names, shares, values, seed)


def _pawn(
    problem: dict[str, Any], names: Sequence[str], shares: Floats, values: Floats, seed: int
) -> list[dict[str, Any]]:
    """PAWN with an interval of its own: SALib gives none."""
    analyze = _salib("analyze.pawn").analyze
    generator = np.random.default_rng(seed)
    median = np.asarray(analyze(problem, shares, values, S=SLICES, seed=seed)["median"])
    again = []
    for _ in range(RESAMPLES):
        chosen = generator.integers(0, len(values), len(values))
        again.append(np.asarray(analyze(problem, shares[chosen], values[chosen], S=SLICES, seed=seed)["median"]))
    low, high = np.quantile(again, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    rows = zip(names, median, low, high, strict=True)
    return [
        {"parameter": name, "first_order": float(x), "total_order": None, "low": float(a), "high": float(b)}
        for name, x, a, b in rows
    ]


def _row(name: str, first: float | None, total: float, spread: float) -> dict[str, Any]:
    return {
        "parameter": name,
        "first_order": None if first is None else float(first),
        "total_order": float(total),
        "low": float(total - spread),
        "high": float(total + spread),
    }


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _check(method: str, samples: int, replications: int) -> None:
    errors = [
        *check_range("--samples", samples, 2, MOST_POINTS),
        *check_range("--replications", replications, 1, 10_000),
    ]
    if method not in METHODS:
        allowed = ", ".join(METHODS)
        errors.append(InputError(f'found "{method}", expected one of {allowed}', key="--method", allowed=allowed))
    elif method == "sobol" and samples & (samples - 1):
        allowed = "a power of two"
        errors.append(InputError(f"found {samples}, expected {allowed}", key="--samples", allowed=allowed))
    if errors:
        raise InputErrors(errors)


def _salib(module: str) -> Any:
    try:
        return import_module(f"SALib.{module}")
    except ImportError:
        raise RunError(MISSING) from None
