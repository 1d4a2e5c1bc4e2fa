"""Setting up the alliance of one replication: packages, aircraft and fields as arrays, from drawn numbers.

Distances between origins and fields are great circles between their coordinates, times ``airways``.

Packages count residents one to one whatever the scale of the population, as aircraft and their seats do: a person who
stands for a hundred residents would not fit into most aircraft. Units are of persons, so each waits for as many
residents as its members stand for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import h3
import numpy as np

from contrafact.engine.territory import home_state
from contrafact.kernels import Array
from contrafact.model.alliance import CARGO, NEVER, Pact
from contrafact.model.context import Fixed
from contrafact.model.state import MANDATES
from contrafact.scenario.schema import Scenario
from contrafact.world import World

if TYPE_CHECKING:
    from contrafact.scenario.alliance import Airfield, Alliance
    from contrafact.scenario.entities import Located

KEYS = ("persons", "wheeled", "tracked", "platforms", "supplies")
NO_SIZES = {"member": 1, "cargo": len(CARGO), "plane": 1, "load": 1, "field": 2, "spot": 1}


class Drawn(Protocol):
    """Drawn numbers by path."""

    def __getitem__(self, path: str) -> float: ...


def packed(member: str, draws: Drawn) -> Array:
    """What of a member's package comes here, (cargo,) int64: whole residents, vehicles and kilograms."""
    path = f"alliance.members.{member}"
    share = draws[f"{path}.share"]
    numbers = [share * draws[f"{path}.{key}"] for key in KEYS]
    numbers[-1] *= 1000.0
    return np.array([math.floor(number + 0.5) for number in numbers], np.int64)


def strength_of(scenario: Scenario, name: str, draws: Drawn) -> int:
    """Residents of a force: its own number, or its part of what its member sends."""
    member = scenario.forces[name].member
    if member is None:
        return round(draws[f"forces.{name}.strength"])
    parts = {other: force.units for other, force in scenario.forces.items() if force.member == member}
    ends = np.cumsum([0, *parts.values()]) * int(packed(member, draws)[0]) // sum(parts.values())
    return int(np.diff(ends)[list(parts).index(name)])


def unit_members(scenario: Scenario, force_names: list[str]) -> Array:
    """Index of the member that sends each unit, -1 for none, (unit,)."""
    members = [] if scenario.alliance is None else list(scenario.alliance.members)
    sent_by = {name: members.index(force.member) if force.member else -1 for name, force in scenario.forces.items()}
    return np.array([sent_by[name] for name in force_names], np.int64)


def pact_of(scenario: Scenario, world: World, fixed: Fixed, draws: Drawn) -> tuple[Pact | None, dict[str, int]]:
    """The alliance, None where the scenario has none, and the sizes of its state arrays."""
    alliance = scenario.alliance
    if alliance is None:
        return None, NO_SIZES
    fields = [alliance.field, alliance.alternate]
    mog = [mog_of(draws, "field"), 0 if alliance.alternate is None else mog_of(draws, "alternate")]
    march = 0.0 if alliance.alternate is None else draws["alliance.alternate.road"] / draws["alliance.road_speed"]
    entry = [alliance.field.facility, None if alliance.alternate is None else alliance.alternate.entry]
    fleet = planes(scenario, alliance, draws)
    packages = np.array([packed(name, draws) for name in alliance.members])
    pact = Pact(
        consultation=draws["alliance.consultation"],
        granted=draws["alliance.granted"],
        mandate=MANDATES.index(alliance.mandate),
        members=tuple(alliance.members),
        packed=packages,
        ready=np.array([draws[f"alliance.members.{name}.ready"] for name in alliance.members]),
        road=np.array([road_hours(alliance, name, draws) for name in alliance.members]),
        road_entry=np.array(
            [place(scenario, world, f"members.{name}.entry", m.entry) for name, m in alliance.members.items()], np.int64
        ),
        **fleet,
        facility=np.array([-1 if f is None else fixed.facility_names.index(f.facility) for f in fields], np.int64),
        field_entry=np.array(
            [place(scenario, world, key, name) for key, name in zip(("field.facility", "alternate.entry"), entry,
                                                                    strict=True)], np.int64
        ),
        march=np.array([0.0, march]),
        spots=np.array([0, mog[0], sum(mog)], np.int64),
        holding=draws["alliance.holding"],
        efficiency=draws["alliance.efficiency"],
        unit_member=fixed.unit_member,
        unit_need=needs(fixed, packages[:, 0], scenario.population.scale),
        loads=room_for_loads(packages, fleet["plane_member"], fleet["fill"]),
        host=home_state(scenario, world),
        scale=scenario.population.scale,
    )  # fmt: skip
    sizes = {"member": len(pact.members), "plane": max(1, pact.plane_member.size), "load": pact.loads, "spot": sum(mog)}
    return pact, NO_SIZES | sizes


def mog_of(draws: Drawn, field: str) -> int:
    return max(1, math.floor(draws[f"alliance.{field}.mog"] + 0.5))


def road_hours(alliance: Alliance, member: str, draws: Drawn) -> float:
    """Hours on the road, infinite for a member who flies."""
    if alliance.members[member].road is None:
        return NEVER
    return draws[f"alliance.members.{member}.road"] / draws["alliance.road_speed"]


def place(scenario: Scenario, world: World, key: str, name: str | None) -> int:
    """Index of a place where units come onto the map, -1 for none; InputError where it is off the map."""
    if name is None:
        return -1
    index = world.place_names.index(name)
    if world.place_cell[index] < 0:
        allowed = "a place on the map"
        raise scenario.input_error(f"alliance.{key}", f'units cannot come onto the map at "{name}"', name, allowed)
    return index


def needs(fixed: Fixed, sent: Array, scale: int) -> Array:
    """Residents of its member who must have arrived before each unit is there, (unit,): those of all units up to it.

    sent (member,) residents, more than which no unit waits for: its members are rounded to whole persons.
    """
    need = np.zeros(fixed.unit_member.size, np.int64)
    for m in set(fixed.unit_member.tolist()) - {-1}:
        mine = fixed.unit_member == m
        need[mine] = np.minimum(np.cumsum(fixed.unit_strength[mine], dtype=np.int64) * scale, sent[m])
    return need


def planes(scenario: Scenario, alliance: Alliance, draws: Drawn) -> dict[str, Any]:
    """Arrays by aircraft, in the order of members and of the types in their fleets."""
    masses = [draws[f"alliance.masses.{key}"] for key in ("person", "wheeled", "tracked", "platform")]
    rows: list[tuple[float, ...]] = []
    fill: list[list[float]] = []
    for m, (name, member) in enumerate(alliance.members.items()):
        for kind in member.fleet if member.origin is not None else ():
            of = f"alliance.aircraft.{kind}"
            assert member.origin is not None
            out = flight_km(scenario, member.origin, alliance.field, draws) / draws[f"{of}.speed"]
            across = 0.0
            if alliance.alternate is not None:
                start = scenario.facilities[alliance.field.facility]
                across = flight_km(scenario, start, alliance.alternate, draws) / draws[f"{of}.speed"]
            payload = draws[f"{of}.payload"]
            shares = [mass / payload for mass in masses] + [0.001 / payload]
            shares[0] = max(shares[0], 1.0 / draws[f"{of}.seats"])
            number = math.floor(draws[f"alliance.members.{name}.fleet.{kind}"] + 0.5)
            rows += [(m, out, across, draws[f"{of}.loading"], draws[f"{of}.ground"])] * number
            fill += [shares] * number
    table = np.array(rows, float).reshape(-1, 5)
    names = ("out", "across", "loading", "ground")
    columns: dict[str, Any] = {name: table[:, i + 1].copy() for i, name in enumerate(names)}
    return columns | {
        "plane_member": table[:, 0].astype(np.int64),
        "fill": np.array(fill, float).reshape(-1, len(CARGO)),
    }


def flight_km(scenario: Scenario, start: Located, field: Airfield, draws: Drawn) -> float:
    """Way through the air from a point to a field."""
    end = scenario.facilities[field.facility]
    km = h3.great_circle_distance((start.lat, start.lon), (end.lat, end.lon), unit="km")
    return float(km) * draws["alliance.airways"]


def room_for_loads(packages: Array, plane_member: Array, fill: Array) -> int:
    """Loads for which there is room: twice what is needed if each kind of cargo flew alone, in the worst aircraft."""
    room = 0
    for m, package in enumerate(packages):
        worst = fill[plane_member == m].max(axis=0, initial=0.0)
        per_load = np.where((worst > 0.0) & (worst <= 1.0), np.floor(1.0 / np.maximum(worst, 1e-9) + 1e-9), 1.0)
        room += int(np.ceil(package / per_load).sum()) if (worst > 0.0).any() else 1
    return max(1, 2 * room + 2)
