"""The oracle's state as a tick begins, what can be seen of it, and what is proposed to become of residents."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import HOMEBOUND, PRESENT, PROTESTING, RETURNING, STATE
from reference.city import EPS, Agenda, City, Levers

GROUPS = ("bystanders", "protesters", "state_forces", "contingents")


@dataclass
class State:
    """Arrays by resident, by cell, by site, by facility and by unit, in this order; then what is ordered, and counts.

    The words are those of ``contrafact.model.state``. A resident has a phase, a site, an origin and a progress in km
    while in the street; ``cell`` is the home of everybody else. ``deaths`` and ``harmed`` are of the last tick.
    """

    hardship: Array
    aversion: Array
    status: Array
    phase: Array
    site: Array
    origin: Array
    progress: Array
    cell: Array

    network: Array
    exposure: Array
    fear: Array
    legitimacy: Array
    deaths: Array
    harmed: Array

    weight: Array
    risk: Array

    holder: Array
    contest: Array

    unit_cell: Array
    unit_progress: Array
    unit_injured: Array
    unit_dead: Array
    unit_recovers: Array
    unit_busy: Array

    agenda: Agenda
    levers: Levers
    counts: dict[str, int]
    hour: float = 0.0

    def copy(self) -> State:
        """A state that can be changed without changing this one; agenda and levers are never changed in place."""
        own: dict[str, Any] = {"counts": dict(self.counts)}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                own[item.name] = value.copy()
        return replace(self, **own)


@dataclass
class Proposal:
    """Residents, the status each would have, the hours into the tick, and the cell where it happens."""

    person: Array
    status: Array
    time: Array
    cell: Array


def in_street(s: State) -> Array:
    """Who is on the way, at a site or on the way home, (person,)."""
    return np.asarray((s.status == PROTESTING) | (s.status == RETURNING))


def in_crowd(s: State) -> Array:
    """Who is in the street and not on the way home, (person,)."""
    return np.asarray((s.status == PROTESTING) & (s.phase != HOMEBOUND))


def at_site(s: State) -> Array:
    """Who has arrived at a site and stays there, (person,)."""
    return np.asarray((s.status == PROTESTING) & (s.phase == PRESENT))


def crowd_by_cell(city: City, s: State) -> Array:
    """Protesters in each cell, (cell,)."""
    return np.bincount(s.cell[in_crowd(s)], minlength=city.cells)


def fit(city: City, s: State) -> Array:
    """Members of each unit who are on the map, unhurt and in action, (unit,)."""
    active = (s.unit_cell >= 0) & (s.unit_recovers <= s.hour + EPS)
    return np.where(active, city.strength - s.unit_injured - s.unit_dead, 0)


def by_cell(city: City, s: State, members: Array) -> Array:
    """Sum over the units in each cell, (cell,)."""
    on_map = s.unit_cell >= 0
    return np.bincount(s.unit_cell[on_map], members[on_map], city.cells)


def share_lost(city: City, s: State, kind: str) -> float:
    """Share of the facilities of a kind that the state has lost; 0 where there is none."""
    lost = s.holder[city.kinds == kind] != STATE
    return float(lost.mean()) if lost.size else 0.0


def counts_by_cause(s: State) -> dict[str, float]:
    """What causes of actions are measured by."""
    return {
        "facilities_lost": int(np.count_nonzero(s.holder != STATE)),
        "crowd": int(np.count_nonzero(in_crowd(s))),
        "deaths": sum(s.counts[f"deaths_{group}"] for group in GROUPS),
        "deaths_state": s.counts["deaths_state_forces"],
        "injured": sum(s.counts[f"injured_{group}"] for group in GROUPS),
        "detained": s.counts["detained"],
    }
