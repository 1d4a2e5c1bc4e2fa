"""Baselines without a mechanism: three curves of how intense the unrest is, fitted to the rows for fitting alone.

    constant       lambda(t) = mu
    logistic       lambda(t) = mu f(t), f the density of a logistic curve cut to the record's days: the new cases of an
                   epidemic that everyone can catch once
    self-exciting  lambda(t) = mu + alpha sum_{i: h_i < t} (1 - e^-beta) e^(-beta (t - h_i - 1)), h_i hours of incidents

t counts whole hours. Incidents are the dated facts of the record (crowds and events, one a fact), counted by the hour;
mu and the curve's own numbers maximise their Poisson likelihood. What a row reads is tied to the curve by a scale of
its family, and by one spread for all:

    level      log(1 + y) ~ normal(log(1 + a lambda(t)), s), t the window's middle
    count      the same with the sum of lambda up to the window's end, less that before it where growth is asked
    event      happens with hazard b lambda(t), b = events / sum of lambda up to each
    yes or no  of one event within the window, or of a level below a limit at the window's end, by the same laws

log a makes the mean residual of the family's facts zero; s^2 is the sum of squared residuals, divided by facts less
families; each fact weighs once. A row for fitting is predicted with its own fact left out. Where its family has no
other fact, there is no prediction: None, and no pretence.

Source  self-exciting: Hawkes 1971, doi:10.1093/biomet/58.1.83, in hours as Mohler et al. 2011,
        doi:10.1198/jasa.2011.ap09546; epidemic of riots: Burbeck, Raine and Stark 1978,
        doi:10.1080/0022250X.1978.9989878
Check   tests/evidence/test_baselines.py: closed forms of the likelihood and of each prediction, recovery of numbers
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats: TypeAlias = NDArray[np.float64]
Shape: TypeAlias = Callable[[Floats, Floats, Floats], Floats]

LEVEL, COUNT, GAIN, EVENT = "level", "count", "gain", "event"
GROWS, NEVER, EMPTY = "grows", "never", "empty"
YES_OR_NO = (GROWS, NEVER, EMPTY)
POINTS = 199
"""Quantiles by which a predictive distribution is given."""

LEAST = 1e-9
WIDEST = 40.0
"""Scales are sought between e^-40 and e^40."""


@dataclass(frozen=True)
class Datum:
    """One row as a baseline sees it.

    fact      rows of one fact weigh once together
    family    what shares a scale, e.g. deaths or crowd
    form      level, count, gain or event; grows, never or empty where yes or no is asked
    begins    hour at which its window begins
    ends      hour at which it ends
    observed  number as published, or the hour of an event; None where it is to be predicted only
    incident  whether the fact is an incident with an hour
    """

    fact: str
    family: str
    form: str
    begins: float
    ends: float
    observed: float | None
    incident: bool

    @property
    def middle(self) -> float:
        """The middle of the window, hours."""
        return (self.begins + self.ends) / 2.0


def constant(hour: Floats, numbers: Floats, _incidents: Floats) -> Floats:
    """The same in every hour: numbers (log mu,)."""
    return np.full(hour.size, np.exp(numbers[0]))


def logistic(hour: Floats, numbers: Floats, _incidents: Floats) -> Floats:
    """New cases of a logistic curve: numbers (log mu, middle in days, log of its width in hours)."""
    z = np.clip((hour - 24.0 * numbers[1]) / np.exp(numbers[2]), -300.0, 300.0)
    density = 1.0 / (4.0 * np.cosh(z / 2.0) ** 2)
    return np.asarray(np.exp(numbers[0]) * density / max(float(density.sum()), LEAST))


def self_exciting(hour: Floats, numbers: Floats, incidents: Floats) -> Floats:
    """Hawkes process by the hour: numbers (log mu, log alpha, log beta); incidents counts them by the hour, (hour,)."""
    from scipy.signal import lfilter  # noqa: PLC0415  heavy

    mu, alpha, beta = np.exp(numbers)
    fading = float(np.exp(-beta))
    before = np.concatenate([[0.0], incidents[: hour.size - 1]])
    return np.asarray(mu + lfilter([alpha * (1.0 - fading)], [1.0, -fading], before))


SHAPES: Mapping[str, tuple[Shape, tuple[tuple[float, ...], ...], tuple[tuple[float, float], ...]]] = {
    "constant": (constant, ((-2.0,),), ((-12.0, 6.0),)),
    "logistic": (
        logistic,
        tuple((2.0, day, width) for day in (1.0, 2.0, 3.0) for width in (1.0, 2.5)),
        ((-12.0, 12.0), (-2.0, 12.0), (0.0, 4.0)),
    ),
    "self_exciting": (
        self_exciting,
        tuple((-3.0, -0.7, decay) for decay in (-3.0, -1.5, 0.0)),
        ((-12.0, 6.0), (-6.0, 0.0), (-5.0, 2.0)),
    ),
}
"""Of each curve: its formula, where the search begins, and within what bounds. One incident follows from another at
most (alpha up to 1), and a logistic curve is not narrower than an hour, so that no likelihood is endless."""


def fitted(name: str, counts: Floats) -> Floats:
    """Intensity by the hour, (hour,), of largest Poisson likelihood for incidents counted by the hour, (hour,)."""
    from scipy.optimize import minimize  # noqa: PLC0415  heavy

    shape, starts, bounds = SHAPES[name]
    hour: Floats = np.arange(counts.size, dtype=np.float64) + 0.5

    def loss(numbers: Floats) -> float:
        intensity = np.maximum(shape(hour, numbers, counts), LEAST)
        return float(intensity.sum() - counts @ np.log(intensity))

    found = [
        minimize(loss, np.array(start), method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-5, "fatol": 1e-8})
        for start in starts
    ]
    best = min(found, key=lambda one: float(one.fun))
    return np.maximum(shape(hour, best.x, counts), LEAST)


@dataclass(frozen=True)
class Baseline:
    """A curve with its scales: intensity (hour,), log of the scale by family, spread, and hazard per intensity."""

    intensity: Floats
    scales: Mapping[str, float]
    spread: float
    hazard: float | None

    def members(self, row: Datum) -> Floats | None:
        """Quantiles of what the row reads: numbers, or hours with NaN where it does not happen; (POINTS,) or None."""
        u = (np.arange(POINTS) + 0.5) / POINTS
        if row.form == EVENT:
            return None if self.hazard is None else self._hours(u)
        if row.family not in self.scales or not self.spread > 0.0:
            return None
        centre = np.log1p(np.exp(self.scales[row.family]) * measure(self.intensity, row))
        return np.asarray(np.maximum(np.expm1(centre + self.spread * ndtri(u)), 0.0))

    def chance(self, row: Datum, limit: float) -> float | None:
        """Probability of yes: an event within the window, none within it, or a level below ``limit`` at its end."""
        if row.form == EMPTY:
            if row.family not in self.scales or not self.spread > 0.0:
                return None
            at_end = replace(row, form=LEVEL, begins=row.ends)
            centre = np.log1p(np.exp(self.scales[row.family]) * measure(self.intensity, at_end))
            return float(ndtr((np.log1p(limit) - centre) / self.spread))
        if self.hazard is None:
            return None
        none = float(np.exp(-self.hazard * measure(self.intensity, replace(row, form=GAIN))))
        return none if row.form == NEVER else 1.0 - none

    def _hours(self, u: Floats) -> Floats:
        assert self.hazard is not None
        hour = np.arange(self.intensity.size + 1.0)
        needed = -np.log1p(-u) / self.hazard
        total = cumulative(self.intensity, hour)
        return np.where(needed > total[-1], np.nan, np.interp(needed, total, hour))


def fit(name: str, rows: Sequence[Datum], hours: int, without: str | None = None) -> Baseline:
    """The baseline of this name fitted to rows, those of one fact left out; ``hours`` is the length of the record."""
    used = [row for row in rows if row.fact != without and row.observed is not None]
    intensity = fitted(name, incident_counts(used, hours))
    numbers = [row for row in used if row.form in (LEVEL, COUNT, GAIN)]
    families = dict.fromkeys(row.family for row in numbers)
    scales = {family: _scale(intensity, [row for row in numbers if row.family == family]) for family in families}
    squares = [
        float(np.mean([_miss(intensity, row, scales[row.family]) ** 2 for row in group])) for group in _by_fact(numbers)
    ]
    free = len(squares) - len(scales)
    spread = float(np.sqrt(sum(squares) / free)) if free > 0 else 0.0
    return Baseline(intensity, scales, spread, _hazard(intensity, [row for row in used if row.form == EVENT]))


def incident_counts(rows: Iterable[Datum], hours: int) -> Floats:
    """Incidents by the hour, (hour,): each dated fact once, at the middle of its rows' windows."""
    counts = np.zeros(hours)
    for group in _by_fact(row for row in rows if row.incident):
        counts[min(max(int(np.mean([row.middle for row in group])), 0), hours - 1)] += 1.0
    return counts


def cumulative(intensity: Floats, hour: Floats) -> Floats:
    """Sum of the intensity from the start up to an hour, linear within hours."""
    total = np.concatenate([[0.0], np.cumsum(intensity)])
    return np.asarray(np.interp(hour, np.arange(total.size), total))


def measure(intensity: Floats, row: Datum) -> float:
    """What a row's number is in proportion to: intensity, its sum up to the end, or its sum within the window."""
    if row.form == LEVEL:
        return float(intensity[min(max(int(row.middle), 0), intensity.size - 1)])
    begins, ends = cumulative(intensity, np.array([row.begins, row.ends]))
    return float(ends - begins if row.form == GAIN else ends)


def _scale(intensity: Floats, rows: Sequence[Datum]) -> float:
    """Log of the scale at which the mean residual of a family's facts is zero; its least where all numbers are zero."""
    from scipy.optimize import brentq  # noqa: PLC0415  heavy

    def mean_miss(log_a: float) -> float:
        return float(np.mean([np.mean([_miss(intensity, row, log_a) for row in group]) for group in _by_fact(rows)]))

    return float(brentq(mean_miss, -WIDEST, WIDEST)) if mean_miss(-WIDEST) > 0.0 > mean_miss(WIDEST) else -WIDEST


def _miss(intensity: Floats, row: Datum, log_a: float) -> float:
    """Residual of one row: log(1 + y) less its centre."""
    return float(np.log1p(row.observed or 0.0) - np.log1p(np.exp(log_a) * measure(intensity, row)))


def _hazard(intensity: Floats, rows: Sequence[Datum]) -> float | None:
    """Hazard per intensity of largest likelihood where every event has happened at its hour; None without events."""
    groups = _by_fact(rows)
    passed = [float(np.mean(cumulative(intensity, np.array([row.observed for row in group])))) for group in groups]
    return len(passed) / sum(passed) if passed and sum(passed) > 0.0 else None


def _by_fact(rows: Iterable[Datum]) -> list[list[Datum]]:
    """Rows by fact and family, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Datum]] = {}
    for row in rows:
        groups.setdefault((row.fact, row.family), []).append(row)
    return list(groups.values())
