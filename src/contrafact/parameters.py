"""How a parameter is declared: unit, range, prior, evidence, one sentence. A leaf that scenario/ and model/ import."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

ASSUMPTION = "assumption"
"""Evidence of a number that no source gives; it carries a prior."""

CONVENTION = "convention"
"""Evidence of a number that only sets a scale, or that others could replace, and that is held for that reason."""


@dataclass(frozen=True)
class Prior:
    """A distribution over one number, known by its kind and its numbers.

    kind          numbers
    uniform       low, high
    loguniform    low, high
    triangular    low, mode, high
    normal        mean, standard deviation
    lognormal     median, standard deviation of the logarithm
    """

    kind: str
    numbers: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: float) -> float:
        """Value below which the share u in (0, 1) of the distribution lies; normal kinds are cut to [low, high]."""
        if self.kind == "uniform":
            low, high = self.numbers
            return low + (high - low) * u
        if self.kind == "loguniform":
            low, high = self.numbers
            return low * math.exp(u * math.log(high / low))
        if self.kind == "triangular":
            return self._triangular(u)
        return self._truncated_normal(u)

    def central(self) -> float:
        """The median."""
        return self.quantile(0.5)

    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn."""
        if self.kind in ("normal", "lognormal"):
            return max(self.low, 0.0 if self.kind == "lognormal" else -math.inf), self.high
        return self.numbers[0], self.numbers[-1]

    def _triangular(self, u: float) -> float:
        low, mode, high = self.numbers
        turn = (mode - low) / (high - low)
        if u < turn:
            return low + math.sqrt(u * (high - low) * (mode - low))
        return high - math.sqrt((1 - u) * (high - low) * (high - mode))

    def _truncated_normal(self, u: float) -> float:
        centre, spread = self.numbers
        in_logs = self.kind == "lognormal"
        normal = NormalDist(math.log(centre) if in_logs else centre, spread)
        low, high = self.low, self.high
        if in_logs:
            low, high = math.log(low) if low > 0 else -math.inf, math.log(high) if high > 0 else math.inf
        below, above = normal.cdf(low), normal.cdf(high)
        value = normal.inv_cdf(min(max(below + (above - below) * u, 1e-300), 1 - 1e-16))
        value = min(max(value, low), high)
        return math.exp(value) if in_logs else value


def uniform(low: float, high: float) -> Prior:
    """Every value between low and high alike."""
    return Prior("uniform", (low, high))


def loguniform(low: float, high: float) -> Prior:
    """Every ratio alike between low and high, both positive."""
    return Prior("loguniform", (low, high))


@dataclass(frozen=True)
class Parameter:
    """One number that a mechanism declares.

    name       mechanism.word, as a user writes it
    unit       in which kernels take it
    default    value where the scenario says nothing and nothing is drawn
    prior      what is drawn per replication; None for a value that a source fixes
    evidence   id of a reference or of a row of the record, or ASSUMPTION, or CONVENTION
    meaning    one sentence
    low, high  allowed range, ends included
    """

    name: str
    unit: str
    default: float
    evidence: str
    meaning: str
    prior: Prior | None = None
    low: float = 0.0
    high: float = math.inf

    def __post_init__(self) -> None:
        if self.evidence == ASSUMPTION and self.prior is None:
            raise ValueError(f"{self.name}: an assumption needs a prior")
        if not self.low <= self.default <= self.high:
            raise ValueError(f"{self.name}: default {self.default} outside {self.low}..{self.high}")
        if self.prior is not None:
            low, high = self.prior.support()
            if self.prior.kind not in ("normal", "lognormal") and not (self.low <= low <= high <= self.high):
                raise ValueError(f"{self.name}: prior {self.prior.numbers} outside {self.low}..{self.high}")
