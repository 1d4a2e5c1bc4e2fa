"""Approximate Bayesian computation by sequential Monte Carlo, with every draw keyed and every batch in start order.

    generation 0      z ~ N(0, I), epsilon infinite: the prior, less what is rejected outright (distance infinite)
    generation t > 0  z = z_j + step, j by the weights of generation t-1, step ~ N(0, 2 C), C their weighted covariance;
                      accepted if distance <= epsilon_t, the weighted quantile of the distances of generation t-1
    weights           w_i ~ prior(z_i) / sum_j w_j N(z_i; z_j, 2 C)

A particle's coordinates are probits of the shares of its priors: z = Phi^-1(F(theta)). Under any prior they are
independent standard normal numbers, without bounds, so a step never leaves the prior.

Proposals are numbered; their draws are keyed by that number, and runs are asked for in batches of a fixed size, whole
batches in the order of the numbers. A generation is the first ``population`` acceptances in that order. So the result
does not depend on which run ends first: accepting what finishes first would favour parameters under which runs are
fast.

Source  Toni et al. 2009, doi:10.1098/rsif.2008.0172; kernel of twice the weighted covariance, adapted to every
        generation: Beaumont et al. 2009, doi:10.1093/biomet/asp052
Check   tests/experiment/calibration/test_smc.py, verification/fitting.py: a posterior known in closed form
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp, ndtri

from contrafact import rng
from contrafact.errors import RunError
from contrafact.scenario.posterior import quantile
from contrafact.translation import localised, retold, text, whole

Floats: TypeAlias = NDArray[np.float64]
RunBatch: TypeAlias = Callable[["Batch"], Floats]

ANCESTOR, STEP = rng.decision("calibration.ancestor"), rng.decision("calibration.step")
KERNEL_SCALE = 2.0
RIDGE = 1e-9
"""Added to the variances of the kernel, so that a population that has met in one point can still move."""


@dataclass(frozen=True)
class Schedule:
    """How long to go on.

    population        particles of a generation
    batch             runs that are asked for together
    share             quantile of the distances that becomes the next epsilon
    least_epsilon     stop once a generation was accepted at this distance or a smaller one
    most_runs         stop before the batch that would exceed it
    least_acceptance  stop once a generation accepted a smaller share of its proposals
    """

    population: int
    batch: int
    share: float
    least_epsilon: float
    most_runs: int
    least_acceptance: float


@dataclass(frozen=True)
class Batch:
    """Proposals to run.

    first  number of the first; the numbers of a whole fit are 0, 1, 2 ...
    z      (proposal, parameter)
    """

    generation: int
    index: int
    first: int
    z: Floats


@dataclass(frozen=True)
class Generation:
    """A population that was accepted.

    z          (particle, parameter)
    weight     (particle,), sums to 1
    distance   (particle,)
    numbers    (particle,) int64, of the proposals
    epsilon    largest distance that was accepted; infinite for the prior
    proposed   proposals that were run for it
    """

    z: Floats
    weight: Floats
    distance: Floats
    numbers: NDArray[np.int64]
    epsilon: float
    proposed: int

    @property
    def acceptance(self) -> float:
        """Share of its proposals that the population is."""
        return self.distance.size / self.proposed

    @property
    def effective(self) -> float:
        """Effective sample size of the weights."""
        return float(1.0 / np.square(self.weight).sum())


@dataclass(frozen=True)
class Fit:
    """Generations in order, how many runs they took, and why there are no more."""

    generations: tuple[Generation, ...]
    runs: int
    stopped: str

    @property
    def last(self) -> Generation:
        """The posterior."""
        return self.generations[-1]


def fit(parameters: int, schedule: Schedule, seed: int, run: RunBatch) -> Fit:
    """Generations until a rule of the schedule stops them; RunError where not even the prior fills one.

    run  distances, (proposal,), of a batch, infinite for what is rejected outright; the same batch gives the same
    """
    generations: list[Generation] = []
    runs = 0
    while True:
        epsilon, stopped = _next_epsilon(generations, schedule)
        if not stopped:
            found, runs = _generation(parameters, schedule, seed, run, generations, epsilon, runs)
            if found is not None:
                generations.append(found)
                continue
            stopped = _most(schedule)
        if not generations:
            raise RunError(f"{runs} draws of the priors gave fewer than {schedule.population} that were not rejected")
        return Fit(tuple(generations), runs, stopped)


def _next_epsilon(generations: list[Generation], schedule: Schedule) -> tuple[float, str]:
    """The next largest distance, and why there is no next generation, empty if there is one."""
    if not generations:
        return math.inf, ""
    last = generations[-1]
    if last.epsilon <= schedule.least_epsilon:
        return last.epsilon, _small(last)
    if len(generations) > 1 and last.acceptance < schedule.least_acceptance:
        return last.epsilon, _rare(last)
    epsilon = max(quantile(last.distance, last.weight, schedule.share), schedule.least_epsilon)
    if epsilon >= last.epsilon:
        return epsilon, _flat(last)
    return epsilon, ""


@retold
def _most(schedule: Schedule) -> str:
    return text("{runs} runs were not to be exceeded", runs=whole(schedule.most_runs))


@retold
def _small(last: Generation) -> str:
    return text("epsilon {epsilon} is as small as was asked for", epsilon=localised(f"{last.epsilon:.4g}"))


@retold
def _rare(last: Generation) -> str:
    return text("only {share} of the proposals were accepted", share=localised(f"{last.acceptance:.1%}"))


@retold
def _flat(last: Generation) -> str:
    return text("distances no longer fall below {epsilon}", epsilon=localised(f"{last.epsilon:.4g}"))


def _generation(
    parameters: int,
    schedule: Schedule,
    seed: int,
    run: RunBatch,
    before: list[Generation],
    epsilon: float,
    runs: int,
) -> tuple[Generation | None, int]:
    """The next population, None where it would take too many runs, and the runs so far."""
    last = before[-1] if before else None
    z, distance, numbers = [np.empty((0, parameters))], [np.empty(0)], [np.empty(0, np.int64)]
    accepted = index = 0
    begun = runs
    while accepted < schedule.population:
        if runs + schedule.batch > schedule.most_runs:
            return None, runs
        batch = Batch(len(before), index, runs, propose(seed, len(before), runs, schedule.batch, parameters, last))
        found = run(batch)
        good = np.flatnonzero(np.isfinite(found) & (found <= epsilon))
        z.append(batch.z[good])
        distance.append(found[good])
        numbers.append(runs + good)
        accepted += good.size
        runs += schedule.batch
        index += 1
    kept = slice(0, schedule.population)
    particles = np.concatenate(z)[kept]
    return (
        Generation(
            particles, weights(particles, last), np.concatenate(distance)[kept], np.concatenate(numbers)[kept],
            epsilon, runs - begun,
        ),
        runs,
    )  # fmt: skip


def propose(seed: int, generation: int, first: int, count: int, parameters: int, last: Generation | None) -> Floats:
    """Proposals of these numbers, (count, parameter): draws of the prior, or steps from particles of the last one."""
    key = rng.stream_key(seed, 0)
    steps = np.empty((count, parameters))
    ancestors = np.empty(count)
    for i in range(count):
        ancestors[i] = rng.draw(key, ANCESTOR, generation, first + i, 0)[0]
        for j in range(parameters):
            steps[i, j] = ndtri(rng.draw(key, STEP, generation, first + i, j)[0])
    if last is None:
        return steps
    ends = np.cumsum(last.weight)
    chosen = np.minimum(np.searchsorted(ends, ancestors * ends[-1], side="right"), last.weight.size - 1)
    return np.asarray(last.z[chosen] + steps @ np.linalg.cholesky(kernel(last)).T)


def kernel(last: Generation) -> Floats:
    """Covariance of a step, (parameter, parameter)."""
    away = last.z - last.weight @ last.z
    covariance = (away * last.weight[:, np.newaxis]).T @ away
    return np.asarray(KERNEL_SCALE * covariance + RIDGE * np.eye(last.z.shape[1]))


def weights(z: Floats, last: Generation | None) -> Floats:
    """Weights of accepted particles, (particle,), that sum to 1."""
    if last is None:
        return np.full(len(z), 1.0 / len(z))
    root = np.linalg.cholesky(kernel(last))
    ours, theirs = np.linalg.solve(root, z.T), np.linalg.solve(root, last.z.T)
    squares = np.square(ours[:, :, np.newaxis] - theirs[:, np.newaxis, :]).sum(axis=0)
    logs = -0.5 * np.square(z).sum(axis=1) - logsumexp(-0.5 * squares + np.log(last.weight), axis=1)
    return np.asarray(np.exp(logs - logsumexp(logs)))


def shares(z: Floats) -> Floats:
    """Shares of the priors, inside (0, 1), of coordinates of the same shape."""
    return np.clip(np.exp(log_ndtr(z)), 1e-15, 1.0 - 1e-15)
