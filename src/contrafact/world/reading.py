"""From a scenario to a world: reads polygons, mask and residents by cell; tells errors by file, line and key."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from contrafact.errors import InputError, InputErrors
from contrafact.scenario.place import RegionPlace
from contrafact.scenario.regions import read_regions
from contrafact.world.places import Place
from contrafact.world.population import MaskRow
from contrafact.world.regions import RegionInputs, coarse
from contrafact.world.world import Inputs, World, assemble, settle_and_locate

if TYPE_CHECKING:
    from contrafact.scenario.schema import Scenario

SECTIONS = ("facilities", "sites", "posts")


def build(scenario: Scenario, cache: bool = True) -> World:
    """World of a scenario, kept in the user's cache folder unless ``cache`` is false.

    Population is placed by the listed values of the total and of the districts' weights; their priors are not drawn.
    Raises InputError, or InputErrors for several at once, with file, line and key.
    """
    try:
        return assemble(inputs_of(scenario), cache)
    except (InputError, InputErrors) as error:
        raise _placed(error, scenario) from error


def check(scenario: Scenario) -> list[InputError]:
    """What keeps a world from being built, without building its ways; empty when nothing does."""
    try:
        inputs = inputs_of(scenario)
        coarse(inputs) if isinstance(inputs, RegionInputs) else settle_and_locate(inputs)
    except (InputError, InputErrors) as error:
        placed = _placed(error, scenario)
        return placed.errors if isinstance(placed, InputErrors) else [placed]
    return []


def inputs_of(scenario: Scenario) -> Inputs | RegionInputs:
    """What a world depends on, out of a scenario and its data files."""
    place, population = scenario.place, scenario.population
    points = {**scenario.facilities, **scenario.sites, **scenario.posts}
    weights = {name: weight.value for name, weight in population.districts.items()}
    total = round(population.total.value / population.scale)
    places = [
        Place(name, points[name].lat, points[name].lon, _is_offmap(scenario, name), name in scenario.sites)
        for name in scenario.places
    ]
    if isinstance(place, RegionPlace):
        regions = read_regions(place.regions.file, scenario.files[place.regions.file], place.regions.states, [])
        weights = {region.name: weights.get(region.name, region.population) for region in regions}
        return RegionInputs(regions, place.regions.states, weights, total, places)
    mask = place.residence_mask
    return Inputs(
        polygons=read_districts(scenario.files[place.districts.file]),
        populations=weights,
        total=total,
        mask=None if mask is None else read_mask(scenario.files[mask.file]),
        places=places,
        resolution=place.resolution,
        spread=None if place.residents is None else read_residents(scenario.files[place.residents.file]),
    )


def _is_offmap(scenario: Scenario, name: str) -> bool:
    return name in scenario.facilities and scenario.facilities[name].offmap


def read_districts(text: str) -> dict[str, Any]:
    """Geometries by the ``name`` property of a GeoJSON FeatureCollection that the scenario's loader has checked."""
    return {feature["properties"]["name"]: feature["geometry"] for feature in json.loads(text)["features"]}


def read_mask(text: str) -> list[MaskRow]:
    """Rows (longitude, southern edge, northern edge), degrees, of a table that the scenario's loader has checked."""
    rows = list(csv.reader(text.splitlines()))[1:]
    return [(float(row[0]), float(row[1]), float(row[2])) for row in rows if row]


def read_residents(text: str) -> dict[int, float]:
    """Residents by H3 number, of a table that the scenario's loader has checked."""
    rows = list(csv.reader(text.splitlines()))[1:]
    return {int(row[0], 16): float(row[1]) for row in rows if row}


def _placed(error: InputError | InputErrors, scenario: Scenario) -> InputError | InputErrors:
    """The same error, or errors, with file and line."""
    if isinstance(error, InputErrors):
        return InputErrors([_placed_one(one, scenario) for one in error.errors])
    return _placed_one(error, scenario)


def _placed_one(error: InputError, scenario: Scenario) -> InputError:
    section = next((name for name in SECTIONS if error.key in getattr(scenario, name)), None)
    key = (error.key or "place") if section is None else f"{section}.{error.key}"
    return scenario.input_error(key, error.message, error.found, error.allowed)
