"""What a world promises as a whole."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from contrafact.errors import InputError, InputErrors
from contrafact.world import Inputs, Place, World, assemble


def test_shapes_and_types_are_those_of_the_docstring(world: World) -> None:
    n, places, sites = world.cells, 5, 2
    expected = {
        "cell_ids": ((n,), np.uint64),
        "lat": ((n,), np.float64),
        "lon": ((n,), np.float64),
        "area_km2": ((n,), np.float64),
        "district": ((n,), np.int16),
        "state": ((n,), np.int16),
        "residents": ((n,), np.int32),
        "class_count": ((n, 256), np.int32),
        "first_resident": ((n + 1,), np.int64),
        "neighbour_start": ((n + 1,), np.int32),
        "neighbour": ((world.neighbour_start[-1],), np.int32),
        "neighbour_km": ((world.neighbour_start[-1],), np.float32),
        "place_cell": ((places,), np.int32),
        "site_place": ((sites,), np.int32),
        "next_hop": ((places, n), np.int32),
        "hops": ((places, n), np.int16),
        "distance_km": ((places, n), np.float32),
        "route_start": ((sites * n + 1,), np.int32),
        "route_cell": ((world.route_start[-1],), np.int32),
    }
    assert {name: (array.shape, array.dtype) for name, array in world.arrays().items()} == expected
    assert all(array.flags.c_contiguous for array in world.arrays().values())


def test_a_city_is_one_state_and_its_cells_are_called_by_their_numbers(world: World) -> None:
    assert world.state_names == ("city",)
    assert not world.state.any()
    assert [int(name, 16) for name in world.cell_names] == world.cell_ids.tolist()


def test_every_resident_has_a_number_a_cell_and_a_class(world: World) -> None:
    assert world.persons == world.residents.sum() == 10_001
    assert np.array_equal(world.class_count.sum(axis=1), world.residents)
    assert np.array_equal(np.diff(world.first_resident), world.residents)
    by_district = [int(world.residents[world.lon > 10.2].sum()), int(world.residents[world.lon < 10.2].sum())]
    assert by_district == [1667, 8334]  # a sixth of 10,001 is 1,666.83


def test_places_are_where_they_are_said_to_be(world: World) -> None:
    assert world.place_names == ("police", "airbase", "square", "stadium", "bridge")
    assert world.place_cell[1] == -1
    on_map = world.place_cell[[0, 2, 3, 4]]
    assert np.all(abs(world.lat[on_map] - [50.02, 50.03, 50.02, 50.01]) < 0.006)
    assert np.all(abs(world.lon[on_map] - [10.08, 10.02, 10.32, 10.05]) < 0.009)
    assert world.site_place.tolist() == [2, 3]


def test_the_edge_is_the_mean_distance_of_cells_that_touch(world: World) -> None:
    assert world.edge_km == pytest.approx(world.neighbour_km.mean(), rel=1e-6)
    assert np.median(world.neighbour_km) == pytest.approx(np.sqrt(world.area_km2.mean() * 2 / np.sqrt(3)), rel=0.05)


def test_same_inputs_give_the_same_digest_and_others_another(two_islands: Inputs, world: World) -> None:
    assert assemble(two_islands, cache=False).digest == world.digest
    variants = [
        replace(two_islands, resolution=7),
        replace(two_islands, total=10_002),
        replace(two_islands, mask=[(10.0, 50.02, 50.2)]),
        replace(two_islands, places=two_islands.places[:-1]),
    ]
    digests = {assemble(variant, cache=False).digest for variant in variants}
    assert len(digests | {world.digest}) == 5


def test_a_world_survives_being_sent_to_another_process(world: World) -> None:
    assert pickle.loads(pickle.dumps(world)).digest == world.digest


def test_a_facility_outside_the_cells_is_named(two_islands: Inputs) -> None:
    airport = Place("airport", 50.5, 10.02)
    with pytest.raises(InputError, match=r"airport lies outside the districts, (49|50)\.\d km from") as caught:
        assemble(replace(two_islands, places=[*two_islands.places, airport]))
    assert (caught.value.key, caught.value.found) == ("airport", "50.5, 10.02")


def test_all_that_is_wrong_with_places_is_told_at_once(two_islands: Inputs) -> None:
    wrong = [Place("airport", 50.5, 10.02), Place("field", 50.02, 10.02, offmap=True, is_site=True)]
    with pytest.raises(InputErrors) as caught:
        assemble(replace(two_islands, places=wrong))
    assert [error.key for error in caught.value.errors] == ["airport", "field"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"populations": {"west": 1.0, "east": 1.0, "island": 1.0, "moon": 1.0}},
            "moon has a population and no polygon",
        ),
        ({"populations": {"west": 1.0, "east": 1.0}}, "island has a polygon and no population"),
        ({"places": [Place("a", 50.02, 10.02), Place("a", 50.03, 10.02)]}, "two places are called a"),
    ],
)
def test_names_that_do_not_match_are_refused(two_islands: Inputs, change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        assemble(replace(two_islands, **change))


def test_a_city_without_people_or_places_is_a_world(two_islands: Inputs) -> None:
    empty = assemble(replace(two_islands, total=0, places=[]), cache=False)
    assert empty.persons == 0
    assert empty.next_hop.shape == (0, empty.cells)
    assert empty.route_start.tolist() == [0]
