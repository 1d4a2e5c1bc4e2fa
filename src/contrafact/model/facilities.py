"""Facilities: stormed by those who gather at their site, lost when outnumbered long enough, taken back.

    attackers    unarmed_weight x protesters at the site
    defenders    state forces fit for duty within ``facilities.reach`` of the facility
    contest      grows by dt while the side that does not hold it is superior, else falls back at the same speed
    seizure      attackers > max(1, defenders) for the facility's hold time
    recapture    defenders >= 1 and defenders > retake_ratio x attackers for ``retake_hold``; contingents of an alliance
                 count in it only if their mandate is to clear, since who guards takes nothing back

The crowd of a site storms one facility at a time: the first in the scenario's order that the state still holds. A lost
facility at whose site no protester is left is held by nobody. What each changes is read elsewhere: telecom in
communications, broadcaster in exposure, hospital in crowd control, government in support.

Order     after crowd control, before support
Reads     on_site (site,), force (cell,), holder, contest (facility,), mandate (), unit_* (unit,)
Writes    holder, contest (facility,)
Source    assumption; hold times and weight carry priors
Check     tests/model/test_facilities.py: falls exactly after the hold time, whatever the tick
"""

from __future__ import annotations

import numpy as np

from contrafact.model.context import Context
from contrafact.model.state import CLEAR, CROWD, NOBODY, STATE
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("facilities.unarmed_weight", "dimensionless", 0.04, ASSUMPTION,
              "fighting weight of an unarmed protester against a member of state forces", loguniform(0.02, 0.08)),
    Parameter("facilities.reach", "km", 0.7, ASSUMPTION, "distance within which forces defend or retake a facility",
              uniform(0.6, 0.8), low=0.05, high=5.0),
    Parameter("facilities.retake_ratio", "dimensionless", 3.0, ASSUMPTION,
              "superiority at which state forces take a facility back", uniform(2.0, 4.0)),
    Parameter("facilities.retake_hold", "h", 1.0, ASSUMPTION, "hours of that superiority before it is retaken",
              uniform(0.5, 2.0)),
)  # fmt: skip


def step(c: Context) -> None:
    """Contest every facility that has a site."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    stormed: set[int] = set()
    for f in fixed.contested:
        site, holder = fixed.facility_site[f], int(now.holder[f])
        crowd = int(now.on_site[site])
        attackers = p["facilities.unarmed_weight"] * crowd
        defenders = int(now.force[fixed.reach_cell[fixed.reach_start[f] : fixed.reach_start[f + 1]]].sum())
        if holder == STATE:
            superior = site not in stormed and attackers > max(1, defenders)
            stormed.add(site)
            hold = fixed.facility_hold[f]
        else:
            defenders -= guests(c, f)
            superior = defenders >= 1 and defenders > p["facilities.retake_ratio"] * attackers
            hold = p["facilities.retake_hold"]
        contest = now.contest[f] + (c.dt if superior else -c.dt)
        following.contest[f] = max(0.0, contest)
        if contest >= hold - 1e-9:
            following.contest[f] = 0.0
            following.holder[f] = CROWD if holder == STATE else STATE
            c.note(
                "seizure" if holder == STATE else "recapture", fixed.facility_names[f], fixed.site_names[site], crowd
            )
        elif holder != STATE:
            following.holder[f] = CROWD if crowd > 0 else NOBODY


def guests(c: Context, f: int) -> int:
    """Members of contingents fit for duty within reach of a facility who may not take it back."""
    now, fixed = c.now, c.fixed
    if fixed.alliance is None or now.mandate[0] == CLEAR:
        return 0
    cells = fixed.reach_cell[fixed.reach_start[f] : fixed.reach_start[f + 1]]
    fit = (fixed.unit_member >= 0) & (now.unit_recovers <= c.hour) & np.isin(now.unit_cell, cells)
    return int((fixed.unit_strength - now.unit_injured - now.unit_dead)[fit].sum())


def lost(c: Context) -> int:
    """Facilities that the state does not hold now."""
    return int(np.count_nonzero(c.now.holder != STATE))
