"""A town on a line: cells 1 km apart, numbered from west to east, every cell a place. Small enough to work out by hand.

Arrays have the types that the engine gives them, so that kernels compiled here are those that run there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from contrafact import rng
from contrafact.engine.stepper import apply, count_state
from contrafact.model import PARAMETERS, movement, state
from contrafact.model.alliance import CARGO, Pact
from contrafact.model.context import Context, Fixed, Proposals
from contrafact.model.exposure import FIXED_POINT
from contrafact.model.state import (
    ARMED,
    BAND,
    CHANNELS,
    COUNTS,
    HIDDEN,
    HIDING,
    LAGS,
    OBJECTIVES,
    OUTBOUND,
    OUTSIDE,
    PROTESTING,
    TASKS,
    TOLD,
    allocate,
)

ROOM = 4096
CLASSES = 256
OUTSIDERS = 50
SCRATCH = ("free_teams", "arrests", "harm", "hits", "combat_harm", "band_goal")


def town(
    residents: Sequence[int] = (100, 100, 100),
    sites: Sequence[int] = (0,),
    units: Sequence[Mapping[str, Any]] = (),
    facilities: Sequence[Mapping[str, Any]] = (),
    pact: Pact | None = None,
    numbers: Mapping[str, float] | None = None,
    ticks_per_hour: int = 6,
    seed: int = 1,
    room: int = ROOM,
    shops: Sequence[tuple[float, int]] = (),
) -> Context:
    """A context before its first tick.

    residents   of each cell, all of the first class; hardship and risk aversion are 0.5 unless changed
    sites       cell of each site
    units       each with cell and strength, else as below; ordered to where they stand
    facilities  each with kind, else as below
    pact        the alliance, None for none
    numbers     values of parameters; all that a test rests on
    shops       hold time in hours and firearms of each gun shop
    """
    fixed = fixed_arrays(np.array(residents, np.int64), np.array(sites, np.int32))
    add_units(fixed, units)
    add_facilities(fixed, facilities)
    fixed.shop_hold = np.array([hold for hold, _ in shops], float)
    fixed.shop_firearms = np.array([firearms for _, firearms in shops], np.int64)
    fixed.alliance = pact
    fixed.unit_member = pact.unit_member if pact else np.full(len(units), -1)
    sizes = {
        "person": int(fixed.residents_total) + OUTSIDERS, "slot": room, "cell": fixed.cells, "cell+1": fixed.cells + 1,
        "site": len(sites), "facility": len(facilities), "unit": len(units), "count": len(COUNTS),
        "shop": fixed.shop_hold.size, "told": len(TOLD), "channel": len(CHANNELS), "lag": LAGS, "objective": OBJECTIVES,
        "member": len(pact.members) if pact else 1, "cargo": len(CARGO), "field": 2,
        "plane": max(1, pact.plane_member.size) if pact else 1, "load": pact.loads if pact else 1,
        "spot": int(pact.spots[2]) if pact else 1,
    }  # fmt: skip
    now, following = allocate(sizes)
    p = {name: parameter.default for name, parameter in PARAMETERS.items()} | dict(numbers or {})
    if unknown := set(p) - set(PARAMETERS):
        raise KeyError(unknown)
    key = rng.stream_key(seed, 0)
    proposals = Proposals.with_room_for(8 * room)
    context = Context(now, following, fixed, p, key, 1 / ticks_per_hour, ticks_per_hour, proposals, 0.0)
    start(context, "unit_cell", [unit["cell"] for unit in units])
    start(context, "unit_order", [unit.get("order", unit["cell"]) for unit in units])
    start(context, "unit_goal", now.unit_order)
    start(context, "unit_arrives", fixed.unit_arrives)
    start(context, "exit_hop", np.arange(fixed.cells))
    now.status[int(fixed.residents_total) :] = OUTSIDE
    context.tick = -1
    count_state(context)
    context.tick = 0
    return context


def start(c: Context, name: str, values: Any) -> None:
    """Set a state array before the first tick."""
    getattr(c.now, name)[:] = values
    getattr(c.next, name)[:] = values


def fixed_arrays(residents: Any, sites: Any) -> Fixed:
    """What does not change: the line and who lives on it."""
    n = residents.size
    ways = [range(home, site + (1 if site >= home else -1), 1 if site >= home else -1) for site in sites
            for home in range(n)]  # fmt: skip
    lengths = [len(way) for way in ways]
    counts = np.zeros((n, CLASSES), np.int32)
    counts[:, 0] = residents
    here, there = np.meshgrid(np.arange(n), np.arange(n))  # next_hop[place, cell]
    return Fixed(
        cells=n,
        persons=int(residents.sum()),
        hop_km=1.0,
        residents_total=int(residents.sum()),
        residents_share=residents / residents.sum(),
        district=np.zeros(n, np.int64),
        cell_state=np.zeros(n, np.int64),
        state_names=("city",),
        governed=np.ones(n, bool),
        reach=np.ones(n),
        class_count=counts,
        by_hardship=by_hardship(counts),
        first_resident=np.concatenate([[0], np.cumsum(residents)]).astype(np.int64),
        hardship=np.full((1, 17), 0.5),
        aversion=np.full((1, 17), 0.5),
        place_names=tuple(f"place_{cell}" for cell in range(n)),
        place_cell=np.arange(n, dtype=np.int32),
        next_hop=(here + np.sign(there - here)).astype(np.int32),
        route_start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
        route_cell=np.concatenate([np.array(way) for way in ways]).astype(np.int32),
        site_cell=sites,
        site_names=tuple(f"site_{site}" for site in range(sites.size)),
        site_attraction=np.ones(sites.size),
        pull=np.ones((sites.size, n)),
        vision_start=np.arange(sites.size + 1, dtype=np.int64),
        vision_cell=sites.astype(np.int64),
        around_start=np.arange(n + 1, dtype=np.int32),
        around_cell=np.arange(n, dtype=np.int32),
        thousands_around=np.maximum(0.5, residents / 1000.0),
        sight_start=np.arange(n + 1, dtype=np.int32),
        sight_cell=np.arange(n, dtype=np.int32),
        sight_weight=np.rint(FIXED_POINT / np.maximum(1, residents)).astype(np.int64),
        news_hours=np.array([-np.inf]),
        news=np.zeros(1),
        risk=np.zeros(n),
        **{name: np.zeros(n, np.int64) for name in SCRATCH},
        **line(n),
        cell_km2=np.ones(n),
        residents_per_km2=residents / 1.0,
    )


def line(n: int) -> dict[str, Any]:
    """Neighbours, edge and steps of n cells on a line."""
    beside = [[d for d in (cell - 1, cell + 1) if 0 <= d < n] for cell in range(n)]
    here, there = np.meshgrid(np.arange(n), np.arange(n))
    return {
        "neighbour_start": np.concatenate([[0], np.cumsum([len(row) for row in beside])]).astype(np.int32),
        "neighbour": np.array([d for row in beside for d in row], np.int32),
        "edge_cells": np.unique([0, n - 1]).astype(np.int32),
        "place_hops": np.abs(there - here).astype(np.int16),
    }


def by_hardship(class_count: Any) -> Any:
    """Residents by box of hardship, (cell, 16), from class_count (cell, 256)."""
    return class_count.reshape(len(class_count), 16, 16).sum(axis=2)


def add_units(fixed: Fixed, units: Sequence[Mapping[str, Any]]) -> None:
    """Arrays by unit."""
    fixed.unit_force_name = [unit.get("force", "police") for unit in units]
    fixed.unit_is_contingent = np.array([unit.get("contingent", False) for unit in units], bool)
    fixed.unit_strength = np.array([unit["strength"] for unit in units], np.int32)
    fixed.unit_firearms = np.array([unit.get("firearms", False) for unit in units], bool)
    fixed.unit_speed = np.array([unit.get("speed", 6.0) for unit in units], float)
    fixed.unit_fallback = np.array([unit.get("fallback", -1) for unit in units], np.int64)
    fixed.unit_arrives = np.array([unit.get("arrives", 0.0) for unit in units], float)
    tasks = [sum(1 << TASKS.index(task) for task in unit.get("tasks", ())) for unit in units]
    fixed.unit_tasks = np.array(tasks, np.int64)
    fixed.unit_never_commanded = fixed.unit_tasks == 0


def add_facilities(fixed: Fixed, facilities: Sequence[Mapping[str, Any]]) -> None:
    """Arrays by facility; it stands in the cell of its site, or in its own, and forces there defend it."""
    kinds = np.array([facility["kind"] for facility in facilities], object)
    site = np.array([facility.get("site", -1) for facility in facilities], np.int64)
    fixed.facility_names = [facility.get("name", f"facility_{f}") for f, facility in enumerate(facilities)]
    fixed.facility_site = site
    fixed.facility_hold = np.array([facility.get("hold", np.inf) for facility in facilities], float)
    fixed.onmap = np.ones(site.size, bool)
    fixed.contested = np.flatnonzero((site >= 0) | (kinds != "hospital"))
    fixed.guarded = np.flatnonzero(kinds != "hospital").tolist()
    fixed.facility_is_target = np.asarray(kinds != "hospital", bool)
    fixed.facility_regained = np.ones(site.size, bool)
    fixed.facility_firearms = np.array([facility.get("firearms", 0) for facility in facilities], np.int64)
    fixed.reach_start = np.arange(site.size + 1, dtype=np.int64)
    own = np.array([facility.get("cell", 0) for facility in facilities], np.int64)
    fixed.reach_cell = np.where(site >= 0, fixed.site_cell[site], own).astype(np.int64)
    fixed.facility_place = fixed.reach_cell
    for kind in ("telecom", "broadcast", "hospital", "government"):
        setattr(fixed, f"facility_is_{kind}", kinds == kind)


def put_in_street(c: Context, person: int, home: int, site: int = 0, phase: int = OUTBOUND, **columns: float) -> int:
    """Add a protester to the roster and bring counts up to date; returns the slot. Hardship and aversion are 0.5."""
    now, slot = c.now, c.slots
    now.status[person] = PROTESTING
    columns = {"hardship": 0.5, "aversion": 0.5, "patience": 1e9, "cell": home} | columns
    columns |= {"person": person, "home": home, "site": site, "origin": home, "phase": phase}
    for name, value in columns.items():
        getattr(now, f"slot_{name}")[slot] = value
    c.slots += 1
    recount(c)
    return slot


def arm(c: Context, person: int, cell: int, hidden: bool = False, **columns: float) -> int:
    """Add an armed person, or one in hiding, to the roster; returns the slot."""
    phase = HIDDEN if hidden else BAND
    slot = put_in_street(c, person, home=cell, phase=phase, goal=-1, **columns)
    c.now.status[person] = HIDING if hidden else ARMED
    recount(c)
    return slot


def populate(c: Context, number: Any, phase: int, skip: Any = 0) -> None:
    """Put ``number`` residents of each cell in the street there at once, from the one after ``skip`` on.

    number and skip (cell,) or one for all; phase PRESENT, BAND or HIDDEN. As put_in_street and arm, but fast for many.
    """
    now, each = c.now, np.broadcast_to(number, c.fixed.cells)
    cell = np.repeat(np.arange(c.fixed.cells), each)
    within = np.arange(cell.size) - np.repeat(np.cumsum(each) - each, each)
    person = c.fixed.first_resident[cell] + np.broadcast_to(skip, c.fixed.cells)[cell] + within
    now.status[person] = {BAND: ARMED, HIDDEN: HIDING}.get(phase, PROTESTING)
    slots = slice(c.slots, c.slots + cell.size)
    values = {"person": person, "home": cell, "cell": cell, "origin": cell, "phase": phase, "hardship": 0.5,
              "aversion": 0.5, "patience": 1e9, "site": 0, "goal": -1, "progress": 0.0, "spent": 0.0}  # fmt: skip
    for name, value in values.items():
        getattr(now, f"slot_{name}")[slots] = value
    c.slots += cell.size
    recount(c)


def play(c: Context, ticks: int, *mechanisms: Any) -> None:
    """Run movement and these mechanisms for some ticks, and let the stepper apply what they propose."""
    for _ in range(ticks):
        for mechanism in (movement, *mechanisms):
            mechanism.step(c)
        apply(c)
        c.tick += 1


def by_hash(c: Context, word: int, persons: Any) -> list[int]:
    """Persons in rising order of their keyed hash for a decision in this tick: the first are those it takes."""
    salt = np.uint64(rng.salt_of(c.key, word, c.tick))
    return sorted((int(person) for person in persons), key=lambda person: int(rng.keyed_hash(salt, person)))


def recount(c: Context) -> None:
    """Bring the stepper's counts up to date for the tick that ``c`` stands at."""
    c.tick -= 1
    count_state(c)
    c.tick += 1


def accept(c: Context) -> None:
    """Make the next state the present one, as the stepper does, and go on to the next tick."""
    state.accept(c.now, c.next)
    c.tick += 1


def made(c: Context) -> list[tuple[int, int, float, int]]:
    """Proposals so far: person, status, hours into the tick, cell."""
    person, status, time, cell, *_ = (column[: c.proposals.n].tolist() for column in c.proposals.arrays())
    return list(zip(person, status, time, cell, strict=True))
