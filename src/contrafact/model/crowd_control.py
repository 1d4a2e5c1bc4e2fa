"""Crowd control and harm: arrests, hand-to-hand injuries, overrun units, projectiles, fire.

In every cell with protesters A and state forces C fit for duty:

    arrests     a team of ``team`` members makes one arrest at a time: rate ``arrest`` A / (A + C) per free team, then
                it is busy for an exponential time of mean ``booking``; members beyond whole teams are one more team,
                or none, by a draw for life, so that many small units have as many teams as one large
    melee       contacts = min(A, C) (hand-to-hand fighting: Lanchester's linear law); per contact and hour
                ``melee_forces`` A / (A + C) members and ``melee_crowd`` C / (A + C) protesters are injured
    overrun     a unit withdraws at rate ``overrun`` h^4 / (1 + h^4), h = A / (``overrun_ratio`` C), and is out of
                action for ``recovery``
    projectiles under riot control and above, ``kinetic`` injuries per member and hour, times A / (A + C)
    fire        at crowds of ``gathering`` or more, since smaller groups are arrested; in self-defence where h > 1,
                without warning always. ``lethality`` deaths per armed member and hour times
                A / (A + K + ``in_sight``), K those armed, with ``wounded_per_killed`` wounded who live for each;
                contingents fire at crowds only under a mandate to clear

Most injuries in the record are not from fire, so hand-to-hand injury is a process of its own. A hit under fire is on a
bystander, a calm resident of the cell, with probability ``stray``. Of those who outlive a hit the share ``of_wounds``
dies of wounds; these deaths are among the killed of ``wounded_per_killed`` as long as care is at hand, and what delays
care raises their share: a cut network, a curfew, hospitals lost. Injured and detained persons stay so
to the end of the run; ill-treatment and deaths in custody are documented [R202-R204] and not simulated.

Capacity-limited events take the persons with the smallest keyed hash. Victims are drawn from those in the cell as the
tick began; what else befell them earlier in the tick is settled when events compete.

Order     after command, before combat
Reads     crowd, force, armed_force, network (cell,), cell_slots (slot,), rules, mandate (), holder, unit_* (unit,)
Writes    proposals; unit_injured, unit_dead, unit_recovers, unit_busy (unit,); violence ()
Source    Lanchester 1916; wounded per killed: Coupland and Meddings 1999, doi:10.1136/bmj.319.7207.407; projectiles:
          Haar et al. 2017, doi:10.1136/bmjopen-2017-018154
Check     tests/model/test_crowd_control.py
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.kernels import Array, inline, kernel
from contrafact.model.context import Context
from contrafact.model.state import CALM, DEAD, DETAINED, INJURED
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform
from contrafact.rng import decision, poisson, smallest, uniforms

PARAMETERS = (
    Parameter("crowd_control.team", "persons", 4.0, ASSUMPTION, "members of an arrest team", uniform(3.0, 6.0),
              low=1.0),
    Parameter("crowd_control.arrest", "1/h", 0.05, ASSUMPTION, "arrests per free team and hour in a crowd",
              loguniform(0.02, 0.12)),
    Parameter("crowd_control.booking", "h", 1.0, ASSUMPTION, "time that booking keeps a team", uniform(0.5, 1.5),
              low=0.05),
    Parameter("crowd_control.melee_forces", "1/h", 0.06, ASSUMPTION,
              "members injured hand to hand per contact and hour when outnumbered", loguniform(0.03, 0.12)),
    Parameter("crowd_control.melee_crowd", "1/h", 0.06, ASSUMPTION,
              "protesters injured hand to hand per contact and hour when outnumbered", loguniform(0.03, 0.12)),
    Parameter("crowd_control.melee_lethality", "dimensionless", 0.006, ASSUMPTION,
              "share of members injured hand to hand who die", loguniform(0.003, 0.012), high=1.0),
    Parameter("crowd_control.overrun", "1/h", 2.0, ASSUMPTION, "rate at which a hopelessly outnumbered unit withdraws",
              loguniform(1.0, 4.0)),
    Parameter("crowd_control.overrun_ratio", "dimensionless", 6.0, ASSUMPTION,
              "protesters per member at which half of that rate is reached", loguniform(4.5, 8.0), low=0.1),
    Parameter("crowd_control.recovery", "h", 5.0, ASSUMPTION, "time that an overrun unit is out of action",
              uniform(3.0, 8.0)),
    Parameter("crowd_control.kinetic", "1/h", 0.005, ASSUMPTION,
              "injuries by kinetic projectiles per member and hour in a crowd", loguniform(0.002, 0.01)),
    Parameter("crowd_control.kinetic_lethality", "dimensionless", 0.0267, "haar2017",
              "share of those injured by kinetic projectiles who die", high=1.0),
    Parameter("crowd_control.lethality", "1/h", 0.06, ASSUMPTION, "deaths per armed member and hour of fire",
              loguniform(0.02, 0.18)),
    Parameter("crowd_control.in_sight", "persons", 200.0, ASSUMPTION,
              "crowd at which few armed members meet half of their targets", loguniform(100.0, 400.0), low=1.0),
    Parameter("crowd_control.gathering", "persons", 50.0, ASSUMPTION,
              "size below which a group is not fired at", loguniform(25.0, 100.0)),
    Parameter("crowd_control.wounded_per_killed", "dimensionless", 4.0, "coupland1999", "wounded for each killed",
              loguniform(2.0, 13.0)),
    Parameter("crowd_control.stray", "dimensionless", 0.1, ASSUMPTION, "share of hits that are on bystanders",
              uniform(0.03, 0.2), high=1.0),
    Parameter("crowd_control.of_wounds", "dimensionless", 0.05, ASSUMPTION,
              "share of those who outlive a hit who die of wounds when care is at hand", uniform(0.02, 0.1), high=1.0),
    Parameter("crowd_control.delay", "dimensionless", 1.0, ASSUMPTION,
              "rise of that share for each of: no network, curfew, all hospitals lost", uniform(0.0, 2.0)),
)  # fmt: skip

SELF_DEFENCE, WITHOUT_WARNING = 2, 3

TEAMS = decision("crowd_control.teams")
ARREST = decision("crowd_control.arrest")
ARRESTED = decision("crowd_control.arrested")
BOOKED = decision("crowd_control.booked")
MELEE = decision("crowd_control.melee")
MELEE_VICTIM = decision("crowd_control.melee.victim")
MELEE_MEMBER = decision("crowd_control.melee.member")
OVERRUN = decision("crowd_control.overrun")
KINETIC = decision("crowd_control.kinetic")
KINETIC_VICTIM = decision("crowd_control.kinetic.victim")
FIRE = decision("crowd_control.fire")
FIRE_VICTIM = decision("crowd_control.fire.victim")
FIRE_BYSTANDER = decision("crowd_control.fire.bystander")


@kernel
def police_crowd(key: Array, tick: int, dt: float, crowd: Array, force: Array, free_teams: Array, rules: int,
                 arrest: float, melee_crowd: float, kinetic: float, kinetic_lethality: float, cell_start: Array,
                 cell_slots: Array, slot_person: Array, arrests: Array, harm: Array, person: Array, new: Array,
                 time: Array, where: Array, payload: Array, detail: Array, n: int) -> int:  # fmt: skip
    """Propose arrests and injuries of protesters by hand or projectile; returns the number of proposals.

    crowd, force and free_teams (cell,) are persons and teams; arrests and harm (cell,) are left with how many there
    were.
    """
    most = 4096
    chosen, hashes = np.empty(most, np.int32), np.empty(most, np.uint64)
    for c in range(crowd.size):
        arrests[c] = 0
        harm[c] = 0
        if crowd[c] == 0 or force[c] == 0:
            continue
        among = crowd[c] / (crowd[c] + force[c])
        first, last = cell_start[c], cell_start[c + 1]
        wanted = poisson(arrest * free_teams[c] * among * dt, uniforms(key, ARREST, tick, c, 0)[0])
        wanted = min(wanted, free_teams[c], most)
        arrests[c] = smallest(key, ARRESTED, tick, cell_slots, first, last, slot_person, chosen, hashes, wanted)
        for i in range(arrests[c]):
            person[n], new[n], where[n], payload[n] = slot_person[chosen[i]], DETAINED, c, chosen[i]
            time[n] = dt * uniforms(key, ARRESTED, tick, person[n], 1)[0]
            n += 1
        for kind in range(2):
            if kind == 0:
                mean = melee_crowd * min(crowd[c], force[c]) * (1.0 - among) * dt
                word, lethality = MELEE_VICTIM, 0.0
            else:
                mean = kinetic * force[c] * among * dt if rules >= 1 else 0.0
                word, lethality = KINETIC_VICTIM, kinetic_lethality
            wanted = min(most, poisson(mean, uniforms(key, MELEE if kind == 0 else KINETIC, tick, c, 0)[0]))
            found = smallest(key, word, tick, cell_slots, first, last, slot_person, chosen, hashes, wanted)
            harm[c] += found
            for i in range(found):
                person[n], where[n], payload[n] = slot_person[chosen[i]], c, chosen[i]
                u_time, u_death = uniforms(key, word, tick, person[n], 1)
                time[n] = dt * u_time
                new[n] = DEAD if u_death < lethality else INJURED
                n += 1
    return n


@kernel
def fire(key: Array, tick: int, dt: float, crowd: Array, force: Array, armed: Array, rules: int, ratio: float,
         gathering: float, lethality: float, in_sight: float, per_killed: float, stray: float, dying: Array,
         first_resident: Array, status: Array, cell_start: Array, cell_slots: Array, slot_person: Array, harm: Array,
         person: Array, new: Array, time: Array, where: Array, payload: Array, detail: Array,
         n: int) -> int:  # fmt: skip
    """Propose deaths and wounds by fire, of protesters and bystanders; adds hits to harm (cell,).

    dying (cell,) is the share of hits that are deaths, at once or of wounds.
    """
    most = 4096
    chosen, hashes = np.empty(most, np.int32), np.empty(most, np.uint64)
    for c in range(crowd.size):
        if crowd[c] == 0 or armed[c] == 0 or rules < SELF_DEFENCE:
            continue
        if (rules == SELF_DEFENCE and crowd[c] <= ratio * force[c]) or crowd[c] < gathering:
            continue
        mean = lethality * (1.0 + per_killed) * armed[c] * crowd[c] / (crowd[c] + armed[c] + in_sight) * dt
        hits = min(most, crowd[c], poisson(mean, uniforms(key, FIRE, tick, c, 0)[0]))
        astray = 0
        for i in range(hits):
            astray += uniforms(key, FIRE, tick, c, i + 1)[0] < stray
        found = smallest(key, FIRE_VICTIM, tick, cell_slots, cell_start[c], cell_start[c + 1], slot_person, chosen,
                         hashes, hits - astray)  # fmt: skip
        residents = first_resident[c + 1] - first_resident[c]
        for i in range(found + astray):
            if i < found:
                slot = int(chosen[i])
                victim, word = slot_person[slot], FIRE_VICTIM
            else:
                if residents == 0:
                    continue
                slot, word = -1, FIRE_BYSTANDER
                victim = first_resident[c] + min(residents - 1, int(residents * uniforms(key, word, tick, c, i)[0]))
                if status[victim] != CALM:
                    continue
            u_time, u_death = uniforms(key, word, tick, victim, 1)
            person[n], time[n], where[n], payload[n] = victim, dt * u_time, c, slot
            new[n] = DEAD if u_death < dying[c] else INJURED
            harm[c] += 1
            n += 1
    return n


@inline
def free_teams(key: Array, u: int, fit: int, busy: int, team: float) -> int:
    """Arrest teams of a unit that are not booking somebody."""
    return max(0, int(fit / team + uniforms(key, TEAMS, 0, u, 0)[0]) - busy)


@kernel
def units(key: Array, tick: int, hour: float, dt: float, crowd: Array, force: Array, arrests: Array, melee: float,
          melee_lethality: float, overrun: float, ratio: float, recovery: float, booking: float, team: float,
          cell: Array, fit: Array, injured: Array, dead: Array, recovers: Array, busy: Array, new_injured: Array,
          new_dead: Array, new_recovers: Array, new_busy: Array) -> tuple[int, int]:  # fmt: skip
    """Losses, overruns and busy teams of every unit, arrays (unit,); how many members were hurt and units overrun."""
    hurt, withdrawn = 0, 0
    left = arrests.copy()
    freed = 1.0 - math.exp(-dt / booking)
    freed_at_once = 1.0 - freed * booking / dt  # of those taken at any time of the tick
    for u in range(cell.size):
        c = cell[u]
        new_injured[u], new_dead[u], new_recovers[u] = injured[u], dead[u], recovers[u]
        done = 0
        for i in range(busy[u]):
            done += uniforms(key, BOOKED, tick, u, i)[0] < freed
        new_busy[u] = busy[u] - done
        if fit[u] == 0 or crowd[c] == 0:
            continue
        free = free_teams(key, u, fit[u], busy[u], team)
        taken = min(left[c], free)
        left[c] -= taken
        for i in range(taken):
            new_busy[u] += uniforms(key, BOOKED, tick, u, busy[u] + i)[0] >= freed_at_once
        outnumbered = crowd[c] / (ratio * force[c])
        mean = melee * fit[u] * min(1.0, crowd[c] / force[c]) * crowd[c] / (crowd[c] + force[c]) * dt
        u_melee, u_overrun = uniforms(key, MELEE_MEMBER, tick, u, 0)
        losses = min(fit[u], poisson(mean, u_melee))
        for i in range(losses):
            if uniforms(key, MELEE_MEMBER, tick, u, i + 1)[0] < melee_lethality:
                new_dead[u] += 1
            else:
                new_injured[u] += 1
        hurt += losses
        pressure = outnumbered**4
        if u_overrun < 1.0 - math.exp(-overrun * pressure / (1.0 + pressure) * dt):
            new_recovers[u] = hour + dt + recovery - 1e-9  # else rounding may add a tick
            withdrawn += 1
    return hurt, withdrawn


@kernel
def among_harm(crowd: Array, harm: Array) -> int:
    """Protesters in cells where there was harm, arrays (cell,)."""
    total = 0
    for c in range(crowd.size):
        total += crowd[c] if harm[c] > 0 else 0
    return total


@kernel
def free_teams_by_cell(key: Array, crowd: Array, cell: Array, fit: Array, busy: Array, team: float,
                       out: Array) -> None:  # fmt: skip
    """Arrest teams that are free in each cell with a crowd, written to out (cell,)."""
    out[:] = 0
    for u in range(cell.size):
        if fit[u] > 0 and crowd[cell[u]] > 0:
            out[cell[u]] += free_teams(key, u, fit[u], busy[u], team)


def step(c: Context) -> None:
    """Propose arrests and harm, and advance the units."""
    now, following, fixed = c.now, c.next, c.fixed
    p = c.of("crowd_control")
    rules, proposals = int(now.rules[0]), c.proposals
    of_unit = (now.unit_cell, now.unit_fit, now.unit_injured, now.unit_dead, now.unit_recovers, now.unit_busy)
    free_teams_by_cell(c.key, now.crowd, now.unit_cell, now.unit_fit, now.unit_busy, p["team"], fixed.free_teams)
    in_cells = (now.cell_start, now.cell_slots, now.slot_person)
    proposals.n = police_crowd(
        c.key, c.tick, c.dt, now.crowd, now.force, fixed.free_teams, rules, p["arrest"], p["melee_crowd"], p["kinetic"],
        p["kinetic_lethality"], *in_cells, fixed.arrests, fixed.harm, *proposals.arrays(), proposals.n,
    )  # fmt: skip
    if rules >= SELF_DEFENCE:
        proposals.n = fire(
            c.key, c.tick, c.dt, now.crowd, now.force, c.without_guests(firearms=True), rules,
            p["overrun_ratio"], p["gathering"], p["lethality"], p["in_sight"], p["wounded_per_killed"], p["stray"],
            c.share_dying(p["wounded_per_killed"]), fixed.first_resident, now.status, *in_cells, fixed.harm,
            *proposals.arrays(), proposals.n,
        )  # fmt: skip
    hurt, withdrawn = units(
        c.key, c.tick, c.hour, c.dt, now.crowd, now.force, fixed.arrests, p["melee_forces"], p["melee_lethality"],
        p["overrun"], p["overrun_ratio"], p["recovery"], p["booking"], p["team"], *of_unit, following.unit_injured,
        following.unit_dead, following.unit_recovers, following.unit_busy,
    )  # fmt: skip
    following.violence[0] = among_harm(now.crowd, fixed.harm) + hurt
    for u in np.flatnonzero(following.unit_recovers > now.unit_recovers) if withdrawn else ():
        place = fixed.place_names[now.unit_order[u]]
        c.note("overrun", fixed.unit_force_name[u], place, int(fixed.unit_strength[u]))
