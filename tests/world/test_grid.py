"""Cells must cover the districts, whole and once."""

from __future__ import annotations

from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import pytest

from contrafact.errors import InputError
from contrafact.world import grid


def test_cells_and_parents_are_those_of_h3(square: Any) -> None:
    found = grid.cover({"a": square(10, 50)}, 8)
    children = h3.geo_to_cells(square(10, 50), 10)
    assert found.cell_ids.tolist() == sorted({h3.cell_to_parent(int(child), 8) for child in children})
    assert found.child_cell.size == len(children)
    assert np.all(np.bincount(found.child_cell) > 0)
    lat, lon = h3.cell_to_latlng(int(found.cell_ids[3]))
    assert (found.lat[3], found.lon[3]) == (lat, lon)
    assert found.area_km2[3] == pytest.approx(h3.cell_area(int(found.cell_ids[3]), "km^2"))


def test_children_fill_the_area_of_a_square(square: Any) -> None:
    # 0.05 degrees of a meridian are 5.5598 km, of the parallel of 50.025 degrees 0.6425 times that
    km2 = 5.5598**2 * 0.6425
    found = grid.cover({"a": square(10, 50)}, 9)
    child_km2 = h3.cell_area(h3.latlng_to_cell(50.025, 10.025, 11), "km^2")
    assert found.child_cell.size * child_km2 == pytest.approx(km2, rel=0.01)


def test_a_point_in_two_districts_belongs_to_the_one_listed_first(square: Any) -> None:
    inner, outer = square(10.01, 50.01, 0.02), square(10, 50)
    first = grid.cover({"inner": inner, "outer": outer}, 8)
    second = grid.cover({"outer": outer, "inner": inner}, 8)
    assert np.bincount(first.child_district)[0] == h3.geo_to_cells(inner, 10).size
    assert np.bincount(second.child_district).tolist() == [first.child_cell.size]


def test_nobody_is_placed_in_a_hole(square: Any) -> None:
    ring = square(10, 50)["coordinates"][0]
    hole = square(10.01, 50.01, 0.03)["coordinates"][0]
    found = grid.cover({"a": {"type": "Polygon", "coordinates": [ring, hole]}}, 8)
    inside = (abs(found.child_lat - 50.025) < 0.015) & (abs(found.child_lon - 10.025) < 0.015)
    assert found.child_cell.size > 0
    assert not inside.any()


@pytest.mark.parametrize("east", [-179.96, 180.04], ids=["-179.96", "180.04"])
def test_a_square_across_the_antimeridian_has_the_cells_of_its_two_halves(square: Any, east: float) -> None:
    ring = [[179.96, 10], [east, 10], [east, 10.08], [179.96, 10.08], [179.96, 10]]
    whole = grid.cover({"a": {"type": "Polygon", "coordinates": [ring]}}, 8)
    halves = [
        [[[179.96, 10], [180, 10], [180, 10.08], [179.96, 10.08], [179.96, 10]]],
        [[[-180, 10], [-179.96, 10], [-179.96, 10.08], [-180, 10.08], [-180, 10]]],
    ]
    cut = grid.cover({"a": {"type": "MultiPolygon", "coordinates": halves}}, 8)
    assert whole.cell_ids.tolist() == cut.cell_ids.tolist()
    # 8.8956 km of a meridian times cos(10.04 degrees) of the same
    assert whole.child_cell.size == pytest.approx(8.8956**2 * 0.9847 / (whole.area_km2[0] / 49), rel=0.02)


def test_adjacent_cells_share_an_edge_and_see_each_other(square: Any) -> None:
    ids = grid.cover({"a": square(10, 50)}, 8).cell_ids
    cell, other = grid.adjacent(ids)
    pairs = set(zip(cell.tolist(), other.tolist(), strict=True))
    assert pairs == {(b, a) for a, b in pairs}
    expected = {
        (a, b) for a in range(ids.size) for b in range(ids.size) if h3.are_neighbor_cells(int(ids[a]), int(ids[b]))
    }
    assert pairs == expected


def test_distance_of_a_degree_along_a_meridian() -> None:
    # 2 pi 6371.0072 / 360
    km = grid.distance_km(np.array([50.0]), np.array([10.0]), np.array([51.0]), np.array([10.0]))
    assert km[0] == pytest.approx(111.19505, abs=1e-4)


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        ({"type": "Point", "coordinates": [10, 50]}, "expected Polygon or MultiPolygon"),
        ({"type": "Polygon", "coordinates": []}, "has no polygon"),
        ({"type": "Polygon", "coordinates": [[[10, 50], [11, 50], [10, 50]]]}, "encloses nothing"),
        ({"type": "Polygon", "coordinates": [[[10, 50], [10.1, 95], [10, 51]]]}, "not a longitude and a latitude"),
        ({"type": "Polygon", "coordinates": [[[10, 50], "x", [10, 51]]]}, "a ring is a list"),
        ({"type": "Polygon", "coordinates": [7]}, "a ring is a list"),
        (None, "has no polygon"),
    ],
)
def test_a_geometry_that_is_no_polygon_is_refused_by_name(geometry: Any, says: str) -> None:
    with pytest.raises(InputError, match=f"district north.*{says}") as caught:
        grid.cover({"north": geometry}, 8)
    assert caught.value.key == "place.districts"


def test_too_large_too_small_and_too_fine_are_refused(square: Any) -> None:
    with pytest.raises(InputError, match=r"about [\d,]+ cells at resolution 9, expected at most 30,000 cells"):
        grid.cover({"land": square(10, 40, 20)}, 9)
    with pytest.raises(InputError, match="district dot is too small"):
        grid.cover({"dot": square(10, 50, 1e-5)}, 8)
    with pytest.raises(InputError, match="resolution 10 is not offered, expected one of 7, 8, 9"):
        grid.cover({"a": square(10, 50)}, 10)
