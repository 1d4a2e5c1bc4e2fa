"""Simulation-based calibration from one reference table: each run in turn is taken for the truth.

    table       draws of the priors and what each run would have shown of the rows, s(x_i) / scale_i
    neighbours  the L other runs that are nearest to the run that stands for the truth
    posterior   their parameters, adjusted by a local linear regression on the difference in what they show
    rank        how many of the L lie below the true parameter, 0 to L; uniform if the posterior is right

``contraction`` is the share of the prior variance that the posterior takes away, on average over the truths, in probits
of the prior: a parameter that loses less than IDENTIFIED of it is not identified, whatever the fit to the record says.
Draws that set a calm week on fire are no part of the table, as they are none of the prior.

Source  ranks: Talts et al. 2018, arXiv:1804.06788; regression: Beaumont, Zhang and Balding 2002, Genetics 162:2025;
        one table for all truths: the coverage diagnostic of Prangle et al. 2014, doi:10.1111/anzs.12087
Check   tests/experiment/calibration/test_recovery.py: a toy in which one of three parameters has no effect
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError, InputErrors
from contrafact.experiment.calibration.fitting import asked_for, runner_of
from contrafact.experiment.calibration.regression import IDENTIFIED, moved
from contrafact.experiment.calibration.settings import Settings
from contrafact.experiment.calibration.smc import Batch, propose
from contrafact.experiment.plan import check_range
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, to_stderr
from contrafact.experiment.sweeps import Over

if TYPE_CHECKING:
    from contrafact.scenario.document import Document

Floats: TypeAlias = NDArray[np.float64]

NEIGHBOURS = 99
BINS = 10
DOUBTFUL = 0.001
"""Ranks that would be so uneven with at most this probability, were the posterior right, are said to be uneven."""


@dataclass(frozen=True)
class Recovery:
    """What a table of runs says of its parameters.

    ranks        (run, parameter) int64, 0 to ``neighbours``
    contraction  (parameter,)
    correlation  (parameter,), between the posterior mean and the truth
    """

    names: tuple[str, ...]
    neighbours: int
    ranks: NDArray[np.int64]
    contraction: Floats
    correlation: Floats

    @property
    def histogram(self) -> NDArray[np.int64]:
        """Truths by tenth of their rank, (parameter, bin)."""
        return np.stack([_binned(column, self.neighbours) for column in self.ranks.T])

    @property
    def evenness(self) -> Floats:
        """Probability of ranks at least so uneven, were the posterior right, (parameter,)."""
        return np.array([evenness(column, self.neighbours) for column in self.ranks.T])

    @property
    def identified(self) -> NDArray[np.bool_]:
        """Whether the rows can tell each parameter, (parameter,)."""
        return np.asarray(self.contraction >= IDENTIFIED)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, one row a parameter."""
        rows = zip(
            self.names, self.contraction, self.correlation, self.evenness, self.identified, self.histogram, strict=True
        )
        return {
            "runs": len(self.ranks),
            "neighbours": self.neighbours,
            "parameters": [
                {
                    "name": name,
                    "contraction": float(contraction),
                    "correlation": float(correlation),
                    "evenness": float(even),
                    "identified": bool(known),
                    "ranks": [int(count) for count in histogram],
                }
                for name, contraction, correlation, even, known, histogram in rows
            ],
        }


def recovery(
    scenario: Document,
    runs: int,
    calibration: str | Path | Settings | None = None,
    seed: int = 1,
    *,
    over: Over | None = None,
    population: int | None = None,
    batch: int | None = None,
    neighbours: int = NEIGHBOURS,
    threads: int | None = None,
    workers: Workers = 0,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Recovery:
    """Whether the rows of a fit could tell its parameters: simulation-based calibration on so many draws of the priors.

    The draws are those of a fit's generation 0, kept in the same folder by the same names, so that one can go on with
    the other; options as for ``calibrate``. InputErrors, also where too few runs stay calm.
    """
    asked = asked_for(scenario, calibration, seed, over, population, batch, None)
    size = asked.settings.batch
    if errors := check_range("--recovery", runs, size, 10_000_000):
        raise InputErrors(errors)
    runner = runner_of(asked, threads, workers, out, resume, overwrite, progress, notify)
    parameters = len(asked.space.axes)
    z, calm, shown = [], [], []
    with runner.store:
        for index in range(runs // size):
            batch_z = propose(seed, 0, index * size, size, parameters, None)
            calm.append(np.isfinite(runner(Batch(0, index, index * size, batch_z))))
            z.append(batch_z)
            shown.append(runner.readings(0, index))
    kept = np.concatenate(calm)
    names = [axis.path for axis in asked.space.axes]
    return recover(names, np.concatenate(z)[kept], np.concatenate(shown)[kept], neighbours)


def recover(names: Sequence[str], z: Floats, readings: Floats, neighbours: int = NEIGHBOURS) -> Recovery:
    """Take each run of a table in turn for the truth; InputError where the table is too small for that.

    z         (run, parameter), probits of the priors
    readings  (run, row), what each run would have shown, in units of the rows' scales
    """
    if len(z) <= 2 * neighbours:
        message = f"the table has {len(z)} runs that stayed calm before, expected more than {2 * neighbours}"
        raise InputError(message, key="--recovery", found=str(len(z)))
    ranks, means, variances = [], [], []
    for truth in range(len(z)):
        posterior = _posterior(truth, z, readings, neighbours)
        ranks.append((posterior < z[truth]).sum(axis=0))
        means.append(posterior.mean(axis=0))
        variances.append(posterior.var(axis=0))
    correlation = [_correlation(mean, true) for mean, true in zip(np.array(means).T, z.T, strict=True)]
    contraction = 1.0 - np.mean(variances, axis=0) / z.var(axis=0)
    return Recovery(tuple(names), neighbours, np.array(ranks, np.int64), contraction, np.array(correlation))


def evenness(ranks: NDArray[np.int64], neighbours: int) -> float:
    """Chi-squared probability of ranks at least so uneven if all were equally likely."""
    from scipy import stats  # noqa: PLC0415  heavy

    return float(stats.chisquare(_binned(ranks, neighbours)).pvalue)


def _posterior(truth: int, z: Floats, readings: Floats, neighbours: int) -> Floats:
    """Parameters of the nearest runs, moved to where a local regression puts them, (neighbour, parameter)."""
    away = readings - readings[truth]
    distance = np.sqrt(np.square(away).mean(axis=1))
    distance[truth] = np.inf
    ties = np.random.default_rng(truth).permutation(len(z))
    return moved(z, away, distance, np.lexsort((ties, distance)), neighbours)[1]


def _binned(ranks: NDArray[np.int64], neighbours: int) -> NDArray[np.int64]:
    return np.bincount(ranks * BINS // (neighbours + 1), minlength=BINS)


def _correlation(mean: Floats, true: Floats) -> float:
    return 0.0 if np.ptp(mean) == 0.0 else float(np.corrcoef(mean, true)[0, 1])
