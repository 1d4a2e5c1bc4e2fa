"""Residents: how many live in each cell, and of which class they are.

The total is shared out among districts in proportion to their weights, and within a district equally over the child
hexagons that pass the residence mask, then summed to cells. Where a table tells how many live in each cell, those of a
district are shared out in proportion to it instead: residents of a row equally over its children inside the districts
(and, with a mask, not where nobody lives). Both steps round by largest remainder, so that every
district and the total come out exact.

The mask says south of which latitude nobody lives, by longitude: rows (longitude, southern edge, northern edge) in
degrees. Only the southern edge is used. A row whose north-south span is below 0.02 degrees is dropped: too few points
to read an edge off. (In Almaty the two easternmost rows see the airport and nothing else, and would empty the east of
Medeu south of it.) Between rows the edge is interpolated. Beyond the last kept row it goes on with the slope of the
straight line fitted to the five kept rows next to that end: the foot of a range seldom turns where a table ends. (In
Almaty, holding the last value instead would put 8,000 people on the slopes of Medeu's eastern spur, beyond 77.1 east.)

Each resident's class is one of 16 boxes of hardship times 16 of risk aversion, drawn by a hash of the cell's H3 number
and the resident's number within the cell. It depends on no seed and on no other cell: the same city has the same people
in every replication and arm. Residents are numbered by cell and, within a cell, by class, so that counts say it all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import h3.api.numpy_int as h3
import numpy as np

from contrafact.errors import InputError
from contrafact.kernels import Array, kernel
from contrafact.rng import decision, uniforms
from contrafact.world.grid import Grid, parents

HARDSHIP_EDGES = np.array(
    [0.0, 0.2, 0.4, 0.55, 0.67, 0.76, 0.83, 0.88, 0.915, 0.94, 0.958, 0.971, 0.98, 0.987, 0.992, 0.996, 1.0]
)
"""Edges of the hardship boxes as shares of the distribution, (17,): finest where hardship is greatest."""

RISK_EDGES = np.round(1.0 - HARDSHIP_EDGES[::-1], 12)
"""Edges of the risk-aversion boxes as shares of the distribution, (17,): finest where aversion is least."""

BOXES = HARDSHIP_EDGES.size - 1
CLASSES = BOXES * BOXES

NARROW_DEG = 0.02
END_ROWS = 5
MOST_PERSONS = 2**31 - 1

MaskRow = tuple[float, float, float]


def largest_remainder(total: int, weights: Sequence[float] | Array) -> Array:
    """Split a total into whole parts in proportion to weights, each within 1 of its exact share; (weight,) int64.

    The parts that lost most by rounding down get the rest, ties in the order given. Exact for any finite weights: they
    are taken as the fractions that they are. Raises ValueError for a negative weight, or weights that are all zero.
    """
    ratios = [weight.as_integer_ratio() for weight in np.asarray(weights).tolist()]
    if any(top < 0 for top, _ in ratios) or not any(top for top, _ in ratios):
        raise ValueError("weights must not be negative, nor all zero")
    scale = max(bottom for _, bottom in ratios)  # denominators of floats are powers of two
    parts = [top * (scale // bottom) for top, bottom in ratios]
    whole = sum(parts)
    floors = [total * part // whole for part in parts]
    rest = [total * part % whole for part in parts]
    order = sorted(range(len(parts)), key=lambda index: -rest[index])
    for index in order[: total - sum(floors)]:
        floors[index] += 1
    return np.array(floors, dtype=np.int64)


def southern_edge(mask: Sequence[MaskRow], lon: Array) -> Array:
    """Latitude in degrees south of which nobody lives, at each longitude; shape as lon. The rule is told above."""
    rows = sorted(row for row in mask if row[2] - row[1] >= NARROW_DEG)
    if not rows:
        message = f"no row of the residence mask spans {NARROW_DEG} degrees from south to north"
        raise InputError(message, key="place.residence_mask")
    if len({row[0] for row in rows}) < len(rows):
        raise InputError("two rows of the residence mask have the same longitude", key="place.residence_mask")
    x, south = np.array(rows, dtype=np.float64)[:, :2].T
    edge = np.interp(lon, x, south)
    edge += _slope(x[:END_ROWS], south[:END_ROWS]) * np.minimum(lon - x[0], 0.0)
    edge += _slope(x[-END_ROWS:], south[-END_ROWS:]) * np.maximum(lon - x[-1], 0.0)
    return np.asarray(edge)


def _slope(x: Array, y: Array) -> float:
    """Least-squares slope of y over x; 0 for a single point."""
    centred = x - x.mean()
    spread = float(centred @ centred)
    return float(centred @ y) / spread if spread > 0 else 0.0


def settle(
    grid: Grid,
    populations: Mapping[str, float],
    total: int,
    mask: Sequence[MaskRow] | None,
    spread: Mapping[int, float] | None = None,
) -> tuple[Array, Array]:
    """Residents (cell,) int32, and the district (cell,) int16 in which most of a cell's residents live.

    In a cell without residents it is the district with most of the cell's children. Ties go to the district listed
    first. Raises InputError for a total or a weight that cannot be, and for a district that the mask leaves no room in.
    """
    per_district = shares(populations, total)
    shape = (grid.cell_ids.size, len(grid.district_names))
    area = _tally(grid.child_cell, grid.child_district, shape)
    settled, key, cause = area, "place.residence_mask", "the mask"
    lives = np.ones(grid.child_cell.size, dtype=bool)
    if mask is not None:
        lives = grid.child_lat >= southern_edge(mask, grid.child_lon)
        settled = _tally(grid.child_cell[lives], grid.child_district[lives], shape)
    if spread is not None:
        key, cause = "place.residents", "the table of residents"
        weights = child_weights(grid, spread)[lives]
        settled = _tally(grid.child_cell[lives], grid.child_district[lives], shape, weights)
    residents = np.zeros(shape, dtype=np.int64)
    for index, name in enumerate(grid.district_names):
        if per_district[name] == 0:
            continue
        if not settled[:, index].any():
            message = f"{cause} leaves no room in district {name} for its {per_district[name]} residents"
            raise InputError(message, key=key)
        residents[:, index] = largest_remainder(per_district[name], settled[:, index])
    empty = residents.sum(axis=1) == 0
    district = np.where(empty, area.argmax(axis=1), residents.argmax(axis=1))
    return residents.sum(axis=1).astype(np.int32), district.astype(np.int16)


def shares(populations: Mapping[str, float], total: int) -> dict[str, int]:
    """Residents of each district, which add up to the total, in proportion to weights."""
    if not 0 <= total <= MOST_PERSONS:
        allowed = f"0 to {MOST_PERSONS:,} persons"
        raise InputError(
            f"found {total}, expected {allowed}", key="population.total", found=str(total), allowed=allowed
        )
    try:
        parts = largest_remainder(total, list(populations.values()))
    except (ValueError, OverflowError) as error:
        raise InputError(f"populations of districts: {error}", key="population.districts") from error
    return dict(zip(populations, parts.tolist(), strict=True))


def child_weights(grid: Grid, spread: Mapping[int, float]) -> Array:
    """Residents that each child stands for, (child,): those of its row shared equally among the row's children here.

    Raises InputError for a number that is no H3 cell, and for residents of a cell outside the districts.
    """
    ids = np.array(list(spread), dtype=np.uint64)
    if wrong := [cell for cell in spread if not h3.is_valid_cell(cell)]:
        found = format(wrong[0], "x")
        raise InputError(f"{found} is no H3 cell", key="place.residents", found=found)
    order = np.argsort(ids)
    ids, number = ids[order], np.array(list(spread.values()), dtype=np.float64)[order]
    ancestor = parents(grid.cell_ids, h3.get_resolution(int(ids[0])))[grid.child_cell]
    row = np.minimum(np.searchsorted(ids, ancestor), ids.size - 1)
    row[ids[row] != ancestor] = -1
    children = np.bincount(row[row >= 0], minlength=ids.size)
    outside = np.flatnonzero((children == 0) & (number > 0))
    if outside.size:
        found = format(int(ids[outside[0]]), "x")
        message = f"{outside.size} cells with residents lie outside the districts, the first is {found}"
        raise InputError(message, key="place.residents", found=found, allowed="cells inside the districts")
    weight = number / np.maximum(children, 1)
    return np.where(row >= 0, weight[row], 0.0)


def _tally(cell: Array, district: Array, shape: tuple[int, int], weights: Array | None = None) -> Array:
    """Number, or sum of weights, of children by cell and district, shape (cell, district)."""
    flat = np.bincount(cell * shape[1] + district, weights, minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape))


def classes(cell_ids: Array, residents: Array) -> Array:
    """Residents of each cell by class, shape (cell, class) int32; class = hardship box * 16 + risk-aversion box."""
    digest = hashlib.sha256(b"contrafact.world").digest()
    key = np.array([int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")], dtype=np.uint64)
    return np.asarray(_count(key, decision("world.class"), cell_ids, residents, HARDSHIP_EDGES, RISK_EDGES))


@kernel
def _count(key: Array, name: int, cell_ids: Array, residents: Array, hardship_edges: Array, risk_edges: Array) -> Array:
    """Class counts (cell, class): two uniforms per resident, keyed by the cell and the resident's number in it."""
    boxes = hardship_edges.size - 1
    counts = np.zeros((cell_ids.size, boxes * boxes), dtype=np.int32)
    for c in range(cell_ids.size):
        high = cell_ids[c] >> np.uint64(32)
        low = cell_ids[c] & np.uint64(0xFFFFFFFF)
        for person in range(residents[c]):
            u, v = uniforms(key, name, high, person, low)
            a = np.searchsorted(hardship_edges, u, "right") - 1
            b = np.searchsorted(risk_edges, v, "right") - 1
            counts[c, a * boxes + b] += 1
    return counts
