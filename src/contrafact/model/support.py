"""Support: the legitimacy of the government in each cell, and what its forces are told by residents.

    dL_c/dt = -b1 V_c exp(-W_c / V*) - b2 D_c + rho (L0 - g lost - L_c) + believed size,   0 <= L_c <= 1
    mu_c    = mu0 (L_c / L0)^kappa (1 - psi (1 - M_c))

V_c is violence against unarmed residents (killed or hurt per hour and 1,000 residents within 1 km, plus what is heard
of in the whole city: by the network as far as it works, else by broadcast, see reports), D_c the same of deaths. The
inverted U is in W_c, violence averaged over about an hour, dW_c/dt = (V_c - W_c) / window: however the hurt fall into
ticks, the more violent an hour, the less each further one costs. That it holds for legitimacy is an assumption; the
source speaks of protest. ``lost`` is the share of government facilities that the state has lost. A concession acts at
once, by its size, by ``credibility``, and by the share it reaches: M_c through the network, the rest through a
broadcaster that the state still holds. Its sign is a prior, since concessions may also raise demands.

mu_c is intelligence: the share of armed persons in the cell whose place state forces know, at most 1 and worked out at
full hours. It falls with support and without communications; combat and command read it.

Order     after alliance, before recording
Reads     harmed_around, deaths_around, network (cell,); heard (told, channel); holder (facility,); concession ()
Writes    legitimacy, intelligence (cell,), 0 to 1; violence_felt (cell,)
Source    inverted U: Steinert-Threlkeld, Chan and Joo 2022, doi:10.1086/715600; concessions: Rasler 1996,
          doi:10.2307/2096410; intelligence: Kress and Szechtman 2009, doi:10.1287/opre.1080.0617
Check     tests/model/test_support.py: without events L returns to L0 with half-life ln 2 / rho
"""

from __future__ import annotations

import math

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import CHANNELS, TOLD
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("support.violence", "dimensionless", 0.01, ASSUMPTION,
              "legitimacy lost (b1) per person hurt and 1,000 residents", loguniform(0.007, 0.014)),
    Parameter("support.turning", "1/h", 0.5, ASSUMPTION, "violence V* beyond which more of it costs less legitimacy",
              loguniform(0.2, 1.0), low=1e-6),
    Parameter("support.window", "h", 1.0, ASSUMPTION, "time over which violence is felt to be more or less",
              uniform(0.5, 2.0), low=0.01),
    Parameter("support.deaths", "dimensionless", 0.01, ASSUMPTION,
              "legitimacy lost (b2) per death and 1,000 residents", loguniform(0.005, 0.02)),
    Parameter("support.return", "1/day", 0.5, ASSUMPTION, "rate rho at which legitimacy returns", loguniform(0.2, 1.0)),
    Parameter("support.government", "dimensionless", 0.01, ASSUMPTION,
              "legitimacy lost while all government facilities are lost", uniform(0.0, 0.02), high=1.0),
    Parameter("support.credibility", "dimensionless", 0.7, ASSUMPTION, "share of a concession's size that is believed",
              uniform(0.4, 1.0), high=1.0),
    Parameter("support.intelligence", "dimensionless", 0.3, ASSUMPTION,
              "share mu0 of armed persons whose place is known where support is as at the start", uniform(0.1, 0.5),
              high=1.0),
    Parameter("support.kappa", "dimensionless", 1.0, ASSUMPTION, "exponent of support in intelligence",
              uniform(0.0, 3.0)),
    Parameter("support.psi", "dimensionless", 0.5, ASSUMPTION, "share of intelligence that is lost with the network",
              uniform(0.0, 0.8), high=1.0),
)  # fmt: skip

HARMED, DEATHS = TOLD.index("harmed"), TOLD.index("deaths")
NETWORK, BROADCAST = CHANNELS.index("network"), CHANNELS.index("broadcast")


@kernel
def change(legitimacy: Array, felt: Array, harmed: Array, deaths: Array, around: Array, network: Array,
           told_harmed: Array,
           told_deaths: Array, thousands: float, b1: float, turning: float, b2: float, rho: float, rest: float,
           concession: float, broadcast: float, window: float, dt: float, out: Array,
           new_felt: Array) -> None:  # fmt: skip
    """Legitimacy after one tick, arrays (cell,): the return to rest is exact, events act at the start of the tick.

    felt and new_felt are violence W per hour, averaged over ``window`` hours; told_harmed and told_deaths (channel,)
    are persons that each channel came to tell of, thousands the residents in thousands; broadcast is 1 while the state
    holds a broadcaster.
    """
    kept, kept_felt = math.exp(-rho * dt), math.exp(-dt / window)
    net_harmed, air_harmed = told_harmed[NETWORK] / thousands, told_harmed[BROADCAST] / thousands
    net_died, air_died = told_deaths[NETWORK] / thousands, told_deaths[BROADCAST] / thousands
    for c in range(legitimacy.size):
        m = network[c]
        violence = (harmed[c] / around[c] + m * net_harmed + (1.0 - m) * air_harmed) / dt
        died = deaths[c] / around[c] + m * net_died + (1.0 - m) * air_died
        shocked = legitimacy[c] - b2 * died + concession * (m + (1.0 - m) * broadcast)
        new_felt[c] = violence + (felt[c] - violence) * kept_felt
        if violence > 0.0:
            shocked -= b1 * violence * math.exp(-new_felt[c] / turning) * dt
        out[c] = min(1.0, max(0.0, rest + (shocked - rest) * kept))


@kernel
def know(legitimacy: Array, network: Array, initial: float, mu: float, kappa: float, psi: float, out: Array) -> None:
    """Intelligence of every cell, (cell,)."""
    for c in range(legitimacy.size):
        trust = legitimacy[c] / initial if initial > 0.0 else 0.0
        out[c] = min(1.0, mu * trust**kappa * (1.0 - psi * (1.0 - network[c])))


def step(c: Context) -> None:
    """Advance legitimacy by one tick."""
    now, fixed, p = c.now, c.fixed, c.p
    speaks = float(c.share_lost("broadcast") < 1.0)
    change(
        now.legitimacy, now.violence_felt, now.harmed_around, now.deaths_around, fixed.thousands_around, now.network,
        now.heard[HARMED],
        now.heard[DEATHS], fixed.residents_total / 1000.0, p["support.violence"], p["support.turning"],
        p["support.deaths"], p["support.return"] / 24.0,
        p["participation.legitimacy"] - p["support.government"] * c.share_lost("government"),
        float(now.concession[0]) * p["support.credibility"], speaks, p["support.window"], c.dt, c.next.legitimacy,
        c.next.violence_felt,
    )  # fmt: skip
    if c.tick % c.ticks_per_hour == 0:
        know(
            now.legitimacy, now.network, p["participation.legitimacy"], p["support.intelligence"], p["support.kappa"],
            p["support.psi"], c.next.intelligence,
        )  # fmt: skip
