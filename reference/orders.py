"""Command as the oracle does it: demands are met one after the other, each by the nearest free units.

The rules are those of ``contrafact.model.command``, without contingents, which take no task while no alliance gives
them a mandate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import CLEAR, CORDON, GUARD, OBJECTIVES, RESERVE, RETAKE, SCRIPTED, STATE
from reference.armed import OPEN
from reference.city import EPS, City
from reference.state import State, armed_by_cell, at_site, fit, full_hour

CLEARED = 4
FAR = 2**30


class Demand(NamedTuple):
    """So many persons are asked for a task at a goal: a place, or an objective from the number of places on."""

    task: int
    goal: int
    need: float
    all_or_none: bool = False


def command(city: City, s: State, new: State) -> None:
    """Units held by orders or still assessing go where they are ordered; at full hours the free ones get tasks."""
    waiting = s.levers.scripted | (s.hour + EPS < city.arrives + city.p["command.planning"])
    new.unit_goal[waiting] = s.agenda.orders[waiting]
    new.unit_task[waiting] = SCRIPTED
    if not full_hour(city, s):
        return
    fit_now = fit(city, s) > 0
    lapsed = ~waiting & ~fit_now & (s.unit_goal >= city.place_cell.size)
    new.unit_goal[lapsed] = s.agenda.orders[lapsed]
    free = set(np.flatnonzero(~waiting & fit_now).tolist())
    if not free:
        return
    known = known_armed(city, s)
    new.objective = objectives(city, known)
    ways = [ways_to(city, cell) for cell in new.objective.tolist()]
    new.objective_hop = np.array([hop for hop, _ in ways])
    steps = np.concatenate([city.steps, [steps for _, steps in ways]])
    for u in free:
        new.unit_task[u] = RESERVE
        new.unit_goal[u] = city.fallback[u] if city.fallback[u] >= 0 else s.agenda.orders[u]
    for demand in demands(city, s, new.objective, known):
        meet(city, s, new, demand, steps[demand.goal], free)


def known_armed(city: City, s: State) -> Array:
    """Armed persons whose place is known, (cell,): all of a band in the open, the share mu of one in an ambush."""
    return np.asarray(np.where(s.posture == OPEN, 1, s.intelligence) * armed_by_cell(city, s))


def objectives(city: City, known: Array) -> Array:
    """Up to four cells with most known armed persons, one at least; then those around the first; -1 for none."""
    cells = np.full(OBJECTIVES, -1)
    ranked = sorted(np.flatnonzero(known >= 1).tolist(), key=lambda c: (-known[c], c))[:CLEARED]
    cells[: len(ranked)] = ranked
    if ranked:
        around = city.neighbours[ranked[0]][: OBJECTIVES - CLEARED]
        cells[CLEARED : CLEARED + around.size] = around
    return cells


def ways_to(city: City, goal: int) -> tuple[Array, Array]:
    """Next cell on a shortest way to a cell, and the number of steps, (cell,); round by round."""
    hop, steps = np.arange(city.cells), np.full(city.cells, FAR)
    reached = [goal] if goal >= 0 else []
    steps[reached] = 0
    while reached:
        further = []
        for c in reached:
            for d in city.neighbours[c].tolist():
                if steps[d] == FAR:
                    hop[d], steps[d] = c, steps[c] + 1
                    further.append(d)
        reached = further
    return hop, steps


def threat(city: City, s: State, f: int) -> float:
    """T: armed persons within reach of a facility, and ``unarmed_weight`` times the crowd of its site."""
    crowd = np.count_nonzero(at_site(s) & (s.site == city.facility_site[f]))
    return float(armed_by_cell(city, s)[city.reach[f]].sum() + city.p["facilities.unarmed_weight"] * crowd)


def demands(city: City, s: State, goals: Array, known: Array) -> list[Demand]:
    """Everything that is asked of free units, in the order in which it is met."""
    p = city.of("command")
    on_map = [f for f in range(city.kinds.size) if city.on_map[f] and city.kinds[f] != "hospital"]
    place, places = city.facility_place, city.place_cell.size
    guard = [Demand(GUARD, place[f], max(p["least"], p["guard_ratio"] * threat(city, s, f)))
             for f in on_map if s.holder[f] == STATE]  # fmt: skip
    retake = [Demand(RETAKE, place[f], more_than(p["retake_ratio"] * max(1.0, threat(city, s, f))), all_or_none=True)
              for f in on_map if s.holder[f] != STATE and city.regained[f]]  # fmt: skip
    clear = [Demand(CLEAR, places + k, p["retake_ratio"] * known[goals[k]], all_or_none=True)
             for k in range(CLEARED) if goals[k] >= 0]  # fmt: skip
    cordon = [Demand(CORDON, places + k, 1) for k in range(CLEARED, OBJECTIVES) if goals[k] >= 0]
    return guard + retake + clear + cordon


def more_than(persons: float) -> int:
    """The least whole number above."""
    return math.floor(persons) + 1


def meet(city: City, s: State, new: State, demand: Demand, steps: Array, free: set[int]) -> None:
    """Send the nearest free units of forces that have the task, the first of several, until there are enough."""
    members = fit(city, s)
    able = [u for u in sorted(free) if city.tasks[u] >> demand.task & 1 and not city.contingent[u]]
    if demand.all_or_none and members[able].sum() < demand.need:
        return
    sent = 0
    for u in sorted(able, key=lambda u: int(steps[s.unit_cell[u]])):
        if sent >= demand.need:
            break
        if 0 <= steps[s.unit_cell[u]] < FAR:
            new.unit_task[u], new.unit_goal[u] = demand.task, demand.goal
            free.discard(u)
            sent += members[u]
