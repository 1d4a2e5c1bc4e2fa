"""The second case rests on its own record, keeps back what it is scored by, and takes a posterior of another case."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import contrafact as cf
from contrafact import scenario
from contrafact.evidence.bundle import Evidence, required_evidence
from contrafact.experiment.calibration.settings import load_settings
from contrafact.experiment.parquet import write_table
from contrafact.experiment.result import fitted_here, posterior_note
from contrafact.scenario import Scenario

NAME = "baltimore-2015"
ELSEWHERE = "actions.call_5_january.news"
SHARED = "parameters.participation.legitimacy"


@cache
def city() -> Scenario:
    found = cf.load(NAME)
    assert isinstance(found, Scenario)
    return found


@cache
def evidence() -> Evidence:
    return required_evidence(city())


def test_the_record_is_its_own_and_every_row_says_who_said_it_where_and_when() -> None:
    assert evidence().own
    for row in evidence().ledger:
        assert all((row.quote, row.publisher, row.url, row.published, row.reliability)), row.id


def test_values_follow_from_input_rows_alone_and_every_assumption_has_a_prior() -> None:
    uses = {row.id: row.use for row in evidence().ledger}
    cited = {row for _, value in city().quantities() for row in value.evidence if row in uses}
    assert {uses[row] for row in cited} == {"input"}
    assert all(value.prior is not None for _, value in city().quantities() if value.assumption)


def test_no_fact_is_both_fitted_and_scored() -> None:
    facts = {use: {row.fact_id for row in evidence().ledger.by_use(use)} for use in ("fit", "score")}
    assert facts["fit"]
    assert facts["score"]
    assert not facts["fit"] & facts["score"]


def test_it_is_without_fault_and_so_is_its_check() -> None:
    assert cf.validate(NAME) == []
    (checked,) = cf.check_evidence(NAME)
    assert not checked.failures


@pytest.mark.parametrize("variant", sorted(city().variants))
def test_every_arm_is_a_scenario(variant: str) -> None:
    assert scenario.load(NAME, variant=variant).variant == variant


def test_what_may_be_fitted_are_rows_for_fitting_each_fact_once() -> None:
    settings = load_settings(NAME)
    rows = {row.id: row for row in evidence().ledger}
    chosen = [rows[target.record] for target in settings.rows]
    assert {row.use for row in chosen} == {"fit"}
    assert len({row.fact_id for row in chosen}) == len(chosen)


@pytest.fixture
def of_almaty(tmp_path: Path) -> Path:
    """A made-up posterior with parameters of another city, one of which this one has not."""
    columns = {"weight": np.array([1.0, 2.0]), SHARED: np.array([0.95, 0.96]), ELSEWHERE: np.array([0.2, 0.3])}
    write_table(tmp_path / "almaty.parquet", columns, {})
    return tmp_path / "almaty.parquet"


def test_a_posterior_of_another_city_is_drawn_from_as_far_as_it_fits_and_the_rest_is_told(of_almaty: Path) -> None:
    fitted = cf.load(NAME, [f"posterior={of_almaty}", "population.scale=100"])
    assert isinstance(fitted, Scenario)
    assert fitted_here(fitted) == ((SHARED,), (ELSEWHERE,))
    assert posterior_note(city()) == ""
    result = cf.run(fitted, replications=3, until="1 h", threads=1)
    drawn = {round(float(number), 9) for number in result.draws[SHARED]}
    assert drawn <= {0.95, 0.96}
    assert ELSEWHERE not in result.draws
    assert any(f"1 of its 2 parameters; this scenario has no {ELSEWHERE}." in note for note in result.notes)
