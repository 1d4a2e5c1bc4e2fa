"""What describe tells of a scenario, and what validate and doctor find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import contrafact as cf
from contrafact.experiment import checkup, kinds
from contrafact.model import PARAMETERS
from contrafact.scenario import Scenario

SMALL = Path(__file__).parents[1] / "data" / "small"


def test_entities_are_counted(town: Scenario) -> None:
    entities = cf.describe(town, draws=0).entities
    assert entities["persons"] == 20_000
    assert entities["districts"] == 4
    assert entities["units"] == 4
    assert entities["ticks"] == 3 * 24 * 6


def test_every_value_names_what_it_rests_on(town: Scenario) -> None:
    description = cf.describe(town, draws=0)
    paths = [value.path for value in description.values]
    assert "forces.police.strength" in paths
    assert {f"parameters.{name}" for name in PARAMETERS} <= set(paths)
    assert len(set(paths)) == len(paths)
    assert all(bool(value.evidence) != bool(value.assumption) for value in description.values)
    assert description.assumptions == sum(value.assumption is not None for value in description.values)


def test_a_parameter_set_by_the_scenario_shows_the_scenarios_value() -> None:
    town = cf.load(SMALL, ["parameters.participation.nu=0.25 1/h"])
    values = {value.path: value for value in cf.describe(town, draws=0).values}
    assert values["parameters.participation.nu"].value == 0.25
    assert values["parameters.participation.nu"].meaning == PARAMETERS["participation.nu"].meaning


def test_what_is_drawn_from_a_posterior_is_shown_with_it(town: Scenario) -> None:
    path = "parameters.participation.nu"
    fitted = {"weight": [1.0, 1.0, 2.0], "parameters": {path: [0.3, 0.4, 0.5], "parameters.unheard_of": [1, 2, 3]}}
    crisis = kinds.City(town).overridden({"posterior": fitted})
    described = cf.describe(crisis, draws=0)
    assert described.as_dict()["posterior"] == {path: {"median": 0.4, "low": 0.3, "high": 0.5}}
    (section,) = [one for one in described.sections if one.title.startswith("Drawn from a posterior")]
    assert [row[:3] for row in section.rows] == [(path, "0.4", "0.3 to 0.5")]
    assert cf.describe(town, draws=0).as_dict()["posterior"] == {}


def test_the_order_of_processes_is_the_engines(town: Scenario) -> None:
    order = cf.describe(town, draws=0).order
    assert order[0] == "policy"
    assert order.index("movement") < order.index("crowd control")


def test_the_calm_week_check_tells_a_share(town: Scenario) -> None:
    told: list[tuple[int, int]] = []
    description = cf.describe(town, draws=3, progress=lambda done, total: told.append((done, total)))
    assert description.calm is not None
    assert 0.0 <= description.calm.share <= 1.0
    assert sorted(told) == [(1, 3), (2, 3), (3, 3)]
    json.dumps(description.as_dict(), allow_nan=False)


def test_wrong_options_are_refused(town: Scenario) -> None:
    with pytest.raises(cf.InputErrors, match="--draws: found -1"):
        cf.describe(town, draws=-1, threads=0)


def test_shipped_scenarios_are_listed_with_their_window() -> None:
    listed = {entry.name: entry for entry in cf.scenarios()}
    assert listed["almaty-2022"].start.isoformat() == "2022-01-04T00:00:00"
    assert listed["csto-2022"].start.isoformat() == "2022-01-02T00:00:00"


def test_a_place_outside_the_map_is_found_by_validate(tmp_path: Path) -> None:
    text = (SMALL / "scenario.yaml").read_text(encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(text.replace("lat: 43.222", "lat: 44.222"), encoding="utf-8")
    (tmp_path / "districts.geojson").write_bytes((SMALL / "districts.geojson").read_bytes())
    errors = cf.validate(tmp_path)
    assert [error.key for error in errors] == ["facilities.armoury"]
    assert errors[0].line is not None
    assert cf.validate(SMALL) == []


def test_an_evidence_id_that_does_not_exist_is_found_by_validate(tmp_path: Path) -> None:
    text = (SMALL / "scenario.yaml").read_text(encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(text.replace("[R136]", "[R9999]"), encoding="utf-8")
    (tmp_path / "districts.geojson").write_bytes((SMALL / "districts.geojson").read_bytes())
    assert "R9999" in str(cf.validate(tmp_path)[0])


def test_doctor_measures_and_finds_nothing_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checkup, "MEASURED", str(SMALL))
    found = cf.doctor()
    assert found.ok
    assert found.persons_per_second > 0
    locked = tmp_path / "file"
    locked.write_text("")
    monkeypatch.setattr(checkup, "cache_folder", lambda: locked / "kernels")
    assert not cf.doctor().ok
