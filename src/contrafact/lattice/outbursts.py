"""Outbursts in a series of active agents, by the definitions of Epstein 2002.

An outburst begins in the first tick with more than 50 active agents and ends in the first tick after it with fewer than
50. Its activation is the sum of active agents over its ticks (Fig. 7), its peak the largest of them; the wait before it
counts the ticks from the end of the one before to its beginning (Fig. 5). One that has not ended is left out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from contrafact.kernels import Array

ABOVE = 50


class Outburst(NamedTuple):
    """Index of the first tick, index of the tick after the last, sum and maximum of active agents."""

    begin: int
    end: int
    activation: int
    peak: int


def outbursts(active: Array, above: int = ABOVE) -> list[Outburst]:
    """All that ended, in order; active has shape (tick,)."""
    found = []
    begin = -1
    for tick, count in enumerate(active):
        if begin < 0 and count > above:
            begin = tick
        elif begin >= 0 and count < above:
            inside = active[begin:tick]
            found.append(Outburst(begin, tick, int(inside.sum()), int(inside.max())))
            begin = -1
    return found


def waits(found: list[Outburst]) -> list[int]:
    """Ticks between the end of each outburst and the beginning of the next."""
    return [later.begin - earlier.end for earlier, later in pairwise(found)]
