"""The other assumption about facts: given the arm, they are jointly normal and may hang together as they like.

For each arm the mean and the covariance of what would be published, one number a fact, are taken from its
replications; the covariance is shrunk towards a multiple of the identity, as much as its own noise asks for. What does
not happen is put at the horizon, yes is 1 and no is 0, each row is in units of its spread in the first arm, or in all
where it has none there, and the rows of a fact are averaged: crude where a fact is far from normal, which is why this
stands beside the kernels of ``weighing`` and not in their place.

Source  synthetic likelihood: Wood 2010, doi:10.1038/nature09319; shrinkage: Ledoit and Wolf 2004,
        doi:10.1016/S0047-259X(03)00096-4
Check   tests/evidence/test_joint.py: two normals whose weight is known; facts that say the same thing twice count once
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.evidence.weighing import Column

Floats: TypeAlias = NDArray[np.float64]

STILL = 1e-12


def by_fact(columns: Sequence[Column], statements: Floats, horizon: float) -> tuple[Floats, Floats]:
    """What is published of each replication, (arm, replication, fact), and the record, (fact,), in units of the spread.

    statements  (arm, replication, row), NaN for what does not happen, which is put at the horizon, in hours
    Rows that no replication of any arm tells apart are left out, and so are facts that have no other.
    """
    filled = np.where(np.isnan(statements), horizon, statements)
    recorded = filled[0].std(axis=0)
    spread = np.where(recorded > STILL, recorded, filled.std(axis=(0, 1)))
    facts: dict[str, list[int]] = {}
    for place, one in enumerate(columns):
        if spread[place] > STILL:
            facts.setdefault(one.fact, []).append(place)
    observed = np.array([one.observed for one in columns])
    scaled, record = filled / np.maximum(spread, STILL), observed / np.maximum(spread, STILL)
    if not facts:
        return np.zeros((*statements.shape[:2], 0)), np.zeros(0)
    parts = [(scaled[:, :, rows].mean(axis=2), record[rows].mean()) for rows in facts.values()]
    return np.stack([part for part, _ in parts], axis=2), np.array([one for _, one in parts])


def of_record(published: Floats, record: Floats) -> Floats:
    """Logarithm of the probability density of the record under each arm, (arm,)."""
    return np.array([log_density(sample, record[np.newaxis])[0] for sample in published])


def of_synthetic(published: Floats) -> Floats:
    """The same of each replication as the truth, (truth, replication, arm), left out of every arm."""
    arms, size, _ = published.shape
    found = np.empty((arms, size, arms))
    for number in range(size):
        others = np.delete(published, number, axis=1)
        for arm in range(arms):
            found[:, number, arm] = log_density(others[arm], published[:, number])
    return found


def log_density(sample: Floats, points: Floats) -> Floats:
    """Logarithm of the normal density of points (point, fact), its moments from a sample (replication, fact)."""
    if points.shape[1] == 0:
        return np.zeros(len(points))
    factor = np.linalg.cholesky(shrunk(sample))
    apart = np.linalg.solve(factor, (points - sample.mean(axis=0)).T)
    scale = np.log(np.diag(factor)).sum() + points.shape[1] * np.log(2.0 * np.pi) / 2.0
    return np.asarray(-np.square(apart).sum(axis=0) / 2.0 - scale)


def shrunk(sample: Floats) -> Floats:
    """Covariance (fact, fact) of a sample (replication, fact), shrunk towards a multiple of the identity."""
    size, facts = sample.shape
    centred = sample - sample.mean(axis=0)
    plain = centred.T @ centred / size
    level = max(float(np.trace(plain)) / facts, STILL)
    identity = level * np.eye(facts)
    apart = float(np.square(plain - identity).sum())
    products = np.square(np.square(centred).sum(axis=1)).sum() / size  # mean of the squared norm of x x'
    noise = max(float(products - np.square(plain).sum()) / size, 0.0)
    share = 1.0 if apart <= STILL else min(noise / apart, 1.0)
    return np.asarray(share * identity + (1.0 - share) * plain + STILL * np.eye(facts))
