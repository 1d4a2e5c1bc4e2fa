"""Arming: firearms are looted, and some of those in the street take them up.

    r_c = S / (S + half) base (1 + growth g+) (1 - L_c) / (1 - L0)       per protester and hour
    n_c = Poisson(r_c A_c dt + theta V_c)                                who take up arms in the cell in a tick

S is the stock: firearms looted or supplied less those taken up. Gun shops: each is looted once crowds of
``arming.crowd`` have stood in the city for its hold time, all hours together. Facilities: theirs are looted when the
state first loses them. Supply comes from outside (see outside). g+ is the growth of the street over the last hour as a
share of it (of 100 persons at least), between 0 and 3. V_c is the number of unarmed persons killed or hurt in the cell
in the last tick: theta recruits for each (backlash). L0 is legitimacy at the start.

Those who take up arms are protesters of the cell, by the smallest keyed hash, and never more than there are firearms:
where these run out in a tick, cells are served in their order from a cell drawn for the tick. Organised cadres are a
variant: they come armed (see outside).

Order     after outside, before bands
Reads     crowd, legitimacy, harmed_now (cell,); cell_slots (slot,); history (lag, told); counts (count,);
          holder (facility,); supply ()
Writes    proposals; looted (); shop_contest (shop,); emptied (facility,)
Source    assumption: access to arms, growth of the crowd and violence seen; recruits per civilian casualty as in Kress
          and Szechtman 2009, doi:10.1287/opre.1080.0617; gun shops held out for hours [R422]
Check     tests/model/test_arming.py; verification/combat.py: the equilibrium of Kress and Szechtman
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import ARMED, COUNTS, LAGS, STATE, TOLD
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform
from contrafact.rng import decision, poisson, smallest, uniforms

PARAMETERS = (
    Parameter("arming.base", "1/h", 0.01, ASSUMPTION, "rate at which a protester takes up arms where they abound",
              loguniform(0.003, 0.03)),
    Parameter("arming.half", "dimensionless", 500.0, ASSUMPTION, "stock at which half of that rate is reached",
              loguniform(200.0, 1200.0), low=1.0),
    Parameter("arming.growth", "dimensionless", 1.0, ASSUMPTION, "rise of that rate when the street doubles in an hour",
              uniform(0.0, 3.0)),
    Parameter("arming.recruits", "dimensionless", 0.1, ASSUMPTION,
              "protesters (theta) who take up arms for each unarmed person killed or hurt", uniform(0.0, 0.3)),
    Parameter("arming.crowd", "persons", 3000.0, ASSUMPTION,
              "crowd in the city that keeps the police from gun shops", loguniform(1500.0, 6000.0)),
)  # fmt: skip

MOST = 4096
LEAST_STREET = 100.0

ARM = decision("arming.arm")
FIRST = decision("arming.first")
ARMS_BEARER = decision("arming.bearer")


@kernel
def take_up(key: Array, tick: int, dt: float, stock: int, base: float, recruits: float, initial: float, crowd: Array,
            legitimacy: Array, harmed: Array, cell_start: Array, cell_slots: Array, slot_person: Array, person: Array,
            new: Array, time: Array, where: Array, payload: Array, n: int) -> int:  # fmt: skip
    """Propose who takes up arms; returns the number of proposals. base is the rate where legitimacy is initial."""
    chosen, hashes = np.empty(MOST, np.int32), np.empty(MOST, np.uint64)
    left = min(stock, MOST)
    first = int(uniforms(key, FIRST, tick, 0, 0)[0] * crowd.size)
    for j in range(crowd.size):
        c = (first + j) % crowd.size
        if crowd[c] == 0 or left == 0:
            continue
        grievance = (1.0 - legitimacy[c]) / (1.0 - initial) if initial < 1.0 else 0.0
        mean = base * grievance * crowd[c] * dt + recruits * harmed[c]
        wanted = min(left, poisson(mean, uniforms(key, ARM, tick, c, 0)[0]))
        found = smallest(key, ARMS_BEARER, tick, cell_slots, cell_start[c], cell_start[c + 1], slot_person, chosen,
                         hashes, wanted)  # fmt: skip
        left -= found
        for i in range(found):
            person[n], new[n], where[n], payload[n] = slot_person[chosen[i]], ARMED, c, chosen[i]
            time[n] = dt * uniforms(key, ARMS_BEARER, tick, person[n], 1)[0]
            n += 1
    return n


@kernel
def plunder(dt: float, crowd: int, enough: float, hold: Array, in_shop: Array, contest: Array, in_facility: Array,
            holder: Array, emptied: Array, new_contest: Array, new_emptied: Array, fallen: Array) -> int:  # fmt: skip
    """Firearms looted in the tick from gun shops, arrays (shop,), and from facilities just lost, arrays (facility,).

    fallen (shop,) is left with the shops that fall; hold in hours.
    """
    found, unguarded = 0, crowd >= enough
    for s in range(hold.size):
        new_contest[s] = contest[s] + (dt if unguarded else 0.0)
        over = max(hold[s], dt) - 1e-9  # else rounding may add a tick, and a hold of 0 be never over
        fallen[s] = contest[s] < over <= new_contest[s]
        found += in_shop[s] if fallen[s] else 0
    for f in range(holder.size):
        new_emptied[f] = emptied[f] or holder[f] != STATE
        found += in_facility[f] if new_emptied[f] and not emptied[f] else 0
    return found


def growth_of_the_street(c: Context) -> float:
    """Growth over the last hour as a share of the street an hour ago, 0 to 3."""
    column, earlier = TOLD.index("crowd"), c.tick - c.ticks_per_hour
    before = float(c.now.history[earlier % LAGS, column]) if earlier >= 0 else 0.0
    return min(3.0, max(0.0, (int(c.now.cell_start[-1]) - before) / max(before, LEAST_STREET)))


def loot(c: Context) -> None:
    """Loot gun shops and lost facilities, and take in what came from outside."""
    now, following, fixed = c.now, c.next, c.fixed
    fallen = np.zeros(fixed.shop_hold.size, np.bool_)
    following.looted[0] = int(now.looted[0]) + int(now.supply[0]) + plunder(
        c.dt, int(now.cell_start[-1]), c.p["arming.crowd"], fixed.shop_hold, fixed.shop_firearms, now.shop_contest,
        fixed.facility_firearms, now.holder, now.emptied, following.shop_contest, following.emptied, fallen,
    )  # fmt: skip
    for shop in np.flatnonzero(fallen) if fallen.size else ():
        c.note("looting", f"gun shop {shop + 1}", "", int(fixed.shop_firearms[shop]))


def step(c: Context) -> None:
    """Loot, and propose who takes up arms."""
    now, p = c.now, c.p
    loot(c)
    stock = int(now.looted[0]) - int(now.counts[COUNTS.index("took_arms")])
    if stock <= 0:
        return
    person, new, time, where, payload, _ = c.proposals.arrays()
    base = p["arming.base"] * stock / (stock + p["arming.half"]) * (1.0 + p["arming.growth"] * growth_of_the_street(c))
    c.proposals.n = take_up(
        c.key, c.tick, c.dt, stock, base, p["arming.recruits"], p["participation.legitimacy"], now.crowd,
        now.legitimacy, now.harmed_now, now.cell_start, now.cell_slots, now.slot_person, person, new, time, where,
        payload, c.proposals.n,
    )  # fmt: skip
