"""Cells: the H3 hexagons that cover a set of district polygons.

Every district is cut into child hexagons two resolutions finer (49 to a cell). A child belongs to the district that
holds its centre; where two polygons overlap, to the one listed first. A cell is part of the grid when at least one of
its children belongs to a district. Children are what residents are spread over; they are not kept after that.

Source  H3, a hexagonal hierarchical grid of the sphere, resolutions and areas at https://h3geo.org/docs/core-library/restable
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import h3.api.numpy_int as h3
import numpy as np

from contrafact.errors import InputError
from contrafact.kernels import Array

Geometry: TypeAlias = Mapping[str, Any]

EARTH_RADIUS_KM = 6371.007180918475
"""Authalic radius, the one that H3 computes areas with."""

RESOLUTIONS = (7, 8, 9)
MOST_CELLS = 30_000
FINER = 2


@dataclass(frozen=True)
class Grid:
    """Cells sorted by their H3 number, and the children that residents are spread over.

    cell_ids (cell,) uint64; lat, lon (cell,) degrees of the centre; area_km2 (cell,).
    child_cell (child,) index of the parent cell; child_district (child,) index into district_names;
    child_lat, child_lon (child,) degrees.
    """

    resolution: int
    district_names: tuple[str, ...]
    cell_ids: Array
    lat: Array
    lon: Array
    area_km2: Array
    child_cell: Array
    child_district: Array
    child_lat: Array
    child_lon: Array


def cover(polygons: Mapping[str, Geometry], resolution: int) -> Grid:
    """Grid over GeoJSON geometries (Polygon or MultiPolygon, holes allowed) by district name.

    Raises InputError for a resolution that is not offered, a geometry that cannot be read, a district too small to hold
    the centre of a single child, and an area too large for the resolution.
    """
    if resolution not in RESOLUTIONS:
        allowed = ", ".join(map(str, RESOLUTIONS))
        message = f"resolution {resolution} is not offered, expected one of {allowed}"
        raise InputError(message, key="place.resolution", found=str(resolution), allowed=allowed)
    if not polygons:
        raise InputError("no district polygon given", key="place.districts")
    shapes = {name: read_polygons(name, geometry) for name, geometry in polygons.items()}
    _refuse_too_large(shapes, resolution)
    children = [_children(name, shape, resolution + FINER) for name, shape in shapes.items()]
    owner = np.repeat(np.arange(len(children), dtype=np.int16), [part.size for part in children])
    child_ids, first = np.unique(np.concatenate(children), return_index=True)
    cell_ids, child_cell = np.unique(parents(child_ids, resolution), return_inverse=True)
    child_lat, child_lon = centres(child_ids)
    lat, lon = centres(cell_ids)
    area = np.array([h3.cell_area(int(cell), "km^2") for cell in cell_ids], dtype=np.float64)
    return Grid(
        resolution=resolution,
        district_names=tuple(polygons),
        cell_ids=cell_ids,
        lat=lat,
        lon=lon,
        area_km2=area,
        child_cell=child_cell.astype(np.int64),
        child_district=owner[first],
        child_lat=child_lat,
        child_lon=child_lon,
    )


def read_polygons(name: str, geometry: Geometry) -> list[list[list[tuple[float, float]]]]:
    """Polygons of one district, each a list of rings (outer ring, then holes) of (longitude, latitude) in degrees.

    Longitudes beyond 180 are brought back into -180..180; H3 then takes an edge longer than half the globe as one that
    crosses the antimeridian. Raises InputError naming the district.
    """
    key = "place.districts"
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    coordinates = geometry.get("coordinates") if kind in ("Polygon", "MultiPolygon") else None
    if not isinstance(coordinates, Sequence) or not coordinates:
        message = f"district {name} has no polygon: found geometry {kind!r}, expected Polygon or MultiPolygon"
        raise InputError(message, key=key, found=str(kind), allowed="Polygon or MultiPolygon")
    try:
        polygons = [coordinates] if kind == "Polygon" else coordinates
        return [[_ring(ring) for ring in polygon] for polygon in polygons if len(polygon) > 0]
    except (TypeError, ValueError, IndexError) as error:
        message = f"district {name}: {error}; a ring is a list of at least three [longitude, latitude] in degrees"
        raise InputError(message, key=key) from error


def _ring(ring: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    points = [(float(point[0]), float(point[1])) for point in ring]
    for lon, lat in points:
        if not (math.isfinite(lon) and -90 <= lat <= 90 and -360 <= lon <= 360):
            raise ValueError(f"[{lon}, {lat}] is not a longitude and a latitude")
    if len(set(points)) < 3:
        raise ValueError(f"a ring of {len(set(points))} different points encloses nothing")
    return [(lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180, lat) for lon, lat in points]


def _refuse_too_large(shapes: Mapping[str, list[list[list[tuple[float, float]]]]], resolution: int) -> None:
    area = sum(_area_km2(polygon[0]) for shape in shapes.values() for polygon in shape)
    cells = area / h3.average_hexagon_area(resolution, "km^2")
    if cells > MOST_CELLS:
        message = f"the districts cover {area:,.0f} km2, about {cells:,.0f} cells at resolution {resolution}"
        allowed = f"at most {MOST_CELLS:,} cells"
        raise InputError(
            f"{message}, expected {allowed}", key="place.resolution", found=str(resolution), allowed=allowed
        )


def _area_km2(ring: Sequence[tuple[float, float]]) -> float:
    """Area inside one ring on the sphere. Chamberlain and Duquette (2007), JPL Publication 07-3, equation 2."""
    lon, lat = np.radians(np.array(ring)).T
    step = (np.roll(lon, -1) - lon + math.pi) % (2 * math.pi) - math.pi
    turned = step * (2 + np.sin(lat) + np.sin(np.roll(lat, -1)))
    return float(abs(turned.sum()) * EARTH_RADIUS_KM**2 / 2)


def _children(name: str, polygons: list[list[list[tuple[float, float]]]], resolution: int) -> Array:
    coordinates = [[[list(point) for point in ring] for ring in polygon] for polygon in polygons]
    found = np.unique(h3.geo_to_cells({"type": "MultiPolygon", "coordinates": coordinates}, resolution))
    if found.size == 0:
        message = f"district {name} is too small: no centre of a hexagon of resolution {resolution} lies inside it"
        raise InputError(message, key="place.districts")
    return found.astype(np.uint64)


def parents(cell_ids: Array, resolution: int) -> Array:
    """H3 numbers of the ancestors at a coarser resolution, shape and dtype (uint64) as given.

    An H3 number holds its resolution in bits 52 to 55 and one digit of three bits per resolution, all ones when unused.
    """
    unused = np.uint64((1 << (3 * (15 - resolution))) - 1)
    without = cell_ids & ~np.uint64(0xF << 52)
    return without | np.uint64(resolution << 52) | unused


def centres(cell_ids: Array) -> tuple[Array, Array]:
    """Latitude and longitude of the centres in degrees, each float64 of the same length."""
    pairs = np.array([h3.cell_to_latlng(int(cell)) for cell in cell_ids], dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def cell_of(lat: float, lon: float, cell_ids: Array, resolution: int) -> int:
    """Index of the cell that holds a point, or -1 when it is none of these (sorted) cells."""
    wanted = np.uint64(h3.latlng_to_cell(lat, lon, resolution))
    index = int(np.searchsorted(cell_ids, wanted))
    return index if index < cell_ids.size and cell_ids[index] == wanted else -1


def adjacent(cell_ids: Array) -> tuple[Array, Array]:
    """All pairs (cell, neighbour) of cells that share an edge, both directions, as indices into the sorted cell_ids."""
    rings = [h3.grid_disk(int(cell), 1) for cell in cell_ids]
    cell = np.repeat(np.arange(cell_ids.size), [ring.size for ring in rings])
    other_id = np.concatenate(rings).astype(np.uint64)
    other = np.minimum(np.searchsorted(cell_ids, other_id), cell_ids.size - 1)
    kept = (cell_ids[other] == other_id) & (other != cell)
    return cell[kept], other[kept]


def distance_km(lat_a: Array, lon_a: Array, lat_b: Array | float, lon_b: Array | float) -> Array:
    """Great-circle distance between points in degrees, elementwise, in km (haversine)."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((phi_b - phi_a) / 2) ** 2
    half = half + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(np.subtract(lon_b, lon_a)) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def unit_vectors(lat: Array, lon: Array) -> Array:
    """Points on the unit sphere, shape (point, 3); straight lines between them order as great circles do."""
    phi, psi = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(psi), np.cos(phi) * np.sin(psi), np.sin(phi)], axis=-1)
