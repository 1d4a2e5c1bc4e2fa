"""Are two means the same within a margin? Two one-sided tests on the ratio of the means of paired replications.

Not to find a difference proves nothing, so the burden is turned round (Schuirmann 1987, doi:10.1007/BF01068419): the
check passes only if the 90 % interval of the ratio lies within 1 - margin to 1 + margin. A true difference as large as
the margin then passes with probability 0.05 at most, and what chance alone lets fail is told by the power.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from contrafact.kernels import Array

ALPHA = 0.05


class Equivalence(NamedTuple):
    """Ratio of the means of two samples, its standard error, and what follows for a margin."""

    ratio: float
    error: float
    margin: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval of the ratio."""
        half = float(norm.ppf(1 - ALPHA)) * self.error
        return self.ratio - half, self.ratio + half

    @property
    def equal(self) -> bool:
        """Whether both one-sided tests reject a difference as large as the margin."""
        low, high = self.interval
        return 1 - self.margin < low and high < 1 + self.margin

    @property
    def power(self) -> float:
        """Probability of passing if the means are the same."""
        return max(0.0, 2 * float(norm.cdf(self.margin / self.error - norm.ppf(1 - ALPHA))) - 1)

    @property
    def told(self) -> str:
        """The power in words."""
        return f"passes with probability {self.power:.2f} if there is no difference, <= 0.05 if it is {self.margin:.0%}"


def equivalence(changed: Array, base: Array, margin: float) -> Equivalence:
    """The ratio of the mean of ``changed`` to that of ``base``, (replication,) each; pairs share a seed."""
    ratio = float(changed.mean() / base.mean())
    residual = (changed - ratio * base) / base.mean()
    return Equivalence(ratio, float(residual.std(ddof=1)) / math.sqrt(np.size(base)), margin)
