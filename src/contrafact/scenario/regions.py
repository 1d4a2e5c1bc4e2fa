"""Regions as a table: one coarse cell a row, where it is, which state it belongs to and how many live there.

name, state, lat, lon, population   needed; degrees of the point that stands for the region, residents
area_km2                            where known
neighbours                          names of regions next to it, separated by semicolons; read in both directions
source, note                        for readers
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

from contrafact.errors import InputError
from contrafact.scenario.problems import listed, nearest, show

NEEDED = ("name", "state", "lat", "lon", "population")
OPTIONAL = ("area_km2", "neighbours", "source", "note")
BOUNDS = {
    "lat": (-90.0, 90.0, "degrees from -90 to 90"),
    "lon": (-180.0, 180.0, "degrees from -180 to 180"),
    "population": (0.0, 1e10, "a number of residents, 0 or more"),
    "area_km2": (1e-3, 1e8, "an area in km2 above 0, or nothing"),
}
MOST = 5_000
BETWEEN = ";"


class Region(NamedTuple):
    """One coarse cell: point in degrees, residents, area (NaN where not known), names of neighbours (may be none)."""

    name: str
    state: str
    lat: float
    lon: float
    population: float
    area_km2: float
    neighbours: tuple[str, ...]


class _Line(NamedTuple):
    """A row of the table and where it stands."""

    file: str
    number: int
    cells: Mapping[str, str]

    def error(self, column: str, message: str, allowed: str) -> InputError:
        found = self.cells.get(column, "")
        place = list(self.cells).index(column) + 1
        return InputError(message, self.file, self.number, place, column, show(found), allowed)


def read_regions(file: str, text: str, states: Collection[str] | None, errors: list[InputError]) -> list[Region]:
    """Regions of a table in its order; what is wrong with it is added to the errors, and such rows are left out.

    states  names that a region's state must be one of, None: any
    """
    regions: list[Region] = []
    names: dict[str, int] = {}
    lines = _lines(file, text, errors)
    for line in lines:
        wrong = len(errors)
        _check_words(line, states, names, errors)
        numbers = {column: _number(line, column, errors) for column in BOUNDS if column in line.cells}
        if len(errors) == wrong:
            near = tuple(part.strip() for part in line.cells.get("neighbours", "").split(BETWEEN) if part.strip())
            point = numbers["lat"], numbers["lon"], numbers["population"], numbers.get("area_km2", math.nan)
            regions.append(Region(line.cells["name"], line.cells["state"], *point, near))
    for line in lines:
        _check_neighbours(line, names, errors)
    return regions


def names_of(text: str) -> list[str]:
    """Names in the column ``name`` of a table that is not known to be right."""
    try:
        return [row["name"] for row in csv.DictReader(io.StringIO(text, newline="")) if row.get("name")]
    except csv.Error:
        return []


def _lines(file: str, text: str, errors: list[InputError]) -> list[_Line]:
    """Rows of the table with as many cells as its header; none where the header is not right."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[_Line] = []
    try:
        header = next(rows, [])
        if not _is_header(file, header, errors):
            return []
        for row in rows:
            if row and len(row) != len(header):
                message = f"found {len(row)} cells, expected {len(header)}"
                errors.append(InputError(message, file, rows.line_num, 1, None, str(len(row)), str(len(header))))
            elif row:
                lines.append(_Line(file, rows.line_num, dict(zip(header, (cell.strip() for cell in row), strict=True))))
    except csv.Error as error:
        errors.append(InputError(f"not a CSV table: {error}", file, rows.line_num, 1, allowed=",".join(NEEDED)))
        return []
    if not 0 < len(lines) <= MOST:
        allowed = f"1 to {MOST:,} rows"
        errors.append(
            InputError(f"found {len(lines)} rows, expected {allowed}", file, 1, 1, None, str(len(lines)), allowed)
        )
    return lines


def _is_header(file: str, header: list[str], errors: list[InputError]) -> bool:
    allowed = f"{','.join(NEEDED)}, and any of {', '.join(OPTIONAL)}"
    known, before = (*NEEDED, *OPTIONAL), len(errors)
    for column in NEEDED:
        if column not in header:
            message = f"the column {show(column)} is missing{nearest(column, [c for c in header if c not in known])}"
            errors.append(InputError(message, file, 1, 1, column, show(",".join(header)), allowed))
    for number, column in enumerate(header, start=1):
        if column not in known or column in header[: number - 1]:
            twice = "occurs twice" if column in known else "is unknown" + nearest(column, known)
            errors.append(
                InputError(f"the column {show(column)} {twice}", file, 1, number, column, show(column), allowed)
            )
    return len(errors) == before


def _check_words(line: _Line, states: Collection[str] | None, names: dict[str, int], errors: list[InputError]) -> None:
    """A name of its own, and a state that the scenario lists."""
    name, state = line.cells["name"], line.cells["state"]
    if not name:
        errors.append(line.error("name", "the region has no name", "a name of its own"))
    elif name in names:
        message = f"the region {show(name)} occurs twice, first in line {names[name]}"
        errors.append(line.error("name", message, "a name of its own"))
    names.setdefault(name, line.number)
    if states is not None and state not in states:
        message = f"no state is called {show(state)}{nearest(state, states)}"
        errors.append(line.error("state", message, listed(states)))


def _number(line: _Line, column: str, errors: list[InputError]) -> float:
    """The cell as a number within its bounds; NaN where it is empty and may be."""
    text = line.cells[column]
    low, high, allowed = BOUNDS[column]
    if not text and column in OPTIONAL:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        errors.append(line.error(column, f"found {show(text)}, expected {allowed}", allowed))
    return value


def _check_neighbours(line: _Line, names: Collection[str], errors: list[InputError]) -> None:
    for name in (part.strip() for part in line.cells.get("neighbours", "").split(BETWEEN)):
        if name and (name not in names or name == line.cells["name"]):
            reason = "is the region itself" if name in names else f"is no region{nearest(name, names)}"
            errors.append(line.error("neighbours", f"the neighbour {show(name)} {reason}", "names of other regions"))
