"""Scoring a run of the made-up town against a made-up record."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.errors import InputError, InputErrors
from contrafact.evidence import load_ledger, shipped_evidence
from contrafact.evidence.bundle import Evidence
from contrafact.evidence.ledger import COLUMNS as RECORD
from contrafact.evidence.reporting.declared import COLUMNS as DECLARED
from contrafact.experiment import published, scoring
from contrafact.experiment.published import NOT_REACHED
from contrafact.experiment.result import Result
from contrafact.model import PARAMETERS
from contrafact.report import scores
from contrafact.scenario import Scenario

SMALL = str(Path(__file__).parents[1] / "data" / "small")
ROWS = (
    ("T1", "fit", "evening", "300", "2022-01-04T18:00", "2022-01-04T20:00"),
    ("T2", "fit", "evening", "250", "2022-01-04T19:00", "2022-01-04T21:00"),
    ("T3", "fit", "night", "120", "2022-01-05T00:00", "2022-01-05T02:00"),
    ("T4", "score", "late", "80", "2022-01-04T22:00", "2022-01-04T23:00"),
    ("T5", "score", "hall", "1", "2022-01-04T12:00", "2022-01-04T23:00"),
    ("T6", "score", "later", "70", "2022-01-06T12:00", "2022-01-06T13:00"),
    ("T7", "score", "rumour", "9", "2022-01-04T12:00", "2022-01-04T13:00"),
    ("T8", "fit", "fall", "1", "2022-01-04T20:00", "2022-01-04T21:00"),
    ("T9", "context", "opinion", "1", "2022-01-04T20:00", "2022-01-04T21:00"),
)
READINGS = """T1,about,crowd,,max,
T2,about,crowd,main_square,max,
T3,number,crowd,,mean,
T4,number,crowd,,max,
T5,number,seizure,town_hall,never,what was not lost
T6,number,crowd,,max,
T7,number,,,,nobody can say
T8,number,seizure,town_hall,first,
"""


def made_up(rows: tuple[tuple[str, ...], ...] = ROWS) -> Evidence:
    """A record of the town, and how it is read."""
    lines = [",".join(RECORD)]
    for name, use, fact, value, begins, ends in rows:
        cells = {"id": name, "quantity": "q", "value": value, "time_start": begins, "time_end": ends, "use": use}
        cells |= {"publisher": "P", "quote": "w", "reliability": "r", "fact_id": fact}
        lines.append(",".join(cells.get(column, "") for column in RECORD))
    tables = {"record.csv": "\n".join(lines) + "\n", "readings.csv": ",".join(DECLARED) + "\n" + READINGS}
    return Evidence("small", "small", tuple(tables.items()), own=True)


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Evidence:
    """The town has a record."""
    evidence = made_up()
    monkeypatch.setattr(scoring, "required_evidence", lambda crisis: evidence)
    return evidence


@pytest.fixture
def scored(record: Evidence, result: Result) -> cf.Score:
    """The town's run of 27 hours, scored."""
    return cf.score(result)


def test_every_row_for_fitting_or_scoring_is_scored_or_listed_with_the_reason(scored: cf.Score) -> None:
    assert [row["id"] for row in scored.observations] == ["T1", "T2", "T3", "T4", "T5", "T8"]
    why = {row["id"]: row["why"] for row in scored.unread}
    assert why == {"T6": NOT_REACHED, "T7": "nobody can say"}


def test_the_document_has_what_the_interface_promises(scored: cf.Score) -> None:
    document = json.loads(json.dumps(scored.as_dict(), allow_nan=False))
    promised = {"id", "quantity", "use", "observed", "predicted", "crps", "baseline_crps", "inside"}
    assert all(promised <= set(row) for row in document["observations"])
    assert set(document["summary"]) == {"fit", "score"}
    assert all({"n", "crps_skill", "coverage_90"} <= set(part) for part in document["summary"].values())
    assert "untuned" in document["parameters"]
    assert (document["summary"]["fit"]["n"], document["summary"]["fit"]["rows"]) == (3, 4)


def test_scores_are_those_of_the_run(scored: cf.Score, result: Result) -> None:
    crowd = result.timeline["crowd"][:, 5::6]  # whole hours 1 to 27
    found = {row["id"]: row for row in scored.observations}
    assert found["T1"]["predicted"]["median"] == pytest.approx(np.median(crowd[:, 17:20].max(axis=1)))
    assert found["T3"]["predicted"]["median"] == pytest.approx(np.median(crowd[:, 23:26].mean(axis=1)))
    assert found["T1"]["observed"]["low"] == 250
    assert found["T1"]["weight"] == 0.5


def test_a_results_folder_scores_like_the_run_that_wrote_it(scored: cf.Score, result: Result) -> None:
    assert result.folder is not None
    assert cf.score(cf.read(result.folder)).as_dict() == scored.as_dict()


def test_rows_kept_for_scoring_move_no_baseline(
    scored: cf.Score, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple((*row[:3], "999999", *row[4:]) if row[1] == "score" else row for row in ROWS)
    monkeypatch.setattr(scoring, "required_evidence", lambda crisis: made_up(changed))
    again = cf.score(result)
    assert again.summary["fit"] == scored.summary["fit"]
    of_fit = [row for row in scored.observations if row["use"] == "fit"]
    assert [row for row in again.observations if row["use"] == "fit"] == of_fit


def test_coverage_is_told_beside_what_three_replications_would_hold(scored: cf.Score) -> None:
    assert [scored.summary["fit"][key] for key in ("coverage_n", "coverage_rows")] == [3, 4]
    assert [scored.summary["score"][key] for key in ("coverage_n", "coverage_rows")] == [1, 1]  # T4; T5 asks yes or no
    assert scored.summary["fit"]["coverage_90_expected"] == pytest.approx(2 * 0.9 / 4)


def test_a_time_is_scored_by_the_model_and_by_every_baseline_whether_or_not_it_comes(scored: cf.Score) -> None:
    (fall,) = (row for row in scored.observations if row["id"] == "T8")
    assert fall["crps"] is not None
    assert all(one["crps"] is not None for one in fall["baselines"].values() if one["brier"] is not None)


def test_the_run_without_behaviour_has_the_same_seed_length_and_replications(
    record: Evidence, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def remembered(crisis: Scenario, replications: int, seed: int, **options: object) -> Result:
        asked.append((crisis.resolved()["parameters"], replications, seed, options["until"]))
        return result

    monkeypatch.setattr(scoring, "run", remembered)
    found = cf.score(result)
    ((settings, replications, seed, until),) = asked
    assert (replications, seed, until) == (3, 5, 27.0)
    assert settings["participation.severity"]["value"] == 0
    behaviour_off = [row["baselines"]["behaviour_off"]["crps"] for row in found.observations]
    assert behaviour_off == [row["crps"] for row in found.observations]  # the same runs score the same
    assert found.summary["fit"]["crps_skill"] == pytest.approx(0.0)


def test_what_is_switched_off_is_declared_by_mechanisms_and_set_to_nothing() -> None:
    declared = {f"parameters.{one.name}" for one in PARAMETERS.values()}
    settings = scoring.behaviour_off()
    assert set(settings) <= declared
    assert all(value == 0 or str(value).startswith("0 ") for value in settings.values())


def test_what_cannot_be_scored_is_told(town: Scenario, result: Result) -> None:
    with pytest.raises(InputError, match="small has no record"):
        cf.score(town)
    with pytest.raises(InputError, match="found a LatticeScenario, expected a scenario of a city") as lattice:
        cf.score(cf.load("epstein-2002"))
    assert (lattice.value.key, lattice.value.allowed) == ("SCENARIO", "a scenario of a city, e.g. almaty-2022")
    with pytest.raises(InputError, match=r"population\.scale: found 10, expected 1: no casualties are read off"):
        cf.score(cf.load("almaty-2022", {"population.scale": 10}))


def test_a_results_folder_whose_scenario_has_no_record_is_named_by_its_path(result: Result) -> None:
    assert result.folder is not None
    with pytest.raises(InputError, match="small has no record") as told:
        cf.score(cf.read(result.folder))
    assert told.value.file == str(result.folder)


def test_a_run_without_a_timeline_cannot_be_scored(record: Evidence, town: Scenario) -> None:
    bare = cf.run(town, 1, until="2 h", record=("events",))
    with pytest.raises(InputError, match="the run kept events, expected timeline and events"):
        cf.score(bare)


def test_options_that_are_wrong_are_told_before_anything_runs(record: Evidence, town: Scenario) -> None:
    with pytest.raises(InputErrors, match="--replications: found 0"):
        cf.score(town, 0)


def test_the_command_prints_tables_markdown_or_json(
    record: Evidence, scored: cf.Score, result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(result.folder)
    text = " ".join(CliRunner().invoke(main, ["score", folder], catch_exceptions=False).stdout.split())
    for part in (scoring.UNTUNED, scores.TITLES["fit"], scores.TITLES["score"], "nobody can say", "Town hall falls"):
        assert part in text
    quiet = CliRunner().invoke(main, ["score", folder, "--quiet"], catch_exceptions=False)
    assert (" ".join(quiet.stdout.split()), quiet.stderr) == (text, "")
    document = json.loads(CliRunner().invoke(main, ["score", folder, "--json"], catch_exceptions=False).stdout)
    assert document == json.loads(json.dumps(scored.as_dict()))
    page = CliRunner().invoke(main, ["score", folder, "--markdown"], catch_exceptions=False).stdout
    assert "| T1 | Crowd | 250 to 350 |" in page
    assert not any(tmp_path.iterdir())
    for words, told in (
        (["score", folder, "--seed", "2"], "--seed: results are scored as they are"),
        (["score", folder, "--set", "a=1"], "--set: results are scored as they are"),
        (["score", SMALL, "--json", "--markdown"], "give one of them"),
    ):
        found = CliRunner().invoke(main, words)
        assert found.exit_code == 2
        assert told in found.stderr


def test_the_record_of_almaty_has_a_reading_or_a_reason_for_every_row() -> None:
    crisis = cf.load("almaty-2022")
    assert isinstance(crisis, Scenario)
    declared = scoring.reporting.declared_of(shipped_evidence("almaty-2022"))
    for row in load_ledger("almaty-2022").by_use("fit", "score"):
        wanted, note = published.wanted(row, crisis, declared)
        assert wanted is not None or note, row.id
