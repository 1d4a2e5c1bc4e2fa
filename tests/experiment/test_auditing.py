"""The check of a record: what is wrong, what is only told, and that the check sees what it is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import contrafact as cf
from contrafact.cli import main
from contrafact.experiment.auditing import Checked
from tests.experiment.test_claiming import CLAIM, write_claims
from tests.experiment.test_own_evidence import CURFEW, ROW, town, write_record

__all__ = ["town"]

QUESTION = """format: 1
questions:
  K1:
    arm: no_such_arm
    kind: probability
    question: Would it?
    measure: {outcome: deaths_total}
    between: [0, 1]
    at_least: 0.1
    assumption: Because
"""


def check(folder: Path) -> Result:
    return CliRunner().invoke(main, ["evidence", "check", str(folder), "--json"], catch_exceptions=False)


def document(folder: Path) -> dict[str, object]:
    (found,) = json.loads(check(folder).stdout)["scenarios"]
    assert isinstance(found, dict)
    return found


def edit(folder: Path, old: str, new: str) -> int:
    """Replace a text of the scenario once; the line on which it stood."""
    path = folder / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture(scope="module")
def shipped() -> dict[str, Checked]:
    """What the check of every scenario that ships found."""
    return {checked.scenario: checked for checked in cf.check_evidence()}


def test_every_scenario_that_ships_agrees_with_its_record(
    shipped: dict[str, Checked], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(checked.ok for checked in shipped.values())
    assert shipped["almaty-2022"].values > 50
    asked: list[str | None] = []
    monkeypatch.setattr(cf, "check_evidence", lambda scenario: asked.append(scenario) or [*shipped.values()])
    done = CliRunner().invoke(main, ["evidence", "check"])
    assert (done.exit_code, asked) == (0, [None])
    assert all(name in done.stdout for name in shipped)


def test_of_the_shipped_record_every_row_for_fitting_is_used_and_what_it_lacks_is_listed(
    shipped: dict[str, Checked],
) -> None:
    checked = shipped["almaty-2022"]
    assert checked.audit is not None
    assert checked.audit.unused["fit"] == ()
    assert checked.audit.gaps["url"] == ("R010", "R352", "R353")
    assert len(checked.audit.gaps["published"]) == 45
    assert [checked.audit.gaps[column] for column in ("quote", "publisher", "reliability")] == [(), (), ()]
    assert checked.audit.names == ()
    assert checked.audit.contested["almaty-deaths"] == ("R098", "R100", "R108")


def test_an_own_record_without_fault_passes(town: Path) -> None:
    assert check(town).exit_code == 0
    assert document(town)["rows"] == 3


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("record: T1", "record: T9", "milestones.0.record"),
        ("evidence: [T3]", "evidence: [T9]", "actions.curfew.at.evidence.0"),
        ("the numbers are made up for tests.", "the numbers are made up [T9].", "left_out.0"),
    ],
)
def test_an_id_that_does_not_exist_fails_with_its_line(town: Path, old: str, new: str, key: str) -> None:
    line = edit(town, old, new)
    assert check(town).exit_code == 3
    (failure,) = document(town)["failures"]  # type: ignore[misc]
    assert (failure["check"], failure["found"], failure["key"], failure["line"]) == ("dangling", "T9", key, line)


@pytest.mark.parametrize(
    ("file", "text", "line", "found"),
    [
        ("compared.csv", "claim,observation\nK1,T1\nK1,T9\n", 3, "T9"),
        ("comparison.csv", "claim,paraphrase,reason\nK2,words,why\n", 2, "K2"),
        ("questions.yaml", QUESTION, 4, "no_such_arm"),
    ],
)
def test_a_claim_or_a_question_that_points_nowhere_fails_with_its_line(
    town: Path, file: str, text: str, line: int, found: str
) -> None:
    write_claims(town, CLAIM)
    (town / "evidence" / file).write_text(text, encoding="utf-8")
    assert check(town).exit_code == 3
    (failure,) = document(town)["failures"]  # type: ignore[misc]
    assert (failure["check"], failure["line"], failure["found"].strip('"')) == ("dangling", line, found)


def test_a_milestone_of_a_row_kept_for_scoring_fails(town: Path) -> None:
    edit(town, "record: T1", "record: T2")
    (failure,) = document(town)["failures"]  # type: ignore[misc]
    assert failure["check"] == "kept_back"


@pytest.mark.parametrize(("persons", "exit_code"), [(499, 3), (500, 0), (900, 0), (901, 3)])
def test_a_value_outside_its_sources_range_fails(town: Path, persons: int, exit_code: int) -> None:
    edit(
        town,
        'value: 20000 persons, assumption: "made up for tests", prior: {uniform: [19000, 21000]}',
        f"value: {persons} persons, evidence: [T1]",
    )
    done = check(town)
    assert done.exit_code == exit_code
    if exit_code == 3:
        (failure,) = document(town)["failures"]  # type: ignore[misc]
        assert (failure["check"], failure["key"]) == ("out_of_range", "population.total")
        assert (failure["found"], failure["allowed"]) == (f"{persons} persons", "T1: 500 to 900 persons")


@pytest.mark.parametrize(
    ("cells", "exit_code"),
    [
        ({"time_start": "2022-01-05", "time_end": ""}, 0),
        ({"time_start": "2022-01-05T23:00", "time_end": "2022-01-19T00:00"}, 0),
        ({"time_start": "2022-01-04", "time_end": ""}, 3),
        ({"time_start": "2022-01-06T07:00", "time_end": ""}, 3),
        ({"time_start": "", "time_end": "2022-01-05T22:59"}, 3),
        ({"time_start": "2022-01-06", "time_end": "", "quote": "from 23:00 on"}, 0),
    ],
)
def test_a_time_must_lie_in_the_window_of_its_row_or_stand_in_its_words(
    town: Path, cells: dict[str, str], exit_code: int
) -> None:
    write_record(town, ROW, {**CURFEW, **cells})
    assert check(town).exit_code == exit_code


def test_a_value_of_several_rows_agrees_with_one_of_them(town: Path) -> None:
    write_record(town, ROW, {**ROW, "id": "T2", "low": "1000", "high": "1100"}, CURFEW)
    edit(
        town,
        'value: 20000 persons, assumption: "made up for tests", prior: {uniform: [19000, 21000]}',
        "value: 1050 persons, evidence: [T1, T2]",
    )
    assert check(town).exit_code == 0
    assert document(town)["contested"] == {"square": ["T1", "T2"]}


@pytest.mark.parametrize(("use", "contested"), [("score", {}), ("fit", {"square": ["T1", "T2"]})])
def test_rows_kept_for_scoring_are_not_told_to_contradict_others(
    town: Path, use: str, contested: dict[str, list[str]]
) -> None:
    write_record(town, ROW, {**ROW, "id": "T2", "low": "1000", "high": "1100", "use": use}, CURFEW)
    assert document(town)["contested"] == contested


def test_rows_never_used_and_cells_that_are_empty_are_told_and_are_no_failure(town: Path) -> None:
    bare = {**ROW, "id": "T2", "use": "input", "url": "", "published": "", "quote": "Anna Smith said so"}
    write_record(town, ROW, bare, CURFEW)
    found = document(town)
    assert found["ok"]
    assert found["unused"] == {"input": ["T2"], "fit": [], "score": [], "context": []}
    assert found["gaps"] == {"quote": [], "publisher": [], "url": ["T2"], "published": ["T2"], "reliability": []}
    assert found["names"] == [{"id": "T2", "words": "Anna Smith"}]


def test_errata_are_shown_beside_what_was(town: Path) -> None:
    (town / "evidence" / "errata.csv").write_text(
        "date,id,column,was,now,why,source\n2022-02-01,T1,high,900,950,misread,the page\n", encoding="utf-8"
    )
    assert document(town)["errata"] == [
        {
            "date": "2022-02-01",
            "id": "T1",
            "column": "high",
            "was": "900",
            "now": "950",
            "why": "misread",
            "source": "the page",
        }
    ]
    done = CliRunner().invoke(main, ["evidence", "check", str(town)])
    assert 'was "900", should read "950"' in done.stdout


def test_a_scenario_without_a_record_is_checked_against_those_that_ship() -> None:
    (checked,) = cf.check_evidence("csto-2022")
    assert checked.ok
    assert checked.audit is None
    assert checked.values > 20


def test_a_table_that_cannot_be_read_is_wrong_input(town: Path) -> None:
    write_record(town, {**ROW, "use": "fot"})
    done = check(town)
    assert done.exit_code == 2
    (error,) = json.loads(done.stdout)["errors"]
    assert (error["line"], error["key"], error["found"]) == (2, "use", "fot")
