"""What the runs of a comparison look like hour by hour, kept where someone wants to watch them side by side.

A comparison tells effects and needs none of this. Who watches sees curves over all pairs, the mean crowd in each cell
and how often each facility was not held by the state; memory grows with the pairs by the curves alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.engine import Replication
from contrafact.model.state import HOLDERS

Array: TypeAlias = NDArray[Any]

SEEN = frozenset({"timeline", "cells"})
"""Recorders that must be on."""

STATE = HOLDERS.index("state")


@dataclass(frozen=True)
class Hourly:
    """One run at the end of each hour.

    curves   quantity -> (hour,) float32
    crowd    (hour, cell) int32
    holders  (hour, facility) int8, an index of HOLDERS
    """

    curves: Mapping[str, Array]
    crowd: Array
    holders: Array


@dataclass(frozen=True)
class Seen:
    """One arm over all pairs at the end of each hour.

    curves   quantity -> (pair, hour) float32
    crowd    (hour, cell) float64, mean over the pairs
    lost     (hour, facility) float64, share of the pairs in which the state does not hold it
    """

    curves: Mapping[str, Array]
    crowd: Array
    lost: Array


def hourly(done: Replication, ticks_per_hour: int) -> Hourly:
    """A replication at the end of each hour; it must have recorded SEEN."""
    curves = {
        name: curve[ticks_per_hour - 1 :: ticks_per_hour].astype(np.float32)
        for name, curve in done.timeline.items()
        if name != "hour"
    }
    return Hourly(curves, done.crowd, done.holders)
