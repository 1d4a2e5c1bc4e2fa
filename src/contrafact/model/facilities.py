"""Facilities: stormed by crowds and by bands, lost when outnumbered long enough, taken back.

    attackers    armed persons within ``facilities.reach`` of the facility + unarmed_weight x protesters at its site
    defenders    state forces fit for duty within ``facilities.reach``
    contest      grows by dt while the side that does not hold it is superior, else falls back at the same speed
    seizure      attackers > max(1, defenders) for the facility's hold time
    recapture    defenders > retake_ratio x attackers for ``retake_hold``, unless a variant says never; contingents
                 count in it only if their mandate is to clear, since who guards takes nothing back

The crowd of a site storms one facility at a time: the first in the scenario's order that the state still holds. A
facility without a site is attacked by bands alone, and a hospital without one, like what is off the map, by nobody. A
lost facility where no attacker is left is held by nobody. What each changes is read elsewhere: telecom in
communications, broadcaster in exposure and reports, hospital in crowd control and combat, government in support,
armoury in arming, airport in the alliance's airlift.

Order     after combat, before alliance
Reads     on_site (site,), force, armed (cell,), holder, contest (facility,), mandate (), unit_fit, unit_cell (unit,)
Writes    holder, contest (facility,)
Source    assumption; hold times and weight carry priors
Check     tests/model/test_facilities.py: falls exactly after the hold time, whatever the tick
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import CROWD, NOBODY, STATE
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("facilities.unarmed_weight", "dimensionless", 0.04, ASSUMPTION,
              "fighting weight of an unarmed protester against a member of state forces", loguniform(0.02, 0.08)),
    Parameter("facilities.hold", "h", 0.5, ASSUMPTION,
              "hours of superiority before a facility falls for which the scenario gives none", uniform(0.2, 1.0)),
    Parameter("facilities.reach", "km", 0.7, ASSUMPTION, "distance within which forces defend or retake a facility",
              uniform(0.6, 0.8), low=0.05, high=5.0),
    Parameter("facilities.retake_ratio", "dimensionless", 3.0, ASSUMPTION,
              "superiority at which state forces take a facility back", uniform(2.0, 4.0)),
    Parameter("facilities.retake_hold", "h", 1.0, ASSUMPTION, "hours of that superiority before it is retaken",
              uniform(0.5, 2.0)),
)  # fmt: skip


@kernel
def struggle(contested: Array, site: Array, reach_start: Array, reach_cell: Array, on_site: Array, armed: Array,
             force: Array, retakers: Array, holder: Array, contest: Array, hold: Array, regained: Array, weight: float,
             ratio: float, retake_hold: float, dt: float, new_holder: Array, new_contest: Array,
             attackers: Array) -> int:  # fmt: skip
    """Holder and contest after one tick, (facility,); returns how many the state lost or took back.

    attackers (facility,) is left with who attacks each, in persons. contested lists facilities in the
    scenario's order; force, retakers and armed (cell,), on_site (site,); hours.
    """
    stormed, turned = np.zeros(on_site.size, np.bool_), 0
    for f in contested:
        s, lost = site[f], holder[f] != STATE
        bands, defenders = 0, 0
        for i in range(reach_start[f], reach_start[f + 1]):
            bands += armed[reach_cell[i]]
            defenders += retakers[reach_cell[i]] if lost else force[reach_cell[i]]
        crowd = on_site[s] if s >= 0 else 0
        attackers[f] = bands + crowd
        if lost:
            superior = regained[f] and defenders > max(0.0, ratio * (bands + weight * crowd))
        else:
            storming = 0 if s >= 0 and stormed[s] else crowd
            superior = bands + weight * storming > max(1, defenders)
            if s >= 0:
                stormed[s] = True
        reached = contest[f] + (dt if superior else -dt)
        new_contest[f], new_holder[f] = max(0.0, reached), holder[f]
        if reached >= (retake_hold if lost else hold[f]) - 1e-9:
            new_contest[f], new_holder[f] = 0.0, STATE if lost else CROWD
            turned += 1
        elif lost:
            new_holder[f] = CROWD if attackers[f] > 0 else NOBODY
    return turned


def step(c: Context) -> None:
    """Contest every facility that has a site or that bands attack."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    attackers = np.zeros(now.holder.size, np.int64)
    turned = struggle(
        fixed.contested, fixed.facility_site, fixed.reach_start, fixed.reach_cell, now.on_site, now.armed, now.force,
        c.without_guests(), now.holder, now.contest, fixed.facility_hold, fixed.facility_regained,
        p["facilities.unarmed_weight"], p["facilities.retake_ratio"], p["facilities.retake_hold"], c.dt,
        following.holder, following.contest, attackers,
    )  # fmt: skip
    for f in np.flatnonzero((now.holder == STATE) != (following.holder == STATE)) if turned else ():
        kind = "seizure" if now.holder[f] == STATE else "recapture"
        site = fixed.facility_site[f]
        where = fixed.site_names[site] if site >= 0 else fixed.facility_names[f]
        c.note(kind, fixed.facility_names[f], where, int(attackers[f]))
