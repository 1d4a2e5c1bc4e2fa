"""Commands that run many points must print one document, keep what is finished and say how to go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import contrafact as cf
from contrafact.cli import main
from tests.experiment.calibration.conftest import made_up, short_weeks

SMALL = str(Path(__file__).parent / "data" / "small")
FEW = (
    "--set",
    "population.total=4000 persons",
    "--workers",
    "0",
)  # what tests replace is not replaced in other processes
OVER = ("--over", "parameters.participation.legitimacy=0.7..0.9")
SHORT = ("--until", "20 h", "--replications", "2", "--out", "out")
Call = Callable[..., Result]

CALIBRATION = """
format: 1
scenario: small
parameters:
  - {path: parameters.participation.legitimacy, prior: {uniform: [0.75, 0.95]}, why: crowds}
rows:
  - {record: T1, scale: 0.5, why: the evening}
population: 10
batch: 5
quantile: 0.5
stop: {epsilon: 0.0, runs: 60, acceptance: 0.0}
"""
IN_LARGE_BATCHES = CALIBRATION.replace("batch: 5", "batch: 100")
"""For a table of 200 runs, of which each batch is a file."""


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, words)


def test_sweep_prints_outcomes_and_one_document(call: Call) -> None:
    shown = call("sweep", SMALL, *OVER, "--points", "2", *SHORT)
    assert shown.exit_code == 0, shown.output
    for words in ("Deaths, protesters", "2 points", "parameters.participation.legitimacy: 0.", "none is better"):
        assert words in shown.stdout
    document = json.loads(call("sweep", SMALL, *OVER, "--points", "2", *SHORT, "--resume", "--json").stdout)
    assert len(document["points"]) == 2
    assert call("sweep", SMALL, *OVER, "--points", "2", *SHORT).exit_code == 2
    assert call("sweep", SMALL, "--over", "place.detor", *SHORT, "--overwrite").exit_code == 2


def test_sensitivity_prints_indices_and_draws_them(call: Call) -> None:
    words = ("sensitivity", SMALL, *OVER, "--over", "place.detour", "--samples", "2", *SHORT)
    shown = call(*words)
    assert shown.exit_code == 0, shown.output
    assert "What outcomes hang on (morris, 6 points)" in shown.stdout
    assert Path("out/pictures/sensitivity.svg").read_text().count("place.detour") >= 1
    document = json.loads(call(*words, "--resume", "--json", "--no-pictures").stdout)
    assert {"parameter", "first_order", "total_order", "low", "high"} <= document["peak_crowd"][0].keys()


def test_calibrate_prints_the_posterior_and_run_draws_from_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch)
    short_weeks(monkeypatch)
    Path("fit.yaml").write_text(CALIBRATION)
    words = ("calibrate", SMALL, "--calibration", "fit.yaml", *FEW, "--out", "out")
    shown = call(*words)
    assert shown.exit_code == 0, shown.output
    for part in ("parameters.participation.legitimacy", "uniform 0.75, 0.95", "Median residual", "T1"):
        assert part in shown.stdout
    document = json.loads(call(*words, "--resume", "--json").stdout)
    assert document["accepted"] == 10
    ran = call("run", SMALL, "--posterior", document["posterior"], "--replications", "2", "--until", "1 h", "--json")
    assert ran.exit_code == 0, ran.output
    kept = cf.read(Path(json.loads(ran.stdout)["results"]))
    assert isinstance(kept, cf.Result)
    assert kept.scenario.posterior is not None
    assert set(kept.draws["parameters.participation.legitimacy"]) <= set(
        kept.scenario.posterior.parameters["parameters.participation.legitimacy"]
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CALIBRATION.replace("batch: 5", "batsh: 5"), "fit.yaml:9: batsh"),
        (CALIBRATION.replace("small", "large"), "is for large and not for small"),
        (CALIBRATION.replace("population: 10", "population: 3"), "fit.yaml:8: population"),
        (CALIBRATION.replace("legitimacy,", "legitimcy,"), "parameters.participation.legitimacy"),
    ],
)
def test_what_is_wrong_with_a_calibration_file_is_told_with_its_line(
    call: Call, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    made_up(monkeypatch)
    Path("fit.yaml").write_text(text)
    shown = call("calibrate", SMALL, "--calibration", "fit.yaml", "--out", "out")
    assert shown.exit_code == 2
    assert words in shown.output
    assert not Path("out").exists()


def test_recovery_tells_what_the_rows_could_tell(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch)
    monkeypatch.setattr("contrafact.engine.calm.stays_calm", lambda *_: True)
    Path("fit.yaml").write_text(IN_LARGE_BATCHES)
    words = ("calibrate", SMALL, "--calibration", "fit.yaml", *FEW, "--recovery", "200", "--out", "out")
    shown = call(*words)
    assert shown.exit_code == 0, shown.output
    assert "200 runs each taken for the truth" in shown.stdout
    document = json.loads(call(*words, "--resume", "--json").stdout)
    assert document["runs"] == sum(document["parameters"][0]["ranks"]) == 200
    assert document["parameters"][0]["identified"] is True
    assert call(*words, "--resume", "--most-runs", "9").exit_code == 2


def test_screen_tells_which_numbers_move_the_rows(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch)
    monkeypatch.setattr("contrafact.engine.calm.stays_calm", lambda *_: True)
    Path("fit.yaml").write_text(IN_LARGE_BATCHES)
    words = ("calibrate", SMALL, "--calibration", "fit.yaml", *FEW, "--screen", "100", "--out", "out")
    shown = call(*words)
    assert shown.exit_code == 0, shown.output
    assert "100 draws of all priors" in shown.stdout
    document = json.loads(call(*words, "--resume", "--json").stdout)
    shares = [row["share"] for row in document["numbers"]]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > document["chance"] > shares[-1]
    for wrong in (("--recovery", "200"), ("--most-runs", "9"), ("--population", "20"), OVER):
        assert call(*words, "--resume", *wrong).exit_code == 2


def test_a_scenario_without_a_calibration_file_is_told_so(call: Call) -> None:
    assert "ships no calibration.yaml" in call("calibrate", SMALL).output


def test_interrupted_commands_say_how_to_go_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("contrafact.experiment.sweeps.sweeping.point_shards", stop)
    shown = call("sweep", SMALL, *OVER, "--points", "2", *SHORT)
    assert shown.exit_code == 130
    assert "--resume goes on" in shown.output


def test_a_posterior_that_cannot_be_read_is_wrong_input(call: Call) -> None:
    Path("x.parquet").write_text("no table")
    shown = call("run", SMALL, "--posterior", "x.parquet")
    assert shown.exit_code == 2
    assert "x.parquet: posterior: cannot be read" in shown.output
