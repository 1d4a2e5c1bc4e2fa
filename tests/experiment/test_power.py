"""What a made-up record could tell of arms of the made-up town."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.errors import InputError, InputErrors
from contrafact.evidence.bundle import Evidence
from contrafact.evidence.camps import COLUMNS as CAMPS
from contrafact.evidence.ledger import COLUMNS as RECORD
from contrafact.evidence.reporting.declared import COLUMNS as DECLARED
from contrafact.evidence.rivals import COLUMNS as RIVALS
from contrafact.experiment import power as powering
from contrafact.experiment import published
from contrafact.experiment.power import Power
from contrafact.experiment.result import Result
from contrafact.report import power as words
from contrafact.scenario import Scenario

ROWS = (
    ("T1", "fit", "evening", "300", "2022-01-04T18:00", "2022-01-04T20:00"),
    ("T2", "fit", "evening", "250", "2022-01-04T19:00", "2022-01-04T21:00"),
    ("T3", "fit", "night", "120", "2022-01-05T00:00", "2022-01-05T02:00"),
    ("T4", "score", "late", "80", "2022-01-04T22:00", "2022-01-04T23:00"),
    ("T5", "fit", "hall", "1", "2022-01-04T12:00", "2022-01-04T23:00"),
    ("T7", "fit", "rumour", "9", "2022-01-04T12:00", "2022-01-04T13:00"),
    ("T8", "fit", "fall", "1", "2022-01-04T20:00", "2022-01-05T21:00"),
)
READINGS = """T1,about,crowd,,max,
T2,at least,crowd,main_square,max,
T3,number,crowd,,mean,
T4,number,crowd,,max,
T5,number,seizure,town_hall,never,
T7,number,,,,nobody can say
T8,number,seizure,town_hall,first,
"""
PLACES = "T1,,state,an office\n,P,independent,a paper\nT8,,opposition,those who were there\n"


def made_up(rows: tuple[tuple[str, ...], ...] = ROWS, camps: str = PLACES, **tables: str) -> Evidence:
    """A record of the town, how it is read, and who speaks."""
    lines = [",".join(RECORD)]
    for name, use, fact, value, begins, ends in rows:
        cells = {"id": name, "quantity": "q", "value": value, "time_start": begins, "time_end": ends, "use": use}
        cells |= {"publisher": "P", "quote": "w", "reliability": "r", "fact_id": fact}
        lines.append(",".join(cells.get(column, "") for column in RECORD))
    texts = {
        "record.csv": "\n".join(lines) + "\n",
        "readings.csv": ",".join(DECLARED) + "\n" + READINGS,
        "camps.csv": ",".join(CAMPS) + "\n" + camps,
        **{f"{name}.csv": text for name, text in tables.items()},
    }
    return Evidence("small", "small", tuple(texts.items()), own=True)


@pytest.fixture(scope="module")
def found(town: Scenario) -> Power:
    """An arm that changes nothing and one in which the town is content, ten replications of each."""
    arms: dict[str, Any] = {"null": {}, "quiet": {"parameters.participation.legitimacy": 0.99}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(powering, "required_evidence", lambda crisis: made_up())
        return cf.power(town, arms, 10, 3)


@pytest.fixture(scope="module")
def ten(town: Scenario) -> Result:
    """Ten replications of the town."""
    result = cf.run(town, 10, 3)
    assert isinstance(result, Result)
    return result


@pytest.fixture
def asked(ten: Result, monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """The town has a record, and whatever is run gives the same ten replications; the scenarios that were run."""
    ran: list[Scenario] = []

    def remembered(crisis: Scenario, replications: int, seed: int, **options: object) -> Result:
        assert (replications, seed) == (10, 3)
        ran.append(crisis)
        return ten

    monkeypatch.setattr(powering, "run", remembered)
    monkeypatch.setattr(powering, "required_evidence", lambda crisis: made_up())
    return ran


def arm(found: Power, name: str) -> Any:
    """The document of one arm."""
    return next(one for one in found.arms if one["name"] == name)


def test_an_arm_that_changes_nothing_has_half_the_weight_no_power_and_no_effect(found: Power) -> None:
    null = arm(found, "null")
    assert null["record"]["weight"] == null["record"]["low"] == null["record"]["high"] == 0.5
    assert null["record"]["joint"] == pytest.approx(0.5)
    assert null["power"]["truth_arm"]["told"]["share"] == 0.0
    assert null["power"]["truth_arm"]["median"] == pytest.approx(0.5)
    assert null["power"]["sign_of_deaths"] is None
    assert all(one["effect"] == {"mean": 0.0, "low": 0.0, "high": 0.0} for one in null["harm"].values())
    assert "null" not in found.told


def test_an_arm_that_the_rows_must_see_is_told(found: Power) -> None:
    quiet = arm(found, "quiet")
    assert quiet["power"]["truth_arm"]["median"] > 0.9
    assert quiet["power"]["truth_arm"]["told"]["share"] > 0.5
    assert quiet["power"]["truth_recorded"]["median"] > 0.9


def test_rows_for_fitting_are_weighed_and_no_others(found: Power) -> None:
    assert [row["id"] for row in found.rows] == ["T1", "T2", "T3", "T5", "T8"]
    assert found.unread == ({"id": "T7", "quantity": "q", "why": "nobody can say"},)
    assert [row["kind"] for row in found.rows] == ["count", "count", "count", "yes or no", "time"]


def test_rows_kept_for_scoring_move_nothing(
    town: Scenario, asked: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cf.power(town, ["null:"], 10, 3).as_dict()
    changed = tuple((*row[:3], "999999", *row[4:]) if row[1] == "score" else row for row in ROWS)
    monkeypatch.setattr(powering, "required_evidence", lambda crisis: made_up(changed))
    assert cf.power(town, ["null:"], 10, 3).as_dict() == before


def test_camps_have_the_rows_that_speak_for_them(found: Power) -> None:
    assert {row["id"]: row["camp"] for row in found.rows} == {
        "T1": "state", "T2": "independent", "T3": "independent", "T5": "independent", "T8": "opposition",
    }  # fmt: skip
    camps = arm(found, "quiet")["camps"]
    assert {name: (one["facts"], one["rows"]) for name, one in camps.items()} == {
        "state": (1, 1), "independent": (3, 3), "opposition": (1, 1),
    }  # fmt: skip


def test_rows_without_a_camp_are_listed(town: Scenario, asked: list[Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powering, "required_evidence", lambda crisis: made_up(camps="T1,,state,an office\n"))
    found = cf.power(town, ["null:"], 10, 3)
    assert found.as_dict()["without_camp"] == ["T2", "T3", "T5", "T8"]
    assert any("Rows without a camp" in note and "T8" in note for note in words.notes(found))


def test_weights_of_all_arms_add_up(found: Power) -> None:
    assert list(found.among_all) == ["recorded", "null", "quiet"]
    assert sum(one["weight"] for one in found.among_all.values()) == pytest.approx(1.0)


def test_the_sentence_says_how_weak_the_answer_is(found: Power) -> None:
    assert found.sentence.startswith("No arm is told from the recorded one by the 4 facts") is not bool(found.told)


def test_without_arms_the_rivals_of_the_record_are_run(
    asked: list[Scenario], monkeypatch: pytest.MonkeyPatch, town: Scenario
) -> None:
    crisis = cf.load("almaty-2022")
    rivals = ",".join(RIVALS) + "\nrestraint,why\nno_request,why\n"
    monkeypatch.setattr(powering, "required_evidence", lambda crisis: made_up(rivals=rivals))
    rows = powering._rows(powering.run(town, 10, 3), made_up())
    monkeypatch.setattr(powering, "_rows", lambda result, evidence: rows)
    found = cf.power(crisis, None, 10, 3)
    assert [one["name"] for one in found.arms] == ["restraint", "no_request"]
    assert [one["reason"] for one in found.arms] == ["why", "why"]


def test_what_cannot_be_weighed_is_told(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="small has no record"):
        cf.power(town)
    with pytest.raises(InputError, match="expected a scenario of a city"):
        cf.power(cf.load("epstein-2002"))
    monkeypatch.setattr(powering, "required_evidence", lambda crisis: made_up())
    with pytest.raises(InputErrors, match="found no arm"):
        cf.power(town)


def test_a_record_without_a_row_to_weigh_is_told(
    town: Scenario, asked: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tuple(row for row in ROWS if row[0] in ("T4", "T7"))
    readings = made_up(rows, camps="").texts
    kept = {**dict(readings), "readings.csv": ",".join(DECLARED) + "\nT7,number,,,,nobody can say\n"}
    evidence = Evidence("small", "small", tuple(kept.items()), own=True)
    monkeypatch.setattr(powering, "required_evidence", lambda crisis: evidence)
    with pytest.raises(InputError, match="found nothing to weigh, expected rows with use fit"):
        cf.power(town, ["null:"], 10, 3)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--arm", "restrant"], 'did you mean "restraint"?'),
        (["--replications", "9"], "--replications: found 9, expected at least 10"),
        (["--json", "--markdown"], "give one of them"),
        (["--arm", "x:forces.police.strength=12 kg"], "--arm x: forces.police.strength"),
    ],
)
def test_options_that_are_wrong_are_told_before_anything_runs(options: list[str], told: str) -> None:
    found = CliRunner().invoke(main, ["power", "almaty-2022", *options])
    assert found.exit_code == 2
    assert told in found.stderr


def test_the_command_prints_tables_markdown_or_json(asked: list[Scenario], town: Scenario) -> None:
    command = ["power", town.source, "--arm", "null:", "--replications", "10", "--seed", "3"]

    def printed(*options: str) -> str:
        return CliRunner().invoke(main, [*command, *options], catch_exceptions=False).stdout

    document = json.loads(printed("--json"))
    assert document == json.loads(json.dumps(cf.power(town, ["null:"], 10, 3).as_dict(), allow_nan=False))
    assert document["arms"][0]["record"]["weight"] == 0.5
    page = printed("--markdown")
    assert "| null | 0.50 | 0.50 to 0.50 |" in page
    assert page.index("## Harm in each arm") < page.index("## What the record could tell")
    text = " ".join(printed().split())
    for part in ("No arm is told", "By camp of the source", "nobody can say", "recorded, itself"):
        assert part in text
    assert printed("--quiet") == printed()


def test_the_rows_of_almaty_have_arms_and_camps() -> None:
    crisis = published.readable(cf.load("almaty-2022"))
    evidence = powering.required_evidence(crisis)
    rivals = powering.rivals_of(evidence, crisis.variants)
    assert set(rivals) <= set(crisis.variants)
    assert len(rivals) >= 8
