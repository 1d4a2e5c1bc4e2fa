"""Fields as the oracle does them: what is heard, seen, feared and believed, who gathers where, who holds what.

The equations are those of ``contrafact.model.communications``, ``exposure``, ``fear``, ``gathering``, ``facilities``
and ``support``. Nothing here is left to chance.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import ARMED, CROWD, NOBODY, STATE, TOLD
from reference.city import EPS, City
from reference.state import (
    State,
    armed_by_cell,
    at_site,
    broadcaster_of_state,
    by_cell,
    crowd_by_cell,
    fit,
    force_by_cell,
    full_hour,
    in_crowd,
    share_lost,
)
from reference.telling import NETWORK, heard_by_residents

STEPS = 2  # of the Runge-Kutta method in a tick


def integrate(slope: Callable[[Array], Array], y: Array, dt: float, steps: int = STEPS) -> Array:
    """y after dt hours of dy/dt = slope(y), by the classical Runge-Kutta method."""
    h = dt / steps
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def communications(city: City, s: State) -> Array:
    """M = 1 - max(shutdown, jamming, damage)."""
    damage = city.p["communications.damage"] * share_lost(city, s, "telecom")
    return np.asarray(1 - np.maximum(s.levers.jamming, max(1 - s.levers.availability, damage)))


def exposure(city: City, s: State) -> Array:
    """dE/dt = -omega E + (1 - E / E_max) S with S = near K a + M net a_told + media B + news."""
    p = city.p
    active = np.bincount(s.home[in_crowd(s) | (s.status == ARMED)], minlength=city.cells)
    seen = p["exposure.near"] * city.sight @ (active / np.maximum(1, city.residents))
    told = s.told[TOLD.index("crowd"), NETWORK] + s.told[TOLD.index("armed"), NETWORK]
    read = p["exposure.net"] * s.network * told / city.persons
    broadcast = 2 * share_lost(city, s, "broadcast") - 1 if (city.kinds == "broadcast").any() else 0.0
    source = seen + read + p["exposure.media"] * broadcast + s.levers.news
    omega, most = p["exposure.omega"] / 24, p["exposure.maximum"]
    return np.clip(integrate(lambda e: -omega * e + (1 - e / most) * source, s.exposure, city.dt), 0, most)


def seen_or_heard(city: City, s: State, events: Array, name: str) -> Array:
    """Events of a tick per 1,000 residents: within 1 km, plus what is heard of in the whole city, (cell,)."""
    return np.asarray(city.around @ events / city.thousands_around + heard_by_residents(city, s, name))


def fear(city: City, s: State) -> Array:
    """dF/dt = -omega F + phi D."""
    deaths_per_hour = seen_or_heard(city, s, s.deaths, "deaths") / city.dt
    omega, phi = city.p["fear.omega"] / 24, city.p["fear.phi"]
    return integrate(lambda f: -omega * f + phi * deaths_per_hour, s.fear, city.dt)


def gathering(city: City, s: State) -> tuple[Array, Array]:
    """Weight and risk of every site, (site,)."""
    g = city.of("gathering")
    protesters = city.vision @ crowd_by_cell(city, s)
    police = city.vision @ force_by_cell(city, s)
    pull = city.attraction + s.levers.call + g["recency"] * protesters / 1000
    weight = pull ** g["alpha"] * np.exp(-g["gamma"] * police / (g["floor"] + protesters))
    risk = 1 - np.exp(-g["k"] * (police / (g["floor"] + g["counted"] * protesters)) ** g["q"])
    return weight, risk


def facilities(city: City, s: State, new: State) -> None:
    """Contest every facility on the map: those held by the state are stormed one at a time, those lost are retaken.

    Contingents, without a mandate to clear, take nothing back.
    """
    force, armed = force_by_cell(city, s), armed_by_cell(city, s)
    local = by_cell(city, s, np.where(city.contingent, 0, fit(city, s)))
    present = np.bincount(s.site[at_site(s)], minlength=city.site_cell.size)
    stormed: set[int] = set()
    for f, site in enumerate(city.facility_site):
        if not city.on_map[f] or (site < 0 and city.kinds[f] == "hospital"):
            continue
        held = s.holder[f] == STATE
        crowd = present[site] if site >= 0 and not (held and site in stormed) else 0
        bands = armed[city.reach[f]].sum()
        attackers = bands + city.p["facilities.unarmed_weight"] * crowd
        defenders = (force if held else local)[city.reach[f]].sum()
        if held:
            stormed.add(site)
            superior = attackers > max(1, defenders)
            hold, taker = city.hold[f], CROWD
        else:
            superior = city.regained[f] and defenders > city.p["facilities.retake_ratio"] * attackers
            hold, taker = city.p["facilities.retake_hold"], STATE
            new.holder[f] = CROWD if crowd + bands > 0 else NOBODY
        new.contest[f] = max(0, s.contest[f] + (city.dt if superior else -city.dt))
        if new.contest[f] >= hold - EPS:
            new.holder[f], new.contest[f] = taker, 0


def support(city: City, s: State) -> Array:
    """dL/dt = -b1 V exp(-W / V*) - b2 D + rho (L0 - g lost - L) + what is believed; events act as the tick begins."""
    p = city.p
    violence = seen_or_heard(city, s, s.harmed, "harmed") / city.dt
    backlash = p["support.violence"] * violence * np.exp(-felt(city, s) / p["support.turning"]) * city.dt
    shocked = s.legitimacy - backlash - p["support.deaths"] * seen_or_heard(city, s, s.deaths, "deaths")
    reached = s.network + (1 - s.network) * broadcaster_of_state(city, s)
    shocked += s.levers.concession * p["support.credibility"] * reached
    rest = p["participation.legitimacy"] - p["support.government"] * share_lost(city, s, "government")
    rho = p["support.return"] / 24
    return np.clip(integrate(lambda legitimacy: rho * (rest - legitimacy), shocked, city.dt), 0, 1)


def felt(city: City, s: State) -> Array:
    """dW/dt = (V - W) / window, V as in support."""
    violence, window = seen_or_heard(city, s, s.harmed, "harmed") / city.dt, city.p["support.window"]
    return integrate(lambda felt: (violence - felt) / window, s.violence_felt, city.dt, steps=32)


def intelligence(city: City, s: State) -> Array:
    """mu = mu0 (L / L0)^kappa (1 - psi (1 - M)), at full hours."""
    if not full_hour(city, s):
        return s.intelligence
    p = city.of("support")
    trust = (s.legitimacy / city.p["participation.legitimacy"]) ** p["kappa"]
    return np.asarray(np.minimum(1, p["intelligence"] * trust * (1 - p["psi"] * (1 - s.network))))
