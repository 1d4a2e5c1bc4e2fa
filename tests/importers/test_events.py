"""Events become rows of the record as the file has them; what is vague stays vague, what is wrong is told by line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.evidence.ledger import parse_record
from contrafact.importers.formats import PLAIN
from contrafact.importers.matching import Places

ACLED = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
    "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
UCDP = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,dyad_dset_id,"
    "dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,number_of_sources,"
    "source_article,source_office,source_date,source_headline,source_original,where_prec,where_coordinates,"
    "where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,"
    "date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob"
)
EVENT = {
    "event_id_cnty": "MUT1", "event_date": "02 May 2030", "time_precision": "1", "event_type": "Protests",
    "sub_event_type": "Peaceful protest", "actor1": "Protesters (Made up)", "location": "Town", "latitude": "0.0012",
    "longitude": "0.0011", "geo_precision": "1", "source": "Nobody", "source_scale": "National",
    "notes": "People gathered, on the square.", "fatalities": "0",
}  # fmt: skip
DEADLY = {
    "id": "77", "side_a": "Government of Nowhere", "side_b": "Civilians", "source_office": "Nobody",
    "source_date": "2030-05-03", "source_headline": "Three shot", "where_prec": "1", "where_coordinates": "Town",
    "latitude": "0.012", "longitude": "0.02", "event_clarity": "1", "date_prec": "1",
    "date_start": "2030-05-02 00:00:00.000", "date_end": "2030-05-02 00:00:00.000", "deaths_a": "0", "deaths_b": "0",
    "deaths_civilians": "3", "deaths_unknown": "0", "best": "3", "high": "4", "low": "2",
}  # fmt: skip


@pytest.fixture(scope="module")
def new_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario as ``contrafact new`` writes it."""
    folder = tmp_path_factory.mktemp("new") / "town"
    cf.new(folder)
    return folder


@pytest.fixture
def town(new_town: Path, tmp_path: Path) -> Path:
    """A copy of it to write to."""
    return Path(shutil.copytree(new_town, tmp_path / "town"))


def table(path: Path, header: str, *rows: dict[str, str], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, header.split(","), restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_an_acled_event_becomes_a_row_with_its_words_and_place(town: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "acled.csv", ACLED, {**EVENT, "fatalities": "2"})
    before = (town / "evidence" / "record.csv").read_text(encoding="utf-8")
    found = cf.import_events(path, town, "acled")
    text = (town / "evidence" / "record.csv").read_text(encoding="utf-8")
    assert text.startswith(before)
    event, deaths = parse_record(text)[-2:]
    assert (event.id, event.quantity, event.value, event.unit) == ("ACLED-MUT1", "peaceful_protest", 1, "event")
    assert (event.time_start, event.time_end, event.place) == ("2030-05-02", "2030-05-02", "main_square")
    assert (event.quote, event.publisher, event.use) == ("People gathered, on the square.", "Nobody", "context")
    assert "m from main_square" in event.value_text
    assert (deaths.quantity, deaths.value, deaths.fact_id) == ("deaths_total", 2, "ACLED-MUT1-deaths")
    assert len(found.rows) == 2
    assert cf.validate(town) == []


def test_a_scenario_may_cite_the_rows_that_are_about_to_come(town: Path, tmp_path: Path) -> None:
    file = town / "scenario.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("evidence: [T04]", "evidence: [ACLED-MUT1]"), "utf-8")
    assert any("ACLED-MUT1" in str(error) for error in cf.validate(town))
    cf.import_events(table(tmp_path / "acled.csv", ACLED, EVENT), town, "acled", use="input")
    assert not any("no evidence" in str(error) for error in cf.validate(town))


def test_a_row_without_coordinates_keeps_the_place_of_its_source(town: Path, tmp_path: Path) -> None:
    row = dict.fromkeys(PLAIN, "") | {"id": "P1", "time_start": "2030-05-02", "place": "The whole town", "value": "10"}
    row |= {"quantity": "detained", "unit": "persons", "publisher": "Nobody", "quote": "Ten", "reliability": "made up"}
    header = ",".join(PLAIN)
    found = cf.import_events(table(tmp_path / "plain.csv", header, row), town, "plain", write=False)
    assert [(cells["place"], cells["value_text"]) for cells in found.rows] == [("The whole town", "")]
    for wrong in ({"latitude": "0.5"}, {"place": ""}):
        with pytest.raises(cf.InputErrors):
            cf.import_events(table(tmp_path / "plain.csv", header, row | wrong), town, "plain", write=False)


def test_a_lattice_has_no_places_to_match(tmp_path: Path) -> None:
    with pytest.raises(cf.InputError, match="has no places"):
        cf.import_events(table(tmp_path / "acled.csv", ACLED, EVENT), "epstein-2002", "acled")


def test_no_deaths_are_no_row(town: Path, tmp_path: Path) -> None:
    found = cf.import_events(table(tmp_path / "acled.csv", ACLED, EVENT), town, "acled")
    assert [row["quantity"] for row in found.rows] == ["peaceful_protest"]


@pytest.mark.parametrize(("precision", "place"), [("1", "main_square"), ("2", "East"), ("3", "Town")])
def test_vague_coordinates_are_not_matched_with_a_place(town: Path, tmp_path: Path, precision: str, place: str) -> None:
    path = table(tmp_path / "acled.csv", ACLED, {**EVENT, "geo_precision": precision})
    assert cf.import_events(path, town, "acled").rows[0]["place"] == place


def test_a_vague_day_gives_no_window(town: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "acled.csv", ACLED, {**EVENT, "time_precision": "2"})
    (row,) = cf.import_events(path, town, "acled", write=False).rows
    assert "time_start" not in row
    assert "day not exact (time precision 2), coded 2030-05-02" in row["value_text"]


def test_a_ucdp_event_becomes_deaths_with_its_range(town: Path, tmp_path: Path) -> None:
    cf.import_events(table(tmp_path / "ged.csv", UCDP, DEADLY), town, "ucdp", use="fit")
    row = parse_record((town / "evidence" / "record.csv").read_text(encoding="utf-8"))[-1]
    assert (row.id, row.value, row.low, row.high, row.unit) == ("UCDP-77", 3, 2, 4, "persons")
    assert (row.place, row.published, row.use) == ("police_station", "2030-05-03", "fit")
    assert "deaths_civilians 3" in row.value_text


def test_events_elsewhere_and_at_other_times_are_counted(town: Path, tmp_path: Path) -> None:
    rows = [
        EVENT,
        {**EVENT, "event_id_cnty": "MUT2", "latitude": "1.5"},
        {**EVENT, "event_id_cnty": "MUT3", "event_date": "2030-07-02"},
    ]
    path = table(tmp_path / "acled.csv", ACLED.upper(), *({k.upper(): v for k, v in row.items()} for row in rows))
    found = cf.import_events(path, town, "acled")
    assert found.left_out == {"outside the districts": 1, "outside the scenario's window": 1}
    again = cf.import_events(path, town, "acled")
    assert again.rows == ()
    assert again.left_out["in the record already"] == 1


def test_semicolons_separate_as_well(town: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "acled.csv", ACLED, EVENT, delimiter=";")
    assert len(cf.import_events(path, town, "acled").rows) == 1


WRONG = {
    "latitude": ("95", "degrees from -90 to 90"),
    "event_date": ("05/02/2030", "a day like"),
    "time_precision": ("4", "expected one of 1, 2, 3"),
    "geo_precision": ("", "expected one of 1, 2, 3"),
    "fatalities": ("some", "a number or nothing"),
    "notes": ("", "is empty"),
    "event_id_cnty": ("", "is empty"),
}


def test_wrong_cells_are_all_told_by_line_and_nothing_is_written(town: Path, tmp_path: Path) -> None:
    rows = [{"event_id_cnty": f"MUT{i}", **{column: text}} for i, (column, (text, _)) in enumerate(WRONG.items())]
    path = table(tmp_path / "acled.csv", ACLED, *({**EVENT, **row} for row in rows))
    before = (town / "evidence" / "record.csv").read_bytes()
    with pytest.raises(cf.InputErrors) as told:
        cf.import_events(path, town, "acled")
    found = [(error.file, error.line, error.key) for error in told.value.errors]
    assert found == [(str(path), line, column) for line, column in enumerate(WRONG, start=2)]
    for error, (_, message) in zip(told.value.errors, WRONG.values(), strict=True):
        assert message in error.message
    assert (town / "evidence" / "record.csv").read_bytes() == before


def test_missing_and_misspelt_columns_are_told(town: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "acled.csv", ACLED.replace("notes", "note").replace("fatalities,", ""))
    with pytest.raises(cf.InputErrors) as told:
        cf.import_events(path, town, "acled")
    text = str(told.value)
    assert 'the column "notes" is missing; did you mean "note"?' in text
    assert 'the column "fatalities" is missing' in text


def test_the_template_is_a_file_that_can_be_imported(town: Path, tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["import-events", "--template"])
    text = printed.stdout.replace("2022-01", "2030-05").replace("05-05T", "05-02T")
    path = tmp_path / "events.csv"
    path.write_text(text.replace("43.2383", "0.0").replace("76.9453", "0.001"), encoding="utf-8")
    found = CliRunner().invoke(main, ["import-events", str(path), str(town), "--format", "plain", "--json"])
    assert found.exit_code == 0, found.output
    (row,) = json.loads(found.stdout)["rows"]
    assert (row["id"], row["time_start"], row["place"], row["low"]) == ("E1", "2030-05-02T16:00", "main_square", "300")


def test_the_command_shows_what_became_of_each_column(town: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "acled.csv", ACLED, EVENT)
    found = CliRunner().invoke(main, ["import-events", str(path), str(town), "--format", "acled", "--dry-run"])
    assert "read: notes -> quote" in found.stdout
    assert "read: not read: year, disorder_type" in found.stdout
    assert "appended: 1 of peaceful_protest" in found.stdout
    assert "ACLED-MUT1" not in (town / "evidence" / "record.csv").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(main, ["import-events", str(path), str(town), "--format", "acld"])
    assert wrong.exit_code == 2
    assert 'did you mean "acled"?' in wrong.output


def test_a_point_lies_in_the_district_that_holds_it(town: Path) -> None:
    places = Places(cf.load(town))
    assert places.district(0.01, 0.01) == "East"
    assert places.district(-0.01, 0.01) == "South"
    assert places.district(0.01, 0.05) is None
    assert places.nearest(0.0, 0.05, 0.5) is None
    places.districts = {"Isle": [[[[179.9, -1], [-179.9, -1], [-179.9, 1], [179.9, 1], [179.9, -1]]]]}
    assert places.district(0.0, -179.95) == places.district(0.0, 179.95) == "Isle"
    assert places.district(0.0, 179.8) is None
