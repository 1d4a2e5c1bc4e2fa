"""What the oracle starts from: the city as plain dense arrays.

Taken over from the package are inputs only: the scenario, the world (cells, residents by class, neighbours, ways), the
drawn numbers, and the lists of units, of firearms and of actions that ``engine.setup`` compiles from them. Distances,
kernels, steps, edges and who sees whom are worked out here anew, by the docstrings of ``contrafact.model``.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

from contrafact.engine import setup
from contrafact.engine.draws import Draws
from contrafact.kernels import Array
from contrafact.model.context import Fixed
from contrafact.model.policy import Action
from contrafact.world.population import HARDSHIP_EDGES, RISK_EDGES

EARTH_KM = 6371.0088
EPS = 1e-9  # hours: what rounding can make of two equal hours
RIOT_CONTROL = 1
LEVELS = 16  # boxes of hardship, and boxes of risk aversion, in which the world counts residents
RESERVE = 1000  # ids for persons from outside, after the residents'


class City:
    """Everything that stays as it is in one replication. ``p`` maps names of parameters to values."""

    def __init__(self, model: setup.Model, draws: Draws) -> None:
        scenario = model.scenario
        self.p = draws.parameters
        self.by_mechanism: dict[str, dict[str, float]] = {}
        for name, value in self.p.items():
            mechanism, short = name.split(".")
            self.by_mechanism.setdefault(mechanism, {})[short] = value
        self.start_hour = scenario.start.hour + scenario.start.minute / 60
        self.ticks_per_hour = model.ticks_per_hour
        self.ticks = scenario.ticks
        self.dt = 1 / model.ticks_per_hour

        self.set_people(model, draws)
        self.set_space(model, draws)
        self.set_facilities(model, draws)
        self.set_actions(model, draws)

    def set_people(self, model: setup.Model, draws: Draws) -> None:
        """Where residents live, and the boxes of hardship and risk aversion that they are in."""
        world = model.world
        self.cells = world.cells
        self.persons = world.persons
        self.everybody = world.persons + RESERVE
        self.residents = world.residents.astype(float)
        self.km2 = world.area_km2
        self.home = np.repeat(np.arange(world.cells), world.residents)
        self.boxes = np.concatenate([np.repeat(np.arange(LEVELS**2), row) for row in world.class_count])
        self.hardship_edges = np.array([edges(draws, "hardship", d, HARDSHIP_EDGES) for d in world.district_names])
        self.aversion_edges = np.array([edges(draws, "risk_aversion", d, RISK_EDGES) for d in world.district_names])
        self.district = world.district[self.home]

    def set_space(self, model: setup.Model, draws: Draws) -> None:
        """Distances, neighbours, ways, and what is seen from where."""
        world, p = model.world, self.p
        self.km = km = distances(world.lat, world.lon)
        own = np.eye(world.cells, dtype=bool)
        seen = np.where((km <= setup.SIGHT_KM) | own, np.exp(-km / p["exposure.range"]), 0.0)
        self.sight = seen / seen.sum(axis=1, keepdims=True)
        self.around = ((km <= setup.AROUND_KM) | own).astype(float)
        self.thousands_around = np.maximum(0.5, self.around @ self.residents / 1000)
        self.neighbours = np.split(world.neighbour, world.neighbour_start[1:-1])
        touching = np.array([cells.size for cells in self.neighbours])
        self.edge = touching < touching.max()

        detour = draws["place.detour"]
        self.hop_km = world.edge_km * detour
        self.place_cell = world.place_cell
        self.next_hop = world.next_hop
        self.steps = steps_along(world.next_hop, world.place_cell)
        self.route_start, self.route_cell = world.route_start, world.route_cell
        self.site_cell = world.place_cell[world.site_place]
        self.vision = (km[self.site_cell] <= p["gathering.vision"]) | own[self.site_cell]
        self.distance = world.distance_km[world.site_place] * detour
        self.attraction = np.array([draws[f"sites.{name}.attraction"] for name in world.site_names])

    def set_facilities(self, model: setup.Model, draws: Draws) -> None:
        """Facilities: kind, place, site, hold time, firearms, and the cells within reach."""
        scenario, world = model.scenario, model.world
        names = list(scenario.facilities)
        self.kinds = np.array([scenario.facilities[name].kind for name in names])
        sites = [scenario.facilities[name].site for name in names]
        self.facility_site = [-1 if site is None else world.site_names.index(site) for site in sites]
        self.facility_place = [world.place_names.index(name) for name in names]
        self.regained = [scenario.facilities[name].regained for name in names]
        self.hold = [draws.values.get(f"facilities.{name}.hold", self.p["facilities.hold"]) for name in names]
        cells = [int(world.place_cell[place]) for place in self.facility_place]
        self.on_map = [cell >= 0 for cell in cells]
        near = self.km <= self.p["facilities.reach"]
        self.reach = [near[cell] | (np.arange(self.cells) == cell) for cell in cells]

    def set_actions(self, model: setup.Model, draws: Draws) -> None:
        """Units, firearms, actions and news, as they are compiled from the scenario."""
        fixed = Fixed(**model.fixed.__dict__)
        self.orders = setup.set_up_units(model, fixed, draws)
        self.strength, self.firearms = fixed.unit_strength, fixed.unit_firearms
        self.contingent, self.speed = fixed.unit_is_contingent, fixed.unit_speed
        self.fallback, self.arrives = fixed.unit_fallback, fixed.unit_arrives
        self.tasks = fixed.unit_tasks
        setup.set_up_arms(model, fixed, draws)
        self.facility_firearms = fixed.facility_firearms
        self.shop_hold, self.shop_firearms = fixed.shop_hold, fixed.shop_firearms
        self.actions: list[Action] = setup.actions(model, fixed, draws)
        self.news_hours, self.news = setup.news_series(model.scenario, draws, calm=False)

    def of(self, mechanism: str) -> dict[str, float]:
        """A mechanism's parameters by their short names."""
        return self.by_mechanism[mechanism]

    def ways(self, site: Array, origin: Array) -> tuple[Array, Array]:
        """Where in ``route_cell`` the ways from cells of origin to sites begin, and of how many steps they are."""
        route = site * self.cells + origin
        first = self.route_start[route]
        return first, self.route_start[route + 1] - first - 1


def edges(draws: Draws, trait: str, district: str, shares: Array) -> Array:
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


def steps_along(next_hop: Array, place_cell: Array) -> Array:
    """Steps from every cell to every place along the ways, (place, cell); none lead to a place off the map: -1."""
    steps = np.full(next_hop.shape, -1)
    for place in np.flatnonzero(place_cell >= 0):
        here = np.arange(next_hop.shape[1])
        steps[place] = 0
        while (away := here != place_cell[place]).any():
            steps[place] += away
            here = next_hop[place, here]
    return steps
