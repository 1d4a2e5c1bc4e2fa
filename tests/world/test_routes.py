"""Every place must be within reach, and a stored way must be the one that is walked."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from contrafact.world import World, grid, routes


def shortest_by_hand(net: routes.Network, target: int) -> Any:
    """Bellman-Ford in plain Python: length of the shortest way from every cell, km."""
    size = net.start.size - 1
    length = [0.0 if cell == target else float("inf") for cell in range(size)]
    for _ in range(size):
        for cell in range(size):
            for pair in range(net.start[cell], net.start[cell + 1]):
                length[cell] = min(length[cell], length[net.neighbour[pair]] + net.km[pair])
    return np.array(length)


def test_neighbours_are_sorted_and_mutual(world: World) -> None:
    pairs = set()
    for cell in range(world.cells):
        row = world.neighbour[world.neighbour_start[cell] : world.neighbour_start[cell + 1]]
        assert np.all(np.diff(row) > 0)
        assert cell not in row
        pairs |= {(cell, int(other)) for other in row}
    assert pairs == {(b, a) for a, b in pairs}
    assert len(pairs) == world.neighbour.size


def test_an_island_is_tied_to_the_main_part_by_its_nearest_cell(world: World) -> None:
    cell = np.repeat(np.arange(world.cells), np.diff(world.neighbour_start))
    far = world.neighbour_km > 5
    ends = sorted(zip(cell[far].tolist(), world.neighbour[far].tolist(), strict=True))
    assert len(ends) == 2
    (a, b), back = ends
    assert back == (b, a)
    main, island = np.flatnonzero(world.lon < 10.2), np.flatnonzero(world.lon > 10.2)
    gaps = grid.distance_km(
        world.lat[main][:, None], world.lon[main][:, None], world.lat[island][None], world.lon[island][None]
    )
    assert world.neighbour_km[far] == pytest.approx(gaps.min(), rel=1e-6)


def test_three_parts_in_a_row_are_chained(square: Any) -> None:
    cells = grid.cover({str(x): square(10 + 0.2 * x, 50) for x in range(3)}, 8)
    net = routes.network(cells.cell_ids, cells.lat, cells.lon)
    long = net.km > 3
    assert long.sum() == 4
    assert net.km[long].max() < 12  # the outer two are about 28 km apart


def test_ways_are_as_short_as_can_be(world: World) -> None:
    net = routes.Network(world.neighbour_start, world.neighbour, world.neighbour_km.astype(float))
    for place in (0, 3):
        expected = shortest_by_hand(net, int(world.place_cell[place]))
        assert world.distance_km[place] == pytest.approx(expected, rel=1e-5)


def test_every_cell_walks_to_every_place_in_as_many_hops_as_told(world: World) -> None:
    for place, target in enumerate(world.place_cell):
        if target < 0:
            continue
        for home in range(world.cells):
            at = home
            for _ in range(world.hops[place, home]):
                assert at != target
                row = world.neighbour[world.neighbour_start[at] : world.neighbour_start[at + 1]]
                assert world.next_hop[place, at] in row
                at = int(world.next_hop[place, at])
            assert at == target
        assert world.next_hop[place, target] == target
        assert world.hops[place, target] == 0


def test_stored_routes_include_both_ends_and_follow_the_next_hops(world: World) -> None:
    assert world.site_names == ("square", "stadium")
    for site, place in enumerate(world.site_place):
        for home in range(world.cells):
            route = world.route(site, home)
            assert (route[0], route[-1]) == (home, world.place_cell[place])
            assert route.size == world.hops[place, home] + 1
            assert all(world.next_hop[place, a] == b for a, b in pairwise(route.tolist()))


def test_equal_ways_take_the_cell_of_lowest_index() -> None:
    # a square of four cells, 0 - 1 - 3 and 0 - 2 - 3, every side one kilometre
    start, neighbour = np.array([0, 2, 4, 6, 8]), np.array([1, 2, 0, 3, 0, 3, 1, 2])
    found = routes.ways(routes.Network(start, neighbour, np.ones(8)), np.array([3, -1, 3]))
    assert found.next_hop.tolist() == [[1, 3, 3, 3], [-1] * 4, [1, 3, 3, 3]]
    assert found.hops.tolist() == [[2, 1, 1, 0], [-1] * 4, [2, 1, 1, 0]]
    assert found.km.tolist() == [[2, 1, 1, 0], [np.inf] * 4, [2, 1, 1, 0]]
    begins, cells = routes.stored_routes(found.next_hop[:2], found.hops[:2])
    assert begins.tolist() == [0, 3, 5, 7, 8, 8, 8, 8, 8]
    assert cells.tolist() == [0, 1, 3, 1, 3, 2, 3, 3]


def test_near_is_symmetric_sorted_and_holds_the_cell_itself(world: World) -> None:
    found = world.near(2.5)
    cell = np.repeat(np.arange(world.cells), np.diff(found.start))
    table = np.zeros((world.cells, world.cells), dtype=bool)
    table[cell, found.cell] = True
    assert np.array_equal(table, table.T)
    assert np.all(table.diagonal())
    assert np.all(np.diff(cell * world.cells + found.cell) > 0)
    every = grid.distance_km(world.lat[:, None], world.lon[:, None], world.lat[None], world.lon[None])
    assert np.array_equal(table, every <= 2.5)


def test_near_zero_is_the_cell_alone_and_near_the_globe_is_everyone(world: World) -> None:
    assert world.near(0).cell.tolist() == list(range(world.cells))
    assert world.near(30_000).cell.size == world.cells**2
    with pytest.raises(ValueError, match="not possible"):
        world.near(-1)
