"""Places made of regions: what is read, and what is wrong told with file, line and key."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import contrafact
from contrafact import scenario
from contrafact.errors import InputError
from contrafact.scenario.place import RegionPlace
from contrafact.scenario.regions import read_regions

CSTO = Path(contrafact.__file__).parent / "scenario" / "library" / "csto-2022"
HEADER = "name,state,lat,lon,population\n"

Edit = Callable[[str, str], Path]


@pytest.fixture
def table(tmp_path: Path) -> Edit:
    """Write the scenario of regions with some words of its table replaced; returns its file."""

    def write(old: str, new: str) -> Path:
        folder = Path(shutil.copytree(CSTO, tmp_path / "csto"))
        text = (folder / "regions.csv").read_text(encoding="utf-8")
        assert old in text
        (folder / "regions.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder / "scenario.yaml"

    return write


@pytest.fixture
def told(table: Edit) -> Callable[[str, str], Path]:
    """The same of words of the scenario itself."""

    def write(old: str, new: str) -> Path:
        file = table("name,", "name,")
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return file

    return write


def only(file: Path) -> InputError:
    (error,) = scenario.check(file)
    return error


def test_a_place_may_be_regions() -> None:
    place = scenario.load("csto-2022").place
    assert isinstance(place, RegionPlace)
    assert place.regions.home == place.regions.states[0] == "Kazakhstan"
    changed = scenario.load("csto-2022", ["place.abroad=0.5"])
    assert dict(changed.quantities())["place.abroad"].value == 0.5
    assert scenario.from_resolved(changed.resolved()).digest == changed.digest


def test_a_table_is_read_in_its_order() -> None:
    errors: list[InputError] = []
    text = "name,state,lat,lon,population,area_km2,neighbours\nA,S,1,2,3,4,B\nB,S,-5,6.5,0,,A; A\n"
    first, second = read_regions("r.csv", text, ["S"], errors)
    assert errors == []
    assert first == ("A", "S", 1.0, 2.0, 3.0, 4.0, ("B",))
    assert second[:5] == ("B", "S", -5.0, 6.5, 0.0)
    assert math.isnan(second.area_km2)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message"),
    [
        ("Akmola,Kazakhstan,", "Akmola,Kazahstan,", 2, "state", '"Kazahstan"; did you mean "Kazakhstan"?'),
        ("69.39364,775196", "69.39364,-775196", 2, "population", 'found "-775196", expected a number'),
        ("57.20718,775196", "57.20718,many", 3, "population", 'found "many", expected a number of residents'),
        ("Aktobe,Kazakhstan", "Akmola,Kazakhstan", 3, "name", 'the region "Akmola" occurs twice, first in line 2'),
        ("Aktobe,Kazakhstan", ",Kazakhstan", 3, "name", "the region has no name"),
        ("53.28414,", "93.28414,", 2, "lat", 'found "93.28414", expected degrees from -90 to 90'),
        ("53.28414,", "nan,", 2, "lat", 'found "nan", expected degrees from -90 to 90'),
        ("69.39364,", "469.39364,", 2, "lon", "expected degrees from -180 to 180"),
        ("775196,258", "775196,0", 2, "area_km2", "expected an area in km2 above 0, or nothing"),
        (",population,", ",inhabitants,", 1, "population", 'the column "population" is missing'),
        (",note\n", ",nota\n", 1, "nota", 'the column "nota" is unknown; did you mean "note"?'),
        (",note\n", ",lat\n", 1, "lat", 'the column "lat" occurs twice'),
        (",Kokshetau\n", "\n", 2, None, "found 6 cells, expected 7"),
    ],
)  # fmt: skip
def test_a_fault_of_the_table_is_told_with_file_line_and_key(
    table: Edit, old: str, new: str, line: int, key: str | None, message: str
) -> None:
    error = next(iter(scenario.check(table(old, new))))
    assert error.file is not None
    assert error.file.endswith("csto/regions.csv")
    assert (error.line, error.key) == (line, key or "place.regions.file")
    assert message in error.message
    assert error.allowed


@pytest.mark.parametrize("text", ["", "name\n", HEADER, HEADER + '"A,S,1,2,3\n', HEADER + "A,S,1,2\n"])
def test_a_table_without_regions_is_refused(text: str) -> None:
    errors: list[InputError] = []
    assert read_regions("r.csv", text, ["S"], errors) == []
    assert errors
    assert all(error.file == "r.csv" and error.line for error in errors)


@pytest.mark.parametrize(("near", "message"), [("B", "is no region"), ("A", "is the region itself")])
def test_a_neighbour_must_be_another_region(near: str, message: str) -> None:
    errors: list[InputError] = []
    read_regions("r.csv", f"{HEADER[:-1]},neighbours\nA,S,1,2,3,{near}\n", ["S"], errors)
    assert message in errors[0].message
    assert (errors[0].line, errors[0].key) == (2, "neighbours")


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("home: Kazakhstan", "home: Kazahstan", "place.regions.home", 'did you mean "Kazakhstan"'),
        ("Kyrgyzstan, Tajikistan]", "Kyrgyzstan, Tajikistan, Tajikistan]", "place.regions.states", "listed twice"),
        ("Kyrgyzstan, Tajikistan]", "Kyrgyzstan, Tajikistan, Utopia]", "place.regions.states.6", "has no region"),
        ("    Mangystau:\n      value: 20", "    Mangistau:\n      value: 20", "place.reach.Mangistau", "Mangystau"),
        ("    Akmola: {value", "    Akmolla: {value", "population.districts.Akmolla", 'did you mean "Akmola"?'),
        ("    Belarus:\n      hardship", "    Belorus:\n      hardship", "population.by_district.Belorus", "Belarus"),
        ("  scale: 100\n", "  scale: 0\n", "population.scale", "expected 1 to 1000"),
        ("file: regions.csv", "file: ../regions.csv", "place.regions.file", "inside the scenario's folder"),
        ("  abroad:\n", "  resolution: 8\n  abroad:\n", "place.resolution", "unknown key"),
    ],
)  # fmt: skip
def test_a_fault_of_the_scenario_is_told_with_its_key(told: Edit, old: str, new: str, key: str, message: str) -> None:
    error = only(told(old, new))
    assert error.key == key
    assert message in error.message
    assert error.line


def test_populations_that_are_not_listed_are_those_of_the_table(told: Edit) -> None:
    text = next(line for line in (CSTO / "scenario.yaml").read_text().splitlines() if line.startswith("    Akmola: "))
    assert "Akmola" not in scenario.load(told(text + "\n", "")).population.districts


def test_a_city_still_needs_its_districts(tmp_path: Path) -> None:
    small = Path(__file__).parents[1] / "data" / "small"
    folder = Path(shutil.copytree(small, tmp_path / "town"))
    file = folder / "scenario.yaml"
    lines = file.read_text().splitlines(keepends=True)
    first, last = lines.index("  districts:\n"), lines.index("  hardship:\n")
    file.write_text("".join(lines[:first] + lines[last:]))
    errors = scenario.check(file)
    assert any(error.key == "population" and 'the key "districts" is missing' in error.message for error in errors)
