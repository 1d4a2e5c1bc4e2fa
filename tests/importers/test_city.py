"""A city that is imported has the people of its sources, where the sources say, whatever its shape and projection."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
import shapely
from click.testing import CliRunner

import contrafact as cf
from contrafact import extras, world
from contrafact.cli import main
from contrafact.report.figures import ground
from contrafact.scenario.loading import open_file
from contrafact.world.reading import inputs_of
from tests.importers.published import USUAL, Write, square

TWO = {"Old Town": square(10.0, 50.0), "New Town": square(10.04, 50.0)}


def test_polygons_with_populations_become_a_city_that_runs(tmp_path: Path, write_polygons: Write) -> None:
    path = write_polygons(TWO, [6000, 2000])
    found = cf.import_city(tmp_path / "town", districts=path, people_field="people", **USUAL)
    assert found.settled.districts == {"Old Town": 6000, "New Town": 2000}
    assert found.world.persons == 8000
    assert sum(found.placed.values()) == 8000
    assert found.placed["Old Town"] == pytest.approx(6000, rel=0.1)
    result = cf.run(cf.load(tmp_path / "town"), replications=1, until="1 h", notify=lambda _: None)
    assert result.world.persons == 8000
    (checked,) = cf.check_evidence(str(tmp_path / "town"))
    assert checked.ok


@pytest.mark.parametrize(
    ("file", "crs"), [("wards.gpkg", "EPSG:32632"), ("wards.shp", "EPSG:3857"), ("wards.geojson", "EPSG:4326")]
)
def test_every_format_and_projection_gives_the_same_cells(
    tmp_path: Path, write_polygons: Write, file: str, crs: str
) -> None:
    plain = cf.import_city(
        tmp_path / "plain", districts=write_polygons(TWO, [6, 2], "a.geojson"), people_field="people", **USUAL
    )
    other = cf.import_city(
        tmp_path / "other", districts=write_polygons(TWO, [6, 2], file, crs), people_field="people", **USUAL
    )
    assert other.world.cell_ids.tolist() == plain.world.cell_ids.tolist()
    assert other.world.residents.tolist() == plain.world.residents.tolist()


def test_a_shapefile_without_projection_is_refused_until_one_is_named(tmp_path: Path, write_polygons: Write) -> None:
    with pytest.warns(UserWarning, match="crs"):
        path = write_polygons(TWO, [6, 2], "wards.shp", None)
    with pytest.raises(cf.InputError, match="names no projection"):
        cf.import_city(tmp_path / "town", districts=path, people_field="people", **USUAL)
    found = cf.import_city(tmp_path / "town", districts=path, people_field="people", crs="EPSG:4326", **USUAL)
    assert found.world.persons == 8


def test_a_city_across_the_antimeridian_is_whole(tmp_path: Path, write_polygons: Write) -> None:
    crossing = {"West": square(179.95, -17.0), "East": shapely.box(179.99, -17.0, 180.03, -16.96)}
    east = shapely.MultiPolygon(
        [shapely.box(179.99, -17.0, 180.0, -16.96), shapely.box(-180.0, -17.0, -179.97, -16.96)]
    )
    path = write_polygons({**crossing, "East": east}, [4000, 4000])
    found = cf.import_city(tmp_path / "isle", districts=path, people_field="people", **USUAL)
    moved = {"West": square(19.95, -17.0), "East": shapely.box(19.99, -17.0, 20.03, -16.96)}
    inland = cf.import_city(
        tmp_path / "inland", districts=write_polygons(moved, [4000, 4000], "b.geojson"), people_field="people", **USUAL
    )
    assert found.world.area_km2.sum() == pytest.approx(inland.world.area_km2.sum(), rel=0.1)
    assert np.ptp(found.world.lon % 360) == pytest.approx(np.ptp(inland.world.lon), rel=0.1)
    assert found.world.hops.max() < 2 * inland.world.hops.max()
    assert found.world.persons == 8000
    written = json.loads((tmp_path / "isle" / "districts.geojson").read_text(encoding="utf-8"))
    longitudes = np.array(_numbers([one["geometry"]["coordinates"] for one in written["features"]]))[::2]
    assert np.abs(longitudes).max() <= 180
    cf.terminal.draw_place(found, lambda _: None)
    assert ground(found.scenario, found.world).frame.dots_per_km > 10


def test_a_projected_file_across_the_antimeridian_is_whole_too(tmp_path: Path, write_polygons: Write) -> None:
    shapes = {"One": shapely.box(179.97, -17.0, 180.03, -16.96)}
    path = write_polygons(shapes, [900], "fiji.gpkg", "EPSG:3832")
    found = cf.import_city(tmp_path / "isle", districts=path, people_field="people", **USUAL)
    assert 25 < found.world.cells < 60
    assert (found.world.lon > 0).any()
    assert (found.world.lon < 0).any()


def _numbers(node: Any) -> list[float]:
    return [number for item in node for number in _numbers(item)] if isinstance(node, list) else [node]


def test_nobody_lives_in_a_hole_and_an_empty_district_is_told(tmp_path: Path, write_polygons: Write) -> None:
    ring = square(10.0, 50.0, 0.06).difference(square(10.015, 50.015, 0.03))
    path = write_polygons({"Ring": ring, "Lake": square(10.06, 50.0, 0.03)}, [5000, 0])
    found = cf.import_city(tmp_path / "town", districts=path, people_field="people", **USUAL)
    assert "nobody lives in Lake" in found.notes
    assert found.placed == {"Ring": 5000, "Lake": 0}
    middle = int(h3.latlng_to_cell(50.03, 10.03, 8), 16)
    assert middle not in found.world.cell_ids.tolist()


def test_a_raster_tells_who_lives_where(tmp_path: Path, write_polygons: Write, write_raster: Write) -> None:
    values = np.zeros((40, 80))
    values[:, :40] = 3.0  # the western district: 1,600 pixels
    values[:20, 40:] = 1.0  # the north of the eastern one: 800 pixels
    raster = write_raster(values, 10.0, 50.04, 0.001)
    found = cf.import_city(tmp_path / "town", districts=write_polygons(TWO), population=raster, **USUAL)
    assert found.settled.total + found.settled.outside == pytest.approx(4800 + 800, abs=1)
    assert found.settled.districts["Old Town"] == pytest.approx(4800, rel=0.02)
    assert found.settled.districts["New Town"] == pytest.approx(800, rel=0.05)
    south_east = (found.world.lon > 10.047) & (found.world.lat < 50.013)
    assert south_east.any()
    assert not found.world.residents[south_east].any()


def test_a_raster_with_large_pixels_and_another_projection_loses_nobody(
    tmp_path: Path, write_polygons: Write, write_raster: Write
) -> None:
    raster = write_raster(np.full((12, 12), 100.0), 568_000, 5_548_000, 1000.0, crs="EPSG:32632")
    shapes = {"One": square(10.0, 50.0, 0.06)}
    found = cf.import_city(tmp_path / "town", districts=write_polygons(shapes), population=raster, **USUAL)
    km2 = 0.06 * 111.195 * 0.06 * 111.195 * np.cos(np.radians(50.03))
    assert found.settled.total == pytest.approx(100 * km2, rel=0.02)
    assert np.ptp(found.world.residents[found.world.residents > 60]) < 30


def test_h3_cells_alone_are_a_city(tmp_path: Path) -> None:
    cells = h3.grid_disk(h3.latlng_to_cell(50.0, 10.0, 8), 3)
    path = tmp_path / "kontur.csv"
    path.write_text("h3,population\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells)), encoding="utf-8")
    found = cf.import_city(tmp_path / "town", population=path, **USUAL)
    assert found.settled.total == sum(range(37))
    built = {
        h3.int_to_str(int(cell)): int(n) for cell, n in zip(found.world.cell_ids, found.world.residents, strict=True)
    }
    assert {cell: n for cell, n in built.items() if n} == {cell: i for i, cell in enumerate(cells) if i}
    assert any("resolution 8" in line for line in found.mapping)


@pytest.mark.parametrize("resolution", [7, 9])
def test_h3_cells_are_brought_to_other_resolutions(tmp_path: Path, resolution: int) -> None:
    cells = h3.cell_to_children(h3.latlng_to_cell(50.0, 10.0, 6), 8)
    path = tmp_path / "kontur.csv"
    path.write_text("h3,population\n" + "".join(f"{cell},70\n" for cell in cells), encoding="utf-8")
    found = cf.import_city(tmp_path / "town", population=path, resolution=resolution, **USUAL)
    assert found.settled.total == found.world.persons == 49 * 70
    assert found.world.resolution == resolution
    full = found.world.residents[found.world.residents > 0]
    assert np.median(full) == (490 if resolution == 7 else 10)


@pytest.mark.parametrize("resolution", [6, 10])
def test_other_resolutions_are_refused(tmp_path: Path, write_polygons: Write, resolution: int) -> None:
    path = write_polygons(TWO, [1, 1])
    with pytest.raises(cf.InputError, match="coarser than a street"):
        cf.import_city(tmp_path / "town", districts=path, people_field="people", resolution=resolution, **USUAL)
    assert not (tmp_path / "town").exists()


BROKEN: dict[str, tuple[dict[str, Any], list[float], str]] = {
    "no name": ({"": square(10, 50), "B": square(10.04, 50)}, [1, 1], "feature 1: it has no name"),
    "no number": ({"A": square(10, 50), "B": square(10.04, 50)}, [1, float("nan")], "feature 2: found"),
    "negative": ({"A": square(10, 50), "B": square(10.04, 50)}, [1, -4], "feature 2: found"),
    "a line": ({"A": square(10, 50), "B": shapely.LineString([(10, 50), (11, 50)])}, [1, 1], "feature 2: found LineS"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_wrong_feature_is_told_by_number(tmp_path: Path, write_polygons: Write, case: str) -> None:
    shapes, people, message = BROKEN[case]
    with pytest.raises(cf.InputErrors, match=message):
        cf.import_city(tmp_path / "town", districts=write_polygons(shapes, people), people_field="people", **USUAL)


def test_a_wrong_field_is_told_with_those_that_there_are(tmp_path: Path, write_polygons: Write) -> None:
    with pytest.raises(cf.InputError, match=r'no field "nmae"; did you mean "name"\?; it has name, people'):
        cf.import_city(
            tmp_path / "t", districts=write_polygons(TWO, [1, 1]), name_field="nmae", people_field="people", **USUAL
        )


def test_wrong_lines_of_a_table_of_cells_are_all_told(tmp_path: Path) -> None:
    cell = h3.latlng_to_cell(50.0, 10.0, 8)
    path = tmp_path / "cells.csv"
    path.write_text(f"h3,population\n{cell},5\n{cell},6\nnothing,7\n{h3.cell_to_parent(cell)},x\n", encoding="utf-8")
    with pytest.raises(cf.InputErrors) as told:
        cf.import_city(tmp_path / "town", population=path, **USUAL)
    assert [error.line for error in told.value.errors] == [3, 4, 5]


def test_an_outline_that_crosses_itself_is_mended_and_told(tmp_path: Path, write_polygons: Write) -> None:
    bow = shapely.Polygon([(10, 50), (10.05, 50.05), (10.05, 50), (10, 50.05)])
    found = cf.import_city(
        tmp_path / "town", districts=write_polygons({"Bow": bow}, [100]), people_field="people", **USUAL
    )
    assert any("Bow was mended: Self-intersection" in note for note in found.notes)


def test_map_and_residents_may_have_sources_of_their_own(tmp_path: Path, write_polygons: Write) -> None:
    polygons = write_polygons(TWO, [6000, 2000])
    cf.import_city(tmp_path / "town", districts=polygons, people_field="people", people_source="A census", **USUAL)
    tables = tmp_path / "town" / "evidence"
    assert (tables / "population.csv").read_text(encoding="utf-8").count("A census") == 3
    assert "A census" not in (tables / "references.csv").read_text(encoding="utf-8")


def test_sources_that_disagree_on_who_is_there_are_told(
    tmp_path: Path, write_polygons: Write, write_raster: Write
) -> None:
    raster = write_raster(np.full((10, 10), 5.0), 30.0, 0.0, 0.001)
    with pytest.raises(cf.InputError, match="nobody lives in the raster"):
        cf.import_city(tmp_path / "town", districts=write_polygons(TWO), population=raster, **USUAL)


def test_the_command_shows_mapping_totals_and_a_picture(tmp_path: Path, write_polygons: Write) -> None:
    words = ["import-city", str(tmp_path / "town"), "--districts", str(write_polygons(TWO, [6000, 2000]))]
    words += ["--people-field", "people", "--source", "Made up", "--start", "2022-01-04T00:00", "--timezone", "Etc/UTC"]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 0, found.output
    assert "read: people -> residents of a district" in found.stdout
    assert "8,000" in found.stdout
    assert (tmp_path / "town" / "place.png").stat().st_size > 5000
    assert open_file(tmp_path / "town").tree["name"] == "town"


def test_a_missing_package_is_told_with_how_to_get_it(
    tmp_path: Path, write_polygons: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    path = write_polygons(TWO, [1, 1])
    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(cf.InputError, match=r"pip install 'contrafact\[geo\]'"):
        cf.import_city(tmp_path / "town", districts=path, people_field="people", **USUAL)


def test_the_residents_table_has_the_cells_of_the_world_alone(
    tmp_path: Path, write_polygons: Write, write_raster: Write
) -> None:
    raster = write_raster(np.full((60, 100), 2.0), 9.99, 50.05, 0.001)
    found = cf.import_city(tmp_path / "town", districts=write_polygons(TWO), population=raster, **USUAL)
    with (tmp_path / "town" / "residents.csv").open(encoding="utf-8") as stream:
        cells = [int(row["cell"], 16) for row in csv.DictReader(stream)]
    assert set(cells) <= set(found.world.cell_ids.tolist())
    assert any("live in no district" in note for note in found.notes)


def test_the_districts_of_almaty_come_out_as_they_ship(tmp_path: Path, write_polygons: Write) -> None:
    """Outlines © OpenStreetMap contributors, ODbL 1.0, as they ship; here in a GeoPackage in UTM zone 43N."""
    shipped = cf.load("almaty-2022", {"place.residence_mask": None})
    outlines = json.loads(shipped.files["districts.geojson"])["features"]
    shapes = {one["properties"]["name"]: shapely.geometry.shape(one["geometry"]) for one in outlines}
    people = [shipped.population.districts[name].value for name in shapes]
    path = write_polygons(shapes, people, "almaty.gpkg", "EPSG:32643", name="district")
    found = cf.import_city(tmp_path / "almaty", districts=path, name_field="district", people_field="people", **USUAL)
    own = world.assemble(replace(inputs_of(shipped), total=found.settled.total, places=[]), cache=False)
    assert found.world.cells == pytest.approx(own.cells, abs=2)
    same = np.isin(found.world.cell_ids, own.cell_ids)
    there = np.isin(own.cell_ids, found.world.cell_ids)
    assert np.abs(found.world.residents[same] - own.residents[there]).max() < 60
