"""Do two samples of replications come from the same distribution of outcomes? Two tests that share one error rate.

Outcome by outcome, the two-sample test of Kolmogorov and Smirnov, at a level divided by the number of outcomes
(Bonferroni). All outcomes together, a permutation test on the energy distance between the standardised vectors (Szekely
and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018), which also sees what only shows in how outcomes go together. Each of
the two gets half of the chance of a false alarm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import ks_2samp

from contrafact.kernels import Array

PERMUTATIONS = 999


class Verdict(NamedTuple):
    """p-values: of each outcome, (outcome,), and of all together; ``alpha`` is the chance of a false alarm."""

    outcomes: Array
    together: float
    alpha: float

    @property
    def differ(self) -> bool:
        """Whether the samples are told apart."""
        half = self.alpha / 2
        return bool(self.outcomes.min() < half / self.outcomes.size or self.together < half)


def compare(first: Array, second: Array, alpha: float, seed: int = 0) -> Verdict:
    """Test two samples, (replication, outcome) each; the seed is that of the permutations."""
    pairs = zip(first.T, second.T, strict=True)
    return Verdict(np.array([ks_2samp(a, b).pvalue for a, b in pairs]), energy_test(first, second, seed), alpha)


def energy_test(first: Array, second: Array, seed: int = 0) -> float:
    """p-value of the energy distance between two samples, (replication, outcome), each outcome in pooled deviations."""
    both = np.concatenate([first, second])
    spread = both.std(axis=0)
    both = both[:, spread > 0] / spread[spread > 0]
    apart = cdist(both, both)
    size = both.shape[0]
    rng = np.random.default_rng(seed)
    in_first = np.zeros((PERMUTATIONS + 1, size))
    in_first[:, : len(first)] = 1
    in_first[1:] = rng.permuted(in_first[1:], axis=1)
    distances = energy_distance(apart, in_first)
    return float(np.mean(distances >= distances[0] * (1 - 1e-12)))


def energy_distance(apart: Array, in_first: Array) -> Array:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'| for each split of a sample in two.

    apart (item, item) are distances; in_first (split, item) is 1 for X and 0 for Y.
    """
    in_second = 1 - in_first
    n, m = in_first.sum(axis=1), in_second.sum(axis=1)

    def mean(a: Array, b: Array, pairs: Array) -> Array:
        return np.asarray(((a @ apart) * b).sum(axis=1) / pairs)

    return 2 * mean(in_first, in_second, n * m) - mean(in_first, in_first, n * n) - mean(in_second, in_second, m * m)
