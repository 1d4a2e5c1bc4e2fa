"""A posterior from one table of draws of the priors: the nearest are kept, and moved by a local linear regression.

    kept     the n draws with the smallest distances d_i; h is the next larger distance
    weight   w_i ~ 1 - (d_i / h)^2
    moved    z_i - b' r_i    r_i what draw i shows of the rows less what was observed, b by least squares of z on r with
                             these weights, so that every draw is where it would be had it shown what was observed

Where most of a distance is due to numbers that are not fitted and to chance, a sampler that goes step by step gains
nothing over the prior and pays for it with uneven weights. This one spends every run on the prior, where all count
alike, and lets the regression tell apart what goes with each row.

Source  Beaumont, Zhang and Balding 2002, Genetics 162:2025
Check   tests/experiment/calibration/test_regression.py: a posterior known in closed form
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import RunError
from contrafact.experiment.calibration.smc import Batch, Fit, Generation, RunBatch, Schedule, propose
from contrafact.words import counted

Floats: TypeAlias = NDArray[np.float64]

IDENTIFIED = 0.25
"""Share of its prior variance that a fit must take away from a parameter, in probits, for it to be identified."""


def moved(z: Floats, away: Floats, distance: Floats, order: NDArray[np.intp], kept: int) -> tuple[Floats, Floats]:
    """Weights, (kept,), and moved parameters, (kept, parameter), of the draws that come first in an order.

    z         (draw, parameter)
    away      (draw, row), what each shows less what was observed
    distance  (draw,), of which ``order`` is an order, the nearest first; more than ``kept`` draws
    """
    chosen, width = order[:kept], distance[order[kept]]
    weight = np.clip(1.0 - np.square(distance[chosen] / width), 0.0, 1.0) if width > 0.0 else np.ones(kept)
    root = np.sqrt(weight)[:, np.newaxis]
    design = np.column_stack([np.ones(kept), away[chosen]])
    slopes = np.linalg.lstsq(design * root, z[chosen] * root, rcond=None)[0]
    return weight, np.asarray(z[chosen] - away[chosen] @ slopes[1:])


def fit_by_regression(
    parameters: int, schedule: Schedule, seed: int, run: RunBatch, residuals: Callable[[int], Floats]
) -> Fit:
    """The posterior from ``most_runs`` draws of the priors, of which the ``population`` nearest are kept.

    run        distances, (proposal,), of a batch, infinite for what is rejected outright
    residuals  (proposal, row) of the batch of a number that has been run

    RunError where too few draws are not rejected.
    """
    z, distance, away = [], [], []
    batches = schedule.most_runs // schedule.batch
    for index in range(batches):
        batch = Batch(0, index, index * schedule.batch, propose(seed, 0, index * schedule.batch, schedule.batch,
                                                                parameters, None))  # fmt: skip
        distance.append(run(batch))
        z.append(batch.z)
        away.append(residuals(index))
    runs, distances = batches * schedule.batch, np.concatenate(distance)
    order = np.argsort(distances, kind="stable")
    calm = int(np.isfinite(distances).sum())
    if calm <= schedule.population:
        raise RunError(f"{runs} draws of the priors gave {calm} that were not rejected, {schedule.population} are kept")
    weight, found = moved(np.concatenate(z), np.nan_to_num(np.concatenate(away)), distances, order, schedule.population)
    numbers = order[: schedule.population].astype(np.int64)
    last = Generation(found, weight / weight.sum(), distances[numbers], numbers, float(distances[order[len(numbers)]]),
                      runs)  # fmt: skip
    told = f"{counted(runs, 'draw')} of the priors were run, of which the nearest {len(numbers)} are kept"
    return Fit((last,), runs, told)
