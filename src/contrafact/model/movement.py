"""Movement: people on their way to a site and home, and units on their way to where they are ordered.

A protester follows the stored shortest route from home to the site at ``movement.speed`` (people walk or ride) and goes
home along the same route. Who sets out or turns back within a tick walks the rest of it with the next tick's way, and
who arrives has been there since, so that neither a way nor a stay depends on the tick. A march takes those present at
one site to another on foot, at ``movement.march_speed``.

An armed person goes at ``movement.band_speed`` from cell to cell toward the goal that the band chose, or along the way
out of the area; who goes on from its edge has left. A unit goes along the shortest route to its goal, or, while it
recovers from having been overrun or broken, to its fallback, at the urban speed of its mobility class: a third to a
half of the open-road speed. It comes onto the map at its hour, where it is ordered to be or where an airlift or a road
march brought it. Rivers and closed roads are not represented, because no road network with a clear licence
is in the evidence; cells held by state forces close the way out (see bands).

Order     after participation, before outside
Reads     slots; march_to, march_share (site,); exit_hop, reach_exit (cell,); objective, objective_hop; unit_order,
          unit_goal, unit_recovers, unit_routed, unit_arrives, unit_entry (unit,)
Writes    moved_* (slot,); proposals of those who are home or leave; unit_cell, unit_progress (unit,)
Source    march speed: columns left at 21:00 and came to the square, 10 km away, at about midnight [R020, R357]; other
          speeds assumption
Check     tests/model/test_movement.py: arrival after distance / speed, whatever the tick
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import BAND, CALM, EXIT, HIDDEN, HOMEBOUND, LEFT, MARCHING, PRESENT
from contrafact.parameters import ASSUMPTION, Parameter, uniform
from contrafact.rng import decision, uniforms

PARAMETERS = (
    Parameter("movement.speed", "km/h", 15.0, ASSUMPTION, "speed of people on their way to a site or home",
              uniform(10.0, 20.0), low=0.1),
    Parameter("movement.march_speed", "km/h", 4.0, ASSUMPTION, "speed of a march", uniform(3.0, 5.0), low=0.1),
    Parameter("movement.band_speed", "km/h", 8.0, ASSUMPTION, "speed of armed persons, on foot or in seized cars",
              uniform(4.0, 12.0), low=0.1),
    Parameter("movement.foot", "km/h", 5.0, ASSUMPTION, "speed of units on foot", uniform(4.0, 6.0), low=0.1),
    Parameter("movement.wheeled", "km/h", 25.0, ASSUMPTION, "speed of units on wheels in the city",
              uniform(18.0, 32.0), low=0.1),
    Parameter("movement.tracked", "km/h", 15.0, ASSUMPTION, "speed of units on tracks in the city",
              uniform(10.0, 20.0), low=0.1),
)  # fmt: skip

MARCH = decision("movement.march")


@kernel
def walk(key: Array, tick: int, slots: int, dt: float, speed: float, march_speed: float, hop_km: float, cells: int,
         route_start: Array, route_cell: Array, site_cell: Array, march_to: Array, march_share: Array,
         slot_person: Array, slot_home: Array, slot_site: Array, slot_origin: Array, slot_progress: Array,
         slot_phase: Array, slot_cell: Array, slot_late: Array, moved_site: Array, moved_origin: Array,
         moved_progress: Array, moved_phase: Array, moved_cell: Array, moved_late: Array, person: Array, new: Array,
         time: Array, where: Array, payload: Array, detail: Array, n: int) -> int:  # fmt: skip
    """Move everybody in the street by one tick; returns the number of proposals after those who are home.

    Routes: the one from cell o to site s is route_cell from route_start[s * cells + o] on; its length is the number of
    steps times hop_km, in km. Speeds in km/h, dt in hours; arrays by slot. Of those who stay at their site only
    moved_phase and moved_late are written.
    """
    for i in range(slots):
        site, origin, progress, phase, late = slot_site[i], slot_origin[i], slot_progress[i], slot_phase[i], 0.0
        moved_phase[i], moved_late[i], moved_cell[i] = phase, late, slot_cell[i]
        if phase == PRESENT:
            goal = march_to[site]
            if goal < 0 or uniforms(key, MARCH, tick, slot_person[i], 0)[0] >= march_share[site]:
                continue
            site, origin, progress, phase = goal, site_cell[site], 0.0, MARCHING
        elif phase not in (BAND, HIDDEN):
            pace = march_speed if phase == MARCHING else speed
            way = pace * (dt + slot_late[i])
            first = route_start[site * cells + origin]
            steps = route_start[site * cells + origin + 1] - first - 1
            if phase == HOMEBOUND:
                if progress <= way:
                    person[n], new[n], time[n] = slot_person[i], CALM, max(0.0, progress / speed - slot_late[i])
                    where[n], payload[n] = slot_home[i], i
                    n += 1
                progress = max(0.0, progress - way)
            else:
                progress += way
            at = min(steps, int(progress / hop_km + 1e-9))
            if phase != HOMEBOUND and progress >= steps * hop_km:
                late = (progress - steps * hop_km) / pace
                progress, phase, origin, at = 0.0, PRESENT, slot_home[i], steps
            moved_cell[i] = route_cell[first + at]
        moved_site[i], moved_origin[i], moved_progress[i], moved_phase[i] = site, origin, progress, phase
        moved_late[i] = late
    return n


@kernel
def roam(armed: int, armed_slots: Array, step: float, speed: float, hop_km: float, next_hop: Array,
         place_cell: Array, exit_hop: Array, reach_exit: Array, slot_person: Array, slot_goal: Array, slot_cell: Array,
         slot_progress: Array, moved_cell: Array, moved_progress: Array, person: Array, new: Array, time: Array,
         where: Array, payload: Array, n: int) -> int:  # fmt: skip
    """Move armed persons ``step`` km toward their goals; returns the number of proposals after those who leave.

    Cells and progress toward the next go to moved_cell and moved_progress (slot,).
    """
    for j in range(armed):
        i = armed_slots[j]
        here, goal, way = slot_cell[i], slot_goal[i], slot_progress[i]
        to_go = hop_km - way
        if goal >= 0 or (goal == EXIT and reach_exit[here]):
            way += step
            while way >= hop_km:
                ahead = next_hop[goal, here] if goal >= 0 else exit_hop[here]
                if ahead == here:
                    if goal == EXIT:
                        person[n], new[n], time[n] = slot_person[i], LEFT, max(0.0, to_go / speed)
                        where[n], payload[n] = here, i
                        n += 1
                    way = 0.0
                    break
                here = ahead
                way -= hop_km
                to_go += hop_km
            if goal >= 0 and here == place_cell[goal]:
                way = 0.0
        moved_cell[i], moved_progress[i] = here, way
    return n


@kernel
def drive(hour: float, dt: float, hop_km: float, next_hop: Array, place_cell: Array, objective: Array,
          objective_hop: Array, order: Array, goal: Array, recovers: Array, routed: Array, fallback: Array,
          arrives: Array, entry: Array, speed: Array, cell: Array, progress: Array, new_cell: Array,
          new_progress: Array) -> int:  # fmt: skip
    """Move units by a tick: arrays (unit,), next_hop (place, cell), objective_hop (objective, cell); how many came.

    Units come onto the map at their entry, or, where that is -1, at their order's place. A goal from the number of
    places on is an objective.
    """
    places, came = place_cell.size, 0
    for u in range(cell.size):
        new_cell[u], new_progress[u] = cell[u], 0.0
        if order[u] < 0 or hour + dt + 1e-9 < arrives[u]:
            new_cell[u] = -1
            continue
        if cell[u] < 0:
            new_cell[u] = place_cell[order[u] if entry[u] < 0 else entry[u]]
            came += new_cell[u] >= 0
            continue
        place = goal[u]
        if (recovers[u] > hour or routed[u] > hour) and fallback[u] >= 0:
            place = fallback[u]
        end = place_cell[place] if place < places else objective[place - places]
        if end < 0:
            continue
        way = progress[u] + speed[u] * dt
        here = cell[u]
        while way >= hop_km and here != end:
            here = next_hop[place, here] if place < places else objective_hop[place - places, here]
            way -= hop_km
        new_cell[u] = here
        new_progress[u] = 0.0 if here == end else way
    return came


def note_arrivals(c: Context) -> None:
    """Write down which forces came onto the map in this tick, and where."""
    now, fixed = c.now, c.fixed
    came = np.flatnonzero((now.unit_cell < 0) & (c.next.unit_cell >= 0))
    places = np.where(now.unit_entry < 0, now.unit_order, now.unit_entry)
    for force, place in dict.fromkeys((fixed.unit_force_name[u], int(places[u])) for u in came):
        members = sum(int(fixed.unit_strength[u]) for u in came if fixed.unit_force_name[u] == force)
        c.note("arrival", force, fixed.place_names[place], members)


def step(c: Context) -> None:
    """Move people and units."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    c.proposals.n = walk(
        c.key, c.tick, c.slots, c.dt, p["movement.speed"], p["movement.march_speed"], fixed.hop_km, fixed.cells,
        fixed.route_start, fixed.route_cell, fixed.site_cell, now.march_to, now.march_share, now.slot_person,
        now.slot_home, now.slot_site, now.slot_origin, now.slot_progress, now.slot_phase, now.slot_cell, now.slot_late,
        now.moved_site, now.moved_origin, now.moved_progress, now.moved_phase, now.moved_cell, now.moved_late,
        *c.proposals.arrays(), c.proposals.n,
    )  # fmt: skip
    if now.armed_start[-1] > 0:
        person, new, time, where, payload, _ = c.proposals.arrays()
        c.proposals.n = roam(
            int(now.armed_start[-1]), now.armed_slots, p["movement.band_speed"] * c.dt, p["movement.band_speed"],
            fixed.hop_km, fixed.next_hop, fixed.place_cell, now.exit_hop, now.reach_exit, now.slot_person,
            now.slot_goal, now.slot_cell, now.slot_progress, now.moved_cell, now.moved_progress, person, new, time,
            where, payload, c.proposals.n,
        )  # fmt: skip
    came = drive(
        c.hour, c.dt, fixed.hop_km, fixed.next_hop, fixed.place_cell, now.objective, now.objective_hop, now.unit_order,
        now.unit_goal, now.unit_recovers, now.unit_routed, fixed.unit_fallback, now.unit_arrives, now.unit_entry,
        fixed.unit_speed, now.unit_cell, now.unit_progress, following.unit_cell, following.unit_progress,
    )  # fmt: skip
    if came:
        note_arrivals(c)
