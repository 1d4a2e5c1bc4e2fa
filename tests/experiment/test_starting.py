"""A new scenario folder is valid, holds against its own record, runs, and is never written over another."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.scenario.loading import open_file


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "my-town"
    cf.new(folder)
    return folder


def test_it_is_valid_and_bears_the_name_of_its_folder(town: Path) -> None:
    assert cf.validate(town) == []
    assert cf.load(town).name == "my-town"
    assert "NAME" not in (town / "README.md").read_text(encoding="utf-8")


def test_its_values_agree_with_its_record(town: Path) -> None:
    (checked,) = cf.check_evidence(str(town))
    assert checked.ok


def test_it_runs_and_its_milestone_is_read(town: Path) -> None:
    result = cf.run(cf.load(town), replications=2, threads=1, notify=lambda _: None)
    (milestone,) = result.as_dict()["milestones"]
    assert milestone["id"] == "T02"
    assert milestone["predicted"]["median"] > 0


def test_the_schema_beside_it_is_that_of_this_version_and_accepts_it(town: Path) -> None:
    made = json.loads((town / "scenario.schema.json").read_text(encoding="utf-8"))
    assert made == cf.schema()
    jsonschema.Draft202012Validator(made).validate(open_file(town).tree)


def test_nothing_is_written_over(town: Path) -> None:
    before = (town / "scenario.yaml").read_bytes()
    found = CliRunner().invoke(main, ["new", str(town)])
    assert found.exit_code == 2
    assert "new or empty" in found.output
    assert (town / "scenario.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["my town", "1st", "ä", "x" * 65])
def test_a_folder_whose_name_cannot_be_a_scenarios_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(cf.InputError, match="letters, digits"):
        cf.new(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_commands_say_what_they_wrote(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["new", str(tmp_path / "town"), "--json"])
    assert found.exit_code == 0
    assert all(Path(path).is_file() for path in json.loads(found.stdout)["files"])
    assert CliRunner().invoke(main, ["schema", "--out", str(tmp_path / "s.json")]).exit_code == 0
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == cf.schema()
    assert json.loads(CliRunner().invoke(main, ["schema"]).stdout) == cf.schema()
