"""Facilities: stormed by crowds and by bands, lost when outnumbered long enough, taken back.

    attackers    armed persons within ``facilities.reach`` of the facility + unarmed_weight x protesters at its site
    defenders    state forces fit for duty within ``facilities.reach``
    contest      grows by dt while the side that does not hold it is superior, else falls back at the same speed
    seizure      attackers > max(1, defenders) for the facility's hold time
    recapture    defenders > retake_ratio x attackers for ``retake_hold``, unless a variant says never

The crowd of a site storms one facility at a time: the first in the scenario's order that the state still holds. A
facility without a site is attacked by bands alone, and hospitals and places off the map by nobody. A lost facility
where no attacker is left is held by nobody. What each changes is read elsewhere: telecom in communications, broadcaster
in exposure and reports, hospital in crowd control and combat, government in support, armoury in arming, airport in the
alliance's airlift.

Order     after combat, before alliance
Reads     on_site (site,), force, armed (cell,), holder, contest (facility,)
Writes    holder, contest (facility,)
Source    assumption; hold times and weight carry priors
Check     tests/model/test_facilities.py: falls exactly after the hold time, whatever the tick
"""

from __future__ import annotations

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


def step(c: Context) -> None:
    """Contest every facility that has a site or that bands attack."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    stormed: set[int] = set()
    for f in fixed.contested:
        site, holder = fixed.facility_site[f], int(now.holder[f])
        around = fixed.reach_cell[fixed.reach_start[f] : fixed.reach_start[f + 1]]
        crowd = int(now.on_site[site]) if site >= 0 else 0
        armed = int(now.armed[around].sum())
        defenders = int(now.force[around].sum())
        if holder == STATE:
            storming = crowd if site not in stormed else 0
            attackers = armed + p["facilities.unarmed_weight"] * storming
            superior = attackers > max(1, defenders)
            if site >= 0:
                stormed.add(site)
            hold = fixed.facility_hold[f]
        else:
            attackers = armed + p["facilities.unarmed_weight"] * crowd
            superior = fixed.facility_regained[f] and defenders > max(0.0, p["facilities.retake_ratio"] * attackers)
            hold = p["facilities.retake_hold"]
        contest = now.contest[f] + (c.dt if superior else -c.dt)
        following.contest[f] = max(0.0, contest)
        if contest >= hold - 1e-9:
            following.contest[f] = 0.0
            following.holder[f] = CROWD if holder == STATE else STATE
            where = fixed.site_names[site] if site >= 0 else fixed.facility_names[f]
            kind = "seizure" if holder == STATE else "recapture"
            c.note(kind, fixed.facility_names[f], where, crowd + armed)
        elif holder != STATE:
            following.holder[f] = CROWD if crowd + armed > 0 else NOBODY
