"""How probable what was published is under each of several arms, from an ensemble of replications of each.

A reading is a number per replication, with delay and under-count already in it. What a source says of it is one of

    band   that it lies within a half-width w of a number x, where w is what the source's words or window leave open
    bound  yes or no: that it is at least so much, at most so much, not later than an hour, or that it is so

and x is in log(1 + n) for counts and in hours for times. With n replications of an arm, of which in k the thing happens
at all (a count always does), or of which in k the answer is yes, and with their readings x_i,

    p(yes)                = (k + 1/2) / (n + 1)                                Jeffreys: never 0 and never 1
    p(does not happen)    = 1 - (k + 1/2) / (n + 1)
    p(happens, within x)  = (k + 1/2) / (n + 1) * (sum_i K(x - x_i) + u) / (k + 1)

    K  normal kernel of bandwidth h spread evenly over 2 w: (Phi((x - x_i + w) / h) - Phi((x - x_i - w) / h)) / (2 w)
    h  0.9 k^(-1/5) times the spread of the readings within arms, pooled over arms, at least LEAST
    u  1 / span of all readings of all arms: one replication that knows nothing, so that no row can weigh more than
       about n replications can show

The rows of one fact share one weight: their logarithms are averaged. Facts are taken as independent given the arm.
They are not, since one replication with larger crowds has more deaths too; so weights are overstated, towards 0 and 1.
``joint.py`` makes the other assumption. Arms have equal weights beforehand.

A replication that stands for the truth is left out of every arm, not of its own alone: arms share random numbers, and
its twin in another arm would be too good a guess.

Source  kernel and bandwidth: Silverman 1986, Density Estimation, eq. 3.31; floor: Jeffreys' prior of a share
Check   tests/evidence/test_weighing.py: two normals whose weight is known; arms that are the same; counting by hand
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, ndtr

from contrafact.evidence.observed import COUNT, TIME, Asked
from contrafact.rng import decision

Floats: TypeAlias = NDArray[np.float64]

LEAST = {COUNT: 0.1, TIME: 0.5}
"""Least bandwidth, in log(1 + n) and hours: nobody claims to know a count to a tenth or a time to half an hour."""

NARROW = 1e-6
IQR_OF_NORMAL = 1.34


@dataclass(frozen=True)
class Column:
    """One row of the record as it is weighed.

    half      half-width of the band, on the row's scale; None where only yes or no is said
    observed  what the record says: middle of the band, or 1 for yes
    least     least bandwidth
    """

    row: str
    fact: str
    half: float | None
    observed: float
    least: float = LEAST[COUNT]


def column(asked: Asked) -> Column:
    """How a row is weighed, from how it is asked for."""
    row, (low, high) = asked.row, asked.interval
    if asked.kind not in LEAST or low is None or high is None:
        return Column(row.id, row.fact_id, None, 1.0)
    ends = np.array([low, high])
    scaled = ends if asked.kind == TIME else np.log1p(np.maximum(ends, 0.0))
    return Column(
        row.id, row.fact_id, float(scaled[1] - scaled[0]) / 2.0, float(scaled.mean()), least=LEAST[asked.kind]
    )


def on_scale(asked: Asked, values: Floats) -> Floats:
    """Readings on the scale of the row's column: log(1 + n), hours with NaN for never, or 1 for yes and 0 for no."""
    low, high = asked.interval
    if asked.kind not in LEAST:
        return values
    if low is None or high is None:
        known = np.ones(values.shape, dtype=bool) if low is None else values >= low
        return (known & (high is None or values <= high)).astype(np.float64)  # NaN is below and above nothing
    return values if asked.kind == TIME else np.log1p(values)


@dataclass(frozen=True)
class Ensembles:
    """Readings of every arm on the scales of their columns, (arm, replication, row), NaN for what does not happen.

    Replications of one number share their random numbers in all arms.
    """

    columns: Sequence[Column]
    values: Floats

    def statements(self) -> Floats:
        """What would be published of each replication, (arm, replication, row): within its band, anywhere in it."""
        size = self.values.shape[1:]
        random = np.random.Generator(np.random.Philox(decision("weighing.words")))
        halves = np.array([0.0 if one.half is None else one.half for one in self.columns])
        return np.asarray(self.values + random.uniform(-1.0, 1.0, size) * halves)

    def of_record(self, times: Floats | None = None) -> Floats:
        """Logarithm of the probability of each row of the record under each arm, (arm, row).

        times  how often each replication counts, (sample, replication); the result is then (sample, arm, row)
        """
        count = np.ones((1, self.values.shape[1])) if times is None else times
        found = np.empty((len(count), self.values.shape[0], len(self.columns)))
        for place, one in enumerate(self.columns):
            readings = self.values[:, :, place]
            kernel, unknown = _kernel(one, np.array([one.observed]), readings)
            happens = _happens(one, readings) @ count.T  # (arm, sample)
            said = _log_probability(one, one.observed, (kernel[0] @ count.T, happens, count.sum(axis=1)), unknown)
            found[:, :, place] = said.T
        return found[0] if times is None else found

    def of_synthetic(self, statements: Floats) -> Floats:
        """The same of each replication as the truth, (truth, replication, arm, row), left out of every arm."""
        arms, size, _ = self.values.shape
        found = np.empty((arms, size, arms, len(self.columns)))
        each = np.arange(size)
        for place, one in enumerate(self.columns):
            readings, said = self.values[:, :, place], statements[:, :, place]
            kernel, unknown = _kernel(one, said.ravel(), readings)
            kernel = kernel.reshape(arms, size, arms, size)
            kernel[:, each, :, each] = 0.0
            yes = _happens(one, readings)
            happens = yes.sum(axis=1) - yes.T  # (replication left out, arm)
            sums = kernel.sum(axis=3), happens[np.newaxis], float(size - 1)
            found[..., place] = _log_probability(one, said[:, :, np.newaxis], sums, unknown)
        return found

    def of_sets(self, statements: Floats, sets: Floats) -> Floats:
        """The same of each replication of the first arm under sets of its own replications, (truth, set, row).

        sets  1 for a replication that is in a set, else 0, (truth, set, replication); no truth is in a set of its own
        """
        found = np.empty((*sets.shape[:2], len(self.columns)))
        for place, one in enumerate(self.columns):
            said, readings = statements[0, :, place], self.values[:1, :, place]
            kernel, unknown = _kernel(one, said, readings)
            sums = (kernel * sets).sum(axis=2), sets @ _happens(one, readings)[0], sets.sum(axis=2)
            found[:, :, place] = _log_probability(one, said[:, np.newaxis], sums, unknown)
        return found


def shares_of_facts(columns: Sequence[Column], chosen: Sequence[bool] | None = None) -> Floats:
    """Weight of each row, (row,): one for a fact, shared by those of its rows that are chosen; 0 for the others."""
    wanted = [True] * len(columns) if chosen is None else list(chosen)
    facts = [one.fact for one, take in zip(columns, wanted, strict=True) if take]
    return np.array(
        [1.0 / facts.count(one.fact) if take else 0.0 for one, take in zip(columns, wanted, strict=True)], dtype=float
    )


def pairwise(logs: Floats, against: int = 0) -> Floats:
    """Weight of each arm, the last dimension, against one of them alone."""
    return np.asarray(expit(logs - logs[..., against, np.newaxis]))


def among_all(logs: Floats) -> Floats:
    """Weight of each arm, the last dimension, among all; they add up to one."""
    return np.asarray(np.exp(log_softmax(logs, axis=-1)))


def bandwidth(readings: Floats, least: float) -> float:
    """Of the kernels of one row, from readings (arm, replication) with NaN for what does not happen."""
    spreads, sizes = [], []
    for arm in readings:
        known = arm[~np.isnan(arm)]
        if known.size > 1:
            low, high = np.quantile(known, (0.25, 0.75))
            spread = float(known.std(ddof=1))
            spreads.append(min(spread, float(high - low) / IQR_OF_NORMAL) if high > low else spread)
            sizes.append(known.size)
    if not sizes:
        return least
    pooled = float(np.sqrt(np.average(np.square(spreads), weights=sizes)))
    return max(0.9 * pooled * math.pow(float(np.mean(sizes)), -0.2), least)


def _kernel(one: Column, said: Floats, readings: Floats) -> tuple[Floats, float]:
    """K of each statement and reading, (statement, arm, replication), 0 where either is NaN; and u."""
    if one.half is None:
        return np.zeros((said.size, *readings.shape)), 0.0
    width = bandwidth(readings, one.least)
    known = np.concatenate([readings[~np.isnan(readings)], [one.observed]])
    span = float(np.ptp(known)) + 2.0 * (one.half + width)
    apart = (said[:, np.newaxis, np.newaxis] - readings) / width
    reach = one.half / width
    if reach < NARROW:
        found = np.exp(-np.square(apart) / 2.0) / (width * np.sqrt(2.0 * np.pi))
    else:
        found = (ndtr(apart + reach) - ndtr(apart - reach)) / (2.0 * one.half)
    return np.nan_to_num(found, nan=0.0), 1.0 / span


def _happens(one: Column, readings: Floats) -> Floats:
    """1 where the thing happens or the answer is yes, else 0."""
    return readings if one.half is None else (~np.isnan(readings)).astype(np.float64)


def _log_probability(
    one: Column, said: Floats | float, sums: tuple[Floats, Floats, Floats | float], unknown: float
) -> Floats:
    """Logarithm of the probability of what is said, from the sums of K, of what happens, and of replications."""
    kernels, happens, size = sums
    share = (happens + 0.5) / (size + 1.0)
    if one.half is None:
        return np.asarray(np.log(np.where(np.equal(said, 1.0), share, 1.0 - share)))
    within = np.log(share) + np.log((kernels + unknown) / (happens + 1.0))
    return np.asarray(np.where(np.isnan(said), np.log1p(-share), within))
