"""Facilities come from tags that say so outright, the rest is left out and counted; main roads and rivers are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

import contrafact as cf
from contrafact.importers.osm import Found, Line, kind_of, read_osm
from contrafact.report.place_map import place_map
from tests.importers.published import USUAL, Write, square

EXTRACT = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="written by hand">
  <node id="1" lat="50.010" lon="10.010"><tag k="amenity" v="police"/><tag k="name" v="Wache &quot;Mitte&quot;"/></node>
  <node id="2" lat="50.020" lon="10.020"/>
  <node id="3" lat="50.024" lon="10.020"/>
  <node id="4" lat="50.024" lon="10.026"/>
  <node id="5" lat="50.030" lon="10.030"><tag k="amenity" v="hospital"/></node>
  <node id="6" lat="51.000" lon="10.030"><tag k="amenity" v="townhall"/><tag k="name" v="Far away"/></node>
  <node id="7" lat="50.012" lon="10.012"><tag k="amenity" v="police"/><tag k="name" v="Wache &quot;Mitte&quot;"/></node>
  <node id="8" lat="50.013" lon="10.012"><tag k="amenity" v="cafe"/><tag k="name" v="Cafe"/></node>
  <way id="1"><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="2"/><tag k="amenity" v="hospital"/>
    <tag k="name" v="Городская больница"/></way>
  <way id="3"><nd ref="2"/><nd ref="99"/><nd ref="4"/><nd ref="6"/><tag k="highway" v="primary"/></way>
  <way id="4"><nd ref="1"/><nd ref="5"/><tag k="waterway" v="river"/></way>
  <way id="5"><nd ref="1"/><nd ref="5"/><tag k="highway" v="footway"/></way>
  <way id="6"><nd ref="1"/><nd ref="99"/><tag k="waterway" v="canal"/></way>
  <way id="2"><nd ref="99"/><tag k="amenity" v="townhall"/><tag k="name" v="Cut off"/></way>
  <relation id="1"><member type="way" ref="1" role="outer"/><tag k="aeroway" v="aerodrome"/>
    <tag k="name" v="Field"/></relation>
</osm>
"""


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.osm"
    path.write_text(EXTRACT, encoding="utf-8")
    return path


def test_named_facilities_are_read_with_their_positions(extract: Path) -> None:
    found = read_osm(extract)
    police, far, _, hospital, field = found.facilities
    assert police == Found("node/1", "police", 'Wache "Mitte"', 50.010, 10.010)
    assert far.kind == "government"
    assert (hospital.element, hospital.kind, hospital.name) == ("way/1", "hospital", "Городская больница")
    assert (hospital.lat, hospital.lon) == pytest.approx(((50.020 + 50.024 + 50.024) / 3, (10.02 + 10.02 + 10.026) / 3))
    assert (field.kind, field.lat) == ("airport", hospital.lat)
    assert (found.nameless, found.placeless) == (1, 1)


def test_main_roads_and_rivers_are_lines_through_the_corners_that_are_there(extract: Path) -> None:
    assert read_osm(extract).lines == (
        Line("road", ((10.020, 50.020), (10.026, 50.024), (10.030, 51.000))),
        Line("river", ((10.010, 50.010), (10.030, 50.030))),
    )


def test_lines_are_drawn_on_the_map_and_cut_off_at_its_edge(
    tmp_path: Path, write_polygons: Write, extract: Path
) -> None:
    path = write_polygons({"One": square(10.0, 50.0)}, [5000])
    found = cf.import_city(tmp_path / "town", districts=path, people_field="people", osm=extract, **USUAL)
    picture = place_map(found.scenario, found.world, found.lines)
    rows = picture.rows["lines"]
    assert [(row["kind"], row["step"]) for row in rows] == [("road", 0), ("road", 1), ("river", 0), ("river", 1)]
    assert len({row["piece"] for row in rows}) == 2
    without = place_map(found.scenario, found.world)
    assert not without.rows["lines"]


def test_a_way_across_the_antimeridian_lies_on_it(tmp_path: Path) -> None:
    path = tmp_path / "isle.osm"
    path.write_text(
        '<osm><node id="1" lat="0" lon="179.9"/><node id="2" lat="0" lon="-179.7"/><way id="1"><nd ref="1"/>'
        '<nd ref="2"/><tag k="amenity" v="police"/><tag k="name" v="Isle"/></way></osm>',
        encoding="utf-8",
    )
    assert read_osm(path).facilities[0].lon == pytest.approx(-179.9)


def test_facilities_become_those_of_the_scenario_with_their_source(
    tmp_path: Path, write_polygons: Write, extract: Path
) -> None:
    path = write_polygons({"One": square(10.0, 50.0)}, [5000])
    found = cf.import_city(tmp_path / "town", districts=path, people_field="people", osm=extract, **USUAL)
    facilities = found.scenario.facilities
    assert [one.name for one in facilities.values()] == ['Wache "Mitte"'] * 2 + ["Городская больница", "Field"]
    assert list(facilities)[:2] == ["wache_mitte", "wache_mitte_2"]
    text = (tmp_path / "town" / "evidence" / "places.csv").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors, node/1, Open Database License 1.0" in text
    assert any(note.startswith("1 facilities of the extract lie outside") for note in found.notes)
    assert any("have no name" in note for note in found.notes)


def test_what_is_no_extract_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.osm"
    path.write_text("<osm>\n<node id='1' lat='0' lon='0'>\n</osm>", encoding="utf-8")
    with pytest.raises(cf.InputError, match="not XML") as told:
        read_osm(path)
    assert told.value.line == 3
    path.write_text("<osm/>", encoding="utf-8")
    with pytest.raises(cf.InputError, match="no nodes"):
        read_osm(path)


def test_tags_that_say_nothing_of_the_kind_give_none() -> None:
    assert kind_of({"amenity": "cafe"}) is None
    assert kind_of({"amenity": "hospital", "military": "airfield"}) == "airfield"
