"""Coarse cells: each region of a table is one cell, a point with residents, and a district of its own.

Neighbours are those that the table names; where it names none for any region, the three nearest regions of the same
state by great circle, read in both directions. Parts that are cut off, among them whole states, are then tied to the
rest by one link each, between the nearest pair. A place belongs to the region whose point is nearest, and may lie no
farther from it than FARTHEST_KM: a point is all that is known of where a region is.

A cell's number is a hash of the names of its state and its region, so that the people of a region do not change when
others are added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contrafact.errors import InputError, InputErrors
from contrafact.kernels import Array
from contrafact.scenario.regions import Region
from contrafact.world.grid import distance_km, unit_vectors
from contrafact.world.places import Place
from contrafact.world.population import shares
from contrafact.world.routes import Network, linked

NEAREST = 3
FARTHEST_KM = 300.0


@dataclass(frozen=True)
class RegionInputs:
    """All that a world of regions depends on, free of files and units.

    regions      in the order of their cells
    states       names, in the order of their numbers
    populations  weight by region, same names; any scale
    total        synthetic persons
    places       facilities, then sites, then posts; ids are unique
    """

    regions: Sequence[Region]
    states: Sequence[str]
    populations: Mapping[str, float]
    total: int
    places: Sequence[Place]

    @property
    def digest(self) -> str:
        """SHA-256 of the inputs, order included."""
        content = [list(self.regions), self.states, list(self.populations.items()), self.total, self.places]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True)
class Coarse:
    """Arrays of the cells, (cell,), and the links between them; area is NaN where it is not known."""

    cell_ids: Array
    lat: Array
    lon: Array
    area_km2: Array
    state: Array
    residents: Array
    place_cell: Array
    net: Network


def coarse(inputs: RegionInputs) -> Coarse:
    """Cells of some regions. Raises InputError, or InputErrors, whose key is a dotted path or a place's id."""
    regions = inputs.regions
    lat, lon = (np.array([getattr(region, axis) for region in regions], dtype=np.float64) for axis in ("lat", "lon"))
    settled = shares(inputs.populations, inputs.total)
    state = np.array([list(inputs.states).index(region.state) for region in regions], dtype=np.int16)
    cell, other = neighbours(regions, state, unit_vectors(lat, lon))
    return Coarse(
        cell_ids=np.array([number(region) for region in regions], dtype=np.uint64),
        lat=lat,
        lon=lon,
        area_km2=np.array([region.area_km2 for region in regions], dtype=np.float64),
        state=state,
        residents=np.array([settled[region.name] for region in regions], dtype=np.int32),
        place_cell=locate(inputs, lat, lon),
        net=linked(cell, other, lat, lon),
    )


def number(region: Region) -> int:
    """Number of a region's cell: the first 64 bits of a hash of its names."""
    return int.from_bytes(hashlib.sha256(f"{region.state}\0{region.name}".encode()).digest()[:8], "big")


def neighbours(regions: Sequence[Region], state: Array, points: Array) -> tuple[Array, Array]:
    """All pairs (cell, neighbour) in both directions, before cut-off parts are tied; points are (cell, 3)."""
    from scipy.spatial import KDTree  # noqa: PLC0415  heavy

    index = {region.name: cell for cell, region in enumerate(regions)}
    pairs = {(index[region.name], index[name]) for region in regions for name in region.neighbours}
    if not pairs:
        for one in range(int(state.max(initial=-1)) + 1):
            members = np.flatnonzero(state == one)
            count = min(NEAREST + 1, members.size)
            if count > 1:
                near = np.asarray(KDTree(points[members]).query(points[members], k=count)[1])
                pairs |= {(int(a), int(members[b])) for a, row in zip(members, near, strict=True) for b in row}
    both = sorted({(a, b) for a, b in pairs if a != b} | {(b, a) for a, b in pairs if a != b})
    table = np.array(both, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def locate(inputs: RegionInputs, lat: Array, lon: Array) -> Array:
    """Cell of each place, (place,) int32, -1 for those off the map."""
    cells: list[int] = []
    errors: list[InputError] = []
    for name, place_lat, place_lon, offmap, is_site in inputs.places:
        km = distance_km(lat, lon, place_lat, place_lon)
        nearest = int(np.argmin(km))
        cells.append(-1 if offmap else nearest)
        if offmap and is_site:
            errors.append(InputError(f"{name} is a gathering site and cannot be offmap", key=name))
        elif not offmap and km[nearest] > FARTHEST_KM:
            allowed = f"a point within {FARTHEST_KM:g} km of a region's, or offmap: true"
            message = f"{name} lies {km[nearest]:,.0f} km from the nearest region, {inputs.regions[nearest].name}"
            found = f"{place_lat}, {place_lon}"
            errors.append(InputError(f"{message}; expected {allowed}", key=name, found=found, allowed=allowed))
    if errors:
        raise errors[0] if len(errors) == 1 else InputErrors(errors)
    return np.array(cells, dtype=np.int32)
