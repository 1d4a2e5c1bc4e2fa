"""Rows of a record as a score takes them: the interval that agrees with each, and what a predictive sample says of it.

kind       scale                   score
count      log(1 + number)         CRPS
time       hours since the start   Brier of whether it happens, and CRPS of the hour, cut at the end of the run
yes or no  probability             Brier

A row's interval is the range that the record codes, else what its number and rounding word may mean; of an hour it is
the window, since where the time is the coder's an instant would claim too much. Numbers within the interval are one
(``operators.coarsened``), so no distribution is punished for what the source did not say.

A replication, or share of a baseline, in which a thing never happens is charged the end of the run as its hour, as is
one in which it comes later: the CRPS of the censored time, which no model escapes by never doing what was observed.
Median, intervals and rank of an hour are those of the replications in which it happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.evidence import scoring
from contrafact.evidence.ledger import Observation
from contrafact.evidence.reporting.as_published import Read
from contrafact.evidence.reporting.operators import Interval, coarsened, said

Floats: TypeAlias = NDArray[np.float64]

COUNT, TIME, YES_OR_NO = "count", "time", "yes or no"
NEAR = 1e-9
FEWEST = 2
"""Of so many numbers at least median, intervals and rank can be told."""

NOTHING: dict[str, Any] = {
    "predicted": dict.fromkeys(("median", "low", "high", "low_50", "high_50")),
    "rank": None,
    "inside": False,
    "inside_50": False,
}
"""What is said of an hour that next to no replication has."""

RARE = 0.05
"""What was observed is inside a prediction of yes or no if at least so large a share of the replications shows it."""


@dataclass(frozen=True)
class Asked:
    """One row and how it is asked for.

    interval  numbers that agree with it, in persons or the like, or hours since the start
    """

    row: Observation
    kind: str
    interval: Interval

    @property
    def point(self) -> float:
        """One number for the interval: its middle, in logarithms for a count, or its only end."""
        low, high = self.interval
        if low is None or high is None:
            return next((end for end in (low, high) if end is not None), 0.0)
        if self.kind == TIME:
            return (low + high) / 2.0
        return float(np.expm1((np.log1p(max(low, 0.0)) + np.log1p(high)) / 2.0))

    def scaled(self, values: Floats) -> Floats:
        """Values on the scale of the score, numbers within the interval as one."""
        low, high = self.interval
        if self.kind == TIME:
            return coarsened(values, self.interval)
        logs = tuple(None if end is None else float(np.log1p(max(end, -0.5))) for end in (low, high))
        return coarsened(np.log1p(values), (logs[0], logs[1]))

    @property
    def target(self) -> float:
        """The observation on the scale of the score."""
        return float(self.scaled(np.array([self.point]))[0])


def asked(row: Observation, found: Read, word: str) -> Asked | None:
    """How a row that was read is asked for; None where it has neither a number nor a range."""
    if found.is_yes_or_no:
        return Asked(row, YES_OR_NO, (1.0, 1.0))
    if found.is_hour:
        return Asked(row, TIME, (found.begins, found.ends))
    interval = row.interval if (row.low, row.high) != (None, None) else said(word, row.value)
    return None if interval == (None, None) else Asked(row, COUNT, interval)


def judged(one: Asked, values: Floats, uniform: float, end: float) -> dict[str, Any]:
    """Scores, rank and intervals of an ensemble, (replication,): what `contrafact score --json` prints of a row.

    end  hours from the start to the end of the run
    """
    if one.kind == YES_OR_NO:
        share = float(values.mean())
        return {
            "predicted": {"probability": share},
            "crps": None,
            "brier": scoring.brier(share, True, values.size),
            "rank": None,
            "inside": share >= RARE,
            "inside_50": share >= 0.5,
        }
    happened = values[~np.isnan(values)]
    share = happened.size / values.size
    known = _of_numbers(one, happened, uniform) if happened.size >= FEWEST else NOTHING
    predicted = {**known["predicted"], "share": share} if one.kind == TIME else known["predicted"]
    brier = scoring.brier(share, True, values.size) if one.kind == TIME else None
    return {**known, "predicted": predicted, "crps": _crps(one, values, end), "brier": brier}


def judged_quantiles(one: Asked, values: Floats, end: float) -> dict[str, float | None]:
    """CRPS and Brier score of a distribution that is given by its quantiles, (point,); ``end`` as for an ensemble."""
    share = 1.0 - float(np.isnan(values).mean())
    crps = _crps(one, values, end, fair=False)
    return {"crps": crps, "brier": scoring.brier(share, True) if one.kind == TIME else None}


def judged_chance(chance: float | None) -> dict[str, float | None]:
    """The same of a probability that what was observed happens; None is no prediction."""
    return {"crps": None, "brier": None if chance is None else scoring.brier(chance, True)}


def _crps(one: Asked, values: Floats, end: float, fair: bool = True) -> float:
    """CRPS on the scale of the row, hours censored at the end of the run."""
    known = np.fmin(values, end) if one.kind == TIME else values  # fmin takes the end for NaN
    return scoring.crps(one.scaled(known), one.target, fair)


def _of_numbers(one: Asked, values: Floats, uniform: float) -> dict[str, Any]:
    """What is said of an ensemble of numbers or hours without NaN."""
    scaled, target = one.scaled(values), one.target
    predicted: dict[str, Any] = {"median": float(np.median(values))}
    within = []
    for name, share in (("", 0.9), ("_50", 0.5)):
        low, high = scoring.interval(values, share)
        predicted |= {f"low{name}": low, f"high{name}": high}
        ends = one.scaled(np.array([low, high]))
        within.append(bool(ends[0] <= target + NEAR and target <= ends[1] + NEAR))
    return {
        "predicted": predicted,
        "rank": scoring.rank(scaled, target, uniform),
        "inside": within[0],
        "inside_50": within[1],
    }
