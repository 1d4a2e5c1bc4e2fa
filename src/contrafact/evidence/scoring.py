"""Scoring rules: how well a predictive distribution, given as a sample, agrees with an observation.

    crps      E|X - y| - E|X - X'| / 2, in the unit of y; of an ensemble its fair form, unbiased for few members
    brier     (p - y)^2, less p (1 - p) / (n - 1) where p is a share of n members: fair likewise
    rank      share of the distribution below y, ties broken by a uniform: flat over [0, 1] where the forecast is right
    skill     1 - score / score of a baseline: 1 is perfect, 0 no better, below 0 worse

An observation that is only known to lie in an interval is scored after numbers within it have become one
(``reporting.operators.coarsened``), which makes the CRPS the threshold-weighted one with weight 0 inside: still proper.

Source  Gneiting and Raftery 2007, doi:10.1198/016214506000001437; fair forms: Ferro 2014, doi:10.1002/qj.2270;
        threshold weights: Gneiting and Ranjan 2011, doi:10.1198/jbes.2010.08110; randomised rank: Czado, Gneiting and
        Held 2009, doi:10.1111/j.1541-0420.2009.01191.x
Check   tests/evidence/test_scoring_rules.py: closed forms, pairs counted one by one, unbiasedness
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def crps(members: Floats, observed: float, fair: bool = True) -> float:
    """Continuous ranked probability score of a sample, (member,), in the unit of ``observed``.

    fair  whether members are draws; False for a distribution given by its quantiles
    """
    n = members.size
    distance = float(np.abs(members - observed).mean())
    if n < 2:
        return distance
    weights = 2.0 * np.arange(1, n + 1) - n - 1.0
    pairs = 2.0 * float(weights @ np.sort(members))  # sum over all ordered pairs of |x_i - x_j|
    return distance - pairs / (2.0 * n * (n - 1 if fair else n))


def brier(probability: float, happened: bool, members: int | None = None) -> float:
    """Brier score of a probability; ``members`` says of how many it is a share, None of a probability that is exact."""
    score = (probability - float(happened)) ** 2
    if members is None or members < 2:
        return score
    return score - probability * (1.0 - probability) / (members - 1)


def rank(members: Floats, observed: float, uniform: float) -> float:
    """Share of the predictive distribution below the observation, (0, 1); ties and the gap between members by uniform.

    ``uniform`` in (0, 1); the observation is one of n + 1 exchangeable numbers.
    """
    below = int(np.count_nonzero(members < observed))
    equal = int(np.count_nonzero(members == observed))
    return (below + uniform * (equal + 1)) / (members.size + 1)


def interval(members: Floats, share: float) -> tuple[float, float]:
    """The central interval that holds this share of the sample, linear between neighbouring values.

    Of an observation from the distribution of the members it holds less: ``expected_coverage``.
    """
    low, high = np.quantile(members, ((1.0 - share) / 2.0, (1.0 + share) / 2.0))
    return float(low), float(high)


def expected_coverage(members: int, share: float) -> float:
    """How often ``interval`` holds an observation that comes, as its members do, from one continuous distribution.

    (n - 1) share / (n + 1): the ends stand (n - 1) share places of order apart, and n members part the distribution
    into n + 1 gaps of equal mean probability. Exact where the ends are members or the distribution is uniform.
    """
    return max(members - 1, 0) * share / (members + 1)


def skill(score: float, baseline: float) -> float | None:
    """1 - score / baseline; None where the baseline is perfect, since nothing can be better."""
    return None if baseline <= 0.0 else 1.0 - score / baseline
