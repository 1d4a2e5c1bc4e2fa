"""Gathering: how strongly each site attracts people, and the risk they expect there.

    W_s = (Z_s + call_s + recency A_s / 1,000)^alpha exp(-gamma C_s / (A0 + A_s))
    P_s = 1 - exp(-k (C_s / (A0 + w A_s))^q)

A_s and C_s are the protesters and the effective security strength, both in persons, within ``gathering.vision`` of the
site. Where people go, and so the risk they expect, is a mixture over sites with weights W_s exp(-beta d) by distance d.
Risk is that of where one would go: at home, where no police stand, it would be nothing.

Order     after fear, before participation
Reads     crowd (cell,), force (cell,), call (site,)
Writes    site_weight (site,), site_risk (site,)
Source    gravity with a police term: Davies et al. 2013, doi:10.1038/srep01303; arrest probability: Epstein 2002,
          doi:10.1073/pnas.092080199, with k so that one officer per active gives 0.9
Check     tests/model/test_gathering.py: k = 2.3, C = A, q = 1 gives P = 0.89974
"""

from __future__ import annotations

import math

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("gathering.alpha", "dimensionless", 1.0, ASSUMPTION, "exponent of a site's attraction",
              uniform(0.8, 1.2)),
    Parameter("gathering.beta", "1/km", 0.15, ASSUMPTION, "fall of attraction with distance", uniform(0.1, 0.2)),
    Parameter("gathering.gamma", "dimensionless", 0.02, ASSUMPTION, "fall of attraction with police per protester",
              uniform(0.0, 0.04)),
    Parameter("gathering.recency", "dimensionless", 0.1, ASSUMPTION, "attraction added by 1,000 protesters",
              loguniform(0.05, 0.2)),
    Parameter("gathering.vision", "km", 0.7, ASSUMPTION, "distance within which protesters and forces are seen",
              uniform(0.6, 0.8), low=0.05, high=5.0),
    Parameter("gathering.k", "dimensionless", 2.3, "epstein2002", "constant of the arrest probability"),
    Parameter("gathering.q", "dimensionless", 1.5, ASSUMPTION, "steepness of the arrest probability",
              uniform(1.0, 2.0), low=1.0, high=8.0),
    Parameter("gathering.floor", "persons", 50.0, ASSUMPTION, "protesters A0 that one expects besides those seen",
              loguniform(25.0, 100.0), low=1.0),
    Parameter("gathering.counted", "dimensionless", 1.0, ASSUMPTION, "share w of those seen who share one's risk",
              uniform(0.7, 1.3)),
)  # fmt: skip


@kernel
def look(start: Array, cell: Array, crowd: Array, force: Array, call: Array, attraction: Array, alpha: float,
         gamma: float, recency: float, k: float, q: float, floor: float, counted: float, weight: Array,
         risk: Array) -> None:  # fmt: skip
    """Weight and risk of every site, (site,), from crowd (cell,) and force (cell,), in persons.

    start (site + 1,) and cell list the cells within vision of each site.
    """
    for s in range(weight.size):
        protesters, police = 0, 0
        for i in range(start[s], start[s + 1]):
            protesters += crowd[cell[i]]
            police += force[cell[i]]
        pull = attraction[s] + call[s] + recency * protesters / 1000.0
        weight[s] = pull**alpha * math.exp(-gamma * police / (floor + protesters))
        risk[s] = 1.0 - math.exp(-k * (police / (floor + counted * protesters)) ** q)


def step(c: Context) -> None:
    """Look at every site."""
    now, fixed, p = c.now, c.fixed, c.p
    look(
        fixed.vision_start, fixed.vision_cell, now.crowd, now.force, now.call, fixed.site_attraction,
        p["gathering.alpha"], p["gathering.gamma"], p["gathering.recency"], p["gathering.k"], p["gathering.q"],
        p["gathering.floor"], p["gathering.counted"], c.next.site_weight, c.next.site_risk,
    )  # fmt: skip
