"""Command: what units do that no order of the scenario holds, within mandate and rules of engagement.

At every full hour the units that are free are shared out among demands, in this order, nearest first:

    guard     facilities that the state holds, by the scenario's order: max(least, guard_ratio T_f) persons at each
    retake    facilities that it has lost: more than retake_ratio max(1, T_f) persons, or nobody if they are too few
    clear     up to four cells where most armed persons are known, one at least: retake_ratio times as many, or nobody
    cordon    the cells around the first of them, a unit each
    reserve   the rest, at their fallback

Hospitals and places off the map are neither guarded nor retaken. Of units equally near the first is taken, and so of
cells with as many armed persons.

T_f is the threat: armed persons within reach of the facility and ``facilities.unarmed_weight`` times the crowd of its
site. Of the band of a cell all are known while it is in the open, and the share mu_c (intelligence) in an ambush. A
unit is free if it is there and fit, no order of the scenario holds it, and ``planning`` hours have passed since it
came: staff assess before they act. It takes only tasks that its force has; a contingent takes none without a mandate,
guards alone under a mandate to guard, and all of its own under a mandate to clear.

Contingents guard first, and local units what these leave to guard: so contingents free them for other tasks. With
``freed`` at 0 local units guard as if no contingent did: what freed units do is a hypothesis with a switch of its own.
A unit that is out of action at a full hour goes back to its order's place. Decisions see the true situation of the
hour, not what is told of it; what delays them are the hour between decisions, the time to assess, and the way.

Order     after bands, before crowd control
Reads     armed, crowd, force, intelligence, posture (cell,); on_site (site,); holder (facility,); mandate ();
          unit_order, unit_scripted, unit_fit, unit_cell, unit_arrives (unit,)
Writes    unit_goal, unit_task (unit,); objective (objective,), objective_hop (objective, cell)
Source    assumption; a local superiority of three to one is a rule of thumb of staffs
Check     tests/model/test_command.py
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import (
    CLEAR,
    CLEAR_MANDATE,
    CORDON,
    GUARD,
    GUARD_MANDATE,
    OBJECTIVES,
    RESERVE,
    RETAKE,
    SCRIPTED,
    STATE,
)
from contrafact.parameters import ASSUMPTION, CONVENTION, Parameter, uniform

PARAMETERS = (
    Parameter("command.planning", "h", 3.0, ASSUMPTION, "time a force takes to assess before it is given tasks",
              uniform(1.0, 6.0)),
    Parameter("command.least", "persons", 15.0, ASSUMPTION, "guards of a facility that nobody threatens",
              uniform(5.0, 30.0)),
    Parameter("command.guard_ratio", "dimensionless", 1.5, ASSUMPTION, "guards for each attacker", uniform(1.0, 2.0)),
    Parameter("command.retake_ratio", "dimensionless", 3.0, ASSUMPTION, "superiority sought to retake or clear",
              uniform(2.0, 4.0)),
    Parameter("command.freed", "dimensionless", 1.0, CONVENTION,
              "whether local units leave to contingents what these guard; 0 switches it off", high=1.0),
)  # fmt: skip

CLEARED = 4
ANYONE, CONTINGENTS, LOCALS = range(3)
FAR = 2**30


@kernel
def ways_to(objective: Array, start: Array, neighbour: Array, hop: Array, hops: Array) -> None:
    """Next cell and number of steps to each objective, (objective, cell), breadth first; FAR where there is none."""
    cells = hop.shape[1]
    queue = np.empty(cells, np.int32)
    for k in range(objective.size):
        for c in range(cells):
            hop[k, c], hops[k, c] = c, FAR
        if objective[k] < 0:
            continue
        queue[0], hops[k, objective[k]] = objective[k], 0
        head, tail = 0, 1
        while head < tail:
            c = queue[head]
            head += 1
            for i in range(start[c], start[c + 1]):
                d = neighbour[i]
                if hops[k, d] == FAR:
                    hop[k, d], hops[k, d] = c, hops[k, c] + 1
                    queue[tail] = d
                    tail += 1


@kernel
def assign(task: Array, goal: Array, need: Array, side: Array, all_or_none: Array, place_hops: Array, hops: Array,
           free: Array, abilities: Array, contingent: Array, fit: Array, cell: Array, unit_task: Array,
           unit_goal: Array) -> None:  # fmt: skip
    """Share free units out among demands, arrays (demand,), the nearest first; free (unit,) is left with the rest.

    place_hops (place, cell) and hops (objective, cell) are steps; a goal from the number of places on is an objective.
    """
    places = place_hops.shape[0]
    for d in range(task.size):
        left = need[d]
        if all_or_none[d]:
            at_hand = 0
            for u in range(cell.size):
                if free[u] and (abilities[u] >> task[d]) & 1 and (side[d] == 0 or contingent[u] == (side[d] == 1)):
                    at_hand += fit[u]
            if at_hand < left:
                continue
        while left > 0.0:
            best, least = -1, FAR
            for u in range(cell.size):
                if free[u] and (abilities[u] >> task[d]) & 1 and (side[d] == 0 or contingent[u] == (side[d] == 1)):
                    way = place_hops[goal[d], cell[u]] if goal[d] < places else hops[goal[d] - places, cell[u]]
                    if 0 <= way < least:
                        best, least = u, way
            if best < 0:
                break
            free[best], unit_task[best], unit_goal[best] = False, task[d], goal[d]
            left -= fit[best]


@kernel
def hold(hour: float, planning: float, scripted: Array, arrives: Array, order: Array, waiting: Array, task: Array,
         goal: Array) -> None:  # fmt: skip
    """Hold to their orders the units, (unit,), that a script holds or that still plan; waiting is left with which."""
    for u in range(scripted.size):
        waiting[u] = scripted[u] or hour < arrives[u] + planning
        if waiting[u]:
            goal[u], task[u] = order[u], SCRIPTED


class Demands:
    """Demands in the order in which they are met, as columns."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, float, int, bool]] = []

    def add(self, task: int, goal: int, need: float, side: int = ANYONE, all_or_none: bool = False) -> None:
        """Ask for ``need`` persons at a place or objective."""
        if need > 0.0:
            self.rows.append((task, goal, need, side, all_or_none))

    def columns(self) -> list[Array]:
        """Task, goal, need, side, and whether all or none are sent, each (demand,)."""
        types = (np.int64, np.int64, np.float64, np.int64, np.bool_)
        columns = list(zip(*self.rows, strict=True)) or [()] * len(types)
        return [np.array(column, kind) for column, kind in zip(columns, types, strict=True)]


def threats(c: Context) -> Array:
    """Threat to each facility in persons, (facility,); nobody threatens those off the map."""
    now, fixed = c.now, c.fixed
    crowd = np.where(fixed.facility_site >= 0, now.on_site[np.maximum(0, fixed.facility_site)], 0)
    threat = c.p["facilities.unarmed_weight"] * crowd
    if threat.size:
        threat = threat + np.add.reduceat(now.armed[fixed.reach_cell], fixed.reach_start[:-1])
    return np.asarray(np.where(fixed.onmap, threat, 0.0))


def objectives(c: Context) -> tuple[Array, Array]:
    """Cells to clear, then those to cordon, (objective,), -1 for none; and how many armed persons are known in each."""
    now, fixed = c.now, c.fixed
    cells, known = np.full(OBJECTIVES, -1, np.int64), np.zeros(OBJECTIVES)
    seen = np.where(now.posture == 0, 1.0, now.intelligence) * now.armed
    first = np.argsort(-seen, kind="stable")[:CLEARED]
    first = first[seen[first] >= 1.0]
    cells[: first.size], known[: first.size] = first, seen[first]
    if first.size:
        ring = fixed.neighbour[fixed.neighbour_start[first[0]] : fixed.neighbour_start[first[0] + 1]]
        ring = ring[: OBJECTIVES - CLEARED]
        cells[CLEARED : CLEARED + ring.size] = ring
    return cells, known


def guards(c: Context, threat: Array, side: int, relief: float = 0.0) -> Demands:
    """What is asked of one side to guard what the state holds, less ``relief`` of the contingents that guard it."""
    now, following, fixed, wanted = c.now, c.next, c.fixed, Demands()
    guarding = (following.unit_task == GUARD) & fixed.unit_is_contingent
    there = np.bincount(following.unit_goal[guarding], now.unit_fit[guarding], fixed.place_cell.size)
    need = np.maximum(c.p["command.least"], c.p["command.guard_ratio"] * threat)
    for f in fixed.guarded:
        if now.holder[f] == STATE:
            place = int(fixed.facility_place[f])
            wanted.add(GUARD, place, need[f] - relief * there[place], side)
    return wanted


def operations(c: Context, threat: Array, known: Array, wanted: Demands) -> Demands:
    """What is asked of all units beside: to retake, clear and cordon."""
    now, fixed, p, places = c.now, c.fixed, c.p, c.fixed.place_cell.size
    for f in fixed.guarded:
        if now.holder[f] != STATE and fixed.facility_regained[f]:
            superior = np.floor(p["command.retake_ratio"] * max(1.0, threat[f])) + 1.0  # as many do not retake it
            wanted.add(RETAKE, int(fixed.facility_place[f]), superior, all_or_none=True)
    for k in range(CLEARED):
        wanted.add(CLEAR, places + k, p["command.retake_ratio"] * known[k], all_or_none=True)
    for k in range(CLEARED, OBJECTIVES):
        if c.next.objective[k] >= 0:
            wanted.add(CORDON, places + k, 1.0)
    return wanted


def abilities(c: Context) -> Array:
    """Tasks that each unit may take, bits of TASKS, (unit,)."""
    fixed, mandate = c.fixed, int(c.now.mandate[0])
    by_mandate = {GUARD_MANDATE: 1 << GUARD, CLEAR_MANDATE: -1}.get(mandate, 0)
    return np.asarray(np.where(fixed.unit_is_contingent, fixed.unit_tasks & by_mandate, fixed.unit_tasks))


def share_out(c: Context, free: Array) -> None:
    """Give every free unit a task."""
    now, following, fixed = c.now, c.next, c.fixed
    cells, known = objectives(c)
    following.objective[:] = cells
    hops = np.empty((OBJECTIVES, fixed.cells), np.int64)
    ways_to(cells, fixed.neighbour_start, fixed.neighbour, following.objective_hop, hops)
    following.unit_task[free] = RESERVE
    following.unit_goal[free] = np.where(fixed.unit_fallback[free] >= 0, fixed.unit_fallback[free],
                                         now.unit_order[free])  # fmt: skip
    threat = threats(c)
    meet(c, guards(c, threat, CONTINGENTS), free, hops)
    meet(c, operations(c, threat, known, guards(c, threat, LOCALS, c.p["command.freed"])), free, hops)


def meet(c: Context, wanted: Demands, free: Array, hops: Array) -> None:
    """Meet demands in their order as far as free units go."""
    now, following, fixed = c.now, c.next, c.fixed
    task, goal, need, side, all_or_none = wanted.columns()
    assign(
        task, goal, need, side, all_or_none, fixed.place_hops, hops, free, abilities(c), fixed.unit_is_contingent,
        now.unit_fit, now.unit_cell, following.unit_task, following.unit_goal,
    )  # fmt: skip


def step(c: Context) -> None:
    """Hold scripted units to their orders, and share out the others at full hours."""
    now, following = c.now, c.next
    waiting = np.empty(now.unit_scripted.size, bool)
    hold(c.hour, c.p["command.planning"], now.unit_scripted, now.unit_arrives, now.unit_order, waiting,
         following.unit_task, following.unit_goal)  # fmt: skip
    if c.tick % c.ticks_per_hour == 0:
        free = ~waiting & (now.unit_fit > 0)
        lapsed = (
            ~waiting & ~free & (now.unit_goal >= c.fixed.place_cell.size)
        )  # its objective was that of an earlier hour
        following.unit_goal[lapsed] = now.unit_order[lapsed]
        if free.any():
            share_out(c, free)
