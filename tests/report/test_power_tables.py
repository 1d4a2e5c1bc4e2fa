"""What a record could tell, in words."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from contrafact.experiment.power import UNEXPLAINED, Power
from contrafact.report import power as words
from contrafact.report import wording

CRISIS: Any = SimpleNamespace(
    name="town", variant="recorded", start=datetime(2022, 1, 4), sites={}, posts={}, facilities={}, alliance=None
)
SHARE = {"share": 0.25, "low": 0.1, "high": 0.5}
TOLD = {"told": SHARE, "misled": {"share": 0.05, "low": 0.0, "high": 0.2}, "median": 0.61, "n": 20}
RECORD = {
    "weight": 0.9961, "low": 0.2, "high": 0.999, "without_a_fact": {"low": 0.4, "high": 0.97},
    "leaning_on": "evening", "without_it": 0.4, "joint": 0.004, "told": False, "typical": 0.15,
}  # fmt: skip
HARM = {
    name: {"mean": 151.4, "effect": {"mean": -10.04, "low": -20.0, "high": 0.02}}
    for name in ("deaths_total", "injured_total", "detained")
}
CAMP = {"facts": 2, "rows": 3, "power": {"truth_arm": TOLD}, "record": RECORD}
ARM: dict[str, Any] = {
    "name": "restraint",
    "title": "No live fire",
    "reason": "",
    "harm": HARM,
    "power": {"truth_arm": TOLD, "truth_recorded": TOLD, "truth_arm_joint": TOLD, "sign_of_deaths": None},
    "record": RECORD,
    "camps": {"state": CAMP, "independent": CAMP, "opposition": {**CAMP, "facts": 0}},
}
ROW = {
    "id": "R1", "fact": "evening", "quantity": "crowd", "place": None, "statistic": "max", "kind": "count",
    "observed": {"low": 99.5, "high": 100.5, "unit": "persons", "said": "number", "source": "P"}, "camp": None,
    "typical": 0.2,
}  # fmt: skip


def power_of(*arms: dict[str, Any]) -> Power:
    """What was weighed, of these arms."""
    plain = {name: {"mean": 160.0, "effect": None} for name in HARM}
    all_arms = {"recorded": {"weight": 0.5, "low": 0.1, "high": 0.9}}
    recorded = {"name": "recorded", "harm": plain, "typical": 0.3}
    return Power(CRISIS, 1, 20, "ab" * 32, recorded, arms, TOLD, all_arms, (ROW,), ())


def test_harm_comes_first_and_arms_keep_their_order() -> None:
    found = power_of({**ARM, "name": "b"}, {**ARM, "name": "a"})
    parts = list(words.parts(found))
    assert parts[0].title == "Harm in each arm"
    assert parts[0].columns == ("arm", "deaths", "injured", "detained")
    assert [line[0] for line in parts[0].lines] == ["recorded", "b", "a"]
    assert parts[0].lines[1][1] == "151 (-10.0; -20.0 to +0.0)"
    assert parts[0].lines[0][1] == "160"


def test_power_in_words() -> None:
    lines = words.powers(power_of(ARM))
    share = "25% (10% to 50%)"
    assert lines[0] == ("restraint", share, share, "5%, 5%", "0.61", share, "-")
    assert lines[1] == ("recorded, itself", "", "", share, "0.61", "", "")


def test_a_sign_that_is_given_without_any_row_is_said_to_be() -> None:
    said = {**ARM["power"], "sign_of_deaths": {**SHARE, "without_rows": True}}
    assert words.powers(power_of({**ARM, "power": said}))[0][-1] == "25% (10% to 50%), given"


def test_weights_are_never_said_to_be_certain() -> None:
    (line,) = words.records(power_of(ARM))
    assert line == (
        "restraint", "> 0.99", "0.20 to > 0.99", "0.40 to 0.97", "evening (0.40 without)", "< 0.01", "15%", "no",
    )  # fmt: skip


def test_a_camp_without_rows_says_nothing() -> None:
    (line,) = words.camps(power_of(ARM))
    assert line == ("restraint", "> 0.99 (0.20 to > 0.99); 25%", "> 0.99 (0.20 to > 0.99); 25%", "-")


def test_the_answer_says_whether_any_arm_is_told() -> None:
    assert power_of(ARM).sentence.startswith("No arm is told from the recorded one by the 1 fact that")
    told = copy.deepcopy(ARM)
    told["record"]["told"] = True
    assert power_of(told, ARM).sentence.startswith("restraint: told from the recorded one by the 1 fact that")


def test_the_answer_says_where_no_arm_explains_the_record() -> None:
    assert UNEXPLAINED not in power_of(ARM).sentence
    strange = {**ARM, "record": {**RECORD, "typical": 0.0}}
    found = power_of(strange)
    assert UNEXPLAINED not in found.sentence  # the recorded run does
    assert replace(found, recorded={**found.recorded, "typical": 0.04}).sentence.endswith(UNEXPLAINED)


def test_notes_say_what_is_missing_and_what_happens_in_custody() -> None:
    notes = words.notes(power_of(ARM))
    assert wording.CUSTODY in notes
    assert any("R1" in note and "without a camp" in note for note in notes)
    assert "not given" in words.markdown(power_of(ARM))
