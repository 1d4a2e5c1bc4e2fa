"""Exposure: how much of the unrest the residents of a cell see, hear and read.

    dE_c/dt = -omega E_c + (1 - E_c / E_max) S_c
    S_c     = near * sum_d K(c, d) a_d + r_c (M_c net a_told + media B + news)

a_d is the share of residents whose home is d who are in the street or armed, a_told that of all residents as the
network tells it (see reports). K falls
exponentially with distance over ``exposure.range``, cut at 4 km, and sums to one over d. B is -1 while the state holds
the broadcaster and +1 when it has lost it. E has the unit of the balance x in participation, so no factor stands before
it there (a factor beta and these strengths could not be told apart). E_max bounds it: the unbounded form runs away.

r_c is the reach of what is told: 1 in a city; where cells are regions, how strongly each feels what is told of the home
state, whose residents a_told counts.

near_c = sum_d K a_d is kept as an integer in units of 2^-40 and changed only where residents joined or went home:
exact, independent of order, and its cost follows events, not cells.

Order     after communications, before fear
Reads     active_home (cell,), network (cell,), told (told, channel), news (), holder (facility,)
Writes    exposure (cell,), dimensionless, 0 to E_max; near (cell,); seen_home (cell,)
Source    Bonnasse-Gahot et al. 2018, doi:10.1038/s41598-017-18093-4; Davies et al. 2013, doi:10.1038/srep01303
Check     tests/model/test_exposure.py: decay alone halves E after ln 2 / omega; two ticks of 5 equal one of 10 min
"""

from __future__ import annotations

import math

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import CHANNELS, TOLD
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("exposure.omega", "1/day", 6.0, ASSUMPTION, "rate at which exposure fades", loguniform(5.4, 6.7)),
    Parameter("exposure.maximum", "dimensionless", 0.072, ASSUMPTION, "largest exposure E_max", uniform(0.070, 0.074),
              low=1e-6),
    Parameter("exposure.near", "1/h", 1.0, ASSUMPTION, "strength of what is seen around one's home",
              loguniform(0.8, 1.25)),
    Parameter("exposure.range", "km", 1.5, ASSUMPTION, "distance over which what is seen falls by e",
              uniform(1.0, 2.0), low=0.1),
    Parameter("exposure.net", "1/h", 5.0, ASSUMPTION, "strength of what is read and heard through the network",
              loguniform(4.5, 5.6)),
    Parameter("exposure.media", "1/h", 0.0005, ASSUMPTION, "strength of broadcasts, which speak for who holds them",
              loguniform(0.0002, 0.001)),
)  # fmt: skip

FIXED_POINT = 2.0**40


@kernel
def push(active: Array, seen: Array, start: Array, cell: Array, weight: Array, near: Array) -> None:
    """Add the change of active residents of each cell, (cell,), to near, (cell,) int64, of the cells around it.

    start (cell + 1,), cell (pairs,) and weight (pairs,) int64 list, for each home cell, who sees one of its residents.
    """
    for d in range(active.size):
        change = active[d] - seen[d]
        if change != 0:
            for i in range(start[d], start[d + 1]):
                near[cell[i]] += change * weight[i]
            seen[d] = active[d]


@kernel
def change(exposure: Array, near: Array, network: Array, reach: Array, out: Array, strength: float, net: float,
           common: float, omega: float, maximum: float, dt: float) -> None:  # fmt: skip
    """Exposure after one tick, exact for constant input: arrays (cell,); rates per hour; dt in hours."""
    for c in range(exposure.size):
        source = strength * (near[c] / FIXED_POINT) + reach[c] * (network[c] * net) + reach[c] * common
        rate = omega + source / maximum
        if rate > 1e-12:
            end = source / rate
            out[c] = min(maximum, max(0.0, end + (exposure[c] - end) * math.exp(-rate * dt)))
        else:
            out[c] = min(maximum, max(0.0, exposure[c] + source * dt))


def step(c: Context) -> None:
    """Advance exposure by one tick."""
    now, fixed, p = c.now, c.fixed, c.p
    push(now.active_home, c.next.seen_home, fixed.sight_start, fixed.sight_cell, fixed.sight_weight, c.next.near)
    broadcast = 2.0 * c.share_lost("broadcast", where_none=0.5) - 1.0
    told = now.told[:, CHANNELS.index("network")]
    active_share = float(told[TOLD.index("crowd")] + told[TOLD.index("armed")]) / fixed.residents_total
    change(
        now.exposure, c.next.near, now.network, fixed.reach, c.next.exposure,
        p["exposure.near"], p["exposure.net"] * active_share, p["exposure.media"] * broadcast + float(now.news[0]),
        p["exposure.omega"] / 24.0, p["exposure.maximum"], c.dt,
    )  # fmt: skip
