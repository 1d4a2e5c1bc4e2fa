"""The stepper: settles competing proposals, applies them, and counts what mechanisms read in the next tick.

Each proposal is a person, a new status and a time within the tick; for one person the earliest wins, ties by the order
of the loop. Nor is a member of a unit lost twice: who was hurt by hand and hit by fire in a tick was hurt by hand, as
the loop has it. In the roster of persons in the street or in hiding the last then takes the place of one who is gone,
and those who joined or came from outside are appended, so its order follows from events alone.

Kernels that touch everybody in the street take indices as unsigned numbers: of any other Numba asks at each access
whether it counts from the end, which took up to a third of their time.
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import (
    ARMED,
    ARRAYS,
    BAND,
    CALM,
    COUNTS,
    DEAD,
    DETAINED,
    GROUPS,
    HIDDEN,
    HIDING,
    HOMEBOUND,
    INJURED,
    LEFT,
    OUTBOUND,
    OUTSIDE,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATUSES,
    State,
    accept,
)

LOST = 255  # status written over a proposal that lost
BYSTANDERS, PROTESTERS, ARMED_PERSONS, STATE_FORCES, CONTINGENTS = range(len(GROUPS))
FIRST_DEATHS = COUNTS.index(f"deaths_{GROUPS[0]}")
FIRST_INJURED = COUNTS.index(f"injured_{GROUPS[0]}")
TOOK_ARMS = COUNTS.index("took_arms")
ENTERED = COUNTS.index("entered")
COUNT_OF = np.full(len(STATUSES), COUNTS.index("changed"))
"""Count that a change to each status raises; for the injured and the dead it is that of the first group."""
for _status, _name in {
    CALM: "returned",
    PROTESTING: "joined",
    DETAINED: "detained",
    LEFT: "left",
    INJURED: f"injured_{GROUPS[0]}",
    DEAD: f"deaths_{GROUPS[0]}",
}.items():
    COUNT_OF[_status] = COUNTS.index(_name)
SLOT_ARRAYS = tuple(spec.name for spec in ARRAYS if spec.dims == ("slot",))


@kernel
def settle(n: int, slots: int, dt: float, person: Array, new: Array, time: Array, where: Array, payload: Array,
           winner: Array, status: Array, fate: Array, late: Array, counts: Array, deaths: Array,
           harmed: Array) -> int:  # fmt: skip
    """Let the earliest proposal of each person win and apply it to status (person,); returns how many are new.

    Losing proposals get the status LOST; of a newcomer from outside payload becomes -1. fate (slot,) is left with the
    new status of those in the roster, LOST where it stays, and late (slot,) with the rest of the tick of those who turn
    back. counts (count,) are cumulative; deaths and harmed (cell,) are unarmed persons of this tick. winner (person,)
    is zero before and after.
    """
    deaths[:] = 0
    harmed[:] = 0
    fate[:slots] = LOST
    newcomers = 0
    for i in range(n):
        p = np.uint32(person[i])
        best = winner[p]
        if best == 0 or time[i] < time[np.uint32(best - 1)]:
            winner[p] = i + 1
    for i in range(n):
        p, c = np.uint32(person[i]), np.uint32(where[i])
        if winner[p] != i + 1:
            new[i] = LOST
            continue
        before, after = status[p], new[i]
        status[p] = after
        if before in (CALM, OUTSIDE):
            group = BYSTANDERS
            newcomers += after in (PROTESTING, ARMED)
            if before == OUTSIDE:
                payload[i] = -1
                counts[ENTERED] += 1
        else:
            group = ARMED_PERSONS if before in (ARMED, HIDING) else PROTESTERS
            slot = np.uint32(payload[i])
            fate[slot] = after
            if after == RETURNING:
                late[slot] = dt - time[i]
        counts[COUNT_OF[after] + (group if after in (INJURED, DEAD) else 0)] += 1
        counts[TOOK_ARMS] += after == ARMED and before == PROTESTING
        if group != ARMED_PERSONS:
            harmed[c] += after in (INJURED, DEAD)
            deaths[c] += after == DEAD
    for i in range(n):
        winner[np.uint32(person[i])] = 0
    return newcomers


@kernel
def keep(slots: int, fate: Array, hop_km: float, cells: int, route_start: Array, slot_person: Array, slot_home: Array,
         slot_hardship: Array, slot_aversion: Array, slot_patience: Array, slot_site: Array, slot_origin: Array,
         slot_progress: Array, slot_phase: Array, slot_cell: Array, slot_spent: Array, slot_goal: Array,
         slot_late: Array, spent_after: Array, moved_site: Array, moved_origin: Array, moved_progress: Array,
         moved_phase: Array, moved_cell: Array, moved_late: Array, goal_after: Array) -> int:  # fmt: skip
    """Keep in the roster who is still in the street or in hiding, moved; returns how many.

    The last of the roster takes the slot of one who is gone, so those who stay where they are need not be touched; and
    fate (slot,) is read in order, while to look up everybody's status would cost a cache miss each. The progress of an
    armed person is that toward the next cell.
    """
    i, end = np.uint32(0), np.uint32(slots)
    while i < end:
        fated = fate[i]
        if fated in (CALM, DETAINED, INJURED, DEAD, LEFT):
            end = np.uint32(end - 1)
            fate[i] = fate[end]
            slot_person[i], slot_home[i], slot_cell[i] = slot_person[end], slot_home[end], slot_cell[end]
            slot_hardship[i], slot_aversion[i] = slot_hardship[end], slot_aversion[end]
            slot_patience[i], spent_after[i] = slot_patience[end], spent_after[end]
            slot_site[i], slot_origin[i], slot_goal[i] = slot_site[end], slot_origin[end], slot_goal[end]
            slot_progress[i], slot_phase[i] = slot_progress[end], slot_phase[end]
            moved_site[i], moved_origin[i], moved_cell[i] = moved_site[end], moved_origin[end], moved_cell[end]
            moved_progress[i], moved_phase[i] = moved_progress[end], moved_phase[end]
            moved_late[i], goal_after[i] = moved_late[end], goal_after[end]
            continue
        slot_spent[i], slot_late[i] = spent_after[i], moved_late[i]
        if fated in (ARMED, HIDING):
            slot_progress[i], slot_goal[i] = 0.0, -1
            slot_phase[i] = BAND if fated == ARMED else HIDDEN
        elif fated == RETURNING:
            route = slot_site[i] * cells + slot_home[i]
            slot_origin[i], slot_phase[i] = slot_home[i], HOMEBOUND
            slot_progress[i] = (route_start[route + 1] - route_start[route] - 1) * hop_km
        elif slot_phase[i] != PRESENT or moved_phase[i] != PRESENT:
            slot_site[i], slot_origin[i], slot_cell[i] = moved_site[i], moved_origin[i], moved_cell[i]
            slot_progress[i], slot_phase[i] = moved_progress[i], moved_phase[i]
            if slot_phase[i] in (BAND, HIDDEN):
                slot_goal[i] = goal_after[i]
        i = np.uint32(i + 1)
    return int(end)


@kernel
def enter(n: int, slots: int, dt: float, person: Array, new: Array, time: Array, where: Array, payload: Array,
          detail: Array, slot_person: Array, slot_home: Array, slot_hardship: Array, slot_aversion: Array,
          slot_patience: Array, slot_site: Array, slot_origin: Array, slot_progress: Array, slot_phase: Array,
          slot_cell: Array, slot_spent: Array, slot_goal: Array, slot_late: Array) -> int:  # fmt: skip
    """Append who joined, at home and on their way, and who came from outside; returns the number of slots."""
    j = slots
    for i in range(n):
        if new[i] != PROTESTING and not (new[i] == ARMED and payload[i] < 0):
            continue
        slot_person[j], slot_home[j], slot_cell[j], slot_origin[j] = person[i], where[i], where[i], where[i]
        slot_hardship[j], slot_aversion[j], slot_patience[j] = detail[i, 0], detail[i, 1], detail[i, 2]
        slot_progress[j], slot_spent[j], slot_goal[j], slot_late[j] = 0.0, 0.0, -1, dt - time[i]
        slot_site[j], slot_phase[j] = max(0, payload[i]), OUTBOUND if new[i] == PROTESTING else BAND
        j += 1
    return j


@kernel
def count(slots: int, slot_home: Array, slot_site: Array, slot_phase: Array, slot_cell: Array, crowd: Array,
          armed: Array, hidden: Array, active_home: Array, on_site: Array) -> None:  # fmt: skip
    """Count protesters, armed persons and those in hiding by cell, the first two by home, and protesters by site."""
    crowd[:] = 0
    armed[:] = 0
    hidden[:] = 0
    active_home[:] = 0
    on_site[:] = 0
    for i in range(slots):
        phase, c, home = slot_phase[i], np.uint32(slot_cell[i]), np.uint32(slot_home[i])
        if phase == HIDDEN:
            hidden[c] += 1
        elif phase == BAND:
            armed[c] += 1
            active_home[home] += 1
        elif phase != HOMEBOUND:
            crowd[c] += 1
            active_home[home] += 1
            if phase == PRESENT:
                on_site[np.uint32(slot_site[i])] += 1


@kernel
def sort(slots: int, slot_phase: Array, slot_cell: Array, crowd: Array, armed: Array, hidden: Array, cell_start: Array,
         cell_slots: Array, armed_start: Array, armed_slots: Array, hidden_start: Array,
         hidden_slots: Array) -> None:  # fmt: skip
    """Sort the slots of protesters, of armed persons and of those in hiding by cell, in the roster's order."""
    cell_start[0], armed_start[0], hidden_start[0] = 0, 0, 0
    for c in range(crowd.size):
        cell_start[c + 1] = cell_start[c] + crowd[c]
        armed_start[c + 1] = armed_start[c] + armed[c]
        hidden_start[c + 1] = hidden_start[c] + hidden[c]
    fill, fill_armed, fill_hidden = cell_start.copy(), armed_start.copy(), hidden_start.copy()
    for i in range(slots):
        phase, here = slot_phase[i], np.uint32(slot_cell[i])
        if phase == HIDDEN:
            hidden_slots[fill_hidden[here]] = i
            fill_hidden[here] += 1
        elif phase == BAND:
            armed_slots[fill_armed[here]] = i
            fill_armed[here] += 1
        elif phase != HOMEBOUND:
            cell_slots[fill[here]] = i
            fill[here] += 1


@kernel
def spread(events: Array, start: Array, cell: Array, out: Array) -> None:
    """Events of each cell, (cell,), counted in every cell around it; start (cell + 1,) and cell list those around."""
    out[:] = 0
    for d in range(events.size):
        if events[d] != 0:
            for i in range(start[d], start[d + 1]):
                out[cell[i]] += events[d]


@kernel
def lose_once(strength: Array, injured: Array, dead: Array, shot_before: Array, shot: Array, killed: Array) -> None:
    """Take back hits by fire in the tick beyond the members that a unit has left, wounds first, arrays (unit,).

    Hand-to-hand fighting and combat each know who was fit as the tick began, and not what the other does to them.
    """
    for u in range(strength.size):
        beyond = max(0, injured[u] + dead[u] + shot[u] + killed[u] - strength[u])
        wounds = min(beyond, shot[u] - shot_before[u])
        shot[u] -= wounds
        killed[u] -= beyond - wounds


@kernel
def muster(hour: float, cell: Array, strength: Array, firearms: Array, injured: Array, dead: Array, shot: Array,
           killed: Array, recovers: Array, routed: Array, contingent: Array, fit: Array, force: Array, armed: Array,
           guests: Array, armed_guests: Array, counts: Array) -> None:  # fmt: skip
    """Members fit for duty of each unit, (unit,), and in each cell those and the ones with firearms, (cell,).

    guests and armed_guests (cell,) are those of them who are of contingents. Losses of state forces and of contingents
    so far are written to counts (count,).
    """
    force[:] = 0
    armed[:] = 0
    guests[:] = 0
    armed_guests[:] = 0
    for group in (STATE_FORCES, CONTINGENTS):
        counts[FIRST_INJURED + group] = 0
        counts[FIRST_DEATHS + group] = 0
    for u in range(cell.size):
        group = CONTINGENTS if contingent[u] else STATE_FORCES
        counts[FIRST_INJURED + group] += injured[u] + shot[u]
        counts[FIRST_DEATHS + group] += dead[u] + killed[u]
        fit[u] = 0
        if cell[u] >= 0 and recovers[u] <= hour and routed[u] <= hour:
            fit[u] = max(0, strength[u] - injured[u] - dead[u] - shot[u] - killed[u])
            force[cell[u]] += fit[u]
            if firearms[u]:
                armed[cell[u]] += fit[u]
            if contingent[u]:
                guests[cell[u]] += fit[u]
                armed_guests[cell[u]] += fit[u] if firearms[u] else 0


def grow(now: State, following: State, size: int) -> None:
    """Make room for ``size`` residents in the street."""
    if size <= now.slot_person.size:
        return
    for name in SLOT_ARRAYS:
        old = getattr(now, name)
        larger = np.zeros(2 * size, old.dtype)
        larger[: old.size] = old
        setattr(now, name, larger)
        setattr(following, name, larger)


def apply(c: Context) -> None:
    """Apply a tick: the next state becomes the present one and proposals are settled."""
    now, following, fixed, proposals = c.now, c.next, c.fixed, c.proposals
    lose_once(fixed.unit_strength, following.unit_injured, following.unit_dead, now.unit_shot, following.unit_shot,
              following.unit_killed)  # fmt: skip
    accept(now, following)
    person, new, time, where, payload, detail = proposals.arrays()
    joined = settle(proposals.n, c.slots, c.dt, person, new, time, where, payload, now.winner, now.status,
                    now.slot_fate, now.moved_late, now.counts, now.deaths_now, now.harmed_now)  # fmt: skip
    spread(now.deaths_now, fixed.around_start, fixed.around_cell, now.deaths_around)
    spread(now.harmed_now, fixed.around_start, fixed.around_cell, now.harmed_around)
    grow(now, following, c.slots + joined)
    roster = (now.slot_person, now.slot_home, now.slot_hardship, now.slot_aversion, now.slot_patience, now.slot_site,
              now.slot_origin, now.slot_progress, now.slot_phase, now.slot_cell, now.slot_spent,
              now.slot_goal, now.slot_late)  # fmt: skip
    slots = keep(c.slots, now.slot_fate, fixed.hop_km, fixed.cells, fixed.route_start, *roster, now.spent_after,
                 now.moved_site, now.moved_origin, now.moved_progress, now.moved_phase, now.moved_cell, now.moved_late,
                 now.goal_after)  # fmt: skip
    c.slots = enter(proposals.n, slots, c.dt, person, new, time, where, payload, detail, *roster)
    proposals.n = 0
    count_state(c)


def count_state(c: Context) -> None:
    """Bring the stepper's counts up to date with the roster and the units, for the tick that follows."""
    now, fixed = c.now, c.fixed
    count(c.slots, now.slot_home, now.slot_site, now.slot_phase, now.slot_cell, now.crowd, now.armed, now.hidden,
          now.active_home, now.on_site)  # fmt: skip
    sort(c.slots, now.slot_phase, now.slot_cell, now.crowd, now.armed, now.hidden, now.cell_start, now.cell_slots,
         now.armed_start, now.armed_slots, now.hidden_start, now.hidden_slots)  # fmt: skip
    next_hour = (c.tick + 1) / c.ticks_per_hour  # to the bit what mechanisms compare with in the tick that follows
    muster(next_hour, now.unit_cell, fixed.unit_strength, fixed.unit_firearms, now.unit_injured, now.unit_dead,
           now.unit_shot, now.unit_killed, now.unit_recovers, now.unit_routed, fixed.unit_is_contingent, now.unit_fit,
           now.force, now.armed_force, now.guests, now.armed_guests, now.counts)  # fmt: skip
