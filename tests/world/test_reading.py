"""A scenario must become the world that it describes, and what is wrong must be told by file and line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import contrafact
from contrafact import scenario, world
from contrafact.errors import InputError, InputErrors
from contrafact.world import Inputs, assemble, reading

SMALL = Path(__file__).parents[1] / "data" / "small"
ALMATY = Path(contrafact.__file__).parent / "scenario" / "library" / "almaty-2022"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small scenario that a test may spoil."""
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def test_a_scenario_becomes_a_world_with_its_places_in_order(folder: Path) -> None:
    crisis = scenario.load(str(folder))
    built = world.build(crisis, cache=False)
    assert world.check(crisis) == []
    assert built.persons == 20_000
    assert built.district_names == ("Northwest", "Northeast", "Southwest", "Southeast")
    assert built.place_names == (
        "town_hall",
        "armoury",
        "police_hq",
        "airfield",
        "main_square",
        "market",
        "west_bridge",
    )
    assert built.site_names == ("main_square", "market")
    assert [built.place_names[place] for place in np.flatnonzero(built.place_cell < 0)] == ["airfield"]


def test_residents_of_the_small_town_are_where_the_file_says(folder: Path) -> None:
    built = world.build(scenario.load(str(folder)), cache=False)
    wanted = {"Northwest": 6000, "Northeast": 5000, "Southwest": 5000, "Southeast": 4000}
    for index, name in enumerate(built.district_names):
        living = built.residents[built.district == index].sum()
        assert abs(living - wanted[name]) < 0.1 * wanted[name]  # cells on a border count for one side


def test_a_facility_outside_is_told_with_file_line_and_key(folder: Path) -> None:
    file = folder / "scenario.yaml"
    text = file.read_text().replace("    offmap: true\n", "")
    file.write_text(text)
    with pytest.raises(InputError, match="airfield lies outside the districts") as caught:
        world.build(scenario.load(str(folder)))
    error = caught.value
    assert error.key == "facilities.airfield"
    assert error.file is not None
    assert error.file.endswith("scenario.yaml")
    line = text.splitlines().index("  airfield:") + 1
    assert error.line in (line, line + 1)
    assert [str(one) for one in world.check(scenario.load(str(folder)))] == [str(error)]


def test_all_that_is_outside_is_told_at_once(folder: Path) -> None:
    file = folder / "scenario.yaml"
    file.write_text(file.read_text().replace("    offmap: true\n", "").replace("lat: 43.272", "lat: 44.272"))
    crisis = scenario.load(str(folder))
    with pytest.raises(InputErrors) as caught:
        world.build(crisis)
    assert [error.key for error in caught.value.errors] == ["facilities.airfield", "sites.market"]
    assert world.check(crisis) == caught.value.errors


def test_a_mask_that_leaves_a_district_empty_is_told_with_its_line(folder: Path) -> None:
    (folder / "edge.csv").write_text("lon,south_lat,north_lat\n76.9,43.25,43.35\n\n")
    file = folder / "scenario.yaml"
    mask = '  residence_mask: {file: edge.csv, assumption: "made up"}\n'
    text = file.read_text().replace("  detour:", f"{mask}  detour:")
    file.write_text(text)
    (error,) = world.check(scenario.load(str(folder)))
    assert error.message.startswith("the mask leaves no room in district South")
    assert (error.key, error.line) == ("place.residence_mask", text.splitlines().index(mask.rstrip()) + 1)


def test_in_almaty_nobody_lives_in_the_mountains_and_nobody_is_lost_in_the_east() -> None:
    polygons = reading.read_districts((ALMATY / "districts.geojson").read_text())
    mask = reading.read_mask((ALMATY / "builtup_edge.csv").read_text())
    even = dict.fromkeys(polygons, 1.0)
    city = assemble(Inputs(polygons, even, 800_000, mask, [], 8), cache=False)
    living = city.residents > 0
    assert city.persons == 800_000
    assert city.lat[living].min() > 43.13  # the built-up edge lies between 43.145 and 43.187; a cell is 0.009 wide
    assert not living[(city.lon > 77.1) & (city.lat < 43.25)].any()  # the eastern spur of Medeu
    assert living[(city.lon > 77.04) & (city.lat > 43.34)].all()  # the airport, and the exclave of Medeu beyond it
    turksib = city.district == city.district_names.index("Turksib")
    assert living[turksib].all()
    areas = {f["properties"]["name"]: f["properties"]["area_km2"] for f in _features()}
    assert city.area_km2.sum() > sum(areas.values())
    assert city.area_km2[turksib].sum() == pytest.approx(areas["Turksib"], rel=0.25)


def _features() -> list[dict[str, dict[str, float]]]:
    features: list[dict[str, dict[str, float]]] = json.loads((ALMATY / "districts.geojson").read_text())["features"]
    return features
