"""Districts from a file of polygons, in any format and projection that GDAL reads, as outlines in degrees.

Outlines may cross the antimeridian: each is laid out on one side of it (0 to 360 degrees) while it is worked on, and
cut there when it is written, as RFC 7946 wants it. Nothing is guessed: a file without a projection, a missing name and
a name that occurs twice are errors that name the feature.

Source  Butler et al. 2016, The GeoJSON format, RFC 7946, section 3.1.9 on the antimeridian
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contrafact.errors import InputError, InputErrors
from contrafact.importers.extras import needed
from contrafact.scenario.problems import listed, nearest, show

DEGREES = "EPSG:4326"
HALF = 180.0


@dataclass(frozen=True)
class District:
    """One district.

    shape      GeoJSON geometry in degrees, cut at the antimeridian
    residents  as the file says, None where it was not asked
    mended     what had to be mended of its outline, empty where nothing
    """

    name: str
    shape: dict[str, Any]
    residents: float | None
    mended: str = ""


def read_districts(
    path: Path, name_field: str = "name", people_field: str | None = None, layer: str | None = None,
    crs: str | None = None,
) -> list[District]:  # fmt: skip
    """Districts of a file in its order; InputErrors with everything that is wrong with its features.

    name_field    column with the names
    people_field  column with numbers of residents, None: not asked
    layer         of a file with several
    crs           projection of a file that names none, as "EPSG:32637"
    """
    meta, wkb, columns = _read(path, layer)
    for field in filter(None, (name_field, people_field)):
        if field not in columns:
            message = f"the file has no field {show(field)}{nearest(field, columns)}; it has {listed(list(columns))}"
            raise InputError(message, str(path), found=field, allowed=listed(list(columns)))
    projection = _projection(path, meta.get("crs"), crs)
    errors: list[InputError] = []
    districts: list[District] = []
    for number in range(len(wkb)):
        where = f"feature {number + 1}"
        try:
            name = _name(columns[name_field][number], [one.name for one in districts])
            people = None if people_field is None else _people(columns[people_field][number], people_field)
            shape, mended = _outline(wkb[number], projection)
            districts.append(District(name, shape, people, mended))
        except ValueError as error:
            errors.append(InputError(f"{where}: {error}", str(path), found=where))
    if not districts and not errors:
        errors.append(InputError("the file has no features", str(path), allowed="polygons of districts"))
    if errors:
        raise InputErrors(errors)
    return districts


def _read(path: Path, layer: str | None) -> tuple[dict[str, Any], Sequence[bytes | None], dict[str, Any]]:
    """What the file says of itself, outlines in well-known binary, and columns by name."""
    raw, errors = needed("pyogrio.raw"), needed("pyogrio.errors")
    if not path.exists():
        raise InputError("there is no such file", str(path), found=str(path), allowed="a file that exists")
    try:
        if layer is None and len(layers := needed("pyogrio").list_layers(path)) > 1:
            names = listed([str(name) for name, _ in layers])
            raise InputError(f"the file has several layers, name one: {names}", str(path), key="--layer", allowed=names)
        meta, _, wkb, fields = raw.read(path, layer=layer, force_2d=True)
    except (errors.DataSourceError, errors.DataLayerError) as error:
        raise InputError(f"cannot be read: {error}", str(path), allowed="GeoJSON, GeoPackage or Shapefile") from error
    if wkb is None:
        raise InputError("the file has no outlines", str(path), allowed="polygons of districts")
    return meta, wkb, dict(zip(meta["fields"], fields, strict=True))


def _projection(path: Path, named: str | None, given: str | None) -> Any:
    crs = needed("rasterio.crs").CRS
    if named is None and given is None:
        allowed = "a file that names it (a Shapefile does so in its .prj), or --crs EPSG:NUMBER"
        raise InputError(f"the file names no projection, expected {allowed}", str(path), key="--crs", allowed=allowed)
    try:
        return crs.from_user_input(named or given)
    except needed("rasterio.errors").CRSError as error:
        text = str(named or given)
        raise InputError(f"unknown projection {show(text)}", str(path), key="--crs", found=text) from error


def _name(found: object, taken: Sequence[str]) -> str:
    name = "" if found is None else str(found).strip()
    if not name or name == "nan":
        raise ValueError("it has no name")
    if name in taken:
        raise ValueError(f"the name {show(name)} occurs twice; a district is one feature, of one or several polygons")
    return name


def _people(found: object, field: str) -> float:
    try:
        number = float(found)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"found {show(found)} in the field {show(field)}, expected a number of residents, 0 or more")
    return number


def _outline(wkb: bytes | None, projection: Any) -> tuple[dict[str, Any], str]:
    """GeoJSON geometry in degrees, cut at the antimeridian, and what was mended."""
    shapely = needed("shapely")
    found = None if wkb is None else shapely.from_wkb(wkb)
    if found is None or found.is_empty or found.geom_type not in ("Polygon", "MultiPolygon"):
        kind = "nothing" if found is None or found.is_empty else found.geom_type
        raise ValueError(f"found {kind}, expected Polygon or MultiPolygon")
    shape = shapely.transform(found, lambda points: _in_degrees(points, projection))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ValueError("its outline cannot be turned into degrees")
    shape, mended = laid_out(shape), ""
    if not shape.is_valid:
        mended = str(shapely.is_valid_reason(shape))
        shape = _polygons_of(shapely.make_valid(shape))
    if shape.is_empty or shape.area == 0:
        raise ValueError("its outline encloses nothing")
    west, south, east, north = shape.bounds
    if south < -90 or north > 90 or west < -HALF or east > 3 * HALF:
        raise ValueError(f"it lies at {west:.6g} to {east:.6g}, {south:.6g} to {north:.6g}, which are not degrees")
    return as_geojson(shape), mended


def _in_degrees(points: Any, projection: Any) -> Any:
    """Longitude and latitude of points, (point, 2)."""
    warp = needed("rasterio.warp")
    lon, lat = warp.transform(projection, DEGREES, points[:, 0].tolist(), points[:, 1].tolist())
    return np.column_stack([lon, lat])


def laid_out(shape: Any) -> Any:
    """A shape with all longitudes on one side of the antimeridian: 0 to 360 where an edge of it crosses."""
    shapely = needed("shapely")
    lon = shapely.get_coordinates(shape)[:, 0]
    if lon.size == 0 or np.ptp(lon) <= HALF:
        return shape
    return shapely.transform(shape, lambda points: np.column_stack([points[:, 0] % 360.0, points[:, 1]]))


def _polygons_of(shape: Any) -> Any:
    """The polygons of a mended shape without the lines and points that mending leaves."""
    shapely = needed("shapely")
    return shapely.union_all([part for part in shapely.get_parts(shape) if "Polygon" in part.geom_type])


def as_geojson(shape: Any) -> dict[str, Any]:
    """Geometry with longitudes of -180 to 180, cut where it crosses the antimeridian."""
    shapely = needed("shapely")
    if shape.bounds[2] > HALF:
        east = shape.intersection(shapely.box(-HALF, -90, HALF, 90))
        west = shape.intersection(shapely.box(HALF, -90, 3 * HALF, 90))
        west = shapely.transform(west, lambda points: points - np.array([360.0, 0.0]))
        parts = [part for side in (east, west) for part in shapely.get_parts(side) if "Polygon" in part.geom_type]
        shape = shapely.MultiPolygon([one for part in parts for one in shapely.get_parts(part)])
    made = shapely.geometry.mapping(shapely.set_precision(shape, 1e-7))
    return {"type": made["type"], "coordinates": _lists(made["coordinates"])}


def _lists(node: Any) -> Any:
    """Nested tuples as lists, numbers to seven decimals, a centimetre."""
    return [_lists(item) for item in node] if isinstance(node, tuple | list) else round(float(node), 7)
