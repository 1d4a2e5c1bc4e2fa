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
from reference.city import City
from reference.clashes import SELF_DEFENCE, dying_of_wounds
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
    out_of_action,
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
    """Count who is where. Sides are in contact where forces meet armed persons or snipers."""
    armed, force = armed_by_cell(city, s), force_by_cell(city, s)
    contact = np.flatnonzero(((armed > 0) | (s.levers.snipers > 0)) & (force > 0))
    return Field(armed, crowd_by_cell(city, s), firearms_by_cell(city, s), force, fit(city, s), contact.tolist())


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
        if field.armed[c]:
            proposals.append(breaking_band(city, s, new, field, c, hit.person.size, rng))
            for u, losses in lost.items():
                breaking_unit(city, s, new, field, u, losses, rng)
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
    return float(city.p["combat.exposed"] * city.p["combat.area"] * city.density[c])


def shots(city: City, s: State, field: Field, c: int) -> float:
    """What state forces would hit in the tick: ``state_fire`` K, while rules allow live fire."""
    return float(city.p["combat.state_fire"] * field.firearms[c] * city.dt * (s.levers.rules >= SELF_DEFENCE))


def hit(city: City, s: State, who: Array, c: int, rng: np.random.Generator) -> Proposal:
    """Of those hit one in 1 + ``wounded_per_killed`` is killed, and of the others some die of their wounds."""
    killed = rng.random(who.size) < 1 / (1 + city.p["combat.wounded_per_killed"])
    of_wounds = rng.random(who.size) < dying_of_wounds(city, s, c)
    return at_any_time(city, who, np.where(killed | of_wounds, DEAD, INJURED), c, rng)


def shooting_at_armed(city: City, s: State, field: Field, c: int, rng: np.random.Generator) -> Proposal:
    """Armed persons hit: ``state_fire`` K (m + (1 - m) B / P)."""
    everybody = field.armed[c] + field.crowd[c] + about(city, c)
    m = share_aimed(city, s, c)
    share = m + (1 - m) * field.armed[c] / everybody if everybody > 0 else 0
    band = np.flatnonzero((s.status == ARMED) & (s.cell == c))
    return hit(city, s, some(band, rng.poisson(shots(city, s, field, c) * share), rng), c, rng)


def shooting_at_others(city: City, s: State, field: Field, c: int, rng: np.random.Generator) -> Proposal:
    """Protesters and bystanders hit: ``state_fire`` K (1 - m) (P - B) / P; and protesters hit by snipers."""
    unarmed = field.crowd[c] + about(city, c)
    everybody = field.armed[c] + unarmed
    share = (1 - share_aimed(city, s, c)) * unarmed / everybody if everybody > 0 else 0
    stray = rng.poisson(shots(city, s, field, c) * share)
    on_protesters = rng.binomial(stray, field.crowd[c] / unarmed) if unarmed > 0 else 0
    by_snipers = rng.poisson(0.5 * city.p["combat.sniper_fire"] * s.levers.snipers[c] * city.dt)
    protesters = some(np.flatnonzero(in_crowd(s) & (s.cell == c)), on_protesters + by_snipers, rng)
    residents = np.flatnonzero(city.home == c)
    met = rng.choice(residents, stray - on_protesters) if residents.size else residents
    return hit(city, s, np.concatenate([protesters, met[s.status[met] == CALM]]), c, rng)


def suffering(city: City, s: State, new: State, field: Field, u: int, rng: np.random.Generator) -> int:
    """Members of a unit hit: its share of ``armed_fire`` B per hour, more in an ambush, and of snipers' fire."""
    members, c, p = int(field.members[u]), s.unit_cell[u], city.of("combat")
    if members == 0:
        return 0
    by_band = p["armed_fire"] * field.armed[c] * (p["ambush"] if s.posture[c] == AMBUSH else 1)
    rate = by_band + 0.5 * p["sniper_fire"] * s.levers.snipers[c]
    hits = min(members, rng.poisson(rate * members / field.force[c] * city.dt))
    killed = rng.binomial(hits, 1 / (1 + p["wounded_per_killed"]))
    new.unit_killed[u] += killed
    new.unit_shot[u] += hits - killed
    return int(hits)


def breaks(city: City, causes: list[float], rng: np.random.Generator) -> bool:
    """Whether a side breaks in the tick, at rate ``rout`` / (1 + exp(-steepness (z - 1/2)))."""
    z = float(CAUSES @ causes)
    rate = city.p["combat.rout"] / (1 + math.exp(-city.p["combat.steepness"] * (z - 0.5)))
    return rng.random() < 1 - math.exp(-rate * city.dt)


def unbearable(city: City, lost: int, members: int) -> float:
    """Losses of a tick as a share of what is borne in it, 1 at most."""
    return min(1.0, lost / (city.p["combat.bearable"] * members * city.dt))


def breaking_band(city: City, s: State, new: State, field: Field, c: int, lost: int,
                  rng: np.random.Generator) -> Proposal:  # fmt: skip
    """A band that breaks hides, all at one time; where it is encircled some surrender."""
    adjoining = city.neighbours[c]
    encircled = not s.reach_exit[c]
    causes = [
        float(encircled),
        float(np.mean(s.hour - s.fled[adjoining] < 1)) if adjoining.size else 0.0,
        max(0, field.force[c] - s.force_before[c]) / field.force[c],
        float(field.armed[adjoining].sum() == 0),
        unbearable(city, lost, int(field.armed[c])),
    ]
    band = np.flatnonzero((s.status == ARMED) & (s.cell == c))
    if not breaks(city, causes, rng):
        return at_any_time(city, band[:0], band[:0], c, rng)
    time = city.dt * rng.random()
    new.fled[c] = s.hour + time
    surrenders = encircled & (rng.random(band.size) < city.p["combat.surrender"])
    becomes = np.where(surrenders, DETAINED, HIDING)
    return Proposal(band, becomes, np.full(band.size, time), np.full(band.size, c))


def breaking_unit(city: City, s: State, new: State, field: Field, u: int, lost: int, rng: np.random.Generator) -> None:
    """A unit that breaks is out of action for ``recovery``."""
    members, c = int(field.members[u]), s.unit_cell[u]
    if members == 0:
        return
    adjoining = city.neighbours[c]
    others = (s.unit_cell == c) & (np.arange(s.unit_cell.size) != u)
    causes = [
        float(np.mean(field.armed[adjoining] > field.force[adjoining])) if adjoining.size else 0.0,
        float(np.mean(out_of_action(s)[others])) if others.any() else 0.0,
        min(1.0, field.armed[c] / (4 * field.force[c])),
        float(field.force[adjoining].sum() == 0),
        unbearable(city, lost, members),
    ]
    if breaks(city, causes, rng):
        new.unit_routed[u] = new.hour + city.p["combat.recovery"]


def sweeping(city: City, s: State, field: Field, rng: np.random.Generator) -> list[Proposal]:
    """Persons in hiding detained: ``sweep`` mu H / (H + 50) per member of the forces in the cell and hour."""
    hidden = hidden_by_cell(city, s)
    rate = city.p["combat.sweep"] * field.force * s.intelligence * hidden / (hidden + HALF_HIDDEN)
    proposals = []
    for c in np.flatnonzero((hidden > 0) & (field.force > 0)).tolist():
        there = np.flatnonzero((s.status == HIDING) & (s.cell == c))
        found = some(there, rng.poisson(rate[c] * city.dt), rng)
        proposals.append(at_any_time(city, found, np.full(found.size, DETAINED), c, rng))
    return proposals
