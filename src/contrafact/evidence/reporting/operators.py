"""Operators between what happened and what was published. Pure functions: no record, no scenario, no randomness.

    cut          what is published at hour D counts what happened up to D less the delay, and no later than the window
    count_at     a cumulative curve at an hour
    undercounted of a true count, the whole persons that are counted
    said         the numbers that a source may mean by a number and a rounding word
    coarsened    numbers that would be published in the same words become one
    inside       the moments of a window, which stands for an instant that only its coder knows

Source  rounding words: definitions of this file, the ranges that the record uses where it codes such words; coarsening:
        the chaining function of the threshold-weighted score, Gneiting and Ranjan 2011, doi:10.1198/jbes.2010.08110
Check   tests/evidence/reporting/test_operators.py: worked by hand; invariants
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[float | None, float | None]

NEAR = 1e-9
"""Hours within which two moments are one."""

RANGES: dict[str, Interval] = {
    "dozens": (24.0, 99.0),
    "hundreds": (100.0, 999.0),
    "several thousand": (2_000.0, 9_999.0),
    "tens of thousands": (20_000.0, 99_999.0),
}
"""Rounding words that say a number by themselves."""

BOUNDS = ("at least", "more than")
WORDS = ("number", "about", *BOUNDS, *RANGES)
LOOSE = 0.1
"""Share by which "about" may be off at least."""


def cut(ends: float, published: float, delay: Floats) -> Floats:
    """The hour up to which a publication counts, (replication,): that of the window's end or of what is known.

    ends       hour at which the row's window ends
    published  last hour of the day of publication, infinite where it is not known
    delay      hours until what happened is counted, (replication,)
    """
    return np.minimum(ends, published - delay)


def count_at(series: Floats, hour: Floats, moment: Floats) -> Floats:
    """A cumulative curve (replication, time), known at ``hour`` (time,), at a moment of each replication.

    It is the last value known by then, and nothing before the first.
    """
    known = np.searchsorted(hour, moment + NEAR, side="right") - 1
    values = np.take_along_axis(series, np.maximum(known, 0)[:, np.newaxis], axis=1)[:, 0]
    return np.where(known < 0, 0.0, values)


def undercounted(count: Floats, share: Floats) -> Floats:
    """Whole persons, of a true count, that are counted when a share of 0 to 1 of them is."""
    return np.floor(count * share + NEAR)


def said(word: str, value: float | None) -> Interval:
    """Lowest and highest number that a source may mean; None is an open end.

    A bare number is right to half a unit of its last digit that is not zero: 2,000 is 1,500 to 2,500, and 2,601 itself.
    """
    if word in RANGES:
        return RANGES[word]
    if value is None:
        return None, None
    if word in BOUNDS:
        return value, None
    half = unit_of(value) / 2
    if word == "about":
        half = max(half, LOOSE * abs(value))
    return value - half, value + half


def unit_of(value: float) -> float:
    """The power of ten of a whole number's last digit that is not zero; 1 for zero and for what is not whole."""
    if value == 0 or value != math.floor(value):
        return 1.0
    unit = 1.0
    while value % (unit * 10) == 0:
        unit *= 10
    return unit


def coarsened(values: Floats, interval: Interval) -> Floats:
    """Numbers where all of an interval are one, namely its lower end, or its upper where the lower is open.

    What lies above moves down by the interval's width: order is kept, and so are distances on either side. Where an
    end is open, all beyond it is one with the other.
    """
    low, high = interval
    if low is None:
        return np.zeros_like(values) if high is None else np.maximum(values, high)
    if high is None:
        return np.minimum(values, low)
    return np.where(values > high, values - (high - low), np.minimum(values, low))


def inside(hour: Floats, begins: float, ends: float) -> NDArray[np.intp]:
    """Positions of the moments, (time,), within a window, ends included; the first after it where none is within."""
    found = np.flatnonzero((hour >= begins - NEAR) & (hour <= ends + NEAR))
    return found if found.size else np.array([min(int(np.searchsorted(hour, begins)), hour.size - 1)])
