"""Movement as the oracle does it: protesters along their routes, armed persons and units from cell to cell.

The rules are those of ``contrafact.model.movement``.
"""

from __future__ import annotations

import numpy as np

from contrafact.model.state import (
    ARMED,
    CALM,
    EXIT,
    HOMEBOUND,
    LEFT,
    MARCHING,
    NOWHERE,
    OUTBOUND,
    PRESENT,
)
from reference.city import EPS, City
from reference.state import Proposal, State, at_site, in_street, out_of_action


def walking(city: City, s: State, new: State, rng: np.random.Generator) -> Proposal:
    """Move everybody in the street by a tick along their route; propose to be calm for those who reach home."""
    speed, march_speed = city.p["movement.speed"], city.p["movement.march_speed"]
    for site, (destination, share) in s.levers.marches.items():
        go = at_site(s) & (s.site == site) & (rng.random(s.status.size) < share)
        new.phase[go], new.site[go], new.origin[go], new.progress[go] = MARCHING, destination, city.site_cell[site], 0
    new.late[:] = 0
    going = np.flatnonzero(in_street(s) & ((s.phase == OUTBOUND) | (s.phase == MARCHING)))
    pace = np.where(s.phase[going] == MARCHING, march_speed, speed)
    new.progress[going] += pace * (city.dt + s.late[going])
    beyond = new.progress[going] - city.ways(s.site[going], s.origin[going])[1] * city.hop_km
    arrived = going[beyond >= 0]
    new.phase[arrived], new.origin[arrived], new.progress[arrived] = PRESENT, s.home[arrived], 0
    new.late[arrived] = (beyond / pace)[beyond >= 0]
    back = np.flatnonzero(in_street(s) & (s.phase == HOMEBOUND))
    way = speed * (city.dt + s.late[back])
    new.progress[back] = np.maximum(0, s.progress[back] - way)
    home = back[s.progress[back] <= way]
    return Proposal(home, np.full(home.size, CALM), np.maximum(0, s.progress[home] / speed - s.late[home]),
                    s.home[home])  # fmt: skip


def roaming(city: City, s: State, new: State) -> Proposal:
    """Move armed persons by a tick toward the goal of their band; who goes on from the edge of the area has left."""
    speed = city.p["movement.band_speed"]
    gone: list[tuple[int, float]] = []
    for i in np.flatnonzero((s.status == ARMED) & (s.goal != NOWHERE)).tolist():
        here, goal, way = int(s.cell[i]), int(s.goal[i]), s.progress[i] + speed * city.dt
        there = city.place_cell[goal] if goal != EXIT else -1
        while here != there and way >= city.hop_km:
            if goal == EXIT and s.exit_hop[here] == here:
                if city.edge[here]:
                    gone.append((i, city.dt - (way - city.hop_km) / speed))
                way = 0
                break
            here, way = int(s.exit_hop[here] if goal == EXIT else city.next_hop[goal, here]), way - city.hop_km
        new.cell[i], new.progress[i] = here, 0 if here == there else way
    person, time = np.array([i for i, _ in gone], int), np.array([t for _, t in gone])
    return Proposal(person, np.full(person.size, LEFT), time, new.cell[person])


def driving(city: City, s: State, new: State) -> None:
    """Move every unit by a tick toward its goal, or its fallback while it recovers; it comes at its order's place."""
    recovering = out_of_action(s)
    for u in range(city.strength.size):
        order, here = s.agenda.orders[u], int(s.unit_cell[u])
        if order < 0 or s.hour + city.dt + EPS < city.arrives[u]:
            new.unit_cell[u], new.unit_progress[u] = -1, 0
            continue
        if here < 0:
            new.unit_cell[u], new.unit_progress[u] = city.place_cell[order], 0
            continue
        goal = int(city.fallback[u] if recovering[u] and city.fallback[u] >= 0 else s.unit_goal[u])
        k = goal - city.place_cell.size
        there, hop = (city.place_cell[goal], city.next_hop[goal]) if k < 0 else (s.objective[k], s.objective_hop[k])
        way = s.unit_progress[u] + city.speed[u] * city.dt
        while there >= 0 and here != there and way >= city.hop_km:
            here, way = int(hop[here]), way - city.hop_km
        new.unit_cell[u], new.unit_progress[u] = here, 0 if here == there or there < 0 else way
