"""The stepper: settles competing proposals, applies them, and counts what mechanisms read in the next tick.

Each proposal is a person, a new status and a time within the tick; for one person the earliest wins, ties by the order
of the loop. In the roster of residents in the street the last then takes the place of one who is gone, and those who
joined are appended, so its order follows from events alone.
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import (
    ARRAYS,
    BUFFERED,
    CALM,
    COUNTS,
    DEAD,
    DETAINED,
    HOMEBOUND,
    INJURED,
    OUTBOUND,
    PRESENT,
    PROTESTING,
    RETURNING,
    State,
)

LOST = 255  # status written over a proposal that lost
DEATHS_BYSTANDERS = COUNTS.index("deaths_bystanders")
DEATHS_PROTESTERS = COUNTS.index("deaths_protesters")
INJURED_BYSTANDERS = COUNTS.index("injured_bystanders")
INJURED_PROTESTERS = COUNTS.index("injured_protesters")
DETAINED_COUNT = COUNTS.index("detained")
JOINED = COUNTS.index("joined")
RETURNED = COUNTS.index("returned")
SLOT_ARRAYS = tuple(spec.name for spec in ARRAYS if spec.dims == ("slot",))


@kernel
def settle(n: int, slots: int, person: Array, new: Array, time: Array, where: Array, payload: Array, winner: Array,
           status: Array, fate: Array, counts: Array, deaths: Array, harmed: Array) -> int:  # fmt: skip
    """Let the earliest proposal of each person win and apply it to status (person,); returns how many joined.

    Losing proposals get the status LOST. fate (slot,) is left with the new status of those in the roster, LOST where it
    stays. counts (count,) are cumulative; deaths and harmed (cell,) are of this tick. winner (person,) is zero before
    and after.
    """
    deaths[:] = 0
    harmed[:] = 0
    fate[:slots] = LOST
    joined = 0
    for i in range(n):
        best = winner[person[i]]
        if best == 0 or time[i] < time[best - 1]:
            winner[person[i]] = i + 1
    for i in range(n):
        p = person[i]
        if winner[p] != i + 1:
            new[i] = LOST
            continue
        calm = status[p] == CALM
        status[p] = new[i]
        if not calm:
            fate[payload[i]] = new[i]
        if new[i] == PROTESTING:
            joined += 1
            counts[JOINED] += 1
        elif new[i] == CALM:
            counts[RETURNED] += 1
        elif new[i] == DETAINED:
            counts[DETAINED_COUNT] += 1
        elif new[i] == INJURED:
            counts[INJURED_BYSTANDERS if calm else INJURED_PROTESTERS] += 1
            harmed[where[i]] += 1
        elif new[i] == DEAD:
            counts[DEATHS_BYSTANDERS if calm else DEATHS_PROTESTERS] += 1
            deaths[where[i]] += 1
            harmed[where[i]] += 1
    for i in range(n):
        winner[person[i]] = 0
    return joined


@kernel
def keep(slots: int, fate: Array, hop_km: float, cells: int, route_start: Array, route_cell: Array,
         slot_person: Array, slot_home: Array, slot_hardship: Array, slot_aversion: Array, slot_patience: Array,
         slot_site: Array, slot_origin: Array, slot_progress: Array, slot_phase: Array, slot_cell: Array,
         slot_spent: Array, spent_after: Array, moved_site: Array, moved_origin: Array, moved_progress: Array,
         moved_phase: Array) -> int:  # fmt: skip
    """Keep in the roster who is still in the street, moved; returns how many. Arrays by slot are rewritten in place.

    The last of the roster takes the slot of one who is gone, so those who stay where they are need not be touched; and
    fate (slot,) is read in order, while to look up everybody's status would cost a cache miss each.
    """
    i, end = 0, slots
    while i < end:
        if fate[i] != LOST and fate[i] != RETURNING:
            end -= 1
            fate[i] = fate[end]
            slot_person[i], slot_home[i], slot_cell[i] = slot_person[end], slot_home[end], slot_cell[end]
            slot_hardship[i], slot_aversion[i] = slot_hardship[end], slot_aversion[end]
            slot_patience[i], slot_spent[i], spent_after[i] = slot_patience[end], slot_spent[end], spent_after[end]
            slot_site[i], slot_origin[i] = slot_site[end], slot_origin[end]
            slot_progress[i], slot_phase[i] = slot_progress[end], slot_phase[end]
            moved_site[i], moved_origin[i] = moved_site[end], moved_origin[end]
            moved_progress[i], moved_phase[i] = moved_progress[end], moved_phase[end]
            continue
        slot_spent[i] = spent_after[i]
        if fate[i] == RETURNING:
            route = slot_site[i] * cells + slot_home[i]
            slot_origin[i], slot_phase[i] = slot_home[i], HOMEBOUND
            slot_progress[i] = (route_start[route + 1] - route_start[route] - 1) * hop_km
        elif slot_phase[i] == PRESENT and moved_phase[i] == PRESENT:
            i += 1
            continue
        else:
            slot_site[i], slot_origin[i] = moved_site[i], moved_origin[i]
            slot_progress[i], slot_phase[i] = moved_progress[i], moved_phase[i]
        route = slot_site[i] * cells + slot_origin[i]
        first, steps = route_start[route], route_start[route + 1] - route_start[route] - 1
        at = steps if slot_phase[i] == PRESENT else min(steps, int(slot_progress[i] / hop_km + 1e-9))
        slot_cell[i] = route_cell[first + at]
        i += 1
    return end


@kernel
def enter(n: int, slots: int, person: Array, new: Array, where: Array, payload: Array, detail: Array,
          slot_person: Array, slot_home: Array, slot_hardship: Array, slot_aversion: Array, slot_patience: Array,
          slot_site: Array, slot_origin: Array, slot_progress: Array, slot_phase: Array, slot_cell: Array,
          slot_spent: Array) -> int:  # fmt: skip
    """Append those who joined to the roster, at home and on their way; returns the number of slots."""
    j = slots
    for i in range(n):
        if new[i] != PROTESTING:
            continue
        slot_person[j], slot_home[j], slot_cell[j], slot_origin[j] = person[i], where[i], where[i], where[i]
        slot_hardship[j], slot_aversion[j], slot_patience[j] = detail[i, 0], detail[i, 1], detail[i, 2]
        slot_site[j], slot_progress[j], slot_phase[j], slot_spent[j] = payload[i], 0.0, OUTBOUND, 0.0
        j += 1
    return j


@kernel
def count(slots: int, slot_home: Array, slot_site: Array, slot_phase: Array, slot_cell: Array, crowd: Array,
          active_home: Array, on_site: Array, cell_start: Array, cell_slots: Array) -> None:  # fmt: skip
    """Count protesters by cell, by home and by site, and sort their slots by cell, in the roster's order."""
    crowd[:] = 0
    active_home[:] = 0
    on_site[:] = 0
    for i in range(slots):
        if slot_phase[i] != HOMEBOUND:
            crowd[slot_cell[i]] += 1
            active_home[slot_home[i]] += 1
            if slot_phase[i] == PRESENT:
                on_site[slot_site[i]] += 1
    cell_start[0] = 0
    for c in range(crowd.size):
        cell_start[c + 1] = cell_start[c] + crowd[c]
    fill = cell_start.copy()
    for i in range(slots):
        if slot_phase[i] != HOMEBOUND:
            cell_slots[fill[slot_cell[i]]] = i
            fill[slot_cell[i]] += 1


@kernel
def spread(events: Array, start: Array, cell: Array, out: Array) -> None:
    """Events of each cell, (cell,), counted in every cell around it; start (cell + 1,) and cell list those around."""
    out[:] = 0
    for d in range(events.size):
        if events[d] != 0:
            for i in range(start[d], start[d + 1]):
                out[cell[i]] += events[d]


@kernel
def muster(hour: float, cell: Array, strength: Array, firearms: Array, injured: Array, dead: Array, recovers: Array,
           force: Array, armed: Array) -> None:  # fmt: skip
    """Members fit for duty in each cell, and those of them with firearms, (cell,), from arrays (unit,)."""
    force[:] = 0
    armed[:] = 0
    for u in range(cell.size):
        if cell[u] >= 0 and recovers[u] <= hour:
            fit = strength[u] - injured[u] - dead[u]
            force[cell[u]] += fit
            if firearms[u]:
                armed[cell[u]] += fit


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
    for name in BUFFERED:
        np.copyto(getattr(now, name), getattr(following, name))
    person, new, time, where, payload, detail = proposals.arrays()
    joined = settle(proposals.n, c.slots, person, new, time, where, payload, now.winner, now.status, now.slot_fate,
                    now.counts, now.deaths_now, now.harmed_now)  # fmt: skip
    spread(now.deaths_now, fixed.around_start, fixed.around_cell, now.deaths_around)
    spread(now.harmed_now, fixed.around_start, fixed.around_cell, now.harmed_around)
    grow(now, following, c.slots + joined)
    roster = (now.slot_person, now.slot_home, now.slot_hardship, now.slot_aversion, now.slot_patience, now.slot_site,
              now.slot_origin, now.slot_progress, now.slot_phase, now.slot_cell, now.slot_spent)  # fmt: skip
    slots = keep(c.slots, now.slot_fate, fixed.hop_km, fixed.cells, fixed.route_start, fixed.route_cell, *roster,
                 now.spent_after, now.moved_site, now.moved_origin, now.moved_progress, now.moved_phase)  # fmt: skip
    c.slots = enter(proposals.n, slots, person, new, where, payload, detail, *roster)
    proposals.n = 0
    count_state(c)


def count_state(c: Context) -> None:
    """Bring the stepper's counts up to date with the roster and the units, for the tick that follows."""
    now, fixed = c.now, c.fixed
    count(c.slots, now.slot_home, now.slot_site, now.slot_phase, now.slot_cell, now.crowd, now.active_home, now.on_site,
          now.cell_start, now.cell_slots)  # fmt: skip
    next_hour = (c.tick + 1) / c.ticks_per_hour  # to the bit what crowd control compares with in the tick that follows
    muster(next_hour, now.unit_cell, fixed.unit_strength, fixed.unit_firearms, now.unit_injured, now.unit_dead,
           now.unit_recovers, now.force, now.armed_force)  # fmt: skip
    for status, kind in ((now.unit_injured, "injured"), (now.unit_dead, "deaths")):
        by_contingents = int(status[fixed.unit_is_contingent].sum())
        now.counts[COUNTS.index(f"{kind}_contingents")] = by_contingents
        now.counts[COUNTS.index(f"{kind}_state_forces")] = int(status.sum()) - by_contingents
