"""Results folders: whole or not there, tidy, the same bytes for the same run, and readable again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import contrafact as cf
from contrafact.experiment import crate, results, tables
from contrafact.experiment.parquet import read_metadata, read_tables
from contrafact.experiment.result import Result
from contrafact.experiment.results import check_free
from contrafact.model.recording import OUTCOMES
from contrafact.model.state import HOLDERS
from contrafact.scenario import Scenario


def many(result: Result, count: int) -> Result:
    """The same result as if its first replication had come out count times."""

    def repeated(values: Any) -> Any:
        return np.repeat(values[:1], count, axis=0)

    return replace(
        result,
        numbers=np.arange(count),
        digests=result.digests[:1] * count,
        outcomes={name: repeated(values) for name, values in result.outcomes.items()},
        timeline={name: repeated(values) for name, values in result.timeline.items()},
        draws={name: repeated(values) for name, values in result.draws.items()},
        holders=repeated(result.holders),
        events=result.events[:1] * count,
    )


def folder_of(result: Result) -> Path:
    assert result.folder is not None
    return result.folder


def tables_of(folder: Path) -> dict[str, str]:
    """Hash of every table by its name."""
    parts = sorted(folder.rglob("*.parquet"))
    return {str(part.relative_to(folder)): hashlib.sha256(part.read_bytes()).hexdigest() for part in parts}


def test_a_folder_holds_manifest_tables_milestones_and_crate(result: Result) -> None:
    names = {path.name for path in folder_of(result).iterdir()}
    assert names == {
        "manifest.json", "milestones.json", "plan.json", "ro-crate-metadata.json", "run.log",
        "outcomes", "timeline", "cells", "holders", "events", "draws",
    }  # fmt: skip


def test_outcomes_are_one_observation_a_row_with_its_unit(result: Result) -> None:
    table = read_tables(folder_of(result) / "outcomes")
    assert list(table) == ["replication", "arm", "outcome", "value", "unit"]
    assert len(table["value"]) == 3 * len(OUTCOMES)
    assert set(table["arm"]) == {"recorded"}
    chosen = (table["outcome"] == "peak_crowd") & (table["replication"] == 2)
    assert table["value"][chosen] == result.outcomes["peak_crowd"][2]
    assert table["unit"][chosen] == ["persons"]


def test_curves_stand_at_whole_hours_of_local_time(result: Result) -> None:
    table = read_tables(folder_of(result) / "timeline")
    assert list(table) == ["replication", "arm", "time", "hour", "quantity", "value"]
    chosen = (table["quantity"] == "crowd") & (table["replication"] == 1)
    assert table["hour"][chosen].tolist() == list(range(1, 28))
    assert table["time"][chosen][0] == "2022-01-04T01:00+06:00"
    assert table["value"][chosen].tolist() == result.timeline["crowd"][1, 5::6].tolist()


def test_cells_that_are_not_listed_are_empty(result: Result) -> None:
    table = read_tables(folder_of(result) / "cells")
    assert list(table) == ["arm", "hour", "cell", "quantity", "statistic", "value"]
    mean = table["statistic"] == tables.MEAN
    assert table["value"][mean].sum() == pytest.approx(result.cells["crowd"].sum())
    assert (table["value"] != 0).all()
    assert table["hour"].max() == 27
    assert {int(name, 16) for name in table["cell"]} <= set(result.world.cell_ids.tolist())


def test_events_and_holders_name_what_they_are_about(result: Result) -> None:
    events = read_tables(folder_of(result) / "events")
    happened = [event for one in result.events for event in one]
    assert len(happened) > 0
    assert events["subject"].tolist() == [event.subject for event in happened]
    assert events["hour"].tolist() == [event.hour for event in happened]
    holders = read_tables(folder_of(result) / "holders")
    assert set(holders["facility"]) == {"town_hall", "armoury", "police_hq", "airfield"}
    assert set(holders["holder"]) <= set(HOLDERS)


def test_units_stand_in_the_metadata_of_the_files(result: Result) -> None:
    folder = folder_of(result)
    timeline = read_metadata(next((folder / "timeline").iterdir()))
    assert timeline["units"]["crowd"] == "persons"
    assert timeline["units"]["network"] == "dimensionless"
    assert timeline["digest"] == result.digest
    assert read_metadata(next((folder / "outcomes").iterdir()))["units"]["time_to_end"] == "h"


def test_the_same_result_is_written_in_the_same_bytes(result: Result, tmp_path: Path) -> None:
    again = results.write(result, tmp_path / "again")
    assert tables_of(folder_of(again)) == tables_of(folder_of(result))


def test_a_shard_holds_at_most_fifty_replications_and_its_name_says_which(result: Result, tmp_path: Path) -> None:
    written = results.write(many(result, 120), tmp_path / "many")
    parts = sorted(path.name for path in (folder_of(written) / "outcomes").iterdir())
    expected = ["part-000000-000049.parquet", "part-000050-000099.parquet", "part-000100-000119.parquet"]
    assert parts == expected
    assert (
        read_tables(folder_of(written) / "outcomes")["replication"].tolist()
        == np.repeat(np.arange(120), len(OUTCOMES)).tolist()
    )


def test_what_is_read_is_what_was_written(result: Result) -> None:
    read = cf.read(folder_of(result))
    assert read.digest == result.digest
    assert read.scenario.digest == result.scenario.digest
    assert read.events == result.events
    assert read.summary == result.summary
    np.testing.assert_array_equal(read.timeline["crowd"], result.timeline["crowd"][:, 5::6])
    np.testing.assert_array_equal(read.hours, np.arange(1, 28))
    np.testing.assert_array_equal(read.holders, result.holders)
    np.testing.assert_array_equal(read.cells["crowd"], result.cells["crowd"])
    np.testing.assert_array_equal(read.first_cells["crowd"], result.first_cells["crowd"])
    assert {name: values.tolist() for name, values in read.draws.items()} == {
        name: values.tolist() for name, values in result.draws.items()
    }


@pytest.mark.parametrize("record", [(), ("timeline",), ("cells",), ("events",)])
def test_what_was_not_recorded_is_not_written_and_not_missed(
    town: Scenario, tmp_path: Path, record: tuple[str, ...]
) -> None:
    result = cf.run(town, 2, until="2 h", record=record, out=tmp_path / "out")
    read = cf.read(tmp_path / "out")
    assert bool(read.timeline) == ("timeline" in record)
    assert bool(read.cells) == ("cells" in record)
    assert read.events == result.events
    assert read.digest == result.digest


@pytest.mark.parametrize("error", [OSError("no space left on device"), KeyboardInterrupt()])
def test_a_failed_writing_leaves_nothing(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(crate, "crate", fail)
    with pytest.raises((cf.RunError, KeyboardInterrupt)):
        results.write(result, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_older_results_folder_is_replaced_only_when_asked(result: Result, tmp_path: Path) -> None:
    out = tmp_path / "out"
    results.write(result, out)
    (out / "pictures").mkdir()
    with pytest.raises(cf.InputError, match="--overwrite"):
        results.write(result, out)
    results.write(result, out, overwrite=True)
    assert not (out / "pictures").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_no_results_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    (tmp_path / "file").write_text("text")
    for name in ("thesis", "file"):
        with pytest.raises(cf.InputError, match="not a results folder"):
            check_free(tmp_path / name, overwrite=True)
    with pytest.raises(cf.InputError, match="not a folder in which you may write"):
        check_free(tmp_path / "file" / "out")
    (tmp_path / "empty").mkdir()
    check_free(tmp_path / "empty")


def test_the_default_name_takes_the_next_free_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cf.default_out("town", 1) == Path("results/town-seed1")
    Path("results/town-seed1").mkdir(parents=True)
    Path("results/town-seed1-2").mkdir()
    assert cf.default_out("town", 1) == Path("results/town-seed1-3")


def test_the_crate_describes_every_table(result: Result) -> None:
    document = json.loads((folder_of(result) / "ro-crate-metadata.json").read_text())
    assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = {entity["@id"]: entity for entity in document["@graph"]}
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert entities["./"]["@type"] == "Dataset"
    for part in entities["./"]["hasPart"]:
        assert (folder_of(result) / part["@id"]).is_file()
        assert entities[part["@id"]]["@type"] == "File"
    assert set(tables_of(folder_of(result))) <= set(entities)


def test_a_torn_table_is_told(result: Result, tmp_path: Path) -> None:
    written = folder_of(results.write(result, tmp_path / "out"))
    part = next((written / "events").iterdir())
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(cf.InputError, match="cannot be read as Parquet"):
        cf.read(written)
    part.unlink()
    with pytest.raises(cf.InputError, match="holds no part"):
        cf.read(written)
