"""Outside support, arming and bands as the oracle does it: cell by cell, band by band.

The equations are those of ``contrafact.model.outside``, ``arming`` and ``bands``.
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import ARMED, CALM, EXIT, HIDING, NOWHERE, OUTSIDE, STATE, TOLD
from reference.city import EPS, City
from reference.state import (
    Proposal,
    State,
    armed_by_cell,
    at_any_time,
    crowd_by_cell,
    firearms_by_cell,
    force_by_cell,
    full_hour,
    in_crowd,
    some,
)

OPEN, AMBUSH = 0, 1
LEAST_STREET = 100
HALF_DEFENDED = 50


def outside(city: City, s: State, new: State, rng: np.random.Generator) -> Proposal:
    """Fighters enter at the edge at any time of the tick, cadres at their place as it begins; firearms come too."""
    p = city.of("outside")
    passing = (1 - p["interdiction"]) / 24 * city.dt
    new.supply = rng.poisson(p["firearms"] * passing)
    edge = np.flatnonzero(city.edge)
    fighters = rng.poisson(p["fighters"] * passing) if edge.size else 0
    cadres = [cell for cell, number in s.levers.cadres for _ in range(number)]
    cell = np.concatenate([rng.choice(edge, fighters), np.array(cadres, int)])
    time = np.concatenate([city.dt * rng.random(fighters), np.zeros(len(cadres))])
    who = np.flatnonzero(s.status == OUTSIDE)[: cell.size]
    return Proposal(who, np.full(who.size, ARMED), time[: who.size], cell[: who.size])


def looting(city: City, s: State, new: State) -> None:
    """Gun shops fall once large crowds stood in the city for their hold time, armouries with their facility."""
    if in_crowd(s).sum() >= city.p["arming.crowd"]:
        new.shop_contest += city.dt
    hold = np.maximum(city.shop_hold, city.dt)
    fallen = (s.shop_contest < hold - EPS) & (new.shop_contest >= hold - EPS)
    new.emptied = s.emptied | (s.holder != STATE)
    found = city.shop_firearms[fallen].sum() + city.facility_firearms[new.emptied & ~s.emptied].sum()
    new.looted = s.looted + int(found) + s.supply


def arming(city: City, s: State, rng: np.random.Generator) -> list[Proposal]:
    """Poisson(r A dt + theta V) protesters of every cell take up arms, while there are firearms, from any cell on."""
    p = city.of("arming")
    stock = s.looted - s.counts["took_arms"]
    initial = city.p["participation.legitimacy"]
    grievance = (1 - s.legitimacy) / (1 - initial) if initial < 1 else np.zeros(city.cells)
    rate = p["base"] * max(0, stock) / (max(0, stock) + p["half"]) * (1 + p["growth"] * growth(city, s)) * grievance
    wanted = rng.poisson(rate * crowd_by_cell(city, s) * city.dt + p["recruits"] * s.harmed)
    proposals = []
    for c in np.roll(np.arange(city.cells), rng.integers(city.cells)).tolist():
        if wanted[c] == 0:
            continue
        who = some(np.flatnonzero(in_crowd(s) & (s.cell == c)), max(0, min(stock, wanted[c])), rng)
        stock -= who.size
        proposals.append(at_any_time(city, who, np.full(who.size, ARMED), c, rng))
    return proposals


def growth(city: City, s: State) -> float:
    """Growth of the street over the last hour as a share of what it was, between 0 and 3."""
    street = s.history[:, TOLD.index("crowd")]
    before = street[-city.ticks_per_hour] if len(street) >= city.ticks_per_hour else 0
    return float(np.clip((in_crowd(s).sum() - before) / max(before, LEAST_STREET), 0, 3))


def bands(city: City, s: State, new: State, rng: np.random.Generator) -> list[Proposal]:
    """At full hours every band decides; those in hiding come back or give up at any time."""
    proposals = [coming_back(city, s, rng)]
    if full_hour(city, s):
        new.posture[:] = OPEN
        new.reach_exit, new.exit_hop = ways_out(city, armed_by_cell(city, s), force_by_cell(city, s))
    if full_hour(city, s) and (s.status == ARMED).any():
        proposals += deciding(city, s, new, rng)
    return proposals


def coming_back(city: City, s: State, rng: np.random.Generator) -> Proposal:
    """Who is in hiding draws a time to coming back and one to giving up; the earlier counts if within the tick."""
    hidden = np.flatnonzero(s.status == HIDING)
    with np.errstate(divide="ignore"):
        back = rng.standard_exponential(hidden.size) / np.float64(city.p["bands.emerge"])
        done = rng.standard_exponential(hidden.size) / np.float64(city.p["bands.give_up"])
    time = np.minimum(back, done)
    soon = time < city.dt
    becomes = np.where(back < done, ARMED, CALM)
    return Proposal(hidden[soon], becomes[soon], time[soon], s.cell[hidden[soon]])


def ways_out(city: City, armed: Array, force: Array) -> tuple[Array, Array]:
    """From which cells a way out of the area is open, and the next cell on a shortest one; round by round.

    No way enters a cell where state forces outnumber the armed persons; but one who is in such a cell may leave it.
    """
    held = force > armed
    next_cell = np.arange(city.cells)
    open_way = city.edge.copy()
    reached = np.flatnonzero(open_way & ~held)
    while reached.size:
        further = []
        for c in reached.tolist():
            for d in city.neighbours[c].tolist():
                if not open_way[d]:
                    open_way[d], next_cell[d] = True, c
                    further.append(d)
        reached = np.array([d for d in further if not held[d]], int)
    return open_way, next_cell


def deciding(city: City, s: State, new: State, rng: np.random.Generator) -> list[Proposal]:
    """Every band holds, attacks, lies in ambush, disperses or escapes, in proportion to five weights."""
    p, armed, firearms, force = (
        city.of("bands"),
        armed_by_cell(city, s),
        firearms_by_cell(city, s),
        force_by_cell(city, s),
    )
    targets = [f for f in range(city.kinds.size) if is_target(city, f) and s.holder[f] == STATE]
    defenders = {f: force[city.reach[f]].sum() for f in targets}
    appeal = np.array([1 / (1 + defenders[f] / HALF_DEFENDED) for f in targets])
    common = rng.choice(targets, p=appeal / appeal.sum()) if targets else -1
    proposals = []
    for c in np.flatnonzero(armed).tolist():
        members = np.flatnonzero((s.status == ARMED) & (s.cell == c))
        joins = rng.random() < max(s.network[c], p["cohesion"])
        target = common if joins or not targets else nearest(city, targets, c)
        us = armed.sum() if joins else armed[c]
        pressed = city.around[c] @ firearms
        pressed = pressed / (pressed + armed[c])
        weight = np.array([
            1, p["attack"] * us / (us + defenders[target]) if targets else 0, p["ambush"] * pressed,
            p["disperse"] * pressed, p["escape"] * pressed * new.reach_exit[c],
        ])  # fmt: skip
        choice = rng.choice(["hold", "attack", "ambush", "disperse", "escape"], p=weight / weight.sum())
        new.goal[members] = {"attack": city.facility_place[target], "escape": EXIT}.get(choice, NOWHERE)
        new.posture[c] = AMBUSH if choice == "ambush" else OPEN
        if choice == "disperse":
            proposals.append(at_any_time(city, members, np.full(members.size, HIDING), c, rng))
    return proposals


def is_target(city: City, f: int) -> bool:
    """Whether bands attack the facility: any on the map but hospitals."""
    return city.on_map[f] and city.kinds[f] != "hospital"


def nearest(city: City, targets: list[int], cell: int) -> int:
    """The target that is the fewest steps away, the first of several."""
    return min(targets, key=lambda f: int(city.steps[city.facility_place[f], cell]))
