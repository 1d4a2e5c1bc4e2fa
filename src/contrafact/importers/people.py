"""How many live where, from a raster of persons or a table of H3 cells, as persons by small hexagon.

Both are brought to hexagons two resolutions finer than the place's cells, which a world spreads residents over. A pixel
is cut into parts smaller than such a hexagon, and each goes to the hexagon that holds its centre. A row of a table goes
in equal parts to the small hexagons inside its cell, or to the one around it.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h3
import numpy as np

from contrafact.errors import InputError, InputErrors
from contrafact.importers.extras import needed
from contrafact.importers.shapes import DEGREES
from contrafact.scenario.problems import listed, nearest, show
from contrafact.translation import noted
from contrafact.world.grid import EARTH_RADIUS_KM, FINER

CELL_FIELDS = ("h3", "h3_index", "h3index", "hex_id", "cell")
PEOPLE_FIELDS = ("population", "pop", "residents")
MOST_PARTS = 12
MOST_POINTS = 20_000_000
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180.0


@dataclass(frozen=True)
class People:
    """Persons by small hexagon, what the source holds in all, and how it was read, one line each."""

    persons: Mapping[str, float]
    total: float
    mapping: tuple[str, ...]


Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees; east may lie beyond 180."""


def is_raster(path: Path) -> bool:
    """Whether a file is taken for a raster, by its name."""
    return path.suffix.lower() in (".tif", ".tiff")


def read_raster(path: Path, bounds: Bounds, resolution: int) -> People:
    """Persons of the first band of a GeoTIFF inside bounds; InputError where it cannot be placed or counts nobody."""
    rasterio, errors = needed("rasterio"), needed("rasterio.errors")
    persons: defaultdict[str, float] = defaultdict(float)
    total = 0.0
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                raise InputError("the raster names no projection", str(path), allowed="a GeoTIFF with a projection")
            for part in _sides(bounds):
                total += _add_pixels(source, part, resolution + FINER, persons, path)
            crs, band = source.crs.to_string(), source.descriptions[0] or "1"
    except errors.RasterioIOError as error:
        raise InputError(f"cannot be read: {error}", str(path), allowed="a GeoTIFF") from error
    if total <= 0:
        raise InputError(
            "nobody lives in the raster inside the districts' bounds", str(path), allowed="persons per pixel"
        )
    mapping = (
        noted("band {band} of {file} ({crs}) -> persons per pixel, not per km2", band=band, file=path.name, crs=crs),
    )
    return People(dict(persons), total, mapping)


def _sides(bounds: Bounds) -> list[Bounds]:
    """The bounds, or their parts on both sides of the antimeridian."""
    west, south, east, north = bounds
    if east <= 180.0:
        return [bounds]
    return [(west, south, 180.0, north), (-180.0, south, east - 360.0, north)]


def _add_pixels(source: Any, bounds: Bounds, fine: int, persons: defaultdict[str, float], path: Path) -> float:
    """Add the pixels inside bounds to hexagons of a resolution; the persons in all pixels that were read."""
    windows, warp = needed("rasterio.windows"), needed("rasterio.warp")
    inside = warp.transform_bounds(DEGREES, source.crs, *bounds, densify_pts=21)
    window = windows.from_bounds(*inside, transform=source.transform)
    top, left = math.floor(window.row_off), math.floor(window.col_off)
    bottom, right = math.ceil(window.row_off + window.height), math.ceil(window.col_off + window.width)
    window = windows.Window(left, top, right - left, bottom - top)
    whole = windows.Window(0, 0, source.width, source.height)
    if not windows.intersect(window, whole):
        return 0.0
    window = window.intersection(whole)
    values = source.read(1, window=window, masked=True).filled(0).astype(np.float64)
    if (values < 0).any() or not np.isfinite(values).all():
        message = "the raster holds negative numbers that it does not declare as missing"
        raise InputError(message, str(path), allowed="persons, 0 or more, and a value for missing data")
    rows, columns = np.nonzero(values)
    parts = _parts(source, fine)
    if rows.size * parts * parts > MOST_POINTS:
        message = f"{rows.size:,} pixels are too many for one city"
        raise InputError(message, str(path), found=f"{rows.size:,}", allowed="a smaller area, or a coarser raster")
    share = values[rows, columns] / (parts * parts)
    grid = source.transform
    columns, rows = columns + round(window.col_off), rows + round(window.row_off)
    for i in range(parts):
        for j in range(parts):
            across, down = columns + (j + 0.5) / parts, rows + (i + 0.5) / parts
            x = grid.a * across + grid.b * down + grid.c
            y = grid.d * across + grid.e * down + grid.f
            lon, lat = warp.transform(source.crs, DEGREES, x.tolist(), y.tolist())
            for number, east, north in zip(share.tolist(), lon, lat, strict=True):
                persons[h3.latlng_to_cell(north, east, fine)] += number
    return float(values.sum())


def _parts(source: Any, fine: int) -> int:
    """Into how many parts a pixel is cut each way, so that a part is no larger than a hexagon's edge."""
    km = KM_PER_DEGREE if source.crs.is_geographic else 0.001 * float(source.crs.linear_units_factor[1])
    pixel = float(max(abs(source.transform.a), abs(source.transform.e))) * km
    edge: float = h3.average_hexagon_edge_length(fine, unit="km")
    return min(MOST_PARTS, max(1, math.ceil(pixel / edge)))


def read_cells(path: Path, resolution: int, cell_field: str | None = None, people_field: str | None = None) -> People:
    """Persons of a table of H3 cells, CSV or GeoPackage; InputErrors name the lines that are wrong."""
    columns, first = _columns(path)
    cell_name = _field(path, columns, cell_field, CELL_FIELDS, "--cell-field")
    people_name = _field(path, columns, people_field, PEOPLE_FIELDS, "--people-field")
    errors: list[InputError] = []
    found: dict[str, float] = {}
    for number, (cell, text) in enumerate(zip(columns[cell_name], columns[people_name], strict=True)):
        complaint = _wrong_row(cell, text, found)
        if complaint is None:
            found[str(cell)] = float(text)
        else:
            errors.append(InputError(complaint, str(path), number + first, found=f"{cell}, {text}"))
    resolutions = sorted({h3.get_resolution(cell) for cell in found})
    if len(resolutions) > 1:
        message = f"the cells are of resolutions {listed([str(one) for one in resolutions])}"
        errors.append(InputError(message, str(path), allowed="cells of one resolution"))
    if not found and not errors:
        errors.append(InputError("the table has no rows", str(path), allowed="cells with residents"))
    if errors:
        raise InputErrors(errors)
    persons: defaultdict[str, float] = defaultdict(float)
    for cell, number_of in found.items():
        for small, share in _small(cell, resolution + FINER):
            persons[small] += number_of * share
    mapping = (
        noted("{field} -> cell of H3 resolution {resolution}", field=cell_name, resolution=resolutions[0]),
        noted("{field} -> residents", field=people_name),
    )
    return People(dict(persons), sum(found.values()), mapping)


def _wrong_row(cell: object, text: object, found: Mapping[str, float]) -> str | None:
    if not isinstance(cell, str) or not h3.is_valid_cell(cell):
        return f"found {show(cell)}, expected an H3 cell"
    if cell in found:
        return f"the cell {cell} occurs twice"
    try:
        number = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        return f"found {show(text)}, expected a number of residents, 0 or more"
    return None


def _small(cell: str, fine: int) -> Iterator[tuple[str, float]]:
    """Hexagons of a resolution in the place of a cell, and the share of its persons that each gets."""
    if h3.get_resolution(cell) >= fine:
        yield h3.cell_to_parent(cell, fine), 1.0
        return
    children = h3.cell_to_children(cell, fine)
    for child in children:
        yield child, 1.0 / len(children)


def _columns(path: Path) -> tuple[dict[str, Any], int]:
    """Columns of a table by name, and the number of its first row: a line of a CSV table, else a feature."""
    if path.suffix.lower() == ".csv":
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot be read: {error}", str(path), allowed="a CSV table in UTF-8") from error
        rows = list(csv.reader(text.splitlines()))
        header, body = (rows[0], rows[1:]) if rows else ([], [])
        short = next((i for i, row in enumerate(body) if len(row) != len(header)), None)
        if short is not None:
            message = f"found {len(body[short])} cells, expected {len(header)}"
            raise InputError(message, str(path), short + 2, found=str(len(body[short])), allowed=str(len(header)))
        return {name: [row[i] for row in body] for i, name in enumerate(header)}, 2
    raw, errors = needed("pyogrio.raw"), needed("pyogrio.errors")
    try:
        meta, _, _, fields = raw.read(path, read_geometry=False)
    except (errors.DataSourceError, errors.DataLayerError) as error:
        raise InputError(f"cannot be read: {error}", str(path), allowed="a CSV table or a GeoPackage") from error
    return dict(zip(meta["fields"], (column.tolist() for column in fields), strict=True)), 1


def _field(path: Path, columns: Mapping[str, Any], given: str | None, usual: tuple[str, ...], option: str) -> str:
    """The column that was named, or the only one with a usual name; InputError otherwise."""
    if given is not None and given not in columns:
        message = f"the table has no column {show(given)}{nearest(given, columns)}"
        raise InputError(message, str(path), key=option, found=given, allowed=listed(list(columns)))
    fitting = [given] if given is not None else [name for name in columns if name.lower() in usual]
    if len(fitting) != 1:
        message = f"which column is meant is not clear: it has {listed(list(columns))}; name one with {option}"
        raise InputError(message, str(path), key=option, allowed=listed(list(columns)))
    return str(fitting[0])
