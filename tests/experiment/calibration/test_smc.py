"""The sampler must find a posterior that is known in closed form, whatever the order in which runs end."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from contrafact import rng
from contrafact.errors import RunError
from contrafact.experiment.calibration.smc import (
    Batch,
    Fit,
    Floats,
    Generation,
    Schedule,
    fit,
    kernel,
    propose,
    weights,
)

NOISE = rng.decision("test.noise")
SCHEDULE = Schedule(population=400, batch=100, share=0.5, least_epsilon=0.05, most_runs=60_000, least_acceptance=0.005)
OBSERVED, SPREAD = 1.2, 0.5


def noisy(seed: int, observed: float = OBSERVED, spread: float = SPREAD) -> Fit:
    """Theta ~ N(0, 1), data ~ N(theta, spread): the first parameter; a second one has no effect."""

    def run(batch: Batch) -> Floats:
        key = rng.stream_key(seed, 7)
        noise = [ndtri(rng.draw(key, NOISE, 0, batch.first + i, 0)[0]) for i in range(len(batch.z))]
        return np.asarray(np.abs(batch.z[:, 0] + spread * np.array(noise) - observed))

    return fit(2, SCHEDULE, seed, run)


def test_the_posterior_of_a_normal_mean_is_found_and_what_has_no_effect_keeps_its_prior() -> None:
    # Conjugate: precision 1 + 1/0.25 = 5, so N(1.2 * 4/5, 1/5) = N(0.96, 0.447). Over the means of 6 fits of 400
    # particles a standard error of 0.447 / sqrt(6 * 200) = 0.013 with half of the particles effective; four of them.
    means, spreads, others = [], [], []
    for seed in range(6):
        last = noisy(seed).last
        mean = last.weight @ last.z
        means.append(mean)
        spreads.append(np.sqrt(last.weight @ np.square(last.z - mean)))
        others.append(last.z[:, 1])
    assert np.mean(means, axis=0)[0] == pytest.approx(0.96, abs=0.052)
    assert np.mean(spreads, axis=0)[0] == pytest.approx(0.4472, abs=0.04)
    assert np.mean(means, axis=0)[1] == pytest.approx(0.0, abs=0.12)
    assert np.mean(spreads, axis=0)[1] == pytest.approx(1.0, abs=0.12)


def test_a_fit_stops_where_it_was_told_to_and_says_so() -> None:
    found = noisy(1)
    assert found.last.epsilon == SCHEDULE.least_epsilon
    assert "as small as was asked for" in found.stopped
    epsilons = [generation.epsilon for generation in found.generations]
    assert epsilons == sorted(epsilons, reverse=True)
    assert found.runs == sum(generation.proposed for generation in found.generations) <= SCHEDULE.most_runs
    assert all((generation.distance <= generation.epsilon).all() for generation in found.generations)
    assert found.last.weight.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(50, 50, 0.5, 1e-9, 300, 0.0), "300 runs were not to be exceeded"),
        (Schedule(50, 50, 0.5, 1e-9, 10**6, 0.9), "of the proposals were accepted"),
    ],
)
def test_runs_and_acceptance_stop_a_fit_at_its_last_whole_generation(schedule: Schedule, words: str) -> None:
    found = fit(1, schedule, 1, lambda batch: np.abs(batch.z[:, 0]))
    assert words in found.stopped
    assert found.last.distance.size == 50
    assert found.runs <= schedule.most_runs


def test_distances_that_no_longer_fall_stop_a_fit() -> None:
    found = fit(1, Schedule(50, 50, 0.5, 0.0, 10**6, 0.0), 1, lambda batch: np.floor(np.abs(batch.z[:, 0])) + 1.0)
    assert "no longer fall below 1" in found.stopped


def test_a_prior_of_which_everything_is_rejected_is_an_error() -> None:
    with pytest.raises(RunError, match="200 draws of the priors"):
        fit(1, Schedule(50, 50, 0.5, 0.0, 200, 0.0), 1, lambda batch: np.full(len(batch.z), np.inf))


def test_a_generation_is_the_first_that_are_accepted_in_the_order_of_their_numbers() -> None:
    found = fit(1, Schedule(60, 50, 0.5, 0.0, 100, 0.0), 1, lambda batch: np.abs(batch.z[:, 0]))
    assert found.last.numbers.tolist() == list(range(60))
    assert found.last.proposed == 100
    assert found.last.z.tolist() == propose(1, 0, 0, 100, 1, None)[:60].tolist()


def test_proposals_depend_on_their_number_and_not_on_the_batch() -> None:
    last = fit(2, Schedule(30, 30, 0.5, 0.0, 30, 0.0), 1, lambda batch: np.abs(batch.z[:, 0])).last
    whole = propose(5, 1, 100, 20, 2, last)
    assert whole[10:].tolist() == propose(5, 1, 110, 10, 2, last).tolist()
    assert not np.any(whole == propose(6, 1, 100, 20, 2, last))


def test_weights_and_kernel_are_those_of_the_formula() -> None:
    # Two particles at -1 and 1 with weights 1/4 and 3/4: mean 1/2, variance 3/4, so steps have a variance of 3/2.
    last = Generation(np.array([[-1.0], [1.0]]), np.array([0.25, 0.75]), np.zeros(2), np.arange(2), 1.0, 2)
    assert kernel(last)[0, 0] == pytest.approx(1.5, abs=1e-8)
    density = [np.exp(-0.5 * z**2) / (0.25 * np.exp(-((z + 1) ** 2) / 3) + 0.75 * np.exp(-((z - 1) ** 2) / 3))
               for z in (0.0, 2.0)]  # fmt: skip
    assert weights(np.array([[0.0], [2.0]]), last) == pytest.approx(np.array(density) / sum(density))
