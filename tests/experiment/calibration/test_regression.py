"""The nearest draws, moved, must be the posterior known in closed form, also where most of a distance is noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from contrafact import rng
from contrafact.errors import RunError
from contrafact.experiment.calibration.regression import fit_by_regression
from contrafact.experiment.calibration.smc import Batch, Fit, Floats, Schedule

NOISE = rng.decision("test.noise")
OBSERVED = np.array([1.2, -0.6, 0.0])
SPREADS = np.array([0.5, 1.0, 4.0])  # the last row is all noise
SCHEDULE = Schedule(population=500, batch=100, share=0.5, least_epsilon=0.0, most_runs=2500, least_acceptance=0.0)


def fitted(seed: int, schedule: Schedule = SCHEDULE, refused: float = 0.0) -> Fit:
    """Three parameters, each N(0, 1), of which the first two are seen, each in a row of its own, with noise.

    refused  share of the draws that are rejected outright
    """
    shown: dict[int, Floats] = {}

    def run(batch: Batch) -> Floats:
        key = rng.stream_key(seed, 7)
        u = [[rng.draw(key, NOISE, 0, batch.first + i, j)[0] for j in range(3)] for i in range(len(batch.z))]
        shown[batch.index] = batch.z * [1.0, 1.0, 0.0] + SPREADS * ndtri(np.array(u)) - OBSERVED
        distance = np.sqrt(np.square(shown[batch.index]).mean(axis=1))
        return np.asarray(np.where(np.arange(len(batch.z)) < refused * len(batch.z), np.inf, distance))

    return fit_by_regression(3, schedule, seed, run, lambda index: shown[index])


def test_the_posterior_of_normal_means_is_found_and_what_has_no_effect_keeps_its_prior() -> None:
    # Conjugate: N(1.2 * 4/5, 1/5), N(-0.6 / 2, 1/2), N(0, 1). Each fit has some 370 effective draws, so the means over
    # six of them have standard errors of at most 1 / sqrt(6 * 370) = 0.021; four of them.
    means, spreads = [], []
    for seed in range(6):
        last = fitted(seed).last
        mean = last.weight @ last.z
        means.append(mean)
        spreads.append(np.sqrt(last.weight @ np.square(last.z - mean)))
    assert np.mean(means, axis=0) == pytest.approx([0.96, -0.3, 0.0], abs=0.085)
    assert np.mean(spreads, axis=0) == pytest.approx([0.4472, 0.7071, 1.0], abs=0.06)


def test_the_nearest_are_kept_with_weights_that_fall_with_distance() -> None:
    found = fitted(1)
    last = found.last
    assert found.runs == 2500
    assert (np.diff(last.distance) >= 0).all()
    assert (np.diff(last.weight) <= 1e-12).all()
    assert last.weight.sum() == pytest.approx(1.0)
    assert last.distance[-1] <= last.epsilon
    assert last.effective > 300
    assert "2,500 draws of the priors were run, of which the nearest 500 are kept" in found.stopped


def test_what_is_rejected_outright_is_never_kept_and_too_few_are_refused() -> None:
    half = fitted(1, refused=0.5)
    assert np.isfinite(half.last.distance).all()
    assert (half.last.numbers % 100 >= 50).all()
    with pytest.raises(RunError, match="gave 400 that were not rejected, 500 are kept"):
        fitted(1, Schedule(500, 100, 0.5, 0.0, 800, 0.0), refused=0.5)
