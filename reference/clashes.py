"""Crowd control as the oracle does it: cell by cell, unit by unit, with ordinary draws of victims.

The equations are those of ``contrafact.model.crowd_control``: A protesters, C state forces fit for duty, K of them with
firearms, all in one cell. Contingents, without a mandate to clear, do not fire at crowds.
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import CALM, DEAD, DETAINED, INJURED
from reference.city import RIOT_CONTROL, City
from reference.state import (
    Proposal,
    State,
    at_any_time,
    crowd_by_cell,
    fit,
    force_by_cell,
    in_crowd,
    share_lost,
    some,
)

SELF_DEFENCE = 2


def crowd_control(city: City, s: State, new: State, rng: np.random.Generator) -> list[Proposal]:
    """Arrests and harm in every cell with protesters and forces; losses, overruns and bookings of every unit."""
    members = fit(city, s)
    free = free_teams(city, s)
    new.unit_busy -= rng.binomial(s.unit_busy, 1 - math.exp(-city.dt / city.p["crowd_control.booking"]))
    clashes = np.flatnonzero((crowd_by_cell(city, s) > 0) & (force_by_cell(city, s) > 0))
    protesters = np.flatnonzero(in_crowd(s))
    proposals: list[Proposal] = []
    new.violence = 0
    for c in clashes.tolist():
        here = protesters[s.cell[protesters] == c]
        units = np.flatnonzero((s.unit_cell == c) & (members > 0))
        may_fire = units[city.firearms[units] & ~city.contingent[units]]
        force, armed = int(members[units].sum()), int(members[may_fire].sum())
        arrests = arresting(city, here, force, int(free[units].sum()), c, rng)
        left = arrests.person.size
        for u in units.tolist():
            taken = min(left, free[u])
            time_left = city.dt * rng.random(taken)
            new.unit_busy[u] += np.count_nonzero(rng.exponential(city.p["crowd_control.booking"], taken) >= time_left)
            left -= taken
            new.violence += suffering(city, new, u, int(members[u]), here.size, force, rng)
        harm = [
            brawling(city, here, force, c, rng),
            projectiles(city, s, here, force, c, rng),
            shooting(city, s, here, force, armed, c, rng),
        ]
        new.violence += here.size if any(proposal.person.size for proposal in harm) else 0
        proposals += [arrests, *harm]
    return proposals


def free_teams(city: City, s: State) -> Array:
    """Arrest teams of each unit that are not booking somebody, (unit,)."""
    members = fit(city, s)
    teams = (members / city.p["crowd_control.team"] + s.unit_odd).astype(int)
    return np.where(members > 0, np.maximum(0, teams - s.unit_busy), 0)


def arresting(city: City, here: Array, force: int, free: int, cell: int, rng: np.random.Generator) -> Proposal:
    """Each free team arrests at rate ``arrest`` A / (A + C), one person at most."""
    rate = city.p["crowd_control.arrest"] * here.size / (here.size + force)
    taken = some(here, min(free, rng.poisson(rate * free * city.dt)), rng)
    return at_any_time(city, taken, np.full(taken.size, DETAINED), cell, rng)


def brawling(city: City, here: Array, force: int, cell: int, rng: np.random.Generator) -> Proposal:
    """Protesters injured hand to hand: ``melee_crowd`` C / (A + C) per contact and hour."""
    contacts = min(here.size, force)
    rate = city.p["crowd_control.melee_crowd"] * contacts * force / (here.size + force)
    victims = some(here, rng.poisson(rate * city.dt), rng)
    return at_any_time(city, victims, np.full(victims.size, INJURED), cell, rng)


def projectiles(city: City, s: State, here: Array, force: int, cell: int, rng: np.random.Generator) -> Proposal:
    """Protesters hit by kinetic projectiles: ``kinetic`` per member and hour, times A / (A + C)."""
    rate = city.p["crowd_control.kinetic"] * force * here.size / (here.size + force)
    victims = some(here, rng.poisson(rate * city.dt) if s.levers.rules >= RIOT_CONTROL else 0, rng)
    dies = rng.random(victims.size) < city.p["crowd_control.kinetic_lethality"]
    return at_any_time(city, victims, np.where(dies, DEAD, INJURED), cell, rng)


def shooting(city: City, s: State, here: Array, force: int, armed: int, cell: int,
             rng: np.random.Generator) -> Proposal:  # fmt: skip
    """Fire at ``gathering`` or more: in self-defence where h > 1, without warning always; hits may go astray."""
    outnumbered = here.size / (city.p["crowd_control.overrun_ratio"] * force) > 1
    fires = s.levers.rules > SELF_DEFENCE or (s.levers.rules == SELF_DEFENCE and outnumbered)
    if armed == 0 or here.size < city.p["crowd_control.gathering"] or not fires:
        return at_any_time(city, here[:0], here[:0], cell, rng)
    p = city.of("crowd_control")
    killed = p["lethality"] * armed * here.size / (here.size + armed + p["in_sight"])
    hits = min(here.size, rng.poisson(killed * (1 + p["wounded_per_killed"]) * city.dt))
    astray = rng.binomial(hits, p["stray"])
    residents = np.flatnonzero(city.home == cell)
    met = rng.choice(residents, astray) if residents.size else residents
    victims = np.concatenate([some(here, hits - astray, rng), met[s.status[met] == CALM]])
    dies = rng.random(victims.size) < dying(city, s, cell, p["wounded_per_killed"])
    return at_any_time(city, victims, np.where(dies, DEAD, INJURED), cell, rng)


def dying(city: City, s: State, cell: int, wounded_per_killed: float) -> float:
    """Share of hits that kill: so many wounded live for each who dies, while care is at hand; fewer where it is not."""
    at_hand = city.p["crowd_control.of_wounds"]
    at_once = max(0, (1 / (1 + wounded_per_killed) - at_hand) / (1 - at_hand))
    delays = 1 - s.network[cell] + s.levers.curfew + share_lost(city, s, "hospital")
    of_wounds = min(1, at_hand * (1 + city.p["crowd_control.delay"] * delays))
    return float(at_once + (1 - at_once) * of_wounds)


def suffering(city: City, new: State, u: int, members: int, crowd: int, force: int, rng: np.random.Generator) -> int:
    """Members of a unit hurt hand to hand: ``melee_forces`` A / (A + C) per contact; and whether it is overrun."""
    p = city.p
    contacts = min(crowd, force) * members / force
    hurt = min(members, rng.poisson(p["crowd_control.melee_forces"] * contacts * crowd / (crowd + force) * city.dt))
    dead = rng.binomial(hurt, p["crowd_control.melee_lethality"])
    new.unit_dead[u] += dead
    new.unit_injured[u] += hurt - dead
    h4 = (crowd / (p["crowd_control.overrun_ratio"] * force)) ** 4
    if rng.random() < 1 - math.exp(-p["crowd_control.overrun"] * h4 / (1 + h4) * city.dt):
        new.unit_recovers[u] = new.hour + p["crowd_control.recovery"]
    return int(hurt)
