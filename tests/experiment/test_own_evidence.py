"""A scenario brings its own record: what it may cite, its milestones, and what is wrong with its tables."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import contrafact as cf
from contrafact.errors import InputErrors
from contrafact.evidence import evidence_of
from contrafact.evidence.ledger import COLUMNS

SMALL = Path(__file__).parent.parent / "data" / "small"
ROW = {
    "id": "T1",
    "quantity": "protest_size",
    "low": "500",
    "high": "900",
    "unit": "persons",
    "time_start": "2022-01-04T18:00",
    "time_end": "2022-01-04T20:00",
    "publisher": "The Town Crier",
    "url": "https://example.org/crier",
    "published": "2022-01-05",
    "quote": "more than five hundred came",
    "reliability": "independent",
    "use": "fit",
    "fact_id": "square",
}
CURFEW = {**ROW, "id": "T3", "low": "", "high": "", "time_start": "2022-01-05T23:00", "time_end": "", "use": "input"}
CURFEW["fact_id"] = "curfew"


def write_record(folder: Path, *rows: dict[str, str]) -> Path:
    """A record beside the scenario in a folder."""
    path = folder / "evidence" / "record.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The small town with a record of its own, whose milestone reads the row T1."""
    folder = tmp_path / "town"
    shutil.copytree(SMALL, folder)
    scenario = folder / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8").replace("record: R012", "record: T1")
    scenario.write_text(text.replace("evidence: [R136]", "evidence: [T3]"), encoding="utf-8")
    write_record(folder, ROW, {**ROW, "id": "T2", "use": "score"}, CURFEW)
    return folder


def test_the_milestone_is_read_from_the_scenarios_own_record(town: Path, tmp_path: Path) -> None:
    result = cf.run(cf.load(town), replications=2, until="24 h", out=tmp_path / "out", notify=lambda _: None)
    (milestone,) = result.as_dict()["milestones"]
    assert milestone["id"] == "T1"
    assert milestone["observed"] == {
        "low": 500.0,
        "high": 900.0,
        "unit": "persons",
        "source": "The Town Crier, 2022-01-05",
    }


def test_results_hold_the_record_so_that_they_are_read_without_the_folder(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    cf.run(cf.load(town), replications=1, until="24 h", out=out, notify=lambda _: None)
    shutil.rmtree(town)
    found = evidence_of(cf.load(out))
    assert found is not None
    assert found.ledger["T1"].high == 900
    assert cf.replay(out, 0).match


def test_the_digest_tells_records_apart(town: Path) -> None:
    before = cf.load(town).digest
    write_record(town, {**ROW, "high": "901"}, CURFEW)
    assert cf.load(town).digest != before


def test_rows_of_a_record_that_ships_cannot_be_cited_beside_an_own_one(town: Path) -> None:
    scenario = town / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8").replace("record: T1", "record: R012")
    scenario.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors, match='no evidence has the id "R012"'):
        cf.load(town)


def test_rows_kept_for_scoring_cannot_be_cited_either(town: Path) -> None:
    scenario = town / "scenario.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace("record: T1", "record: T2"), encoding="utf-8")
    with pytest.raises(InputErrors, match="T2 is a row of the record that is kept for scoring"):
        cf.load(town)


def test_overrides_are_checked_against_the_own_record(town: Path) -> None:
    total = {"value": "20000 persons", "evidence": ["T1"]}
    changed = cf.load(town, {"population.total": total})
    assert changed.resolved()["population"]["total"] == total


def test_a_wrong_cell_is_told_with_file_line_column_and_what_is_allowed(town: Path) -> None:
    path = write_record(town, ROW, {**ROW, "id": "T2", "high": "many"})
    with pytest.raises(InputErrors) as found:
        cf.load(town)
    (error,) = found.value.errors
    assert (error.file, error.line, error.column, error.key) == (str(path), 3, COLUMNS.index("high") + 1, "high")
    assert (error.found, error.allowed) == ("many", "a number or nothing")
    assert [one.as_dict() for one in cf.validate(town)] == [error.as_dict()]


def test_a_misspelt_table_is_told_with_the_nearest_name(town: Path) -> None:
    (town / "evidence" / "record.csv").rename(town / "evidence" / "recrod.csv")
    with pytest.raises(InputErrors, match=r'found the file "recrod.csv".*did you mean "record.csv"'):
        cf.load(town)


def test_tables_without_a_record_are_told(town: Path) -> None:
    (town / "evidence" / "record.csv").rename(town / "evidence" / "claims.csv")
    with pytest.raises(InputErrors, match=r"found claims.csv without record.csv"):
        cf.load(town)


def test_a_table_that_leads_out_of_the_folder_is_refused(town: Path, tmp_path: Path) -> None:
    path = town / "evidence" / "record.csv"
    shutil.move(path, tmp_path / "elsewhere.csv")
    path.symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputErrors, match="leads out of the folder"):
        cf.load(town)


def test_all_that_is_wrong_with_tables_and_scenario_is_told_at_once(town: Path) -> None:
    write_record(town, {**ROW, "high": "many"}, {**ROW, "id": "T2", "use": "fitting"}, CURFEW)
    (town / "evidence" / "references.csv").write_text("id,citation,doi\nx1,,\n", encoding="utf-8")
    scenario = town / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8")
    text = text.replace("resolution: 8", "resolution: 10").replace("80 persons", "80 km")
    scenario.write_text(text, encoding="utf-8")
    errors = cf.validate(town)
    told = [(Path(str(error.file)).name, error.line, error.key) for error in errors]
    assert told[:3] == [("record.csv", 2, "high"), ("record.csv", 3, "use"), ("references.csv", 2, "citation")]
    assert [key for name, _, key in told if name == "scenario.yaml"] == [
        "place.resolution",
        "forces.police.strength.value",
    ]
    assert all(line for name, line, _ in told if name == "scenario.yaml")
