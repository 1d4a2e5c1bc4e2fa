"""Combat: fire between state forces and armed persons, who is hit besides, rout, surrender, and sweeps.

In every cell with B armed persons and C members fit for duty, K of them with firearms:

    hits by state forces    while rules allow live fire, state_fire K per hour, of which the share m is aimed and finds
                            an armed person, and the rest hits one of those about: P = B + A + exposed N armed persons,
                            protesters and bystanders
        armed persons       state_fire K (m + (1 - m) B / P)                          (Kress and Szechtman)
        unarmed persons     state_fire K (1 - m) (P - B) / P
    hits by armed persons   armed_fire B per hour on members of the cell, ``ambush`` times as many in an ambush

    m = max(mu_c, open) in the open: aimed fire, the square law; m = mu_c in an ambush: fire at an area, Deitchman's
    guerrilla law with b = state_fire / P. N are the residents of ``area`` at the cell's density: a band and the crowd
    around it are taken to be at one spot, so that P does not depend on the size of the cells.

One hit kills with probability 1 / (1 + wounded per killed), and a wounded person dies as in crowd control. Snipers, a
variant, hit ``sniper_fire`` persons per hour each, members or protesters by their numbers, and are not hit.

A side in contact breaks at the rate ``rout`` / (1 + exp(-steepness (z - 1/2))), z a mean of five causes, each between 0
and 1, with these weights (McQuie: losses alone do not break a force):

        of 72   a band                                          a unit
    33          no way out (see bands)                          share of adjoining cells that armed persons hold
    13          share of adjoining cells where a band broke     share of the units with the same goal that broke or were
                within the hour                                 overrun within the hour
    4           share of C that came since the full hour        B / (4 C)
    12          no armed persons in adjoining cells             no forces in adjoining cells
    10          hits expected per head and hour / ``bearable``  the same

A band that breaks goes into hiding; where it is encircled each member surrenders with probability ``surrender`` and is
detained. A unit that breaks goes to its fallback for ``recovery``. Sweeps detain persons in hiding at a rate of
``sweep`` mu_c H / (H + 50) per member of the forces in the cell, H persons in hiding per km2 of it.

Order     after crowd control, before facilities
Reads     armed, crowd, force, armed_force, intelligence, posture, reach_exit, snipers, network (cell,); rules;
          unit_fit, unit_cell, unit_goal, unit_recovers (unit,); slots
Writes    proposals; unit_shot, unit_killed, unit_routed (unit,); fled, force_before (cell,); fighting ()
Source    Lanchester 1916; Deitchman 1962, doi:10.1287/opre.10.6.818; Kress and Szechtman 2009,
          doi:10.1287/opre.1080.0617; McQuie 1987 on what breaks a force; wounded per killed: Coupland and Meddings
          1999, doi:10.1136/bmj.319.7207.407
Check     tests/model/test_combat.py, tests/model/test_rout.py; verification/combat.py: square law, Deitchman's parity,
          equilibrium of Kress and Szechtman
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.kernels import Array, inline, kernel
from contrafact.model.context import Context
from contrafact.model.state import CALM, DEAD, DETAINED, HIDING, INJURED
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform
from contrafact.rng import decision, poisson, smallest, uniforms

PARAMETERS = (
    Parameter("combat.state_fire", "1/h", 0.02, ASSUMPTION, "hits per member with a firearm and hour of contact",
              loguniform(0.005, 0.08)),
    Parameter("combat.armed_fire", "1/h", 0.02, ASSUMPTION, "hits per armed person and hour of contact",
              loguniform(0.005, 0.08)),
    Parameter("combat.ambush", "dimensionless", 2.0, ASSUMPTION, "factor of an ambush on hits by armed persons",
              uniform(1.0, 3.0)),
    Parameter("combat.open", "dimensionless", 0.8, ASSUMPTION, "share of fire that is aimed at a band in the open",
              uniform(0.6, 1.0), high=1.0),
    Parameter("combat.exposed", "dimensionless", 0.01, ASSUMPTION,
              "share of residents who are about and may be hit by fire that is not aimed", loguniform(0.003, 0.03),
              high=1.0),
    Parameter("combat.area", "km^2", 0.5, ASSUMPTION, "area over which such fire goes", loguniform(0.2, 1.0), low=1e-3),
    Parameter("combat.wounded_per_killed", "dimensionless", 4.0, "coupland1999", "wounded for each killed",
              loguniform(2.0, 13.0)),
    Parameter("combat.sniper_fire", "1/h", 0.5, ASSUMPTION, "hits per sniper and hour", loguniform(0.2, 1.0)),
    Parameter("combat.rout", "1/h", 1.0, ASSUMPTION, "rate at which a side breaks when every cause is there",
              loguniform(0.3, 3.0)),
    Parameter("combat.steepness", "dimensionless", 8.0, ASSUMPTION, "how sharply that rate rises with the causes",
              uniform(4.0, 12.0)),
    Parameter("combat.bearable", "1/h", 0.2, ASSUMPTION, "losses per head and hour that are a full cause of breaking",
              uniform(0.1, 0.4), low=1e-3, high=1.0),
    Parameter("combat.surrender", "dimensionless", 0.5, ASSUMPTION, "share of an encircled band that surrenders",
              uniform(0.2, 0.8), high=1.0),
    Parameter("combat.recovery", "h", 6.0, ASSUMPTION, "time that a unit that broke is out of action",
              uniform(3.0, 12.0)),
    Parameter("combat.sweep", "1/h", 0.002, ASSUMPTION, "persons in hiding detained per member and hour at mu = 1",
              loguniform(0.0005, 0.008)),
)  # fmt: skip

LIVE_FIRE = 2  # rules of engagement from which on
MOST = 4096
WEIGHTS = np.array([33.0, 13.0, 4.0, 12.0, 10.0]) / 72.0
HALF_HIDDEN = 50.0  # persons in hiding per km2 at which a member finds half as many as at most

FIRE = decision("combat.fire")
VICTIM = decision("combat.victim")
UNARMED = decision("combat.unarmed")
MET = decision("combat.met")
AT_HOME = decision("combat.at_home")
BYSTANDER = decision("combat.bystander")
MEMBER = decision("combat.member")
ROUT = decision("combat.rout")
UNIT_ROUT = decision("combat.rout.unit")
SURRENDER = decision("combat.surrender")
SWEEP = decision("combat.sweep")
SWEPT = decision("combat.swept")


@inline
def hit_rates(b: float, a: float, k: float, n: float, m: float, state_fire: float) -> tuple[float, float]:
    """Hits by state forces per hour on armed and on unarmed persons; n residents are about, m is the aimed share."""
    if b <= 0:
        return 0.0, 0.0
    about = b + a + n
    shots = state_fire * k
    return shots * (m + (1.0 - m) * b / about), shots * (1.0 - m) * (a + n) / about


@inline
def snipers_hit(snipers: int, sniper_fire: float, force: int, crowd: int) -> float:
    """Hits by snipers per hour on each of those whom they aim at: all members and protesters of the cell alike."""
    return sniper_fire * snipers / max(1, force + crowd)


@inline
def members_hit(armed: int, posture: int, armed_fire: float, ambush: float, by_snipers: float, force: int) -> float:
    """Hits per hour on each member of forces of so many in the cell."""
    return armed_fire * armed * (ambush if posture == 1 else 1.0) / force + by_snipers


@inline
def rout_rate(z: float, rout: float, steepness: float) -> float:
    """Rate at which a side breaks, per hour, from the mean of causes z."""
    return rout / (1.0 + math.exp(-steepness * (z - 0.5)))


@inline
def propose_hit(key: Array, word: int, tick: int, dt: float, c: int, slot: int, victim: int, dies: float,
                person: Array, new: Array, time: Array, where: Array, payload: Array, n: int) -> int:  # fmt: skip
    """One hit: dead or wounded at a time within the tick."""
    u_time, u_death = uniforms(key, word, tick, victim, 1)
    person[n], time[n], where[n], payload[n] = victim, dt * u_time, c, slot
    new[n] = DEAD if u_death < dies else INJURED
    return n + 1


@kernel
def in_contact(armed: Array, force: Array, crowd: Array, snipers: Array) -> Array:
    """Cells where bands meet forces, or snipers anybody, (contact,) int64, from persons by cell."""
    cells, n = np.empty(armed.size, np.int64), 0
    for c in range(armed.size):
        if (armed[c] > 0 and force[c] > 0) or (snipers[c] > 0 and (force[c] > 0 or crowd[c] > 0)):
            cells[n] = c
            n += 1
    return cells[:n]


@kernel
def shoot(key: Array, tick: int, dt: float, cells: Array, armed: Array, crowd: Array, force: Array,
          armed_force: Array, posture: Array, intelligence: Array, seen_open: float, area: float, density: Array,
          snipers: Array, state_fire: float, sniper_fire: float, dying: Array, armed_start: Array,
          armed_slots: Array, cell_start: Array, cell_slots: Array, slot_person: Array, first_resident: Array,
          status: Array, hits: Array, expected: Array, harmed: Array, person: Array, new: Array, time: Array,
          where: Array, payload: Array, n: int) -> int:  # fmt: skip
    """Propose hits on armed persons, protesters and bystanders in these cells; returns the number of proposals.

    intelligence, density and dying (cell,): share of armed persons whose place is known, residents per km2, share of
    hits that are deaths; seen_open is the least share of aimed fire at a band in the open, area the km2 whose residents
    are about. hits (cell,) is left with those on armed persons, harmed (cell,) with those on others, and expected, by
    place in cells, with hits per armed person and hour.
    """
    chosen, hashes = np.empty(MOST, np.int32), np.empty(MOST, np.uint64)
    for j in range(cells.size):
        c = cells[j]
        b, a, about = armed[c], crowd[c], area * density[c]
        aimed = max(intelligence[c], seen_open) if posture[c] == 0 else intelligence[c]
        on_armed, on_others = hit_rates(b, a, armed_force[c], about, aimed, state_fire)
        expected[j] = on_armed / max(1, b)
        u_armed, u_others = uniforms(key, FIRE, tick, c, 0)
        wanted = min(b, MOST, poisson(on_armed * dt, u_armed))
        hits[c] = smallest(key, VICTIM, tick, armed_slots, armed_start[c], armed_start[c + 1], slot_person, chosen,
                           hashes, wanted)  # fmt: skip
        for i in range(hits[c]):
            n = propose_hit(key, VICTIM, tick, dt, c, chosen[i], slot_person[chosen[i]], dying[c], person, new, time,
                            where, payload, n)  # fmt: skip
        others = min(MOST, poisson(on_others * dt, u_others))
        protesters = 0
        for i in range(others):
            protesters += uniforms(key, MET, tick, c, i)[0] * (a + about) < a
        by_snipers = poisson(snipers_hit(snipers[c], sniper_fire, force[c], a) * a * dt,
                             uniforms(key, FIRE, tick, c, 1)[0])  # fmt: skip
        found = smallest(key, UNARMED, tick, cell_slots, cell_start[c], cell_start[c + 1], slot_person, chosen, hashes,
                         min(a, MOST, protesters + by_snipers))  # fmt: skip
        harmed[c] = found
        for i in range(found):
            n = propose_hit(key, UNARMED, tick, dt, c, chosen[i], slot_person[chosen[i]], dying[c], person, new, time,
                            where, payload, n)  # fmt: skip
        at_home = first_resident[c + 1] - first_resident[c]
        for i in range(others - protesters if at_home > 0 else 0):
            victim = first_resident[c] + min(at_home - 1, int(at_home * uniforms(key, AT_HOME, tick, c, i)[0]))
            if status[victim] == CALM:
                harmed[c] += 1
                n = propose_hit(key, BYSTANDER, tick, dt, c, -1, victim, dying[c], person, new, time, where, payload,
                                n)  # fmt: skip
    return n


@kernel
def suffer(key: Array, tick: int, dt: float, armed: Array, crowd: Array, force: Array, posture: Array, snipers: Array,
           armed_fire: float, ambush: float, sniper_fire: float, dying: Array, cell: Array, fit: Array, shot: Array,
           dead: Array, new_shot: Array, new_dead: Array) -> int:  # fmt: skip
    """Members of each unit, (unit,), hit by armed persons and snipers of its cell; returns how many were hit."""
    total = 0
    for u in range(cell.size):
        new_shot[u], new_dead[u] = shot[u], dead[u]
        if fit[u] == 0:
            continue
        c = cell[u]
        if armed[c] == 0 and snipers[c] == 0:
            continue
        by_snipers = snipers_hit(snipers[c], sniper_fire, force[c], crowd[c])
        rate = members_hit(armed[c], posture[c], armed_fire, ambush, by_snipers, force[c])
        hits = min(fit[u], poisson(rate * fit[u] * dt, uniforms(key, MEMBER, tick, u, 0)[0]))
        for i in range(hits):
            if uniforms(key, MEMBER, tick, u, i + 1)[0] < dying[c]:
                new_dead[u] += 1
            else:
                new_shot[u] += 1
        total += hits
    return total


@kernel
def break_bands(key: Array, tick: int, hour: float, dt: float, cells: Array, armed: Array, force: Array,
                force_before: Array, reach: Array, expected: Array, start: Array, neighbour: Array, weights: Array,
                rout: float, steepness: float, bearable: float, surrender: float, armed_start: Array,
                armed_slots: Array, slot_person: Array, fled: Array, new_fled: Array, person: Array, new: Array,
                time: Array, where: Array, payload: Array, n: int) -> int:  # fmt: skip
    """Propose that the members of bands that break hide or surrender; returns the number of proposals."""
    for j in range(cells.size):
        c = cells[j]
        if armed[c] == 0 or force[c] == 0:
            continue
        neighbours, fleeing, reserves = start[c + 1] - start[c], 0, 0
        for i in range(start[c], start[c + 1]):
            fleeing += hour - fled[neighbour[i]] < 1.0
            reserves += armed[neighbour[i]]
        z = weights[0] * (0.0 if reach[c] else 1.0) + weights[1] * fleeing / max(1, neighbours)
        z += weights[2] * min(1.0, max(0, force[c] - force_before[c]) / force[c])
        z += weights[3] * (1.0 if reserves == 0 else 0.0)
        z += weights[4] * min(1.0, expected[j] / bearable)
        u_rout, u_when = uniforms(key, ROUT, tick, c, 0)
        if u_rout >= 1.0 - math.exp(-rout_rate(z, rout, steepness) * dt):
            continue
        new_fled[c] = hour + u_when * dt
        for i in range(armed_start[c], armed_start[c + 1]):
            slot = armed_slots[i]
            gives_in = not reach[c] and uniforms(key, SURRENDER, tick, slot_person[slot], 0)[0] < surrender
            person[n], time[n], where[n], payload[n] = slot_person[slot], dt * u_when, c, slot
            new[n] = DETAINED if gives_in else HIDING
            n += 1
    return n


@kernel
def break_units(key: Array, tick: int, hour: float, dt: float, armed: Array, crowd: Array, force: Array,
                posture: Array, snipers: Array, armed_fire: float, ambush: float, sniper_fire: float, weights: Array,
                rout: float, steepness: float, bearable: float, recovery: float, overrun: float, start: Array,
                neighbour: Array, cell: Array, goal: Array, fit: Array, recovers: Array, routed: Array,
                new_routed: Array) -> None:  # fmt: skip
    """Units, (unit,), that break under fire of armed persons go to their fallback for ``recovery`` hours.

    ``overrun`` is the time for which a unit that was overrun is out of action.
    """
    for u in range(cell.size):
        new_routed[u] = routed[u]
        c = cell[u]
        if fit[u] == 0 or armed[c] == 0:
            continue
        neighbours, held, reserves = start[c + 1] - start[c], 0, 0
        for i in range(start[c], start[c + 1]):
            held += armed[neighbour[i]] > force[neighbour[i]]
            reserves += force[neighbour[i]]
        fleeing, others = 0, 0
        for v in range(cell.size):
            if v != u and cell[v] >= 0 and goal[v] == goal[u]:
                others += 1
                fleeing += routed[v] > hour - 1.0 + recovery or recovers[v] > hour - 1.0 + overrun
        by_snipers = snipers_hit(snipers[c], sniper_fire, force[c], crowd[c])
        expected = members_hit(armed[c], posture[c], armed_fire, ambush, by_snipers, force[c])
        z = weights[0] * held / max(1, neighbours) + weights[1] * fleeing / max(1, others)
        z += weights[2] * min(1.0, armed[c] / (4.0 * force[c])) + weights[3] * (1.0 if reserves == 0 else 0.0)
        z += weights[4] * min(1.0, expected / bearable)
        if uniforms(key, UNIT_ROUT, tick, u, 0)[0] < 1.0 - math.exp(-rout_rate(z, rout, steepness) * dt):
            new_routed[u] = hour + dt + recovery - 1e-9  # else rounding may add a tick


@kernel
def sweep(key: Array, tick: int, dt: float, rate: float, hidden: Array, force: Array, intelligence: Array,
          km2: Array, hidden_start: Array, hidden_slots: Array, slot_person: Array, person: Array, new: Array,
          time: Array, where: Array, payload: Array, n: int) -> int:  # fmt: skip
    """Propose that persons in hiding are detained; returns the number of proposals."""
    chosen, hashes = np.empty(MOST, np.int32), np.empty(MOST, np.uint64)
    for c in range(hidden.size):
        if hidden[c] == 0 or force[c] == 0:
            continue
        mean = rate * force[c] * intelligence[c] * hidden[c] / (hidden[c] + HALF_HIDDEN * km2[c]) * dt
        wanted = min(hidden[c], MOST, poisson(mean, uniforms(key, SWEEP, tick, c, 0)[0]))
        found = smallest(key, SWEPT, tick, hidden_slots, hidden_start[c], hidden_start[c + 1], slot_person, chosen,
                         hashes, wanted)  # fmt: skip
        for i in range(found):
            person[n], new[n], where[n], payload[n] = slot_person[chosen[i]], DETAINED, c, chosen[i]
            time[n] = dt * uniforms(key, SWEPT, tick, person[n], 1)[0]
            n += 1
    return n


def exchange(c: Context, contact: Array) -> None:
    """Fire in the cells in contact, and rout."""
    now, following, fixed = c.now, c.next, c.fixed
    p = c.of("combat")
    state_fire = p["state_fire"] if int(now.rules[0]) >= LIVE_FIRE else 0.0
    person, new, time, where, payload, _ = c.proposals.arrays()
    dies, expected = c.share_dying(p["wounded_per_killed"]), np.zeros(contact.size)
    fixed.hits[:] = 0
    n = shoot(
        c.key, c.tick, c.dt, contact, now.armed, now.crowd, now.force, now.armed_force, now.posture, now.intelligence,
        p["open"], p["exposed"] * p["area"], fixed.residents_per_km2, now.snipers, state_fire, p["sniper_fire"], dies,
        now.armed_start, now.armed_slots, now.cell_start, now.cell_slots, now.slot_person, fixed.first_resident,
        now.status, fixed.hits, expected, fixed.combat_harm, person, new, time, where, payload, c.proposals.n,
    )  # fmt: skip
    hurt = suffer(
        c.key, c.tick, c.dt, now.armed, now.crowd, now.force, now.posture, now.snipers, p["armed_fire"], p["ambush"],
        p["sniper_fire"], dies, now.unit_cell, now.unit_fit, now.unit_shot, now.unit_killed, following.unit_shot,
        following.unit_killed,
    )  # fmt: skip
    c.proposals.n = n
    if p["rout"] > 0.0:
        rout(c, contact, expected, p)
    following.fighting[0] = int(fixed.hits[contact].sum() + fixed.combat_harm[contact].sum()) + hurt


def rout(c: Context, contact: Array, expected: Array, p: dict[str, float]) -> None:
    """Let bands and units break; expected (contact,) are hits per armed person and hour."""
    now, following, fixed = c.now, c.next, c.fixed
    person, new, time, where, payload, _ = c.proposals.arrays()
    c.proposals.n = break_bands(
        c.key, c.tick, c.hour, c.dt, contact, now.armed, now.force, now.force_before, now.reach_exit, expected,
        fixed.neighbour_start, fixed.neighbour, WEIGHTS, p["rout"], p["steepness"], p["bearable"], p["surrender"],
        now.armed_start, now.armed_slots, now.slot_person, now.fled, following.fled, person, new, time, where, payload,
        c.proposals.n,
    )  # fmt: skip
    break_units(
        c.key, c.tick, c.hour, c.dt, now.armed, now.crowd, now.force, now.posture, now.snipers, p["armed_fire"],
        p["ambush"], p["sniper_fire"], WEIGHTS, p["rout"], p["steepness"], p["bearable"], p["recovery"],
        c.p["crowd_control.recovery"], fixed.neighbour_start, fixed.neighbour, now.unit_cell, now.unit_goal,
        now.unit_fit, now.unit_recovers, now.unit_routed, following.unit_routed,
    )  # fmt: skip
    note(c)


def note(c: Context) -> None:
    """Write down bands and units that broke."""
    now, following, fixed = c.now, c.next, c.fixed
    for cell in np.flatnonzero(following.fled > now.fled):
        c.note("rout", "armed persons", f"cell {cell}", int(now.armed[cell]))
    for u in np.flatnonzero(following.unit_routed > now.unit_routed):
        c.note("rout", fixed.unit_force_name[u], f"cell {now.unit_cell[u]}", int(now.unit_fit[u]))


def step(c: Context) -> None:
    """Fight where the sides meet, and look for persons in hiding."""
    now, following = c.now, c.next
    following.fighting[0] = 0
    contact = in_contact(now.armed, now.force, now.crowd, now.snipers)
    if contact.size:
        exchange(c, contact)
    if now.hidden_start[-1] > 0 and c.p["combat.sweep"] > 0.0:
        person, new, time, where, payload, _ = c.proposals.arrays()
        c.proposals.n = sweep(
            c.key, c.tick, c.dt, c.p["combat.sweep"], now.hidden, now.force, now.intelligence, c.fixed.cell_km2,
            now.hidden_start, now.hidden_slots, now.slot_person, person, new, time, where, payload, c.proposals.n,
        )  # fmt: skip
    if c.tick % c.ticks_per_hour == 0:
        following.force_before[:] = now.force
