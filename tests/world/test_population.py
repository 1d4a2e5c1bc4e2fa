"""Every resident must live somewhere, once, where the rule says."""

from __future__ import annotations

from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact import rng
from contrafact.errors import InputError
from contrafact.world import grid as world_grid
from contrafact.world import population
from contrafact.world.population import HARDSHIP_EDGES, RISK_EDGES, largest_remainder

weight = st.one_of(st.integers(0, 10**6), st.floats(0, 1e12, allow_nan=False))


@given(st.integers(0, 20_000_000), st.lists(weight, min_size=1, max_size=30).filter(any))
def test_parts_sum_to_the_total_and_are_within_one_of_exact(total: int, weights: list[float]) -> None:
    parts = largest_remainder(total, weights)
    exact = total * (np.array(weights) / max(weights)) / (np.array(weights) / max(weights)).sum()
    assert parts.sum() == total
    assert np.all(parts >= 0)
    assert np.all(np.abs(parts - exact) < 1 + 1e-12 * total)


def test_the_largest_remainders_get_the_rest_and_ties_go_in_order() -> None:
    # 10 seats for 47, 16, 15.8, 12, 6.1, 3.1 in a hundred: 4.7, 1.6, 1.58, 1.2, .61, .31
    assert largest_remainder(10, [47, 16, 15.8, 12, 6.1, 3.1]).tolist() == [5, 2, 1, 1, 1, 0]
    assert largest_remainder(5, [1, 1, 1]).tolist() == [2, 2, 1]
    assert largest_remainder(0, [1, 2]).tolist() == [0, 0]


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [0.0, 0.0], [float("nan")]])
def test_weights_that_cannot_be_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match=r"weights|NaN"):
        largest_remainder(5, weights)


def test_district_totals_come_out_exact_and_a_cell_belongs_to_those_who_live_there(square: Any) -> None:
    # 1,000 : 1 : 0 of 2,002 residents, in squares that share no cell
    shapes = {"a": square(10, 50), "b": square(10.3, 50), "c": square(10.6, 50)}
    cells = world_grid.cover(shapes, 8)
    residents, district = population.settle(cells, {"a": 1000.0, "b": 1.0, "c": 0.0}, 2002, None)
    assert [int(residents[district == index].sum()) for index in range(3)] == [2000, 2, 0]
    assert np.array_equal(np.searchsorted([10.2, 10.5], cells.lon), district)
    assert (residents.dtype, district.dtype) == (np.int32, np.int16)


def test_within_a_district_residents_follow_its_area(square: Any) -> None:
    cells = world_grid.cover({"a": square(10, 50)}, 8)
    residents, _ = population.settle(cells, {"a": 7.0}, 98_000, None)
    per_child = 98_000 / cells.child_cell.size
    assert np.all(np.abs(residents - np.bincount(cells.child_cell) * per_child) < 1)


def test_a_cell_on_a_border_belongs_to_the_district_with_most_residents_in_it(square: Any) -> None:
    shapes = {"sparse": square(10, 50), "dense": square(10.05, 50)}
    cells = world_grid.cover(shapes, 8)
    _, district = population.settle(cells, {"sparse": 1.0, "dense": 1000.0}, 100_000, None)
    shared = [set(cells.child_district[cells.child_cell == cell]) == {0, 1} for cell in range(cells.cell_ids.size)]
    assert sum(shared) > 0
    assert np.all(district[shared] == 1)


def test_the_southern_edge_is_interpolated_goes_on_and_ignores_narrow_rows() -> None:
    rows = [(1.0, 50.1, 50.3), (0.0, 50.0, 50.2), (2.0, 50.2, 50.3), (3.0, 59.0, 59.01)]
    edge = population.southern_edge(rows, np.array([-1.0, 0.0, 0.25, 2.0, 4.0]))
    assert edge == pytest.approx([49.9, 50.0, 50.025, 50.2, 50.4])
    assert population.southern_edge([(1.0, 50.1, 50.3)], np.array([-9.0, 9.0])).tolist() == [50.1, 50.1]


def test_nobody_lives_south_of_the_mask_and_nobody_is_lost(square: Any) -> None:
    cells = world_grid.cover({"a": square(10, 50)}, 8)
    residents, district = population.settle(cells, {"a": 1.0}, 50_000, [(10.0, 50.03, 50.1)])
    northernmost = np.full(cells.cell_ids.size, -90.0)
    np.maximum.at(northernmost, cells.child_cell, cells.child_lat)
    assert residents.sum() == 50_000
    assert np.array_equal(residents > 0, northernmost >= 50.03)
    assert np.all(district == 0)


@pytest.mark.parametrize(
    ("populations", "total", "mask", "says"),
    [
        ({"a": 1.0}, 5, [(10.0, 51.0, 51.1)], "leaves no room in district a for its 5 residents"),
        ({"a": 1.0}, 5, [(10.0, 51.0, 51.01)], "no row of the residence mask spans"),
        ({"a": 1.0}, 5, [(10.0, 50.0, 50.1), (10.0, 50.1, 50.2)], "same longitude"),
        ({"a": 0.0}, 5, None, "nor all zero"),
        ({"a": -1.0}, 5, None, "not be negative"),
        ({"a": 1.0}, -5, None, "expected 0 to 2,147,483,647 persons"),
    ],
)
def test_a_population_that_cannot_be_placed_is_refused(
    square: Any, populations: dict[str, float], total: int, mask: Any, says: str
) -> None:
    cells = world_grid.cover({"a": square(10, 50)}, 8)
    with pytest.raises(InputError, match=says):
        population.settle(cells, populations, total, mask)


def test_boxes_are_finest_where_people_join_first() -> None:
    for edges in (HARDSHIP_EDGES, RISK_EDGES):
        assert edges.shape == (17,)
        assert (edges[0], edges[-1]) == (0, 1)
        assert np.all(np.diff(edges) > 0)
    assert np.diff(HARDSHIP_EDGES).argmin() > 12
    assert np.diff(RISK_EDGES).argmin() < 4


def test_class_counts_are_those_of_each_resident_drawn_one_by_one() -> None:
    ids = np.array([0x88283082A1FFFFF, 0x88283082A3FFFFF], dtype=np.uint64)
    counts = population.classes(ids, np.array([3, 2], dtype=np.int32))
    digest = population.hashlib.sha256(b"contrafact.world").digest()
    key = np.array([int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")], dtype=np.uint64)
    expected = np.zeros((2, 256), dtype=np.int32)
    for cell, person in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]:
        high, low = divmod(int(ids[cell]), 2**32)
        u, v = rng.draw(key, rng.decision("world.class"), high, person, low)
        hardship = sum(u >= edge for edge in HARDSHIP_EDGES[1:])
        risk = sum(v >= edge for edge in RISK_EDGES[1:])
        expected[cell, hardship * 16 + risk] += 1
    assert np.array_equal(counts, expected)


def test_class_shares_are_those_of_the_boxes() -> None:
    ids = np.arange(200, dtype=np.uint64) + np.uint64(0x88283082A1FFFFF)
    counts = population.classes(ids, np.full(200, 2000, dtype=np.int32))
    assert np.all(counts.sum(axis=1) == 2000)
    people = 400_000
    share = np.outer(np.diff(HARDSHIP_EDGES), np.diff(RISK_EDGES)).ravel()
    chi_square = ((counts.sum(axis=0) - people * share) ** 2 / (people * share)).sum()
    # 255 degrees of freedom: mean 255, standard deviation 22.6; the draw is fixed, so this either holds or does not
    assert 255 - 4 * 22.6 < chi_square < 255 + 4 * 22.6


def test_one_more_resident_changes_nobody_elses_class() -> None:
    ids = np.array([0x88283082A1FFFFF, 0x88283082A3FFFFF], dtype=np.uint64)
    before = population.classes(ids, np.array([500, 500], dtype=np.int32))
    after = population.classes(ids, np.array([501, 500], dtype=np.int32))
    assert np.array_equal(before[1], after[1])
    assert (after - before).sum() == 1
    assert (after - before).min() == 0


def test_residents_follow_the_table_of_cells(square: Any) -> None:
    town = world_grid.cover({"west": square(10.0, 50.0), "east": square(10.05, 50.0)}, 8)
    spread = {int(cell): float(index % 3) for index, cell in enumerate(town.cell_ids)}
    weights = population.child_weights(town, spread)
    assert weights.sum() == pytest.approx(sum(spread.values()))
    residents, district = population.settle(town, {"west": 600.0, "east": 300.0}, 900, None, spread)
    assert residents.sum() == 900
    assert not residents[np.array(list(spread.values())) == 0].any()
    for index, people in enumerate((600, 300)):
        own = (district == index) & (np.bincount(town.child_cell, town.child_district != index) == 0)
        share = weights[town.child_district == index].sum() / people
        in_cell = np.bincount(town.child_cell, weights)[own]
        assert np.abs(residents[own] - in_cell / share).max() <= 1


def test_a_coarser_table_spreads_a_row_evenly_over_its_children(square: Any) -> None:
    town = world_grid.cover({"west": square(10.0, 50.0)}, 9)
    coarse = world_grid.parents(town.cell_ids, 7)
    spread = {int(cell): 700.0 for cell in np.unique(coarse)}
    weights = population.child_weights(town, spread)
    for cell in spread:
        assert np.ptp(weights[coarse[town.child_cell] == cell]) == 0
    assert weights.sum() == pytest.approx(700 * len(spread))


def test_cells_outside_the_districts_and_districts_without_cells_are_told(square: Any) -> None:
    town = world_grid.cover({"west": square(10.0, 50.0), "east": square(10.3, 50.0)}, 8)
    away = h3.latlng_to_cell(40.0, 10.0, 8)
    inside = h3.latlng_to_cell(50.025, 10.025, 8)
    with pytest.raises(InputError, match="lie outside the districts"):
        population.child_weights(town, {int(away): 5.0})
    with pytest.raises(InputError, match="leaves no room in district east"):
        population.settle(town, {"west": 1.0, "east": 1.0}, 10, None, {int(inside): 5.0})
    with pytest.raises(InputError, match="is no H3 cell"):
        population.child_weights(town, {1: 5.0})
