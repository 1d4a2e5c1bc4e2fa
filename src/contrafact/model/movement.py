"""Movement: people on their way to a site and home, and units on their way to where they are ordered.

A protester follows the stored shortest route from home to the site at ``movement.speed`` (people walk or ride) and goes
home along the same route. A march takes those present at one site to another on foot, at ``movement.march_speed``.
A unit goes along the shortest route to its order's place, or, while it recovers from having been overrun, to its
fallback, at the urban speed of its mobility class: a third to a half of the open-road speed. It comes onto the map at
its hour, where it is ordered to be or where an airlift or a road march brought it. Rivers, closed roads and held cells
are not represented, because no road network with a clear licence is in the evidence.

Order     after participation, before crowd control
Reads     slots; march_to, march_share (site,); unit_order, unit_recovers, unit_arrives, unit_entry (unit,)
Writes    moved_* (slot,); proposals of those who are home; unit_cell, unit_progress (unit,)
Source    march speed: columns left at 21:00 and came to the square, 10 km away, at about midnight [R020, R357]; other
          speeds assumption
Check     tests/model/test_movement.py: arrival after distance / speed, whatever the tick
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import CALM, HOMEBOUND, MARCHING, PRESENT
from contrafact.parameters import ASSUMPTION, Parameter, uniform
from contrafact.rng import decision, uniforms

PARAMETERS = (
    Parameter("movement.speed", "km/h", 15.0, ASSUMPTION, "speed of people on their way to a site or home",
              uniform(10.0, 20.0), low=0.1),
    Parameter("movement.march_speed", "km/h", 4.0, ASSUMPTION, "speed of a march", uniform(3.0, 5.0), low=0.1),
    Parameter("movement.foot", "km/h", 5.0, ASSUMPTION, "speed of units on foot", uniform(4.0, 6.0), low=0.1),
    Parameter("movement.wheeled", "km/h", 25.0, ASSUMPTION, "speed of units on wheels in the city",
              uniform(18.0, 32.0), low=0.1),
    Parameter("movement.tracked", "km/h", 15.0, ASSUMPTION, "speed of units on tracks in the city",
              uniform(10.0, 20.0), low=0.1),
)  # fmt: skip

MARCH = decision("movement.march")


@kernel
def walk(key: Array, tick: int, slots: int, dt: float, speed: float, march_speed: float, hop_km: float, cells: int,
         route_start: Array, site_cell: Array, march_to: Array, march_share: Array, slot_person: Array,
         slot_home: Array, slot_site: Array, slot_origin: Array, slot_progress: Array, slot_phase: Array,
         moved_site: Array, moved_origin: Array, moved_progress: Array, moved_phase: Array, person: Array, new: Array,
         time: Array, where: Array, payload: Array, detail: Array, n: int) -> int:  # fmt: skip
    """Move everybody in the street by one tick; returns the number of proposals after those who are home.

    Routes: the one from cell o to site s starts at route_start[s * cells + o]; its length is the number of steps times
    hop_km, in km. Speeds in km/h, dt in hours; arrays by slot.
    """
    for i in range(slots):
        site, origin = slot_site[i], slot_origin[i]
        progress, phase = slot_progress[i], slot_phase[i]
        route = site * cells + origin
        length = (route_start[route + 1] - route_start[route] - 1) * hop_km
        if phase == PRESENT:
            goal = march_to[site]
            if goal >= 0 and uniforms(key, MARCH, tick, slot_person[i], 0)[0] < march_share[site]:
                site, origin, progress, phase = goal, site_cell[site], 0.0, MARCHING
        elif phase == HOMEBOUND:
            if progress <= speed * dt:
                person[n], new[n], time[n] = slot_person[i], CALM, progress / speed
                where[n], payload[n] = slot_home[i], i
                n += 1
            progress = max(0.0, progress - speed * dt)
        else:
            progress += (march_speed if phase == MARCHING else speed) * dt
            if progress >= length:
                progress, phase, origin = 0.0, PRESENT, slot_home[i]
        moved_site[i], moved_origin[i], moved_progress[i], moved_phase[i] = site, origin, progress, phase
    return n


@kernel
def drive(hour: float, dt: float, hop_km: float, next_hop: Array, place_cell: Array, order: Array, recovers: Array,
          fallback: Array, arrives: Array, entry: Array, speed: Array, cell: Array, progress: Array, new_cell: Array,
          new_progress: Array) -> None:  # fmt: skip
    """Move units by a tick: arrays (unit,), next_hop (place, cell). Units come onto the map at their entry, or, where
    that is -1, at their order's place.
    """
    for u in range(cell.size):
        place = order[u]
        new_cell[u], new_progress[u] = cell[u], 0.0
        if place < 0 or hour + dt + 1e-9 < arrives[u]:
            new_cell[u] = -1
            continue
        if recovers[u] > hour and fallback[u] >= 0:
            place = fallback[u]
        if cell[u] < 0:
            new_cell[u] = place_cell[place if entry[u] < 0 else entry[u]]
            continue
        way = progress[u] + speed[u] * dt
        here = cell[u]
        while way >= hop_km and here != place_cell[place]:
            here = next_hop[place, here]
            way -= hop_km
        new_cell[u] = here
        new_progress[u] = 0.0 if here == place_cell[place] else way


def step(c: Context) -> None:
    """Move people and units."""
    now, following, fixed, p = c.now, c.next, c.fixed, c.p
    c.proposals.n = walk(
        c.key, c.tick, c.slots, c.dt, p["movement.speed"], p["movement.march_speed"], fixed.hop_km, fixed.cells,
        fixed.route_start, fixed.site_cell, now.march_to, now.march_share, now.slot_person, now.slot_home,
        now.slot_site, now.slot_origin, now.slot_progress, now.slot_phase, now.moved_site, now.moved_origin,
        now.moved_progress, now.moved_phase, *c.proposals.arrays(), c.proposals.n,
    )  # fmt: skip
    drive(
        c.hour, c.dt, fixed.hop_km, fixed.next_hop, fixed.place_cell, now.unit_order, now.unit_recovers,
        fixed.unit_fallback, now.unit_arrives, now.unit_entry, fixed.unit_speed, now.unit_cell, now.unit_progress,
        following.unit_cell, following.unit_progress,
    )  # fmt: skip
    came = np.flatnonzero((now.unit_cell < 0) & (following.unit_cell >= 0))
    places = np.where(now.unit_entry < 0, now.unit_order, now.unit_entry)
    for force, place in dict.fromkeys((fixed.unit_force_name[u], int(places[u])) for u in came):
        members = sum(int(fixed.unit_strength[u]) for u in came if fixed.unit_force_name[u] == force)
        c.note("arrival", force, fixed.place_names[place], members)
