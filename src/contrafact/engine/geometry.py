"""Distances and surroundings of cells and places, worked out once for all replications."""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array
from contrafact.world import World


def edge_of(world: World) -> Array:
    """Cells at the edge of the area: those with fewer neighbours than cells inside have, (edge,) int32."""
    touching = np.diff(world.neighbour_start)
    return np.asarray(np.flatnonzero(touching < touching.max(initial=1)), np.int32)


def great_circle(lat_a: Array, lon_a: Array, lat_b: Array, lon_b: Array) -> Array:
    """Great-circle distance in km between points in degrees (haversine, mean Earth radius 6371.0088 km)."""
    a, b = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * 6371.0088 * np.arcsin(np.sqrt(half)))


def place_distances(world: World) -> Array:
    """Straight distance in km from the cell of each place to each cell, (place, cell); infinite off the map."""
    km = np.full((len(world.place_names), world.cells), np.inf)
    for place, cell in enumerate(world.place_cell):
        if cell >= 0:
            km[place] = great_circle(world.lat[cell], world.lon[cell], world.lat, world.lon)
    return km


def disks(km: Array, radius: float, own: Array) -> tuple[Array, Array]:
    """Cells within a radius of each row of km (row, cell), the row's own cell always, as (start, cell)."""
    rows = [np.union1d(np.flatnonzero(row <= radius), [cell]) for row, cell in zip(km, own, strict=True)]
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([row.size for row in rows], out=start[1:])
    return start, np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int64)
