"""Claims beside the record: all of them, in neutral words, with what other sources say and nothing kept for scoring."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import contrafact as cf
from contrafact.cli import main
from contrafact.errors import InputError, InputErrors
from contrafact.evidence import load_ledger
from contrafact.evidence.claims import COLUMNS
from contrafact.evidence.questions import Question
from contrafact.evidence.readings import Setting, answer, settings_of
from contrafact.experiment.asking import Asking, arm_of
from contrafact.experiment.claiming import Claims, quantities
from tests.experiment.test_own_evidence import town

__all__ = ["town"]

SMALL = Path(__file__).parent.parent / "data" / "small"
LABELS = re.compile(r"\b(rioters?|terrorists?|bandits?|militants?|gunm[ae]n|mob|thugs?|regime)\b", re.IGNORECASE)
KEYS = {"id", "quote", "paraphrase", "attributed_to", "record_verdict", "record", "model_reading", "model"}


@cache
def found() -> Claims:
    return cf.claims(cf.load("almaty-2022"))


def test_all_47_claims_are_told_with_the_keys_of_the_interface() -> None:
    done = CliRunner().invoke(main, ["claims", "almaty-2022", "--json"], catch_exceptions=False)
    listed = json.loads(done.stdout)["claims"]
    assert [claim["id"] for claim in listed] == [f"C{number:02d}" for number in range(1, 48)]
    assert all(set(claim) >= KEYS for claim in listed)
    readings = {claim["id"]: claim["model_reading"] for claim in listed}
    asked_about = found().asked
    assert asked_about is not None
    assert {name for name, reading in readings.items() if reading != "not_asked"} <= set(asked_about.questions)


def test_every_claim_has_a_reason_for_its_verdict() -> None:
    assert [one.claim.id for one in found() if not one.reason] == []


def test_paraphrases_and_reasons_are_neutral() -> None:
    assert [one.claim.id for one in found() if LABELS.search(f"{one.paraphrase} {one.reason}")] == []


def test_a_label_that_is_not_neutral_would_be_seen() -> None:
    assert any(LABELS.search(one.claim.paraphrase_en) for one in found())


def test_rows_kept_for_scoring_are_named_and_what_they_say_is_not_shown() -> None:
    kept = {row.id: row for row in load_ledger("almaty-2022").by_use("score")}
    seen = [row for claim in found().as_dict()["claims"] for row in claim["observations"] if row["id"] in kept]
    assert len(seen) > 10
    for row in seen:
        assert [row[key] for key in ("value", "low", "high", "quote", "time_start")] == [None, None, None, "", ""]
    text = CliRunner().invoke(main, ["claims", "almaty-2022"]).stdout
    assert f"R149      csto arrival ({kept['R149'].source}): kept for scoring, not shown here" in text
    assert [row.id for row in kept.values() if row.quote in text] == []


def test_the_screen_shows_quote_speaker_verdict_and_other_sources_side_by_side() -> None:
    text = CliRunner().invoke(main, ["claims", "almaty-2022"], catch_exceptions=False).stdout
    assert "[contradicted]" in text
    assert "  says so   unnamed experts" in text
    row = load_ledger("almaty-2022")["R108"]
    assert f"R108      deaths total 151 persons, {row.time_start}" in text
    assert "neither proves nor refutes" in text


def test_a_claim_that_is_named_as_testable_shows_its_question_and_what_it_rests_on() -> None:
    (claim,) = [claim for claim in found().as_dict()["claims"] if claim["id"] == "C24"]
    assert claim["model"]["question"].startswith("Did isolation matter")
    assert (claim["model"]["result"]["kind"], claim["model"]["runs"]) == ("comparison", 20)


def asked(claim: str) -> Question:
    questions = found().asked
    assert questions is not None
    return questions.questions[claim]


def test_what_runs_said_is_shown_in_place_of_not_asked(tmp_path: Path) -> None:
    result = cf.run(cf.load(SMALL), replications=3, until="12 h", out=tmp_path / "out", notify=lambda _: None)
    assert isinstance(result, cf.Result)
    question = asked("C45")
    reading = answer(question, dict.fromkeys(settings_of(question), result), result.scenario.start)
    base = found()
    asking = Asking({"C45": reading}, 3, 1, base.scenario.digest)
    told = Claims(base.scenario, base.evidence, base.compared, base.asked, asking).as_dict()
    (claim,) = [claim for claim in told["claims"] if claim["id"] == "C45"]
    assert claim["model_reading"] == "not_identified"  # three runs are too few for a probability
    assert claim["model"]["result"]["answers"][0]["estimate"]["mean"] == 1.0
    assert claim["model"]["runs"] == 3


def test_results_of_a_run_can_be_read_as_they_are(tmp_path: Path) -> None:
    result = cf.run(cf.load(SMALL), replications=2, until="12 h", out=tmp_path / "out", notify=lambda _: None)
    assert isinstance(result, cf.Result)
    assert set(result.timeline) - {"hour"} == set(quantities(result.scenario.sites))
    same = dict.fromkeys(settings_of(asked("C20")), result)
    reading = answer(asked("C20"), same, result.scenario.start)
    assert reading.reading == "inconsistent"
    assert all(one.estimate is not None and one.estimate.mean == 0 for one in reading.answers)
    assert same.keys() >= {Setting("no_shutdown"), Setting("recorded", "organised_cadres")}
    assert np.isfinite(result.hours).all()


def test_every_setting_that_a_question_needs_fits_the_scenario_and_arms_that_are_compared_differ() -> None:
    crisis, questions = found().scenario, found().asked
    assert questions is not None
    needed = [settings_of(question) for question in questions.questions.values()]
    digests = {
        setting: arm_of(crisis, questions, setting).digest for setting in {one for many in needed for one in many}
    }
    assert digests[Setting("recorded")] == crisis.digest
    for settings in needed:
        assert len({digests[setting] for setting in settings}) == len(settings)


def write_claims(folder: Path, *lines: str) -> None:
    (folder / "evidence" / "claims.csv").write_text("\n".join((",".join(COLUMNS), *lines)) + "\n", encoding="utf-8")


CLAIM = "K1,lời,words,size,persons,,,,,,,,someone,contested,"


def test_an_own_record_brings_its_own_claims(town: Path) -> None:
    write_claims(town, CLAIM)
    (town / "evidence" / "compared.csv").write_text("claim,observation\nK1,T1\n", encoding="utf-8")
    (claim,) = cf.claims(cf.load(town)).as_dict()["claims"]
    assert (claim["id"], claim["paraphrase"], claim["record"]) == ("K1", "words", ["T1"])
    assert (claim["observations"][0]["low"], claim["observations"][0]["high"]) == (500, 900)


def test_a_line_that_names_no_row_is_told(town: Path) -> None:
    write_claims(town, CLAIM)
    (town / "evidence" / "compared.csv").write_text("claim,observation\nK1,T1\nK1,T9\n", encoding="utf-8")
    with pytest.raises(InputErrors, match='no observation "T9"') as found_errors:
        cf.claims(cf.load(town))
    (error,) = found_errors.value.errors
    assert (error.file, error.line) == ((town / "evidence" / "compared.csv").as_posix(), 3)


def test_a_line_that_is_there_twice_is_told(town: Path) -> None:
    write_claims(town, CLAIM)
    (town / "evidence" / "compared.csv").write_text("claim,observation\nK1,T1\nK1,T1\n", encoding="utf-8")
    with pytest.raises(InputError, match="K1 and T1 stand in two lines"):
        cf.claims(cf.load(town))


def test_a_question_about_no_claim_is_told_with_file_line_and_key(town: Path) -> None:
    write_claims(town, CLAIM)
    (town / "evidence" / "questions.yaml").write_text(
        "format: 1\nquestions:\n  K2:\n    kind: probability\n    question: q?\n    measure: {outcome: deaths_total}\n"
        "    between: [0, 1]\n    at_least: 0.1\n    assumption: a\n",
        encoding="utf-8",
    )
    with pytest.raises(InputErrors, match="among the claims") as error:
        cf.claims(cf.load(town))
    assert [(one.line, one.key) for one in error.value.errors] == [(3, "questions.K2")]


def test_a_scenario_without_claims_or_without_a_record_is_wrong_input(town: Path) -> None:
    with pytest.raises(InputError, match="comes without claims"):
        cf.claims(cf.load(town))
    with pytest.raises(InputError, match="has no record"):
        cf.claims(cf.load("csto-2022"))
    assert CliRunner().invoke(main, ["claims", "csto-2022"]).exit_code == 2
