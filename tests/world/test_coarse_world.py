"""Worlds of regions: who lives where, which state a cell belongs to, what is next to what."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact import scenario, world
from contrafact.errors import InputError
from contrafact.scenario.regions import Region
from contrafact.world import Place, RegionInputs, World, assemble


def region(name: str, state: str, lat: float, lon: float, near: tuple[str, ...] = ()) -> Region:
    return Region(name, state, lat, lon, 10.0, math.nan, near)


ROW = [region(f"r{i}", "S", 0.0, float(i)) for i in range(6)]
"""Six regions on the equator, a degree (111.19 km) apart."""

INPUTS = RegionInputs(
    regions=[*ROW, region("island", "T", 0.0, 9.0)],
    states=("S", "T"),
    populations={**{f"r{i}": 1.0 + i for i in range(6)}, "island": 3.0},
    total=2_400,
    places=[Place("hall", 0.1, 2.2), Place("base", 50.0, 50.0, offmap=True), Place("square", 0.0, 9.3, is_site=True)],
)


@pytest.fixture(scope="module")
def row() -> World:
    return assemble(INPUTS, cache=False)


def links(of: World) -> set[tuple[int, int]]:
    cell = np.repeat(np.arange(of.cells), np.diff(of.neighbour_start))
    return {(int(a), int(b)) for a, b in zip(cell, of.neighbour, strict=True) if a < b}


def test_each_region_is_a_cell_and_a_district_and_knows_its_state(row: World) -> None:
    assert (row.cells, row.resolution, row.state_names) == (7, 0, ("S", "T"))
    assert row.district_names == row.cell_names == (*(f"r{i}" for i in range(6)), "island")
    assert row.state.tolist() == [0] * 6 + [1]
    assert row.residents.tolist() == [100, 200, 300, 400, 500, 600, 300]
    assert np.array_equal(row.class_count.sum(axis=1), row.residents)


def test_neighbours_are_the_three_nearest_of_a_state_and_states_are_tied_by_the_nearest_pair(row: World) -> None:
    # r0 has r1, r2 and r3; from r2 the nearest are r1, r3 and, of r0 and r4 at one distance, either; r5 reaches r2
    assert {(0, 1), (0, 2), (0, 3), (2, 5), (3, 5), (4, 5)} <= links(row)
    assert not {(0, 4), (0, 5), (1, 5)} & links(row)
    assert {(a, b) for a, b in links(row) if 6 in (a, b)} == {(5, 6)}


def test_neighbours_that_are_named_are_taken_in_both_directions_and_nothing_else() -> None:
    chain = [region(f"r{i}", "S", 0.0, float(i), (f"r{i + 1}",) if i < 5 else ()) for i in range(6)]
    built = assemble(replace(INPUTS, regions=[*chain, INPUTS.regions[-1]]), cache=False)
    assert links(built) == {(i, i + 1) for i in range(6)}
    assert built.hops[2].tolist() == [6, 5, 4, 3, 2, 1, 0]
    assert built.distance_km[2][0] == pytest.approx(9 * 111.19, rel=1e-3)


def test_a_place_belongs_to_the_nearest_region(row: World) -> None:
    assert row.place_cell.tolist() == [2, -1, 6]
    assert row.site_names == ("square",)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (Place("far", 3.0, 2.0), r"far lies 33\d km from the nearest region, r2"),
        (Place("away", 0.0, 2.0, offmap=True, is_site=True), "cannot be offmap"),
        (Place("hall", 0.0, 2.0), "two places are called hall"),
    ],
)
def test_places_that_cannot_be_are_refused(place: Place, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        assemble(replace(INPUTS, places=[*INPUTS.places, place]), cache=False)
    assert caught.value.key == place.id


def test_people_of_a_region_stay_the_same_when_another_is_added(row: World) -> None:
    more = replace(INPUTS, regions=[region("new", "T", 0.0, 12.0), *INPUTS.regions])
    more = replace(more, populations={**INPUTS.populations, "new": 1.0}, total=2_500)
    built = assemble(more, cache=False)
    assert np.array_equal(built.class_count[1:], row.class_count)


def test_a_world_of_regions_is_kept_and_found_again() -> None:
    first, second = assemble(INPUTS), assemble(INPUTS)
    assert first.digest == second.digest
    assert (second.state_names, second.cell_names) == (first.state_names, first.cell_names)
    assert assemble(replace(INPUTS, total=2_401)).digest != first.digest


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180), st.integers(0, 2)), min_size=1, max_size=12))
def test_every_region_can_be_reached_from_every_other(points: list[tuple[float, float, int]]) -> None:
    regions = [region(f"r{i}", f"S{state}", lat, lon) for i, (lat, lon, state) in enumerate(points)]
    places = [Place("site", points[0][0], points[0][1], is_site=True)]
    weights = {one.name: 1.0 for one in regions}
    built = assemble(RegionInputs(regions, ("S0", "S1", "S2"), weights, 100, places), cache=False)
    assert built.residents.sum() == 100
    assert (built.hops[0] >= 0).all()


def test_the_shipped_regions_become_a_world() -> None:
    crisis = scenario.load("csto-2022")
    built = world.build(crisis, cache=False)
    assert world.check(crisis) == []
    assert built.cells == 22
    assert np.bincount(built.state).tolist() == [17, 1, 1, 1, 1, 1]
    assert built.persons == round(crisis.population.total.value / 100)
    kazakhstan = int(built.residents[built.state == 0].sum())
    assert kazakhstan == pytest.approx(195_032, abs=10)  # 19,503,159 on 1 January 2022
    assert built.place_cell[built.site_place].tolist() == list(range(22))
    assert np.isfinite(built.area_km2).all()
