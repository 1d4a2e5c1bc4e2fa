"""The questions about claims put to the model: arms run once and in pairs, and answers that can be kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.experiment import asking
from contrafact.experiment.claiming import Claims
from contrafact.scenario import Scenario
from tests.experiment.test_claiming import CLAIM, write_claims
from tests.experiment.test_own_evidence import town

__all__ = ["town"]

QUESTIONS = """
format: 1
arms:
  quiet: {title: Hardly anybody joins, settings: {parameters.participation.nu: 1e-6 1/h}}
  hushed: {title: The same once more, settings: {parameters.participation.nu: 1e-6 1/h}}
questions:
  K1:
    kind: comparison
    question: Would fewer people be in the street if hardly anybody joined?
    arm: quiet
    against: [recorded]
    measure: {outcome: peak_crowd}
    expected: lower
    matters: 1
    switches: [hushed]
    assumption: Joining is what fills the street.
"""


@pytest.fixture
def crisis(town: Path) -> Scenario:
    """A town with one claim and one question, read for six hours."""
    write_claims(town, CLAIM)
    (town / "evidence" / "questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    read = cf.load(town)
    assert isinstance(read, Scenario)
    return read


def told(crisis: Scenario, replications: int = 6) -> Claims:
    return cf.claims(crisis, replications, seed=5, notify=lambda _: None)


def test_a_question_is_answered_from_pairs_and_a_switch_that_decides_it_is_caught(
    crisis: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    run = asking.run

    def counted(arm: Scenario, *given: object, **options: object) -> object:
        made.append(arm.digest)
        return run(arm, *given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(asking, "run", counted)
    found = told(crisis)
    assert len(made) == len(set(made)) == 2  # recorded and quiet, though four settings name them
    (reading,) = found.readings.values()
    as_recorded, hushed = reading.answers
    assert as_recorded.estimate is not None
    assert as_recorded.estimate.high < 0
    assert hushed.estimate == (0.0, 0.0, 0.0)
    assert (reading.reading, reading.decided_by) == ("decided_by_assumption", ("hushed",))
    assert found.as_dict()["runs"] == {"replications": 6, "seed": 5, "current": True}


def test_the_same_seed_gives_the_same_answers(crisis: Scenario) -> None:
    assert told(crisis, 2).as_dict() == told(crisis, 2).as_dict()


def keep(town: Path, kept: Path) -> dict[str, Any]:
    options = ["--replications", "6", "--seed", "5", "--quiet", "--answers", str(kept), "--json"]
    done = CliRunner().invoke(main, ["claims", str(town), *options], catch_exceptions=False)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_answers_that_are_kept_are_shown_for_this_scenario_and_refused_for_another(
    town: Path, crisis: Scenario, tmp_path: Path
) -> None:
    kept = tmp_path / "answers.json"
    asked, again = keep(town, kept), ["claims", str(town), "--answers", str(kept)]
    shown = json.loads(CliRunner().invoke(main, [*again, "--json"], catch_exceptions=False).stdout)
    assert asked["claims"][0]["model_reading"] == "decided_by_assumption"
    assert shown == asked
    document = json.loads(kept.read_text(encoding="utf-8")) | {"scenario_digest": "another"}
    kept.write_text(json.dumps(document), encoding="utf-8")
    done = CliRunner().invoke(main, again)
    assert (done.exit_code, "of another version of small" in done.output) == (2, True)
    assert cf.claims(cf.load(town)).as_dict()["claims"][0]["model_reading"] == "not_asked"


def test_answers_of_an_earlier_version_of_the_model_are_shown_and_said_to_be_so(
    town: Path, crisis: Scenario, tmp_path: Path
) -> None:
    kept = tmp_path / "answers.json"
    keep(town, kept)
    document = json.loads(kept.read_text(encoding="utf-8")) | {"code": "older"}
    kept.write_text(json.dumps(document), encoding="utf-8")
    text = CliRunner().invoke(main, ["claims", str(town), "--answers", str(kept)], catch_exceptions=False).stdout
    assert "by an earlier version of the model" in text


def test_answers_that_cannot_be_read_are_wrong_input(town: Path, crisis: Scenario, tmp_path: Path) -> None:
    kept = tmp_path / "answers.json"
    for text in ("[]", "{", '{"format": 9}'):
        kept.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(main, ["claims", str(town), "--answers", str(kept)])
        assert (done.exit_code, "answers.json" in done.output) == (2, True)


def test_one_run_makes_no_pair(town: Path, crisis: Scenario) -> None:
    assert CliRunner().invoke(main, ["claims", str(town), "--replications", "1"]).exit_code == 2


def test_answers_in_markdown_have_the_harm_before_them(town: Path, crisis: Scenario, tmp_path: Path) -> None:
    keep(town, tmp_path / "answers.json")
    command = ["claims", str(town), "--answers", str(tmp_path / "answers.json"), "--markdown"]
    page = CliRunner().invoke(main, command, catch_exceptions=False).stdout
    (answer,) = [line for line in page.splitlines() if line.startswith("| ") and "| as recorded |" in line]
    assert page.index("| deaths | injured | detained | setting |") < page.index(answer)
    assert "## K1: decided by assumption" in page
    refused = CliRunner().invoke(main, [*command, "--json"])
    assert (refused.exit_code, "give one of them" in refused.output) == (2, True)
