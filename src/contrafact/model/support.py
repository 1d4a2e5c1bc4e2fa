"""Support: the legitimacy of the government in each cell.

    dL_c/dt = -b1 V_c exp(-V_c / V*) - b2 D_c + rho (L0 - g lost - L_c) + concessions,   0 <= L_c <= 1

V_c is state violence (people killed or hurt per hour and 1,000 residents within 1 km, plus the city's as far as the
network is up), with an inverted U; D_c the same of deaths; ``lost`` the share of government facilities that the state
has lost. A concession adds its size at once: its sign is a prior, since concessions may also raise demands.

Order     after facilities, before recording
Reads     harmed_now, deaths_now, harmed_around, deaths_around, network (cell,); holder (facility,); concession ()
Writes    legitimacy (cell,), 0 to 1
Source    inverted U: Steinert-Threlkeld, Chan and Joo 2022, doi:10.1086/715600; concessions: Rasler 1996,
          doi:10.2307/2096410
Check     tests/model/test_support.py: without events L returns to L0 with half-life ln 2 / rho
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import STATE
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("support.violence", "dimensionless", 0.01, ASSUMPTION,
              "legitimacy lost (b1) per person hurt and 1,000 residents", loguniform(0.007, 0.014)),
    Parameter("support.turning", "1/h", 0.5, ASSUMPTION, "violence V* beyond which more of it costs less legitimacy",
              loguniform(0.2, 1.0), low=1e-6),
    Parameter("support.deaths", "dimensionless", 0.01, ASSUMPTION,
              "legitimacy lost (b2) per death and 1,000 residents", loguniform(0.005, 0.02)),
    Parameter("support.return", "1/day", 0.5, ASSUMPTION, "rate rho at which legitimacy returns", loguniform(0.2, 1.0)),
    Parameter("support.government", "dimensionless", 0.01, ASSUMPTION,
              "legitimacy lost while all government facilities are lost", uniform(0.0, 0.02), high=1.0),
)  # fmt: skip


@kernel
def change(legitimacy: Array, harmed: Array, deaths: Array, around: Array, network: Array, city_harmed: float,
           city_deaths: float, b1: float, turning: float, b2: float, rho: float, rest: float, concession: float,
           dt: float, out: Array) -> None:  # fmt: skip
    """Legitimacy after one tick, arrays (cell,): the return to rest is exact, events act at the start of the tick."""
    kept = math.exp(-rho * dt)
    for c in range(legitimacy.size):
        violence = (harmed[c] / around[c] + network[c] * city_harmed) / dt
        died = deaths[c] / around[c] + network[c] * city_deaths
        shocked = legitimacy[c] - b1 * violence * math.exp(-violence / turning) * dt - b2 * died + concession
        out[c] = min(1.0, max(0.0, rest + (shocked - rest) * kept))


def step(c: Context) -> None:
    """Advance legitimacy by one tick."""
    now, fixed, p = c.now, c.fixed, c.p
    thousands = fixed.residents_total / 1000.0
    government = fixed.facility_is_government
    lost = float(np.mean(now.holder[government] != STATE)) if government.any() else 0.0
    change(
        now.legitimacy, now.harmed_around, now.deaths_around, fixed.thousands_around, now.network,
        int(now.harmed_now.sum()) / thousands, int(now.deaths_now.sum()) / thousands,
        p["support.violence"], p["support.turning"], p["support.deaths"], p["support.return"] / 24.0,
        p["participation.legitimacy"] - p["support.government"] * lost, float(now.concession[0]), c.dt,
        c.next.legitimacy,
    )  # fmt: skip
