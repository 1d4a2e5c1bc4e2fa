"""The data files that a scenario names: found inside its folder only, and looked through for what validation needs."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from contrafact.errors import InputError, InputErrors
from contrafact.scenario.problems import KEY, Problems, TreePath, dotted, listed, nearest, nearest_of, problem, show
from contrafact.scenario.reading import read_text
from contrafact.scenario.regions import names_of, read_regions

KEYS: tuple[TreePath, ...] = (
    ("place", "districts", "file"),
    ("place", "residence_mask", "file"),
    ("place", "regions", "file"),
    ("place", "residents", "file"),
)
EVIDENCE = "evidence"
RECORD = "record.csv"
TABLES = (
    RECORD,
    "camps.csv",
    "claims.csv",
    "compared.csv",
    "comparison.csv",
    "errata.csv",
    "names.csv",
    "places.csv",
    "population.csv",
    "questions.yaml",
    "readings.csv",
    "references.csv",
    "rivals.csv",
)
"""What a scenario may bring in a folder named `evidence`; the record comes with all the others."""
MASK_COLUMNS = ("lon", "south_lat", "north_lat")
RESIDENTS_COLUMNS = ("cell", "residents")
CELL = re.compile(r"8([0-9a-f])[0-9a-f]{13}")
"""An H3 cell in hexadecimal, whose second digit is its resolution."""


def named(tree: Mapping[str, Any]) -> list[tuple[TreePath, str]]:
    """Where the tree names data files, and their names."""
    found = []
    for path in KEYS:
        node: Any = tree
        for part in path:
            node = node.get(part) if isinstance(node, dict) else None
        if isinstance(node, str):
            found.append((path, node))
    return found


def read_beside(folder: Path, tree: Mapping[str, Any], problems: Problems) -> dict[str, str]:
    """Texts of the data files by name; a path that leaves the folder, or that names no readable file, is a problem."""
    texts: dict[str, str] = {}
    for path, name in named(tree):
        inside = located(folder, name)
        if inside is None:
            allowed = "a path inside the scenario's folder"
            problems.add(path, problem(f"found {show(name)}, expected {allowed}", name, allowed))
            continue
        try:
            texts[name] = read_text(inside, name)
        except InputErrors as errors:
            near = "" if name in (names := _neighbours(folder)) else nearest(name, names)
            for error in errors.errors:
                problems.add(path, problem(f"{show(name)}: {error.message}{near}", name, error.allowed))
    return texts


def chosen(texts: Mapping[str, str], tree: Mapping[str, Any], problems: Problems) -> dict[str, str]:
    """Those of some texts that the tree names; a name that none of them has is a problem."""
    found: dict[str, str] = {}
    for path, name in named(tree):
        if name in texts:
            found[name] = texts[name]
        else:
            message = f"the file {show(name)} is not among those of the scenario{nearest(name, texts)}"
            problems.add(path, problem(message, name, listed(texts)))
    return found


def evidence_beside(folder: Path) -> dict[str, str]:
    """Texts of the evidence tables beside a scenario, as "evidence/record.csv"; InputErrors where one cannot be read.

    The tables are not looked into here. A misspelt name, and tables without the record that they belong to, are errors.
    """
    beside = folder / EVIDENCE
    found = _neighbours(beside)
    errors = []
    for name in found:
        meant = None if name in TABLES else nearest_of(name, [table for table in TABLES if table not in found])
        if meant is not None:
            message = f'found the file {show(name)}, expected {listed(TABLES)}; did you mean "{meant}"?'
            errors.append(InputError(message, str(beside / name), found=name, allowed=listed(TABLES)))
    tables = [name for name in TABLES if name in found]
    if tables and RECORD not in tables and not errors:
        message = f"found {listed(tables)} without {RECORD}, to which they belong"
        errors.append(InputError(message, str(beside), found=listed(tables), allowed=RECORD))
    for name in tables:
        if located(folder, f"{EVIDENCE}/{name}") is None:
            allowed = "a file inside the scenario's folder"
            errors.append(
                InputError(f"leads out of the folder, expected {allowed}", str(beside / name), allowed=allowed)
            )
    if errors:
        raise InputErrors(errors)
    return {f"{EVIDENCE}/{name}": read_text(beside / name) for name in tables}


def _neighbours(folder: Path) -> list[str]:
    """Names of the files in a folder that may be listed."""
    try:
        return sorted(item.name for item in folder.iterdir() if item.is_file())
    except OSError:
        return []


def located(folder: Path, name: str) -> Path | None:
    """The file of this name inside the folder; None for an absolute path, for ``..`` and for a link that leads out."""
    pure = PurePosixPath(name)
    if not name.strip() or "\0" in name or "\\" in name or ":" in name or pure.is_absolute() or ".." in pure.parts:
        return None
    try:
        inside = (folder / pure).resolve()
    except (OSError, RuntimeError):
        return None
    return inside if inside.is_relative_to(folder.resolve()) else None


def checked(
    tree: Mapping[str, Any], files: Mapping[str, str], problems: Problems, folder: Path = Path()
) -> list[InputError]:
    """Errors within the files; what concerns both a file and the scenario goes to the problems of the scenario.

    folder  where the files are, for messages
    """
    in_shapes: list[InputError] = []
    in_mask: list[InputError] = []
    in_table: list[InputError] = []
    names = dict(named(tree))
    shapes = files.get(names.get(KEYS[0], ""))
    if shapes is not None:
        districts = _districts(str(folder / names[KEYS[0]]), shapes, in_shapes)
        _match(tree, districts, problems)
    mask = files.get(names.get(KEYS[1], ""))
    if mask is not None:
        _check_mask(str(folder / names[KEYS[1]]), mask, in_mask)
    table = files.get(names.get(KEYS[2], ""))
    if table is not None:
        _check_regions(tree, str(folder / names[KEYS[2]]), table, in_table, problems)
    in_cells: list[InputError] = []
    cells = files.get(names.get(KEYS[3], ""))
    if cells is not None:
        _check_residents(tree, str(folder / names[KEYS[3]]), cells, in_cells)
    found = zip(KEYS, (in_shapes, in_mask, in_table, in_cells), strict=True)
    return [
        replace(error, key=error.key if key == KEYS[2] and error.key else dotted(key))
        for key, errors in found
        for error in errors
    ]


def regions_in(tree: Mapping[str, Any], files: Mapping[str, str]) -> list[str]:
    """Names of regions, none for a city; read before the table is known to be right."""
    texts = [files.get(name, "") for path, name in named(tree) if path == KEYS[2]]
    return [name for text in texts for name in names_of(text)]


def _states(tree: Mapping[str, Any]) -> list[str]:
    regions = tree["place"]["regions"]
    states = regions.get("states")
    return [name for name in states if isinstance(name, str)] if isinstance(states, list) else []


def _check_regions(tree: Mapping[str, Any], file: str, text: str, errors: list[InputError], problems: Problems) -> None:
    """A table of regions whose states are listed, each state with a region, and whose populations may be listed."""
    states = _states(tree)
    before = len(errors)
    regions = read_regions(file, text, states or None, errors)
    if len(errors) > before:
        return
    for index, name in enumerate(states):
        if name not in {region.state for region in regions}:
            message = f"the state {show(name)} has no region in {show(file)}"
            problems.add(("place", "regions", "states", index), problem(message, name, "states that have a region"))
    population = tree.get("population")
    weights = population.get("districts") if isinstance(population, dict) else None
    known = [region.name for region in regions]
    for name in weights if isinstance(weights, dict) else ():
        if name not in known:
            message = f"no region is called {show(name)}{nearest(name, known)}"
            problems.add(("population", "districts", name, KEY), problem(message, name, ", ".join(known)))


def _districts(file: str, text: str, errors: list[InputError]) -> list[str] | None:
    """Names of the districts of a GeoJSON file, None where it is not one."""
    allowed = 'a GeoJSON FeatureCollection of polygons, each with the property "name"'
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}"
        errors.append(InputError(message, file, error.lineno, error.colno, found=error.msg, allowed=allowed))
        return None
    except (ValueError, RecursionError) as error:
        errors.append(InputError(f"not JSON: {type(error).__name__}", file, allowed=allowed))
        return None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        errors.append(
            InputError(f"found {show(document)}, expected {allowed}", file, found=show(document), allowed=allowed)
        )
        return None
    names: list[str] = []
    for index, feature in enumerate(features):
        complaint, name = _feature(feature)
        if name is not None and name in names:
            complaint = f"the district {show(name)} occurs twice"
        if complaint is not None:
            errors.append(InputError(f"feature {index + 1}: {complaint}", file, found=show(name), allowed=allowed))
        elif name is not None:
            names.append(name)
    return names


def _feature(feature: object) -> tuple[str | None, str | None]:
    """What is wrong with a district's shape, if anything, and its name."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(feature, dict) or not isinstance(name, str) or not name:
        return 'the feature has no property "name"', None
    shape = feature.get("geometry")
    kind = shape.get("type") if isinstance(shape, dict) else None
    if not isinstance(shape, dict) or kind not in ("Polygon", "MultiPolygon"):
        return f"found the geometry {show(kind)} for {show(name)}, expected Polygon or MultiPolygon", name
    polygons = shape.get("coordinates")
    polygons = [polygons] if kind == "Polygon" else polygons
    if not isinstance(polygons, list) or not polygons or not all(_is_polygon(polygon) for polygon in polygons):
        return f"the outline of {show(name)} is no list of closed rings of [longitude, latitude] in degrees", name
    return None, name


def _is_polygon(polygon: object) -> bool:
    return isinstance(polygon, list) and bool(polygon) and all(_is_ring(ring) for ring in polygon)


def _is_ring(ring: object) -> bool:
    return (
        isinstance(ring, list) and len(ring) >= 4 and all(_is_position(point) for point in ring) and ring[0] == ring[-1]
    )


def _is_position(point: object) -> bool:
    if not isinstance(point, list) or len(point) < 2:
        return False
    lon, lat = point[:2]
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) and math.isfinite(x) for x in (lon, lat))
    return numbers and abs(lon) <= 180 and abs(lat) <= 90


def _match(tree: Mapping[str, Any], districts: list[str] | None, problems: Problems) -> None:
    """Every district has a shape and residents."""
    population = tree.get("population")
    weights = population.get("districts") if isinstance(population, dict) else None
    if districts is None or not isinstance(weights, dict):
        return
    for name in weights:
        if name not in districts:
            message = f"no district of the map is called {show(name)}{nearest(name, districts)}"
            problems.add(("population", "districts", name, KEY), problem(message, name, ", ".join(districts)))
    meant = {nearest_of(name, districts) for name in weights if name not in districts}
    for name in districts:
        if name not in weights and name not in meant:
            message = f"the district {show(name)} of the map is missing"
            problems.add(
                ("population", "districts"), problem(message, allowed=f"a number of residents for {show(name)}")
            )


def _check_mask(file: str, text: str, errors: list[InputError]) -> None:
    """A table of numbers with the three columns of a residence mask."""
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if tuple(header[:3]) != MASK_COLUMNS:
        allowed = ",".join(MASK_COLUMNS)
        message = f"found the columns {show(header)}, expected {allowed}"
        errors.append(InputError(message, file, 1, 1, found=show(header), allowed=allowed))
        return
    count = 0
    for row in rows:
        if not row:
            continue
        count += 1
        if len(row) < 3 or not all(_is_number(cell) for cell in row[:3]):
            message = f"found {show(row)}, expected three numbers"
            errors.append(InputError(message, file, rows.line_num, 1, found=show(row), allowed="three numbers"))
    if count == 0:
        errors.append(InputError("the table has no rows", file, allowed="at least one row of three numbers"))


def _check_residents(tree: Mapping[str, Any], file: str, text: str, errors: list[InputError]) -> None:
    """A table of H3 cells of one resolution, none finer than the place's, each once, with numbers of residents."""
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if tuple(header) != RESIDENTS_COLUMNS:
        allowed = ",".join(RESIDENTS_COLUMNS)
        message = f"found the columns {show(header)}, expected {allowed}"
        errors.append(InputError(message, file, 1, 1, found=show(header), allowed=allowed))
        return
    finest = tree["place"].get("resolution")
    finest = finest if isinstance(finest, int) else 9
    seen: dict[str, int] = {}
    resolutions: set[int] = set()
    for row in filter(None, rows):
        complaint = _wrong_residents(row, seen, finest, resolutions)
        if complaint is not None:
            message, allowed = complaint
            errors.append(InputError(message, file, rows.line_num, 1, found=show(row), allowed=allowed))
        seen.setdefault(row[0], rows.line_num)
    if not seen:
        errors.append(InputError("the table has no rows", file, allowed="at least one row of a cell and its residents"))


def _wrong_residents(
    row: list[str], seen: Mapping[str, int], finest: int, resolutions: set[int]
) -> tuple[str, str] | None:
    """What is wrong with a row of a cell and its residents, and what is allowed; notes its resolution."""
    cell = CELL.fullmatch(row[0])
    if len(row) != len(RESIDENTS_COLUMNS) or cell is None:
        return f"found {show(row)}, expected an H3 cell and a number", "an H3 cell of 15 digits, a number"
    if row[0] in seen:
        return f"the cell {row[0]} occurs twice, first in line {seen[row[0]]}", "each cell once"
    if not _is_number(row[1]) or float(row[1]) < 0:
        return f"found {show(row[1])}, expected a number of residents, 0 or more", "0 or more"
    resolution = int(cell[1], 16)
    if resolution > finest:
        return f"the cell is of resolution {resolution}, expected at most {finest}", f"at most {finest}"
    resolutions.add(resolution)
    if len(resolutions) > 1:
        return f"the cell is of resolution {resolution}, others are not", "cells of one resolution"
    return None


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
