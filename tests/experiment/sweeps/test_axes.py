"""Axes must be read with their units and bounds, and what is wrong with them told with the nearest spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

import contrafact as cf
from contrafact.errors import InputError, InputErrors
from contrafact.experiment.sweeps.axes import axes, every_prior, read_prior
from contrafact.parameters import Prior
from contrafact.scenario import Scenario

SMALL = Path(__file__).parents[2] / "data" / "small"


@pytest.fixture(scope="module")
def town() -> Scenario:
    found = cf.load(SMALL)
    assert isinstance(found, Scenario)
    return found


def test_ranges_have_units_of_their_own_or_that_of_the_high_end(town: Scenario) -> None:
    found = axes(
        town,
        [
            "forces.police.strength=100..400 persons",
            "facilities.town_hall.hold=10 min..1 h",
            "actions.call_to_gather.at=2022-01-04T06:00..2022-01-04T12:30",
            "parameters.participation.legitimacy=0.8..0.9",
        ],
    )
    assert [(axis.at(0.0), axis.at(1.0), axis.unit) for axis in found] == [
        (100.0, 400.0, "persons"),
        (pytest.approx(1 / 6), 1.0, "h"),
        (6.0, 12.5, "time"),
        (0.8, 0.9, "dimensionless"),
    ]


def test_a_path_alone_takes_its_prior_and_a_mapping_says_the_same(town: Scenario) -> None:
    (hold,) = axes(town, ["facilities.town_hall.hold"])
    assert hold.prior.numbers == pytest.approx((1 / 6, 1.0))
    assert not hold.ranged
    assert axes(town, {"facilities.town_hall.hold": None, "place.detour": (1.1, 1.2)})[0] == hold


def test_every_prior_is_an_axis_but_for_what_the_map_is_built_from(town: Scenario) -> None:
    paths = [axis.path for axis in every_prior(town)]
    assert "place.detour" in paths
    assert "parameters.participation.nu" in paths
    assert not [path for path in paths if path.startswith(("population.total", "population.districts"))]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (["forces.polize.strength"], r"no number forces\.polize\.strength"),
        (["participation.nu"], r"parameters\.participation\.nu"),
        (["population.total"], "the map is built from it"),
        (["place.detour=1.2"], r"LOW\.\.HIGH"),
        (["place.detour=1.4..1.2"], "low end below"),
        (["forces.police.strength=100..200"], "persons"),
        (["parameters.participation.legitimacy=0.5..1.5"], "0 to 1"),
        (["place.detour", "place.detour"], "named twice"),
        ([], "nothing varies"),
    ],
)
def test_what_is_wrong_with_an_axis_is_told(town: Scenario, over: list[str], words: str) -> None:
    with pytest.raises(InputErrors, match=words):
        axes(town, over)


def test_a_prior_may_be_given_in_the_units_of_the_number(town: Scenario) -> None:
    found = read_prior(town, "facilities.town_hall.hold", {"triangular": ["6 min", 0.5, "1 h"]}, "parameters")
    assert found.prior == Prior("triangular", (0.1, 0.5, 1.0))
    for raw in ({"flat": [0, 1]}, {"uniform": [0.5]}, {"uniform": [0.9, 0.1]}, {"loguniform": [0.0, 0.5]}):
        with pytest.raises(InputError):
            read_prior(town, "facilities.town_hall.hold", raw, "parameters")
