"""The world of a run: cells, who lives in them, places, and the ways between them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from contrafact.errors import InputError, InputErrors
from contrafact.kernels import Array
from contrafact.world.cache import code_digest, load, store
from contrafact.world.grid import Geometry, Grid, cell_of, cover, distance_km
from contrafact.world.places import Place
from contrafact.world.population import MaskRow, classes, settle
from contrafact.world.regions import Coarse, RegionInputs, coarse
from contrafact.world.routes import Near, near, network, stored_routes, ways

COARSE = 0
"""Resolution of a world of regions."""

CITY = "city"
"""Name of the one state of a world of hexagons."""


@dataclass(frozen=True)
class Inputs:
    """All that a world depends on, free of files and units.

    polygons     GeoJSON geometry by district
    populations  weight by district, same names; any scale
    total        residents
    mask         rows (longitude, southern edge, northern edge) in degrees, or None when people live everywhere
    places       facilities, then sites, then posts; ids are unique
    resolution   of the H3 cells: 7, 8 or 9
    spread       residents by H3 number of cells of one resolution, by which those of a district are spread, or None
                 when they are spread evenly
    """

    polygons: Mapping[str, Geometry]
    populations: Mapping[str, float]
    total: int
    mask: Sequence[MaskRow] | None
    places: Sequence[Place]
    resolution: int
    spread: Mapping[int, float] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the inputs, order included."""
        content = [
            list(self.polygons.items()),
            list(self.populations.items()),
            self.total,
            self.mask,
            self.places,
            self.resolution,
            None if self.spread is None else list(self.spread.items()),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


AnyInputs: TypeAlias = Inputs | RegionInputs


@dataclass(frozen=True, eq=False)
class World:
    """Cells, their residents, the places and the ways to them. No distance has a detour in it.

    Cells are hexagons sorted by their H3 number, or regions (see regions.py) in the order of their table, of
    resolution 0. "Residents" are synthetic persons.

    cell_ids (cell,) uint64      H3 number, or a region's own
    lat, lon (cell,) f64         centre of a hexagon or point of a region, degrees
    area_km2 (cell,) f64         of the whole hexagon or region; NaN where not known
    district (cell,) int16       index into district_names: where most of the cell's residents live
    state (cell,) int16          index into state_names; 0 everywhere in a city
    residents (cell,) int32
    class_count (cell, 256) int32  residents by class; class = hardship box * 16 + risk-aversion box
    first_resident (cell + 1,) int64  number of the first person living there; a cell's persons are ordered by class
    neighbour_start (cell + 1,) int32, neighbour (pair,) int32, neighbour_km (pair,) f32  cells that touch, ascending
    edge_km                      mean of neighbour_km
    place_cell (place,) int32    -1 off the map
    site_place (site,) int32     which places are sites, in their order
    next_hop (place, cell) int32  next cell on the shortest way to the place, itself there; -1 off the map
    hops (place, cell) int16     steps to the place; -1 off the map
    distance_km (place, cell) f32  length of that way; infinite off the map
    route_start (site * cell + 1,) int32, route_cell (step,) int32  the way from home h to site s, both ends included:
                                 route_cell[route_start[i]:route_start[i + 1]] with i = s * cells + h
    """

    resolution: int
    district_names: tuple[str, ...]
    state_names: tuple[str, ...]
    place_names: tuple[str, ...]
    edge_km: float
    cell_ids: Array
    lat: Array
    lon: Array
    area_km2: Array
    district: Array
    state: Array
    residents: Array
    class_count: Array
    first_resident: Array
    neighbour_start: Array
    neighbour: Array
    neighbour_km: Array
    place_cell: Array
    site_place: Array
    next_hop: Array
    hops: Array
    distance_km: Array
    route_start: Array
    route_cell: Array

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.cell_ids.size)

    @property
    def persons(self) -> int:
        """Number of residents."""
        return int(self.first_resident[-1])

    @property
    def site_names(self) -> tuple[str, ...]:
        """Ids of the sites, in the order of route_start."""
        return tuple(self.place_names[place] for place in self.site_place)

    @property
    def cell_names(self) -> tuple[str, ...]:
        """Name of each cell: that of the region, or the H3 number in hexadecimal."""
        if self.resolution == COARSE:
            return tuple(self.district_names[district] for district in self.district)
        return tuple(format(int(cell), "x") for cell in self.cell_ids)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of every array and name."""
        total = hashlib.sha256(json.dumps(self.names()).encode())
        for name, array in self.arrays().items():
            total.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
        return total.hexdigest()

    def route(self, site: int, home: int) -> Array:
        """Cells from a home to a site (its number among sites), both ends included."""
        index = site * self.cells + home
        return self.route_cell[self.route_start[index] : self.route_start[index + 1]]

    def near(self, radius_km: float) -> Near:
        """For every cell, those with their centres within a radius, in compressed rows (start, cell).

        Computed at each call: a few milliseconds for some thousand cells and 1 km, 0.2 s for 5 km.
        """
        return near(self.lat, self.lon, radius_km)

    def arrays(self) -> dict[str, Array]:
        """Every array by name."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def names(self) -> dict[str, object]:
        """Everything that is not an array, by name."""
        return {
            "resolution": self.resolution,
            "district_names": self.district_names,
            "state_names": self.state_names,
            "place_names": self.place_names,
            "edge_km": self.edge_km,
        }


def assemble(inputs: AnyInputs, cache: bool = True) -> World:
    """World of some inputs, from the cache when a sound copy is there.

    Raises InputError (InputErrors for several at once) whose key is a dotted path of the scenario, or a place's id.
    """
    key = hashlib.sha256((inputs.digest + code_digest()).encode()).hexdigest()[:32]
    if cache and (stored := load(key)) is not None:
        names: dict[str, Any] = json.loads(stored.pop("names").tobytes())
        names |= {name: tuple(value) for name, value in names.items() if isinstance(value, list)}
        return World(**names | stored)
    world = _build(inputs)
    if cache:
        store(key, {**world.arrays(), "names": np.frombuffer(json.dumps(world.names()).encode(), dtype=np.uint8)})
    return world


def _build(inputs: AnyInputs) -> World:
    if isinstance(inputs, RegionInputs):
        ground, names = coarse(inputs), tuple(region.name for region in inputs.regions)
        states, district = tuple(inputs.states), np.arange(len(names), dtype=np.int16)
        resolution = COARSE
    else:
        ground, names, district = _hexagons(inputs)
        states, resolution = (CITY,), inputs.resolution
    _check_places(inputs.places)
    net, residents = ground.net, ground.residents
    to_places = ways(net, ground.place_cell)
    site_place = np.array([index for index, place in enumerate(inputs.places) if place.is_site], dtype=np.int32)
    route_start, route_cell = stored_routes(to_places.next_hop[site_place], to_places.hops[site_place])
    return World(
        resolution=resolution,
        district_names=names,
        state_names=states,
        place_names=tuple(place.id for place in inputs.places),
        edge_km=float(net.km.mean()) if net.km.size else 0.0,
        cell_ids=ground.cell_ids,
        lat=ground.lat,
        lon=ground.lon,
        area_km2=ground.area_km2,
        district=district,
        state=ground.state,
        residents=residents,
        class_count=classes(ground.cell_ids, residents),
        first_resident=np.concatenate([[0], np.cumsum(residents, dtype=np.int64)]),
        neighbour_start=net.start,
        neighbour=net.neighbour,
        neighbour_km=net.km.astype(np.float32),
        place_cell=ground.place_cell,
        site_place=site_place,
        next_hop=to_places.next_hop,
        hops=to_places.hops,
        distance_km=to_places.km,
        route_start=route_start,
        route_cell=route_cell,
    )


def _hexagons(inputs: Inputs) -> tuple[Coarse, tuple[str, ...], Array]:
    """Cells of a city, the names of its districts, and the district of each cell."""
    grid, residents, district, place_cell = settle_and_locate(inputs)
    net = network(grid.cell_ids, grid.lat, grid.lon)
    state = np.zeros(grid.cell_ids.size, dtype=np.int16)
    ground = Coarse(grid.cell_ids, grid.lat, grid.lon, grid.area_km2, state, residents, place_cell, net)
    return ground, grid.district_names, district


def settle_and_locate(inputs: Inputs) -> tuple[Grid, Array, Array, Array]:
    """What a user's mistake can spoil of a world: grid, residents (cell,), district (cell,), place_cell (place,)."""
    _check_names(inputs)
    grid = cover({name: inputs.polygons[name] for name in inputs.populations}, inputs.resolution)
    residents, district = settle(grid, inputs.populations, inputs.total, inputs.mask, inputs.spread)
    return grid, residents, district, locate(grid, inputs.places)


def _check_names(inputs: Inputs) -> None:
    errors = [
        InputError(f"district {name} has a population and no polygon", key=f"population.districts.{name}", found=name)
        for name in inputs.populations
        if name not in inputs.polygons
    ]
    errors += [
        InputError(f"district {name} has a polygon and no population", key="population.districts", found=name)
        for name in inputs.polygons
        if name not in inputs.populations
    ]
    _raise(errors)
    _check_places(inputs.places)


def _check_places(places: Sequence[Place]) -> None:
    ids = [place.id for place in places]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    _raise([InputError(f"two places are called {name}", key=name, found=name) for name in twice])


def locate(grid: Grid, places: Sequence[Place]) -> Array:
    """Cell of each place, (place,) int32, -1 for those off the map. Raises InputError for one outside the cells."""
    cells = [-1 if place.offmap else cell_of(place.lat, place.lon, grid.cell_ids, grid.resolution) for place in places]
    errors = [
        _outside(grid, place)
        for place, cell in zip(places, cells, strict=True)
        if (place.is_site and place.offmap) or (cell < 0 and not place.offmap)
    ]
    _raise(errors)
    return np.array(cells, dtype=np.int32)


def _outside(grid: Grid, place: Place) -> InputError:
    if place.offmap:
        return InputError(f"{place.id} is a gathering site and cannot be offmap", key=place.id)
    away = distance_km(grid.lat, grid.lon, place.lat, place.lon).min()
    return InputError(
        f"{place.id} lies outside the districts, {away:.1f} km from the nearest cell's centre; "
        "expected a point in a district, or offmap: true",
        key=place.id,
        found=f"{place.lat}, {place.lon}",
        allowed="a point in a district, or offmap: true",
    )


def _raise(errors: list[InputError]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputErrors(errors)
