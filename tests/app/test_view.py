"""The document that the page draws."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from contrafact.app import record, view
from contrafact.app.levers import levers
from contrafact.app.showing import SHIPPED
from contrafact.evidence import load_ledger
from contrafact.experiment.comparing import compare
from contrafact.experiment.loading import load
from contrafact.experiment.result import Result, is_recent
from contrafact.scenario.schema import Scenario


@pytest.fixture(scope="module")
def almaty() -> Scenario:
    crisis = load("almaty-2022")
    assert isinstance(crisis, Scenario)
    return crisis


def test_a_run_has_one_frame_for_the_start_and_one_for_every_hour(lively_result: Result) -> None:
    shown = view.of_result(lively_result)["shown"][0]
    frames = lively_result.scenario.hours + 1
    assert len(base64.b64decode(shown["crowd"]["bytes"])) == frames * lively_result.cell_count
    assert len(shown["curves"]["deaths_total"]["median"]) == frames


def test_the_last_point_of_a_curve_is_the_median_of_the_outcome(lively_result: Result) -> None:
    shown = view.of_result(lively_result)["shown"][0]
    median = lively_result.summary["injured_total"].median
    assert shown["curves"]["injured_total"]["median"][-1] == pytest.approx(median, rel=1e-3)
    peak = lively_result.summary["peak_crowd"].high
    assert 0 < max(shown["curves"]["crowd"]["high"]) <= peak


def test_curves_are_told_with_harm_first(lively_result: Result) -> None:
    names = list(view.of_result(lively_result)["shown"][0]["curves"])
    assert names[:3] == ["deaths_total", "injured_total", "detained"]


def test_a_view_is_the_same_bytes_for_the_same_results(lively_result: Result) -> None:
    first, again = (view.compressed(view.of_result(lively_result)) for _ in range(2))
    assert first == again
    assert view.unfolded(first)["kind"] == "run"


def test_a_comparison_shows_both_arms_and_where_they_differ(lively: Scenario) -> None:
    found = compare(lively, {"what if": {"actions.curfew": None}}, 8, watch=True)
    shown = view.of_comparison(found, title="no curfew")
    assert [arm["name"] for arm in shown["shown"]] == ["recorded", "what if"]
    assert shown["shown"][1]["title"] == "no curfew"
    share = np.frombuffer(base64.b64decode(shown["divergence"]["what if"]["share"]), dtype=np.uint8)
    hours = shown["divergence"]["what if"]["hour"]
    assert (share > 0).tolist() == [hour is not None for hour in hours]
    assert (share > 0).any()


def test_watching_does_not_change_a_comparison(lively: Scenario) -> None:
    changes = {"what if": {"actions.curfew": None}}
    assert compare(lively, changes, 2, watch=True).digest == compare(lively, changes, 2).digest


def test_of_rows_kept_for_scoring_no_word_is_shown(almaty: Scenario) -> None:
    documents = [
        record.observations(almaty),
        record.timed_actions(almaty),
        record.ledger(almaty),
        record.claim_table(almaty),
    ]
    text = json.dumps(documents, ensure_ascii=False)
    shown = {row.quote for row in load_ledger("almaty-2022") if row.use != "score"}
    kept = {row.quote for row in load_ledger("almaty-2022").by_use("score")} - shown
    assert len(kept) > 20
    assert not [quote for quote in kept if json.dumps(quote, ensure_ascii=False)[1:-1] in text]


def test_levers_carry_the_recorded_value_and_a_path_that_can_be_overridden(almaty: Scenario) -> None:
    found = {lever["path"]: lever for lever in levers(almaty)}
    request = found["actions.alliance_request.at"]
    assert (almaty.clock(request["recorded"]) - datetime(2022, 1, 6, 0, 53)).total_seconds() == pytest.approx(0, abs=60)
    assert request["evidence"] == ["R147"]
    assert found["alliance.mandate"]["recorded"] == "guard"
    assert found["forces.national_guard.strength"]["unit"] == "persons"


def test_a_scenario_is_stamped_until_its_end_is_a_year_ago(lively: Scenario) -> None:
    end = datetime(2022, 1, 7, tzinfo=UTC)
    assert is_recent(lively, end + timedelta(days=360))
    assert not is_recent(lively, end + timedelta(days=370))


def test_results_of_a_recent_scenario_say_so(lively_result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("operational" in note for note in lively_result.notes)
    monkeypatch.setattr("contrafact.experiment.result.RECENT", timedelta(days=36_500))
    assert any(note.startswith("Not for operational use") for note in lively_result.notes)


def test_the_results_that_ship_are_small_and_of_the_scenario_that_ships(almaty: Scenario) -> None:
    content = (SHIPPED / "almaty-2022.json.gz").read_bytes()
    assert len(content) < 500_000
    held = view.unfolded(content)
    assert held["scenario"]["digest"] == almaty.digest, "the scenario changed; compute them anew: make shipped"
    assert held["run"]["replications"] >= 40
