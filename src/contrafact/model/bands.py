"""Bands: what the armed persons of a cell do together, and how those in hiding come back.

At every full hour the band of a cell, B armed persons, chooses one of five in proportion to

    hold      1
    attack    attack B' / (B' + D)        D forces fit for duty at the target, B' those who go there
    ambush    ambush C / (C + B)          C armed forces within 1 km
    disperse  disperse C / (C + B)        all go into hiding
    escape    escape C / (C + B)          along the way out of the area; nothing where it is closed

The target is the facility that the state holds to which the way has fewest steps; or, with probability
max(M_c, cohesion), the target that all who hear of it share, drawn for the hour among those facilities in proportion to
1 / (1 + D / 50): massing across cells needs the network, or organisation. B' is then the number of all armed persons,
else B. Hospitals are no targets.

The way out is the shortest from cell to cell to the edge of the area that enters no cell held by state forces, that is
one where they outnumber the armed persons; from a cell at the edge none is entered. A cell from which there is no way
out is encircled. It is looked for at full hours at which somebody is armed, and stays as it was at others. Who takes
up arms or comes back between them holds until the next. Persons in hiding come back, armed, at rate ``emerge``, and
give up and are calm at rate ``give_up``.

Order     after arming, before command
Reads     armed, armed_force, force, network (cell,); armed_slots, hidden_slots (slot,); holder (facility,)
Writes    proposals; goal_after (slot,); reach_exit, exit_hop, posture (cell,)
Source    assumption; whether armed groups gain or lose by the network is contested: Shapiro and Weidmann 2015,
          doi:10.1017/S0020818314000423
Check     tests/model/test_bands.py
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import ARMED, CALM, EXIT, HIDING, NOWHERE, STATE
from contrafact.parameters import ASSUMPTION, CONVENTION, Parameter, loguniform
from contrafact.rng import decision, draw, uniforms

PARAMETERS = (
    Parameter("bands.attack", "dimensionless", 2.0, ASSUMPTION, "weight of attacking against holding",
              loguniform(0.7, 6.0)),
    Parameter("bands.ambush", "dimensionless", 1.0, ASSUMPTION, "weight of an ambush against holding",
              loguniform(0.3, 3.0)),
    Parameter("bands.disperse", "dimensionless", 1.0, ASSUMPTION, "weight of dispersing against holding",
              loguniform(0.3, 3.0)),
    Parameter("bands.escape", "dimensionless", 0.3, ASSUMPTION, "weight of leaving the area against holding",
              loguniform(0.1, 1.0)),
    Parameter("bands.cohesion", "dimensionless", 0.0, CONVENTION,
              "organisation: probability of a common target where there is no network", high=1.0),
    Parameter("bands.emerge", "1/h", 0.03, ASSUMPTION, "rate of coming back from hiding; 0 switches it off",
              loguniform(0.01, 0.1)),
    Parameter("bands.give_up", "1/h", 0.02, ASSUMPTION, "rate of giving up while in hiding", loguniform(0.007, 0.06)),
)  # fmt: skip

HALF_DEFENDED = 50.0  # defenders at which a facility is half as likely to be the common target
OPEN, AMBUSH = 0, 1
DISPERSE = -3  # a goal of a band, beside NOWHERE and EXIT, and never of a person

CHOICE = decision("bands.choice")
COMMON = decision("bands.common")
HIDE = decision("bands.hide")
EMERGE = decision("bands.emerge")


@kernel
def ways_out(armed: Array, force: Array, edge: Array, start: Array, neighbour: Array, reach: Array,
             hop: Array) -> None:  # fmt: skip
    """From which cells, (cell,) bool, a way out is open, and the next cell on it; breadth first from the edge.

    edge lists the cells at the edge of the area; start (cell + 1,) and neighbour list each cell's neighbours.
    """
    cells = armed.size
    queue = np.empty(cells, np.int32)
    reach[:] = False
    for c in range(cells):
        hop[c] = c
    tail = 0
    for i in range(edge.size):
        c = edge[i]
        reach[c] = True
        if force[c] <= armed[c]:
            queue[tail] = c
            tail += 1
    head = 0
    while head < tail:
        c = queue[head]
        head += 1
        for i in range(start[c], start[c + 1]):
            d = neighbour[i]
            if not reach[d]:
                reach[d] = True
                hop[d] = c
                if force[d] <= armed[d]:  # one who is in a held cell may leave it, nobody passes through
                    queue[tail] = d
                    tail += 1


@kernel
def choose(key: Array, tick: int, armed: Array, near: Array, network: Array, reach: Array, nearest: Array,
           defenders: Array, target_place: Array, common: int, cohesion: float, attack: float, ambush: float,
           disperse: float, escape: float, goal: Array, posture: Array) -> None:  # fmt: skip
    """Goal and posture of the band of every cell, (cell,): a place, NOWHERE, EXIT or DISPERSE; OPEN or AMBUSH.

    near are armed forces within 1 km, nearest (cell,) and common the index of a target, -1 for none; defenders and
    target_place (target,).
    """
    total = armed.sum()
    weights = np.empty(5)
    for c in range(armed.size):
        goal[c], posture[c] = NOWHERE, OPEN
        if armed[c] == 0:
            continue
        u_choice, u_common = uniforms(key, CHOICE, tick, c, 0)
        joins = common >= 0 and u_common < max(network[c], cohesion)
        target = common if joins else nearest[c]
        with_us = total if joins else armed[c]
        pressed = near[c] / (near[c] + armed[c])
        weights[0] = 1.0
        weights[1] = attack * with_us / (with_us + defenders[target]) if target >= 0 else 0.0
        weights[2] = ambush * pressed
        weights[3] = disperse * pressed
        weights[4] = escape * pressed if reach[c] else 0.0
        left = u_choice * weights.sum()
        choice = 0
        while choice < 4 and left >= weights[choice]:
            left -= weights[choice]
            choice += 1
        if choice == 1:
            goal[c] = target_place[target]
        elif choice == 2:
            posture[c] = AMBUSH
        elif choice == 3:
            goal[c] = DISPERSE
        elif choice == 4:
            goal[c] = EXIT


@kernel
def obey(key: Array, tick: int, dt: float, armed: int, armed_slots: Array, goal: Array, slot_person: Array,
         slot_cell: Array, goal_after: Array, person: Array, new: Array, time: Array, where: Array, payload: Array,
         n: int) -> int:  # fmt: skip
    """Give every armed person the goal of the cell's band, (cell,), or propose hiding; returns proposals."""
    for j in range(armed):
        i = armed_slots[j]
        wanted = goal[slot_cell[i]]
        goal_after[i] = wanted if wanted != DISPERSE else NOWHERE
        if wanted == DISPERSE:
            person[n], new[n], where[n], payload[n] = slot_person[i], HIDING, slot_cell[i], i
            time[n] = dt * uniforms(key, HIDE, tick, slot_person[i], 0)[0]
            n += 1
    return n


@kernel
def come_back(key: Array, tick: int, dt: float, emerge: float, give_up: float, hidden: int, hidden_slots: Array,
              slot_person: Array, slot_cell: Array, person: Array, new: Array, time: Array, where: Array,
              payload: Array, n: int) -> int:  # fmt: skip
    """Propose that persons in hiding come back or give up; returns the number of proposals."""
    rate = emerge + give_up
    for j in range(hidden):
        i = hidden_slots[j]
        u_time, u_which = uniforms(key, EMERGE, tick, slot_person[i], 0)
        when = -math.log(u_time) / rate
        if when < dt:
            person[n], time[n], where[n], payload[n] = slot_person[i], when, slot_cell[i], i
            new[n] = ARMED if u_which * rate < emerge else CALM
            n += 1
    return n


def targets(c: Context) -> tuple[Array, Array]:
    """Indices of the facilities that the state holds and bands attack, and the forces that defend each."""
    now, fixed = c.now, c.fixed
    held = np.flatnonzero(fixed.facility_is_target & (now.holder == STATE))
    defenders = np.add.reduceat(now.force[fixed.reach_cell], fixed.reach_start[:-1]) if held.size else now.force[:0]
    return held, np.asarray(defenders[held])


def decide(c: Context) -> None:
    """The decisions of a full hour."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    held, defenders = targets(c)
    common, nearest = -1, np.full(fixed.cells, -1, np.int64)
    if held.size:
        share = np.cumsum(1.0 / (1.0 + defenders / HALF_DEFENDED))
        u = draw(c.key, COMMON, c.tick, 0, 0)[0]
        common = int(np.searchsorted(share, u * share[-1], side="right"))
        nearest = fixed.place_hops[fixed.facility_place[held]].argmin(axis=0)
    near = np.zeros(fixed.cells, np.int64)
    for cell in np.flatnonzero(now.armed):
        around = fixed.around_cell[fixed.around_start[cell] : fixed.around_start[cell + 1]]
        near[cell] = now.armed_force[around].sum()
    choose(
        c.key, c.tick, now.armed, near, now.network, following.reach_exit, nearest, defenders,
        fixed.facility_place[held], common, p["bands.cohesion"], p["bands.attack"], p["bands.ambush"],
        p["bands.disperse"], p["bands.escape"], fixed.band_goal, following.posture,
    )  # fmt: skip
    person, new, time, where, payload, _ = c.proposals.arrays()
    c.proposals.n = obey(
        c.key, c.tick, c.dt, int(now.armed_start[-1]), now.armed_slots, fixed.band_goal, now.slot_person, now.slot_cell,
        now.goal_after, person, new, time, where, payload, c.proposals.n,
    )  # fmt: skip


def step(c: Context) -> None:
    """Keep goals, decide at full hours, and let those in hiding come back."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    armed, hidden = int(now.armed_start[-1]), int(now.hidden_start[-1])
    full_hour = c.tick % c.ticks_per_hour == 0
    if full_hour:
        ways_out(now.armed, now.force, fixed.edge_cells, fixed.neighbour_start, fixed.neighbour, following.reach_exit,
                 following.exit_hop)  # fmt: skip
    if full_hour and not armed:
        following.posture[:] = OPEN  # else bands of a later hour would find themselves in an ambush
    if armed + hidden == 0:
        return
    now.goal_after[: c.slots] = now.slot_goal[: c.slots]
    if full_hour and armed:
        decide(c)
    if hidden and p["bands.emerge"] + p["bands.give_up"] > 0.0:
        person, new, time, where, payload, _ = c.proposals.arrays()
        c.proposals.n = come_back(
            c.key, c.tick, c.dt, p["bands.emerge"], p["bands.give_up"], hidden, now.hidden_slots, now.slot_person,
            now.slot_cell, person, new, time, where, payload, c.proposals.n,
        )  # fmt: skip
