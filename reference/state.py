"""The oracle's state as a tick begins, what can be seen of it, and what is proposed to become of persons."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import (
    ARMED,
    GROUPS,
    HIDING,
    HOMEBOUND,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATE,
)
from reference.city import EPS, City
from reference.policy import Agenda, Levers

COUNTED = (*(f"{kind}_{group}" for kind in ("deaths", "injured") for group in GROUPS), "detained", "took_arms",
           "entered", "left")  # fmt: skip


@dataclass
class State:
    """Arrays by person, cell, site, facility, gun shop and unit, in this order; then reports, what is ordered, counts.

    The words are those of ``contrafact.model.state``. Persons are the residents, then those who may come from outside.
    One who is in the street has a phase, a site, an origin and a progress in km; who is armed a goal, and the progress
    toward the next cell; ``cell`` is the home of everybody else. ``deaths`` and ``harmed`` are of the last tick.
    """

    hardship: Array
    aversion: Array
    home: Array
    status: Array
    phase: Array
    site: Array
    origin: Array
    progress: Array
    late: Array
    goal: Array
    cell: Array

    network: Array
    exposure: Array
    fear: Array
    legitimacy: Array
    violence_felt: Array
    intelligence: Array
    deaths: Array
    harmed: Array
    reach_exit: Array
    exit_hop: Array
    posture: Array
    fled: Array
    force_before: Array

    weight: Array
    risk: Array

    holder: Array
    contest: Array
    emptied: Array

    shop_contest: Array

    unit_cell: Array
    unit_progress: Array
    unit_injured: Array
    unit_dead: Array
    unit_recovers: Array
    unit_busy: Array
    unit_odd: Array
    unit_shot: Array
    unit_killed: Array
    unit_routed: Array
    unit_goal: Array
    unit_task: Array

    objective: Array
    objective_hop: Array

    history: Array
    reported: Array
    told: Array
    heard: Array

    agenda: Agenda
    levers: Levers
    counts: dict[str, int]
    looted: int = 0
    supply: int = 0
    violence: int = 0
    fighting: int = 0
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
    """Persons, the status each would have, the hours into the tick, and the cell where it happens."""

    person: Array
    status: Array
    time: Array
    cell: Array


def at_any_time(city: City, person: Array, status: Array, cell: int, rng: np.random.Generator) -> Proposal:
    """A proposal for these persons, each at a time of its own within the tick."""
    return Proposal(person, status, city.dt * rng.random(person.size), np.full(person.size, cell))


def some(here: Array, count: int, rng: np.random.Generator) -> Array:
    """So many of those in a cell, or all, drawn without replacement."""
    return rng.choice(here, min(count, here.size), replace=False)


def in_street(s: State) -> Array:
    """Who is on the way, at a site or on the way home, unarmed, (person,)."""
    return np.asarray((s.status == PROTESTING) | (s.status == RETURNING))


def in_crowd(s: State) -> Array:
    """Who is in the street, unarmed, and not on the way home, (person,)."""
    return np.asarray((s.status == PROTESTING) & (s.phase != HOMEBOUND))


def at_site(s: State) -> Array:
    """Who has arrived at a site and stays there, (person,)."""
    return np.asarray((s.status == PROTESTING) & (s.phase == PRESENT))


def count(city: City, s: State, who: Array) -> Array:
    """How many of them are in each cell, (cell,)."""
    return np.bincount(s.cell[who], minlength=city.cells)


def crowd_by_cell(city: City, s: State) -> Array:
    """Protesters in each cell, (cell,)."""
    return count(city, s, in_crowd(s))


def armed_by_cell(city: City, s: State) -> Array:
    """Armed persons in each cell, (cell,)."""
    return count(city, s, s.status == ARMED)


def hidden_by_cell(city: City, s: State) -> Array:
    """Persons in hiding in each cell, (cell,)."""
    return count(city, s, s.status == HIDING)


def fit(city: City, s: State) -> Array:
    """Members of each unit who are on the map, unhurt and in action, (unit,)."""
    lost = s.unit_injured + s.unit_dead + s.unit_shot + s.unit_killed
    return np.where((s.unit_cell >= 0) & ~out_of_action(s), np.maximum(0, city.strength - lost), 0)


def out_of_action(s: State) -> Array:
    """Which units recover from having been overrun or broken, (unit,)."""
    return np.asarray((s.unit_recovers > s.hour + EPS) | (s.unit_routed > s.hour + EPS))


def by_cell(city: City, s: State, members: Array) -> Array:
    """Sum over the units in each cell, (cell,)."""
    on_map = s.unit_cell >= 0
    return np.bincount(s.unit_cell[on_map], members[on_map], city.cells).astype(int)


def force_by_cell(city: City, s: State) -> Array:
    """Members fit for duty in each cell, (cell,)."""
    return by_cell(city, s, fit(city, s))


def firearms_by_cell(city: City, s: State) -> Array:
    """Members fit for duty in each cell who carry firearms, (cell,)."""
    return by_cell(city, s, np.where(city.firearms, fit(city, s), 0))


def share_lost(city: City, s: State, kind: str) -> float:
    """Share of the facilities of a kind that the state has lost; 0 where there is none."""
    lost = s.holder[city.kinds == kind] != STATE
    return float(lost.mean()) if lost.size else 0.0


def broadcaster_of_state(city: City, s: State) -> bool:
    """Whether the state holds a broadcaster, as it does where the scenario names none."""
    return share_lost(city, s, "broadcast") < 1


def full_hour(city: City, s: State) -> bool:
    """Whether the tick begins at a full hour."""
    return abs(s.hour - round(s.hour)) < EPS
