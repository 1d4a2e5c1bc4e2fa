"""What the oracle starts from: the city as plain dense arrays, and what the authorities do in it.

Taken over from the package are inputs only: the scenario, the world (cells, residents by class, ways), the drawn
numbers, and the lists of units and of actions that ``engine.setup`` compiles from them. Distances, kernels, who sees
whom and when an action fires are worked out here anew, by the equations in the docstrings of ``contrafact.model``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import beta

from contrafact.engine import setup
from contrafact.kernels import Array
from contrafact.model.context import Fixed
from contrafact.model.policy import Action
from contrafact.world.population import HARDSHIP_EDGES, RISK_EDGES

EARTH_KM = 6371.0088
EPS = 1e-9  # hours: what rounding can make of two equal hours
RIOT_CONTROL = 1
LEVELS = 16  # boxes of hardship, and boxes of risk aversion, in which the world counts residents


class City:
    """Everything that stays as it is in one replication. ``p`` maps names of parameters to values."""

    def __init__(self, model: setup.Model, draws: setup.Draws) -> None:
        scenario, world = model.scenario, model.world
        self.p = p = draws.parameters
        self.start_hour = scenario.start.hour + scenario.start.minute / 60
        self.ticks_per_hour = model.ticks_per_hour
        self.ticks = scenario.ticks
        self.dt = 1 / model.ticks_per_hour

        self.cells = world.cells
        self.persons = world.persons
        self.residents = world.residents.astype(float)
        self.home = np.repeat(np.arange(world.cells), world.residents)
        self.boxes = np.concatenate([np.repeat(np.arange(LEVELS**2), row) for row in world.class_count])
        self.hardship_edges = np.array([edges(draws, "hardship", d, HARDSHIP_EDGES) for d in world.district_names])
        self.aversion_edges = np.array([edges(draws, "risk_aversion", d, RISK_EDGES) for d in world.district_names])
        self.district = world.district[self.home]

        km = distances(world.lat, world.lon)
        own = np.eye(world.cells, dtype=bool)
        seen = np.where((km <= setup.SIGHT_KM) | own, np.exp(-km / p["exposure.range"]), 0.0)
        self.sight = seen / seen.sum(axis=1, keepdims=True)
        self.around = ((km <= setup.AROUND_KM) | own).astype(float)
        self.thousands_around = np.maximum(0.5, self.around @ self.residents / 1000)

        detour = draws["place.detour"]
        self.hop_km = world.edge_km * detour
        self.place_cell = world.place_cell
        self.next_hop = world.next_hop
        self.route_start, self.route_cell = world.route_start, world.route_cell
        self.site_cell = world.place_cell[world.site_place]
        self.vision = (km[self.site_cell] <= p["gathering.vision"]) | own[self.site_cell]
        self.distance = world.distance_km[world.site_place] * detour
        self.attraction = np.array([draws[f"sites.{name}.attraction"] for name in world.site_names])

        names = list(scenario.facilities)
        self.kinds = np.array([scenario.facilities[name].kind for name in names])
        sites = [scenario.facilities[name].site for name in names]
        self.facility_site = [-1 if site is None else world.site_names.index(site) for site in sites]
        self.hold = [draws.values.get(f"facilities.{name}.hold", math.inf) for name in names]
        cells = [int(world.place_cell[world.place_names.index(name)]) for name in names]
        self.reach = [(km[cell] <= p["facilities.reach"]) | own[cell] for cell in cells]

        fixed = Fixed(**model.fixed.__dict__)
        self.orders = setup.set_up_units(model, fixed, draws)
        self.strength, self.firearms = fixed.unit_strength, fixed.unit_firearms
        self.contingent, self.speed = fixed.unit_is_contingent, fixed.unit_speed
        self.fallback, self.arrives = fixed.unit_fallback, fixed.unit_arrives
        self.actions: list[Action] = setup.actions(model, fixed, draws)
        self.news_hours, self.news = setup.news_series(scenario, draws, calm=False)

    def ways(self, site: Array, origin: Array) -> tuple[Array, Array]:
        """Where in ``route_cell`` the ways from cells of origin to sites begin, and of how many steps they are."""
        route = site * self.cells + origin
        first = self.route_start[route]
        return first, self.route_start[route + 1] - first - 1


def edges(draws: setup.Draws, trait: str, district: str, shares: Array) -> Array:
    """Hardship or risk aversion at the edges of the boxes: quantiles of the district's beta distribution, (17,)."""
    total = draws[f"population.{trait}.concentration"]
    mean = draws.values.get(f"population.by_district.{district}.{trait}_mean", draws[f"population.{trait}.mean"])
    return np.asarray(beta.ppf(shares, mean * total, (1 - mean) * total))


def distances(lat: Array, lon: Array) -> Array:
    """Great-circle distances between all cells, (cell, cell), km, from the chords between points on the sphere."""
    a, b = np.radians(lat), np.radians(lon)
    points = np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1)
    chord = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(1, chord / 2)))


@dataclass
class Levers:
    """What is ordered for one tick: the city's numbers, attraction by site, jamming by cell, marches by site left."""

    call: Array
    jamming: Array
    availability: float = 1.0
    compliance: float = 0.0
    curfew: bool = False
    rules: int = RIOT_CONTROL
    news: float = 0.0
    concession: float = 0.0
    marches: dict[int, tuple[int, float]] = field(default_factory=dict)


@dataclass
class Agenda:
    """Which actions have fired, which have their cause and wait, by name and hour, and where units are ordered."""

    orders: Array
    fired: dict[str, float] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)


def policy(city: City, agenda: Agenda, hour: float, counts: dict[str, float]) -> tuple[Agenda, Levers]:
    """Agenda and levers for the tick that begins at ``hour``, from counts by cause as they are known now."""
    agenda = Agenda(agenda.orders.copy(), dict(agenda.fired), dict(agenda.due))
    fresh = [action for action in city.actions if fires(action, agenda, hour, counts)]
    in_force = [a for a in city.actions if a.name in agenda.fired and hour + EPS < a.until]
    levers = Levers(call=np.zeros(city.site_cell.size), jamming=np.zeros(city.cells))
    levers.news = float(city.news[city.news_hours <= hour + EPS][-1])
    for action in fresh:
        once(action, agenda, levers)
    for action in sorted(in_force, key=lambda a: agenda.fired[a.name]):
        lasting(action, levers, (city.start_hour + hour) % 24)
    return agenda, levers


def fires(action: Action, agenda: Agenda, hour: float, counts: dict[str, float]) -> bool:
    """Whether an action fires now; if so the agenda says it."""
    if action.name in agenda.fired:
        return False
    if action.at is not None:
        due = action.at
    else:
        if action.after is not None:
            caused = action.after in agenda.fired
        else:
            caused = counts[str(action.cause)] >= action.at_least
        if caused:
            agenda.due.setdefault(action.name, hour + action.delay)
        due = agenda.due.get(action.name, math.inf)
    if due <= hour + EPS:
        agenda.fired[action.name] = hour
        return True
    return False


def once(action: Action, agenda: Agenda, levers: Levers) -> None:
    """What an action does at the hour at which it fires."""
    v: dict[str, Any] = action.values
    if action.kind == "concession":
        levers.concession += v["size"]
    elif action.kind == "march":
        levers.marches[v["origin"]] = (v["destination"], v["share"])
    elif action.kind == "deploy":
        agenda.orders[v["units"]] = v["place"]
    elif action.kind == "withdraw":
        agenda.orders[v["units"]] = -1


def lasting(action: Action, levers: Levers, clock: float) -> None:
    """What an action does as long as it is in force; called in the order in which actions fired."""
    v: dict[str, Any] = action.values
    if action.kind == "call":
        levers.call[v["site"]] += v["weight"]
        levers.news += v.get("news", 0.0)
    elif action.kind == "emergency" or (action.kind == "curfew" and is_night(clock, v["from_hour"], v["to_hour"])):
        levers.compliance = 1 - (1 - levers.compliance) * (1 - v["compliance"])
        levers.curfew |= action.kind == "curfew"
    elif action.kind == "rules_of_engagement":
        levers.rules = v["level"]
    elif action.kind == "network":
        levers.availability = min(levers.availability, v["availability"])
    elif action.kind == "jamming":
        levers.jamming[v["cells"]] = np.maximum(levers.jamming[v["cells"]], v["effectiveness"])


def is_night(clock: float, start: int, end: int) -> bool:
    """Whether a local hour lies in the hours from start to end, which may run past midnight."""
    since = (clock + EPS - start) % 24
    return since < (end - start) % 24
