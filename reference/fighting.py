"""Combat as the oracle does it: cell by cell, shot by shot; who breaks, and who is found in hiding.

The equations are those of ``contrafact.model.combat``: B armed persons, A protesters, N bystanders who are about, K
members with firearms, C members in all, in one cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import ARMED, CALM, DEAD, DETAINED, HIDING, INJURED
from reference.armed import AMBUSH
from reference.city import EPS, City
from reference.clashes import SELF_DEFENCE, dying
from reference.state import (
    Proposal,
    State,
    armed_by_cell,
    at_any_time,
    crowd_by_cell,
    firearms_by_cell,
    fit,
    force_by_cell,
    full_hour,
    hidden_by_cell,
    in_crowd,
    some,
)

CAUSES = np.array([33, 13, 4, 12, 10]) / 72  # encirclement, flight, reinforcement, no reserves, losses
HALF_HIDDEN = 50


@dataclass
class Field:
    """What is there as the tick begins, by cell, and by unit in ``members``; which cells are in contact."""

    armed: Array
    crowd: Array
    firearms: Array
    force: Array
    members: Array
    contact: list[int]


def look(city: City, s: State) -> Field:
    """Count who is where. Sides are in contact where forces meet armed persons, or snipers anybody in the street."""
    armed, crowd, force = armed_by_cell(city, s), crowd_by_cell(city, s), force_by_cell(city, s)
    contact = ((armed > 0) & (force > 0)) | ((s.levers.snipers > 0) & (force + crowd > 0))
    return Field(armed, crowd, firearms_by_cell(city, s), force, fit(city, s), np.flatnonzero(contact).tolist())


def combat(city: City, s: State, new: State, rng: np.random.Generator) -> list[Proposal]:
    """Fire, rout and surrender in every cell in contact, then sweeps."""
    field = look(city, s)
    proposals: list[Proposal] = []
    new.fighting = 0
    for c in field.contact:
        hit = shooting_at_armed(city, s, field, c, rng)
        others = shooting_at_others(city, s, field, c, rng)
        lost = {u: suffering(city, s, new, field, u, rng) for u in np.flatnonzero(s.unit_cell == c).tolist()}
        new.fighting += hit.person.size + others.person.size + sum(lost.values())
        proposals += [hit, others]
        if field.armed[c] and field.force[c]:
            proposals.append(breaking_band(city, s, new, field, c, rng))
            for u in lost:
                breaking_unit(city, s, new, field, u, rng)
    proposals += sweeping(city, s, field, rng)
    if full_hour(city, s):
        new.force_before = field.force
    return proposals


def share_aimed(city: City, s: State, c: int) -> float:
    """m = max(mu, open) against a band in the open, mu in an ambush."""
    known = float(s.intelligence[c])
    return known if s.posture[c] == AMBUSH else max(known, city.p["combat.open"])


def about(city: City, c: int) -> float:
    """N: bystanders who are about."""
    return float(city.p["combat.exposed"] * city.p["combat.area"] * city.residents[c] / city.km2[c])


def shots(city: City, s: State, field: Field, c: int) -> float:
    """What state forces hit per hour if there is a band: ``state_fire`` K, while rules allow live fire."""
    fires = s.levers.rules >= SELF_DEFENCE and field.armed[c] > 0
    return float(city.p["combat.state_fire"] * field.firearms[c] * fires)


def hit(city: City, s: State, who: Array, c: int, rng: np.random.Generator) -> Proposal:
    """Who is hit dies or is wounded, at any time of the tick."""
    dies = rng.random(who.size) < dying(city, s, c, city.p["combat.wounded_per_killed"])
    return at_any_time(city, who, np.where(dies, DEAD, INJURED), c, rng)


def on_armed(city: City, s: State, field: Field, c: int) -> float:
    """Armed persons hit per hour: ``state_fire`` K (m + (1 - m) B / P)."""
    m, everybody = share_aimed(city, s, c), field.armed[c] + field.crowd[c] + about(city, c)
    return shots(city, s, field, c) * (m + (1 - m) * field.armed[c] / everybody) if field.armed[c] else 0.0


def by_snipers(city: City, s: State, field: Field, c: int) -> float:
    """Hits by snipers per hour on each of the members and protesters in the cell."""
    return float(city.p["combat.sniper_fire"] * s.levers.snipers[c] / (field.force[c] + field.crowd[c]))


def on_members(city: City, s: State, field: Field, c: int) -> float:
    """Hits per hour on each member of the forces in the cell: by armed persons, more in an ambush, and by snipers."""
    factor = city.p["combat.ambush"] if s.posture[c] == AMBUSH else 1
    by_band = city.p["combat.armed_fire"] * field.armed[c] * factor / field.force[c]
    return float(by_band + by_snipers(city, s, field, c))


def shooting_at_armed(city: City, s: State, field: Field, c: int, rng: np.random.Generator) -> Proposal:
    """Armed persons hit in the tick."""
    band = np.flatnonzero((s.status == ARMED) & (s.cell == c))
    return hit(city, s, some(band, rng.poisson(on_armed(city, s, field, c) * city.dt), rng), c, rng)


def shooting_at_others(city: City, s: State, field: Field, c: int, rng: np.random.Generator) -> Proposal:
    """Protesters and bystanders hit: ``state_fire`` K (1 - m) (P - B) / P; and protesters hit by snipers."""
    unarmed = field.crowd[c] + about(city, c)
    everybody = field.armed[c] + unarmed
    share = (1 - share_aimed(city, s, c)) * unarmed / everybody if everybody > 0 else 0
    stray = rng.poisson(shots(city, s, field, c) * share * city.dt)
    on_protesters = rng.binomial(stray, field.crowd[c] / unarmed) if unarmed > 0 else 0
    sniped = rng.poisson(by_snipers(city, s, field, c) * field.crowd[c] * city.dt)
    protesters = some(np.flatnonzero(in_crowd(s) & (s.cell == c)), on_protesters + sniped, rng)
    residents = np.flatnonzero(city.home == c)
    met = rng.choice(residents, stray - on_protesters) if residents.size else residents
    return hit(city, s, np.concatenate([protesters, met[s.status[met] == CALM]]), c, rng)


def suffering(city: City, s: State, new: State, field: Field, u: int, rng: np.random.Generator) -> int:
    """Members of a unit hit in the tick; they die of it as others do."""
    members, c = int(field.members[u]), int(s.unit_cell[u])
    if members == 0:
        return 0
    hits = min(members, rng.poisson(on_members(city, s, field, c) * members * city.dt))
    killed = rng.binomial(hits, dying(city, s, c, city.p["combat.wounded_per_killed"]))
    new.unit_killed[u] += killed
    new.unit_shot[u] += hits - killed
    return int(hits)


def breaks(city: City, causes: list[float], rng: np.random.Generator) -> bool:
    """Whether a side breaks in the tick, at rate ``rout`` / (1 + exp(-steepness (z - 1/2)))."""
    z = float(CAUSES @ causes)
    rate = city.p["combat.rout"] / (1 + math.exp(-city.p["combat.steepness"] * (z - 0.5)))
    return rng.random() < 1 - math.exp(-rate * city.dt)


def unbearable(city: City, expected: float) -> float:
    """Hits expected per head and hour as a share of what is borne, 1 at most."""
    return min(1.0, expected / city.p["combat.bearable"])


def breaking_band(city: City, s: State, new: State, field: Field, c: int,
                  rng: np.random.Generator) -> Proposal:  # fmt: skip
    """A band that breaks hides, all at one time; where it is encircled some surrender."""
    adjoining = city.neighbours[c]
    encircled = not s.reach_exit[c]
    causes = [
        float(encircled),
        float(np.mean(s.hour - s.fled[adjoining] < 1)) if adjoining.size else 0.0,
        max(0, field.force[c] - s.force_before[c]) / field.force[c],
        float(field.armed[adjoining].sum() == 0),
        unbearable(city, on_armed(city, s, field, c) / field.armed[c]),
    ]
    band = np.flatnonzero((s.status == ARMED) & (s.cell == c))
    if not breaks(city, causes, rng):
        return at_any_time(city, band[:0], band[:0], c, rng)
    time = city.dt * rng.random()
    new.fled[c] = s.hour + time
    surrenders = encircled & (rng.random(band.size) < city.p["combat.surrender"])
    becomes = np.where(surrenders, DETAINED, HIDING)
    return Proposal(band, becomes, np.full(band.size, time), np.full(band.size, c))


def breaking_unit(city: City, s: State, new: State, field: Field, u: int, rng: np.random.Generator) -> None:
    """A unit that breaks is out of action for ``recovery``."""
    if field.members[u] == 0:
        return
    c = int(s.unit_cell[u])
    adjoining = city.neighbours[c]
    others = (s.unit_goal == s.unit_goal[u]) & (s.unit_cell >= 0) & (np.arange(s.unit_cell.size) != u)
    broke = s.unit_routed - city.p["combat.recovery"]
    overrun = s.unit_recovers - city.p["crowd_control.recovery"]
    fled = np.maximum(broke, overrun) > s.hour - 1 + EPS
    causes = [
        float(np.mean(field.armed[adjoining] > field.force[adjoining])) if adjoining.size else 0.0,
        float(np.mean(fled[others])) if others.any() else 0.0,
        min(1.0, field.armed[c] / (4 * field.force[c])),
        float(field.force[adjoining].sum() == 0),
        unbearable(city, on_members(city, s, field, c)),
    ]
    if breaks(city, causes, rng):
        new.unit_routed[u] = new.hour + city.p["combat.recovery"]


def sweeping(city: City, s: State, field: Field, rng: np.random.Generator) -> list[Proposal]:
    """Persons in hiding detained: ``sweep`` mu H / (H + 50) per member in the cell and hour, H of them per km2."""
    hidden = hidden_by_cell(city, s)
    density = hidden / city.km2
    rate = city.p["combat.sweep"] * field.force * s.intelligence * density / (density + HALF_HIDDEN)
    proposals = []
    for c in np.flatnonzero((hidden > 0) & (field.force > 0)).tolist():
        there = np.flatnonzero((s.status == HIDING) & (s.cell == c))
        found = some(there, rng.poisson(rate[c] * city.dt), rng)
        proposals.append(at_any_time(city, found, np.full(found.size, DETAINED), c, rng))
    return proposals
