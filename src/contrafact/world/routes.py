"""Ways through the city: which cells touch, the shortest way from every cell to every place, and who is near.

A part of the grid that touches the rest nowhere (an exclave, an island) is tied to it by one link between the nearest
pair of cells, so that nobody is out of reach.

Shortest ways are those of Dijkstra over the straight distances between centres. Lengths are whole millimetres, whose
sums are exact, so that two ways of equal length are known to be equal; the next cell is then the one of lowest index.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from contrafact.kernels import Array
from contrafact.world.grid import EARTH_RADIUS_KM, adjacent, distance_km, unit_vectors

MM_PER_KM = 1e6


class Network(NamedTuple):
    """Neighbours in compressed rows: those of cell c are neighbour[start[c]:start[c + 1]], ascending.

    start (cell + 1,) int32; neighbour (pair,) int32; km (pair,) float64, between centres.
    """

    start: Array
    neighbour: Array
    km: Array


class Near(NamedTuple):
    """Cells near each cell in compressed rows: those of cell c, itself among them, are cell[start[c]:start[c + 1]].

    start (cell + 1,) int32; cell (pair,) int32, ascending within a row.
    """

    start: Array
    cell: Array


class Ways(NamedTuple):
    """Shortest ways to some target cells, each array (target, cell).

    next_hop int32, the next cell on the way, the target's own index at the target; hops int16; km float32.
    """

    next_hop: Array
    hops: Array
    km: Array


def network(cell_ids: Array, lat: Array, lon: Array) -> Network:
    """Hexagons that touch, with cut-off parts tied to the rest."""
    return linked(*adjacent(cell_ids), lat, lon)


def linked(cell: Array, other: Array, lat: Array, lon: Array) -> Network:
    """Neighbours of every cell from pairs in both directions, with cut-off parts tied to the rest."""
    from scipy.sparse import csr_array  # noqa: PLC0415  heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  heavy

    size = lat.size
    linked = csr_array((np.ones(cell.size), (cell, other)), shape=(size, size))
    count, part = connected_components(linked, directed=False)
    if count > 1:
        ties = np.array(_ties(part, unit_vectors(lat, lon)))
        cell, other = np.concatenate([cell, *ties.T]), np.concatenate([other, *ties.T[::-1]])
    order = np.lexsort((other, cell))
    cell, other = cell[order], other[order]
    start = np.searchsorted(cell, np.arange(size + 1)).astype(np.int32)
    millimetres = np.maximum(1.0, np.rint(distance_km(lat[cell], lon[cell], lat[other], lon[other]) * MM_PER_KM))
    return Network(start, other.astype(np.int32), millimetres / MM_PER_KM)


def _ties(part: Array, points: Array) -> list[tuple[int, int]]:
    """One link (cell, cell) for every cut-off part: each time, the nearest one is tied to the growing main part."""
    from scipy.spatial import KDTree  # noqa: PLC0415  heavy

    main = part == np.bincount(part).argmax()
    ties = []
    while not main.all():
        inside, outside = np.flatnonzero(main), np.flatnonzero(~main)
        distance, nearest = KDTree(points[inside]).query(points[outside])
        best = int(np.argmin(distance))
        ties.append((int(inside[np.asarray(nearest)[best]]), int(outside[best])))
        main |= part == part[outside[best]]
    return ties


def ways(net: Network, targets: Array) -> Ways:
    """Shortest way from every cell to each target (target,), a cell index; -1 stands for a place off the map.

    To such a place next_hop and hops are -1 and km is infinite.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  heavy
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415  heavy

    size = net.start.size - 1
    next_hop = np.full((targets.size, size), -1, dtype=np.int32)
    hops = np.full((targets.size, size), -1, dtype=np.int16)
    km = np.full((targets.size, size), np.inf, dtype=np.float32)
    cell = np.repeat(np.arange(size), np.diff(net.start))
    step = np.rint(net.km * MM_PER_KM)
    graph = csr_array((step, net.neighbour, net.start), shape=(size, size))
    for target in np.unique(targets[targets >= 0]).tolist():
        length = dijkstra(graph, indices=target)
        on_way = np.flatnonzero(length[cell] == length[net.neighbour] + step)
        cells, first = np.unique(cell[on_way], return_index=True)
        towards = np.full(size, target, dtype=np.int32)
        towards[cells] = net.neighbour[on_way[first]]
        rows = np.flatnonzero(targets == target)
        next_hop[rows] = towards
        hops[rows] = _hops(towards, target)
        km[rows] = length / MM_PER_KM
    return Ways(next_hop, hops, km)


def _hops(towards: Array, target: int) -> Array:
    """Steps from every cell to the target along next hops, (cell,)."""
    at = np.arange(towards.size)
    hops = np.zeros(towards.size, dtype=np.int16)
    while (away := at != target).any():
        hops += away
        at = towards[at]
    return hops


def stored_routes(next_hop: Array, hops: Array) -> tuple[Array, Array]:
    """Every home's way to every site, both ends included, from next_hop and hops (site, cell).

    Returns start (site * cell + 1,) int32 and cells (step,) int32: the way from home h to site s stands in
    cells[start[i]:start[i + 1]] with i = s * number of cells + h. A site off the map has empty ways.
    """
    sites, size = next_hop.shape
    start = np.zeros(sites * size + 1, dtype=np.int64)
    np.cumsum(hops.ravel() + np.int64(1), out=start[1:])
    cells = np.empty(start[-1], dtype=np.int32)
    for site in range(sites):
        at = np.arange(size)
        begin = start[site * size : (site + 1) * size]
        for step in range(int(hops[site].max(initial=-1)) + 1):
            walking = np.flatnonzero(hops[site] >= step)
            cells[begin[walking] + step] = at[walking]
            at = next_hop[site][at]
    return start.astype(np.int32), cells


def near(lat: Array, lon: Array, radius_km: float) -> Near:
    """For every cell, the cells whose centres lie within a radius of its own; symmetric by construction."""
    from scipy.sparse import csr_array  # noqa: PLC0415  heavy
    from scipy.spatial import KDTree  # noqa: PLC0415  heavy

    if not radius_km >= 0:
        raise ValueError(f"a radius of {radius_km} km is not possible")
    size = lat.size
    chord = 2 * math.sin(min(radius_km / EARTH_RADIUS_KM, math.pi) / 2)
    pairs = KDTree(unit_vectors(lat, lon)).query_pairs(chord, output_type="ndarray")
    own = np.arange(size)
    rows = np.concatenate([pairs[:, 0], pairs[:, 1], own])
    columns = np.concatenate([pairs[:, 1], pairs[:, 0], own])
    table = csr_array((np.ones(rows.size, dtype=np.int8), (rows, columns)), shape=(size, size))
    table.sort_indices()
    return Near(table.indptr.astype(np.int32), table.indices.astype(np.int32))
