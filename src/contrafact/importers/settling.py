"""From districts and persons by small hexagon to residents by cell, with everything that was lost on the way told.

A small hexagon belongs to the district that holds its centre, to the first of several, as in a world's grid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import h3
import numpy as np

from contrafact.errors import InputError
from contrafact.importers.extras import needed
from contrafact.importers.people import Bounds, People
from contrafact.importers.shapes import HALF, District, as_geojson, laid_out
from contrafact.world.grid import FINER, Grid, cover


@dataclass(frozen=True)
class Settled:
    """Who lives where.

    districts  residents by district, whole persons
    cells      residents by cell in hexadecimal where a source tells them, in the order of the cells; None: even
    outside    persons of the source who live in no district
    """

    grid: Grid
    districts: Mapping[str, int]
    cells: Mapping[str, float] | None
    outside: float

    @property
    def total(self) -> int:
        """Residents of all districts."""
        return sum(self.districts.values())


def settle(districts: Sequence[District], people: People | None, resolution: int) -> Settled:
    """Residents of districts as their file says, else by the persons inside; InputError where nobody lives at all."""
    grid = cover({one.name: one.shape for one in districts}, resolution)
    stated = {one.name: one.residents for one in districts if one.residents is not None}
    counted: dict[str, float] = {}
    cells: dict[str, float] | None = None
    outside = 0.0
    if people is not None:
        counted, cells, outside = _placed(grid, districts, people)
    number = {one.name: round(stated.get(one.name, counted.get(one.name, 0.0))) for one in districts}
    if sum(number.values()) == 0:
        raise InputError("nobody lives in the districts", allowed="at least one resident")
    if cells is not None:
        bare = [name for name, residents in number.items() if residents > 0 and counted.get(name, 0.0) <= 0]
        if bare:
            message = f"the districts' file says that people live in {bare[0]}, the source of who lives where does not"
            raise InputError(message, found=bare[0], allowed="sources that agree on which districts are empty")
    return Settled(grid, number, cells, outside)


def _placed(
    grid: Grid, districts: Sequence[District], people: People
) -> tuple[dict[str, float], dict[str, float], float]:
    """Persons by district, persons by cell, and persons in neither."""
    names = [one.name for one in districts]
    cell_of_child = grid.cell_ids[grid.child_cell]
    home = {}
    fine = grid.resolution + FINER
    for lat, lon, district, cell in zip(
        grid.child_lat, grid.child_lon, grid.child_district, cell_of_child, strict=True
    ):
        home[h3.latlng_to_cell(float(lat), float(lon), fine)] = (names[int(district)], format(int(cell), "x"))
    by_district: defaultdict[str, float] = defaultdict(float)
    by_cell: dict[str, float] = dict.fromkeys((format(int(cell), "x") for cell in grid.cell_ids), 0.0)
    outside = 0.0
    for small, number in people.persons.items():
        if small not in home:
            outside += number
            continue
        district, cell_name = home[small]
        by_district[district] += number
        by_cell[cell_name] += number
    kept = {cell: round(number, 3) for cell, number in by_cell.items() if number > 0}
    return dict(by_district), kept, outside


def one_district(name: str, people: People) -> District:
    """A district around all the small hexagons in which someone lives, for a source that comes without districts."""
    inhabited = [cell for cell, number in people.persons.items() if number > 0]
    if not inhabited:
        raise InputError("nobody lives in any cell", allowed="at least one resident")
    shape = needed("shapely.geometry").shape(h3.cells_to_geo(inhabited))
    return District(name, as_geojson(laid_out(shape)), None)


def bounds_of(districts: Sequence[District]) -> Bounds:
    """West, south, east, north of all districts in degrees; east lies beyond 180 where they cross the antimeridian."""
    points = np.array([point for one in districts for point in _points(one.shape["coordinates"])])
    lon = points[:, 0]
    if np.ptp(lon) > HALF:
        lon = lon % 360.0
    return float(lon.min()), float(points[:, 1].min()), float(lon.max()), float(points[:, 1].max())


def _points(node: object) -> list[list[float]]:
    """All positions of nested coordinates."""
    if isinstance(node, list) and node and not isinstance(node[0], list):
        return [node]
    return [point for item in node for point in _points(item)] if isinstance(node, list) else []
