"""Fear: how much harsher people expect the response to be after deaths they have seen or heard of.

    dF_c/dt = -omega F_c + phi D_c

D_c is the number of deaths of unarmed persons per hour and 1,000 residents within 1 km of the cell, plus what is heard
of in the whole city: by the network as far as it works, else by broadcast (see reports). F_c multiplies the severity J
in participation.

Order     after exposure, before gathering
Reads     deaths_around (cell,), network (cell,), heard (told, channel)
Writes    fear (cell,), dimensionless, never negative
Source    assumption; sign after Steinert-Threlkeld, Chan and Joo 2022, doi:10.1086/715600 (severe state violence
          shrinks later protest)
Check     tests/model/test_fear.py: decay alone halves F after ln 2 / omega; ticks of 5 and 10 min agree
"""

from __future__ import annotations

import math

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import CHANNELS, TOLD
from contrafact.parameters import ASSUMPTION, Parameter, loguniform

PARAMETERS = (
    Parameter("fear.omega", "1/day", 0.7, ASSUMPTION, "rate at which fear fades", loguniform(0.3, 1.5), low=1e-6),
    Parameter("fear.phi", "dimensionless", 5.0, ASSUMPTION,
              "fear added by one death per 1,000 residents; 0 switches the mechanism off", loguniform(2.0, 12.0)),
)  # fmt: skip


@kernel
def change(fear: Array, deaths: Array, around: Array, network: Array, by_network: float, by_broadcast: float,
           omega: float, phi: float, dt: float, out: Array) -> None:  # fmt: skip
    """Fear after one tick, exact for constant input: arrays (cell,).

    deaths are those of the last tick within 1 km and around the thousands of residents there; by_network and
    by_broadcast the deaths per 1,000 residents that each channel came to tell; rates per hour; dt in hours.
    """
    kept = math.exp(-omega * dt)
    for c in range(fear.size):
        heard = (deaths[c] / around[c] + network[c] * by_network + (1.0 - network[c]) * by_broadcast) / dt
        out[c] = fear[c] * kept + phi * heard * (1.0 - kept) / omega


def step(c: Context) -> None:
    """Advance fear by one tick."""
    fixed = c.fixed
    heard = c.now.heard[TOLD.index("deaths")] / (fixed.residents_total / 1000.0)
    change(
        c.now.fear, c.now.deaths_around, fixed.thousands_around, c.now.network,
        float(heard[CHANNELS.index("network")]), float(heard[CHANNELS.index("broadcast")]),
        c.p["fear.omega"] / 24.0, c.p["fear.phi"], c.dt, c.next.fear,
    )  # fmt: skip
